import { no, yes } from '../truth.ts'
import type { ValueTest } from './value-test.ts'

/** `true` or `false` in any case of letters; anything else matches nothing (rules CB-1, CB-2). */
export function bool(values: readonly string[]): ValueTest {
  const wanted = new Set(values.map(booleanOf))
  return (value) => {
    const actual = booleanOf(value)
    return actual !== undefined && wanted.has(actual) ? yes : no
  }
}

/** Gives: `undefined` for a text that is no boolean. */
export function booleanOf(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}
