import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Context, compile, decide, type Layers, parse } from './index.ts'

const account = '111122223333'
const principal = { type: 'user', arn: `arn:aws:iam::${account}:user/a`, account } as const
const bucket = 'arn:aws:s3:::'

/** Ten times what it takes, for machines that are slow or busy. */
const most = 100

/** Milliseconds of the processor from the text of a policy to its first answer: the best of a few. */
function cost(elements: object, resource: string, context: Context): number {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action: '*', Resource: '*', ...elements },
  })
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 4 && best > most; round++) {
    const before = process.cpuUsage()
    const { policy } = parse(text, 'identity')
    assert.ok(policy !== undefined)
    const layers: Layers = { identity: compile([{ policy }]) }
    const request = { principal, action: 's3:GetObject', resource, resourceAccount: account, context }
    assert.equal(decide(request, layers).decision, 'implicitDeny')
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1_000)
  }
  return best
}

const length = 100_000
const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))
const condition = (operator: string, values: readonly string[]) => ({ Condition: { [operator]: { k: values } } })

/** Every stretch of it is nearly a stretch elsewhere. */
function nearlyPeriodic(): string {
  let text = 'a'
  while (text.length < length) text += text.replace(/[ab]/g, (letter) => (letter === 'a' ? 'b' : 'a'))
  return text.slice(0, length)
}

const hostile: Readonly<Record<string, readonly [object, string, Context]>> = {
  'stars beyond number': [{ Resource: `${bucket}${'*a'.repeat(50_000)}b` }, bucket + 'a'.repeat(length), {}],
  'question marks and stars': [{ Resource: `${bucket}${'?*'.repeat(49_000)}b` }, bucket + 'a'.repeat(length), {}],
  'a long text that is nearly there': [
    { Resource: many(100, (index) => `${bucket}*${'a'.repeat(450 + index)}b${'a'.repeat(450)}*`) },
    bucket + 'a'.repeat(length),
    {},
  ],
  'question marks that nearly fit': [
    { Resource: `${bucket}*${'a?'.repeat(12_500)}b?${'a?'.repeat(12_500)}*` },
    bucket + 'ab'.repeat(length / 2),
    {},
  ],
  'stretches with one letter changed': [
    { Resource: many(100, (index) => `${bucket}*${nearlyPeriodic().slice(index * 700, index * 700 + 950)}aaab*`) },
    bucket + nearlyPeriodic(),
    {},
  ],
  'thousands of patterns': [
    condition(
      'StringLike',
      many(7_000, (index) => `*${index}*a`),
    ),
    'x',
    { k: 'a'.repeat(length) },
  ],
  'thousands of variables': [
    condition(
      'StringLike',
      many(5_000, (index) => `*\${v}*${index}x`),
    ),
    'x',
    { k: 'ab'.repeat(length / 2), v: 'ab'.repeat(length / 4) },
  ],
  'long variables without case': [
    condition(
      'StringEqualsIgnoreCase',
      many(5_000, (index) => `\${v}é${index + 10_000}`),
    ),
    'x',
    { k: `${'Ab'.repeat(length / 4)}É1234x`, v: 'Ab'.repeat(length / 4) },
  ],
  'thousands of keys in another case': [
    { Condition: { StringNotEquals: Object.fromEntries(many(5_000, (index) => [`KEY${index}`, 'v'])) } },
    'x',
    Object.fromEntries(many(10_000, (index) => [`key${index}`, 'v'])),
  ],
  'thousands of patterns for a thousand values': [
    condition(
      'ForAnyValue:StringLike',
      many(5_000, (index) => `*${index}*b`),
    ),
    'x',
    { k: many(1_000, (index) => `${'tag'.repeat(32)}${index}`) },
  ],
  'thousands of actions': [{ Action: many(6_000, (index) => `s3:*${index}*`) }, 'x', {}],
  'numbers with long exponents': [
    condition(
      'NumericEquals',
      many(100, (index) => `1e${'9'.repeat(970)}${index}`),
    ),
    'x',
    { k: `1e${'9'.repeat(998)}` },
  ],
}

for (const [name, [elements, resource, context]] of Object.entries(hostile))
  test(`R-12: no author of policies stalls the engine: ${name}`, () => {
    const spent = cost(elements, resource, context)
    assert.ok(spent < most, `${spent} ms`)
  })
