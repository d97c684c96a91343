import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide, readQuestion } from '#engine'
import { evaluate } from '../reference/evaluate.ts'
import type { Question } from '../reference/question.ts'
import { Tape } from './tape.ts'

type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

const alice = { type: 'user', arn: 'arn:aws:iam::111122223333:user/alice', account: '111122223333' } as const

/** One statement, one thing to match: the engine and the naive reference must see it alike. */
function alike(title: string, ask: (tape: Tape) => Question): void {
  test(title, () => {
    let allowed = 0
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
        const asked = ask(new Tape(bytes))
        const question = readQuestion(JSON.stringify(asked))
        if ('error' in question) assert.fail(`${question.error.message}: ${JSON.stringify(asked)}`)
        const wanted = evaluate(asked)
        if ('error' in wanted) assert.fail(wanted.error)
        const given = decide(question.request, question.layers).decision
        assert.equal(given, wanted.decision, JSON.stringify(asked))
        if (given === 'allowed') allowed += 1
      }),
      { seed: 20_260_202, numRuns: 10_000 },
    )
    assert.ok(allowed > 200 && allowed < 9_800, `${allowed} of 10,000 are allowed`)
  })
}

interface Circumstances {
  readonly version?: string
  readonly resource?: string
  readonly action?: string
  readonly context?: Question['request']['context']
}

function question(statement: object, more: Circumstances): Question {
  const { version = '2012-10-17', resource = '*', action = 's3:GetObject', context = {} } = more
  const request = { principal: alice, action, resource, resourceAccount: alice.account, context }
  const everything = 'NotResource' in statement ? { Action: '*' } : { Action: '*', Resource: '*' }
  const document = { Version: version, Statement: [{ Effect: 'Allow', ...everything, ...statement }] }
  return { request, policies: { identity: [document] } }
}

function conditionQuestion(
  Condition: Condition,
  context: Question['request']['context'],
  version = '2012-10-17',
): Question {
  return question({ Condition }, { context, version })
}

function word(tape: Tape, letters: readonly [string, ...string[]], most: number): string {
  return tape.list(0, most, () => tape.pick(letters)).join('')
}

/** The text itself, or with one thing in it replaced, left out or put in. */
function nearly(tape: Tape, text: string, letters: readonly [string, ...string[]]): string {
  if (tape.once(3)) return text
  const at = tape.below(text.length + 1)
  const gone = tape.below(3)
  return text.slice(0, at) + word(tape, letters, 2) + text.slice(at + gone)
}

const patternLetters = ['a', 'b', '*', '?', 'a', '*', ':', '/'] as const
const textLetters = ['a', 'b', 'a', ':', '/', '*', 'A', '\u{1F600}'] as const

/** A text that the pattern is likely to cover: its wildcards filled, and then perhaps one thing changed. */
function filled(tape: Tape, pattern: string): string {
  const text = pattern.replace(/[*?]/g, (sign) => (sign === '?' ? tape.pick(textLetters) : word(tape, textLetters, 2)))
  return tape.once(3) ? nearly(tape, text, textLetters) : text
}

alike('action patterns cover the same actions', (tape) => {
  const pattern = word(tape, ['a', 'B', '*', '?', 'a', '*', '.', '-'], 8)
  const action = filled(tape, pattern).replace(/[^aAbB.-]/gu, 'b')
  return question(
    { Action: [`s3:${pattern}x`] },
    { action: `${tape.pick(['s3', 'S3', 's3x'])}:${action}${tape.pick(['x', 'X', 'x', ''])}` },
  )
})

alike('the sixth part of a resource pattern covers the same resources', (tape) => {
  const pattern = word(tape, patternLetters, 8)
  return question({ Resource: [`arn:aws:s3:::${pattern}`] }, { resource: `arn:aws:s3:::${filled(tape, pattern)}` })
})

alike('the region and the account of a resource pattern cover the same resources', (tape) => {
  const letters = ['a', '1', '*', '?', 'a', '*'] as const
  const pattern = `arn:aws:sqs:${word(tape, letters, 3)}:${word(tape, letters, 3)}:${word(tape, ['a', ':', '*', 'x'], 4)}`
  const resource = pattern.replace(/[*?]/g, (sign) =>
    sign === '?' ? tape.pick(['a', '1', ':']) : word(tape, ['a', '1', ':'], 2),
  )
  return question({ [tape.pick(['Resource', 'Resource', 'NotResource'])]: [pattern] }, { resource })
})

