import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compile, decide, parse } from './index.ts'

const account = '111122223333'
const principal = { type: 'user', arn: `arn:aws:iam::${account}:user/a`, account } as const

const word = (letters: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((parts) => parts.join(''))
const part = word(['aws', 's3', 'a', 'b', '*', '?'], 3)
const last = word(['a', 'b', 'abc', 'bca', '/', ':', '*', '?', '${aws:v}', '${*}', '😀'], 6)
const pattern = fc.oneof(
  last.map((text) => `arn:aws:s3:::${text}`),
  fc.tuple(part, part, part, part, last).map((parts) => `arn:${parts.join(':')}`),
  fc.tuple(part, part).map((parts) => `arn:${parts.join(':')}`),
)
const resource = fc.oneof(
  word(['a', 'b', 'abc', 'bca', '/', ':', '*', '😀'], 7).map((text) => `arn:aws:s3:::${text}`),
  fc
    .tuple(word(['aws', 'a'], 2), word(['s3', 'b'], 2), word(['abca', ':'], 4))
    .map((parts) => `arn:${parts.join(':')}`),
)

function decision(elements: object, asked: string): string {
  const statement = { Effect: 'Allow', Action: '*', Resource: '*', ...elements }
  const { policy } = parse(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'identity')
  assert.ok(policy !== undefined)
  const context = { 'aws:v': 'ab', k: asked }
  const request = { principal, action: 's3:GetObject', resource: asked, resourceAccount: account, context }
  return decide(request, { identity: compile([{ policy }]) }).decision
}

const kinds: Readonly<Record<string, (patterns: readonly string[]) => object>> = {
  'entries of Resource': (patterns) => ({ Resource: patterns }),
  'values of StringLike': (patterns) => ({ Condition: { StringLike: { k: patterns } } }),
  'values of ArnLike': (patterns) => ({ Condition: { ArnLike: { k: patterns } } }),
}

for (const [name, elementsOf] of Object.entries(kinds))
  test(`many ${name} match when one of them matches`, () => {
    let matched = 0
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 12, maxLength: 30 }), resource, (patterns, asked) => {
        const one = patterns.some((single) => decision(elementsOf([single]), asked) === 'allowed')
        if (one) matched++
        assert.equal(decision(elementsOf(patterns), asked), one ? 'allowed' : 'implicitDeny')
      }),
      { seed: 51, numRuns: 2_500 },
    )
    assert.ok(matched > 100, `${matched} matched`)
  })
