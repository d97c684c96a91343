import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide, explain, type Layers, type Request, readQuestion } from '#engine'
import { evaluate } from '../reference/evaluate.ts'
import { type Expected, isAllowed, readRules, readVectors, rulesOf, type Vector } from './vector.ts'

const vectors = readVectors()

/** What the engine or the reference answers, as far as the vector says something about it. */
type Answer = { readonly decision: string; readonly deniedBy?: readonly string[] } | { readonly error: string }

function wrong(answer: (vector: Vector) => Answer): readonly string[] {
  return vectors.flatMap((vector) => {
    const given = answer(vector)
    if (fits(given, vector.expected)) return []
    const { file, rule, says, expected } = vector
    return [`${file} ${rule}: ${says}: expected ${JSON.stringify(expected)}, not ${JSON.stringify(given)}`]
  })
}

function fits(given: Answer, expected: Expected): boolean {
  if ('error' in expected) return 'error' in given
  if ('error' in given || given.decision !== expected.decision) return false
  if (expected.decision === 'allowed') return given.deniedBy === undefined || given.deniedBy.length === 0
  return expected.deniedBy === undefined || JSON.stringify(given.deniedBy) === JSON.stringify([expected.deniedBy])
}

type Ask = (request: Request, layers: Layers) => { readonly decision: string; readonly deniedBy?: string }

function ask(vector: Vector, how: Ask): Answer {
  const question = readQuestion(JSON.stringify(vector.question))
  if ('error' in question) return { error: question.error.message }
  const { decision, deniedBy } = how(question.request, question.layers)
  return { decision, ...(deniedBy === undefined ? {} : { deniedBy: [deniedBy] }) }
}

test('the engine answers every vector as the policy semantics say', () => {
  assert.deepEqual(
    wrong((vector) => ask(vector, decide)),
    [],
  )
})

test('the explanation of every vector has the verdict that the policy semantics say', () => {
  assert.deepEqual(
    wrong((vector) => ask(vector, explain)),
    [],
  )
})

test('every denial names the layer that denies', () => {
  const silent = vectors.filter((vector) => {
    const answer = ask(vector, decide)
    return !('error' in answer) && answer.decision !== 'allowed' && answer.deniedBy === undefined
  })
  assert.deepEqual(
    silent.map(({ says }) => says),
    [],
  )
})

test('the reference answers every vector as the policy semantics say', () => {
  assert.deepEqual(
    wrong((vector) => evaluate(vector.question)),
    [],
  )
})

test('every rule that a question can decide has a vector that is allowed and one that is not', () => {
  const lacking = readRules().decided.flatMap((rule) => {
    const about = vectors.filter((vector) => rulesOf(vector).includes(rule))
    const allowed = about.filter(({ expected }) => isAllowed(expected)).length
    return allowed > 0 && allowed < about.length ? [] : [`${rule}: ${allowed} of ${about.length} are allowed`]
  })
  assert.deepEqual(lacking, [])
})

test('no vector names a rule that the list of rules does not have', () => {
  const { decided, elsewhere } = readRules()
  const unknown = vectors.flatMap(rulesOf).filter((rule) => !decided.includes(rule))
  assert.deepEqual(unknown, [])
  assert.deepEqual(
    Object.keys(elsewhere).filter((rule) => decided.includes(rule)),
    [],
  )
})

test('no two vectors of a file say the same, and no question is asked twice under one rule', () => {
  const seen = new Set<string>()
  for (const { file, says, rule, question } of vectors)
    for (const key of [`${file}: ${says}`, `${rule}: ${JSON.stringify(question)}`]) {
      assert.ok(!seen.has(key), `${key} is there twice`)
      seen.add(key)
    }
})