alike('incomplete resource patterns cover the same resources', (tape) => {
  const pattern = tape.pick([
    'arn:aws:sqs',
    'arn:aws:s*',
    'arn:aws:sqs:a',
    'arn:aws:sqs:a*',
    'arn:aws:sqs:*:1',
    'arn:aws:sqs:a:?*',
    'arn:aws:sqs::',
    'arn:*',
    'arn:aws:sqs:*a',
  ])
  const resource = `arn:aws:${tape.pick(['sqs', 'sns', 'sqsx'])}:${word(tape, ['a', 'b'], 2)}:${word(tape, ['1', '2'], 2)}:${word(tape, ['a', '1', ':'], 4)}`
  return question({ Resource: [pattern] }, { resource })
})

const pieces = [
  'a',
  '*',
  '?',
  '${aws:u}',
  '${AWS:U}',
  '${aws:none}',
  "${aws:none, 'a'}",
  "${aws:u, '*'}",
  '${*}',
  '${?}',
  '${$}',
  '${aws:list}',
  '${',
  '$',
  '}',
  ':',
  "'",
] as const
const variableContext = (tape: Tape, key: string, text: string) => ({
  'aws:u': tape.pick(['a', '*', '?', '', 'ab', '${*}', '$&']),
  'aws:list': ['a'],
  [key]: text,
})

/** What the pieces come to, more or less. */
function likely(tape: Tape, value: string): string {
  const text = value
    .replace(/\$\{aws:none, '(.)'\}/g, '$1')
    .replace(/\$\{aws:u[^}]*\}/gi, 'a')
    .replace(/\$\{([*?$])\}/g, '$1')
  return tape.once(2) ? filled(tape, text) : text
}

alike('variables in resources are replaced alike', (tape) => {
  const value = word(tape, pieces, 4)
  const resource = `arn:aws:s3:::${likely(tape, value)}`
  return question(
    { [tape.pick(['Resource', 'Resource', 'Resource', 'NotResource'])]: [`arn:aws:s3:::${value}`] },
    { resource, context: variableContext(tape, 'aws:k', '') },
  )
})

alike('variables in string conditions are replaced alike', (tape) => {
  const value = word(tape, pieces, 4)
  const operator = tape.pick([
    'StringEquals',
    'StringLike',
    'StringEqualsIgnoreCase',
    'StringNotEquals',
    'StringNotLike',
    'StringNotEqualsIgnoreCase',
  ])
  return conditionQuestion({ [operator]: { 'aws:k': [value] } }, variableContext(tape, 'aws:k', likely(tape, value)))
})

alike('variables in ARN conditions are replaced alike', (tape) => {
  const value = `arn:aws:s3:${word(tape, ['a', '*', '?', '${aws:u}', '${aws:none}'], 2)}:${word(tape, ['a', '*', '?', ':'], 2)}:${word(tape, pieces, 3)}`
  const operator = tape.pick(['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'])
  return conditionQuestion({ [operator]: { 'aws:k': [value] } }, variableContext(tape, 'aws:k', likely(tape, value)))
})

alike('texts are compared alike', (tape) => {
  const pattern = word(tape, patternLetters, 6)
  const operator = tape.pick([
    'StringEquals',
    'StringLike',
    'StringEqualsIgnoreCase',
    'StringNotEquals',
    'StringNotLike',
    'StringNotEqualsIgnoreCase',
  ])
  const text = tape.once(2) ? filled(tape, pattern) : pattern
  return conditionQuestion(
    { [operator]: { 'aws:k': [pattern] } },
    { 'aws:k': tape.once(3) ? text.toUpperCase() : text },
    tape.pick(['2012-10-17', '2008-10-17']),
  )
})

