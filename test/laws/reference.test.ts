import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide, explain, readQuestion } from '#engine'
import { evaluate } from '../reference/evaluate.ts'
import { bytes, law, read } from './law.ts'
import { questionOf } from './question.ts'
import { Tape } from './tape.ts'

law(
  'the compiled engine decides as the naive reference',
  (asked) => {
    const { request, layers } = read(asked)
    const given = decide(request, layers)
    const wanted = evaluate(asked)
    if ('error' in wanted) assert.fail(wanted.error)
    assert.equal(given.decision, wanted.decision, JSON.stringify(asked))
    if (given.deniedBy !== undefined && wanted.deniedBy.length > 0)
      assert.ok(
        wanted.deniedBy.includes(given.deniedBy),
        `${given.deniedBy}, not ${wanted.deniedBy}: ${JSON.stringify(asked)}`,
      )
  },
  20_000,
)

law('an explanation has the verdict of the decision', (asked) => {
  const { request, layers } = read(asked)
  const { decision: decided, deniedBy, policyArn } = decide(request, layers)
  const explained = explain(request, layers)
  assert.deepEqual([explained.decision, explained.deniedBy, explained.policyArn], [decided, deniedBy, policyArn])
})

law('a line with a mistake in it is answered, and never thrown at', (asked, tape) => {
  const line = JSON.stringify(asked)
  const at = tape.below(256) * 8 + tape.below(8)
  const put = tape.pick([
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
    'null',
    '0',
    '"Statement":[],',
    '\ud800',
  ])
  const question = readQuestion(line.slice(0, at) + put + line.slice(at + tape.below(4)))
  if ('error' in question) assert.ok(question.error.code !== '' && question.error.message !== '')
  else assert.match(decide(question.request, question.layers).decision, /^(?:allowed|explicitDeny|implicitDeny)$/)
})

test('the questions that the laws are tried on are varied', () => {
  const seen = new Map<string, number>()
  const count = (name: string) => seen.set(name, (seen.get(name) ?? 0) + 1)
  fc.assert(
    fc.property(bytes, (chosen) => {
      const wanted = evaluate(questionOf(new Tape(chosen)))
      if ('error' in wanted) assert.fail(wanted.error)
      count(wanted.decision)
      if (wanted.deniedBy.length === 1) count(`${wanted.decision} ${wanted.deniedBy}`)
    }),
    { seed: 20_260_101, numRuns: 10_000 },
  )
  for (const name of ['allowed', 'implicitDeny', 'explicitDeny']) assert.ok((seen.get(name) ?? 0) > 1_500, name)
  for (const layer of ['identity', 'resource', 'permissionsBoundary', 'session', 'scp', 'rcp', 'vpcEndpoint'])
    for (const kind of ['implicitDeny', 'explicitDeny'])
      assert.ok((seen.get(`${kind} ${layer}`) ?? 0) > 20, `${kind} ${layer}`)
})
