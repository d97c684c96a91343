import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide, type Question, readQuestion } from '#engine'
import { type Asked, questionOf } from './question.ts'
import { Tape } from './tape.ts'

/** Enough for a question and for what a law does with it. */
export const bytes = fc.uint8Array({ minLength: 448, maxLength: 448 })

/** States a law about any question. The rest of the tape is for the law. */
export function law(title: string, holds: (asked: Asked, tape: Tape) => void, runs = 10_000): void {
  test(title, () => {
    fc.assert(
      fc.property(bytes, (chosen) => {
        const tape = new Tape(chosen)
        const asked = questionOf(tape)
        holds(asked, tape)
      }),
      { seed: 20_260_101, numRuns: runs },
    )
  })
}

export function read(asked: Asked): Question {
  const question = readQuestion(JSON.stringify(asked))
  if ('error' in question) assert.fail(`${question.error.message}: ${JSON.stringify(asked)}`)
  return question
}

/** The decision and the layer that is named. */
export function verdict(asked: Asked): string {
  const { request, layers } = read(asked)
  const { decision, deniedBy } = decide(request, layers)
  return deniedBy === undefined ? decision : `${decision} by ${deniedBy}`
}

export function decision(asked: Asked): string {
  return verdict(asked).split(' ', 1)[0] ?? ''
}

export function same(before: Asked, after: Asked): void {
  assert.equal(verdict(after), verdict(before), `${JSON.stringify(before)}\n${JSON.stringify(after)}`)
}