alike('letters of every script fold alike', (tape) => {
  const code = tape.below(256)
  const near = tape.below(0x30) * 256 + tape.below(256)
  const letter = String.fromCodePoint(code < 0x20 || (code >= 0x7f && code < 0xa0) ? 0x6b : code)
  const other = tape.pick([
    letter.toUpperCase(),
    letter.toLowerCase(),
    '\u212a',
    '\u017f',
    '\u1e9e',
    '\u0130',
    '\u039c',
    '\u0178',
    String.fromCodePoint(near < 0xd800 ? near : 0x41),
  ])
  return conditionQuestion({ StringEqualsIgnoreCase: { 'aws:k': [letter] } }, { 'aws:k': other })
})

alike('numbers are compared alike', (tape) => {
  const digits = ['0', '1', '9', '0', '.', '-', '+', 'e', 'E', ' ', '_', 'x'] as const
  const number = tape.pick([
    '10',
    '-10',
    '0',
    '0.5',
    '100e-1',
    '1E2',
    '9007199254740993',
    '-0.0',
    '00.50',
    '+7',
    '1e30',
    '1e-30',
  ])
  const operator = tape.pick(['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'])
  const other = tape.once(3) ? tape.pick(['10.0', '-1e1', '-0', '5e-1', '9007199254740992', '100']) : number
  return conditionQuestion({ [`Numeric${operator}`]: { 'aws:k': [number] } }, { 'aws:k': nearly(tape, other, digits) })
})

alike('dates are compared alike', (tape) => {
  const letters = ['0', '1', '9', '-', ':', 'T', 'Z', '+', '.', '2', '3'] as const
  const dates = [
    '2024-03-01T12:00:00Z',
    '1709294400',
    '2024-03',
    '2024-03-01',
    '2024-03-01T14:00+02:00',
    '2024-02-29T23:59:59.999Z',
    '1969-12-31T23:59:59Z',
    '0001-01-01',
    '2024-03-01T12:00:00.000001Z',
  ] as const
  const operator = tape.pick(['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'])
  return conditionQuestion(
    { [`Date${operator}`]: { 'aws:k': [tape.pick(dates)] } },
    { 'aws:k': nearly(tape, tape.pick(dates), letters) },
  )
})

alike('addresses are compared alike', (tape) => {
  const letters = ['0', '1', '.', ':', 'f', '/', '2', '%'] as const
  const blocks = [
    '10.0.0.0/8',
    '10.1.2.3',
    '10.1.2.77/26',
    '0.0.0.0/0',
    '2001:db8::/33',
    '::1',
    '::/0',
    '::ffff:10.0.0.0/104',
    '2001:db8:8000::1/34',
    '10.1.2.2/31',
    '1::2:3/128',
  ] as const
  const addresses = [
    '10.1.2.3',
    '10.1.2.66',
    '2001:db8:8000::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:10.1.2.3',
    '2001:DB8::',
    '1:0:0::2:3',
    '11.0.0.0',
    '1:2:3:4:5:6:7:8',
  ] as const
  const operator = tape.pick(['IpAddress', 'NotIpAddress', 'IpAddress'])
  return conditionQuestion(
    { [operator]: { 'aws:k': [tape.pick(blocks)] } },
    { 'aws:k': nearly(tape, tape.pick(addresses), letters) },
  )
})

alike('set prefixes, IfExists, absent keys and empty lists are treated alike', (tape) => {
  const operator = tape.pick([
    'StringEquals',
    'StringNotEquals',
    'StringLike',
    'StringNotLike',
    'NumericLessThan',
    'NumericNotEquals',
    'Bool',
    'NotIpAddress',
    'IpAddress',
    'ArnLike',
    'ArnNotLike',
    'DateNotEquals',
  ])
  const name = `${tape.pick(['', 'ForAllValues:', 'ForAnyValue:'])}${operator}${tape.pick(['', 'IfExists'])}`
  const pool = [
    'a',
    '10',
    'true',
    '10.0.0.1',
    'arn:aws:s3:::a',
    'b',
    '9',
    '2001:db8::1',
    '1970-01-01T00:00:10Z',
  ] as const
  const given = tape.pick([undefined, [], [tape.pick(pool)], [tape.pick(pool), tape.pick(pool)], tape.pick(pool), ''])
  return conditionQuestion(
    { [name]: { 'aws:k': tape.list(tape.once(8) ? 0 : 1, 3, () => tape.pick(pool)) } },
    given === undefined ? {} : { 'aws:k': given },
  )
})
