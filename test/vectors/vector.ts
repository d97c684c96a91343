import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Layer, Outcome } from '../reference/evaluate.ts'
import type { Question } from '../reference/question.ts'

/** A question with the answer that the policy semantics give, and the rules that decide it. */
export interface Vector {
  readonly file: string
  readonly says: string
  readonly rule: string | readonly string[]
  readonly question: Question
  readonly expected: Expected
}

/** `deniedBy` is there where the semantics say which layer is named; `error` where the policies cannot be read. */
export type Expected = { readonly decision: Outcome['decision']; readonly deniedBy?: Layer } | { readonly error: true }

const folder = fileURLToPath(new URL('engine/', import.meta.url))

/** All vectors, by file. */
export function readVectors(): readonly Vector[] {
  const files = globSync('*.json', { cwd: folder }).toSorted()
  return files.flatMap((file) => {
    const list: readonly Vector[] = JSON.parse(readFileSync(folder + file, 'utf8'))
    return list.map((vector) => ({ ...vector, file }))
  })
}

/** The rules of the policy semantics: those that a question can decide, and the others with the reason why not. */
export function readRules(): {
  readonly decided: readonly string[]
  readonly elsewhere: Readonly<Record<string, string>>
} {
  return JSON.parse(readFileSync(new URL('rules.json', import.meta.url), 'utf8'))
}

export function rulesOf(vector: Vector): readonly string[] {
  return typeof vector.rule === 'string' ? [vector.rule] : vector.rule
}

export function isAllowed(expected: Expected): boolean {
  return 'decision' in expected && expected.decision === 'allowed'
}
