import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PolicyType } from './layers.ts'
import { parse, parseSlowly } from './parse.ts'
import { readPlain } from './parse-plain.ts'

const types: readonly PolicyType[] = ['identity', 'resource', 'trust', 'session', 'scp', 'rcp', 'vpcEndpoint']

const listed = <T>(value: fc.Arbitrary<T>) => fc.oneof(value, fc.array(value, { maxLength: 3 }))
const action = fc.constantFrom('*', 's3:*', 's3:Get?', 'sqs:A', 's3', 'a:b:c', '', '\u00e9:x')
const resource = fc.constantFrom('*', 'arn:aws:s3:::b/*', 'arn:aws:s3', 'arn:aws:s3:::é', 'x', 'arn:aws:s3:::b/"\\')
const principal = fc.oneof(
  fc.constantFrom('*', 'x'),
  fc.dictionary(
    fc.constantFrom('AWS', 'Service', 'Federated', 'Other'),
    listed(fc.constantFrom('*', '111122223333', 'ec2.amazonaws.com')),
  ),
)
const value = fc.constantFrom<unknown>('a', '', '2020-01-01', '€', true, false, 1, null, '\u0001')
const condition = fc.dictionary(
  fc.constantFrom('StringEquals', 'DateLessThan', 'Bool', 'ForAnyValue:StringLike', 'stringlike', 'Odd'),
  fc.dictionary(fc.constantFrom('aws:A', 'aws:B', 'aws:a'), listed(value), { maxKeys: 3 }),
  { maxKeys: 2 },
)
const plainValue = fc.constantFrom<unknown>('a', '', '2020-01-01', true, false)
const plainCondition = fc.dictionary(
  fc.constantFrom('StringEquals', 'Bool', 'ForAnyValue:StringLike', 'DateLessThan'),
  fc.dictionary(fc.constantFrom('aws:A', 'aws:B', 'aws:a'), listed(plainValue), { minKeys: 1, maxKeys: 3 }),
  { maxKeys: 2 },
)
const texts = (...all: readonly string[]) =>
  fc.oneof(fc.constantFrom(...all), fc.array(fc.constantFrom(...all), { minLength: 1 }))
const plainStatement = fc.record(
  {
    Sid: fc.constantFrom('', ''),
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: texts('*', 's3:*', 's3:Get?'),
    Resource: texts('*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::é'),
    Principal: fc.oneof(fc.constant('*'), fc.record({ AWS: texts('*', '111122223333') })),
    Condition: plainCondition,
  },
  { requiredKeys: ['Effect', 'Action', 'Resource'] },
)
const oddStatement = fc.record(
  {
    Sid: fc.constantFrom('A', 'B', '', 'a-b'),
    Effect: fc.constantFrom('Allow', 'Deny', 'Allow', 'allow'),
    Action: listed(action),
    NotAction: action,
    Resource: listed(resource),
    NotResource: listed(resource),
    Principal: principal,
    NotPrincipal: principal,
    Condition: condition,
  },
  { requiredKeys: ['Effect', 'Action'] },
)
const statement = fc.oneof({ weight: 9, arbitrary: plainStatement }, { weight: 1, arbitrary: oddStatement })
const document = fc.record(
  {
    Version: fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17', '2020-01-01'),
    Id: fc.constantFrom('i', ''),
    Statement: fc.oneof(statement, fc.array(statement, { maxLength: 3 })),
  },
  { requiredKeys: ['Version', 'Statement'] },
)

function alike(text: string, type: PolicyType): boolean {
  assert.deepEqual(parse(text, type), parseSlowly(text, type), `${type}: ${text}`)
  return readPlain(text, type) !== undefined
}

test('a document about which there is nothing to tell is read like every other document', () => {
  let plain = 0
  fc.assert(
    fc.property(document, fc.constantFrom(...types), fc.constantFrom(undefined, 1, '\t'), (given, type, indent) => {
      if (alike(JSON.stringify(given, undefined, indent), type)) plain++
    }),
    { seed: 31, numRuns: 40_000 },
  )
  assert.ok(plain > 4000, `${plain} were plain`)
})

test('a damaged document is read like every other document', () => {
  const good = `{"Version":"2012-10-17","Id":"i","Statement":[{"Sid":"A","Effect":"Allow","Action":["s3:Get*","s3:Put*"],
    "Resource":"arn:aws:s3:::b/*","Condition":{"StringLike":{"aws:x":["a","b"],"aws:y":"c"},"Bool":{"aws:z":true}}},
    {"Effect":"Deny","NotAction":"iam:*","NotResource":["*"]}]}`
  const trust =
    '{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["111122223333"]},"Action":"sts:AssumeRole"}}'
  assert.ok(alike(good, 'identity') && alike(trust, 'trust'))
  const put = fc.constantFrom(
    '',
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\',
    '\u0000',
    ' ',
    '\n',
    '\u00a0',
    '\u0100',
    '"Sid":"A",',
    'true',
  )
  fc.assert(
    fc.property(fc.boolean(), fc.nat(500), fc.nat(3), put, (first, at, length, added) => {
      const text = first ? good : trust
      const place = at % text.length
      alike(text.slice(0, place) + added + text.slice(place + length), first ? 'identity' : 'trust')
    }),
    { seed: 32, numRuns: 20_000 },
  )
})
