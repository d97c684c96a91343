import { fewestSifted, needleOf, type Sieve, sieveOf, sift } from '../sieve.ts'

/** Patterns of which any may match, each compiled when it may be the one. */
export interface PatternList<T> {
  readonly values: readonly string[]
  readonly make: (value: string) => T
  readonly made: (T | undefined)[]
  sieve: Sieve | undefined
}

export function patternList<T>(values: readonly string[], make: (value: string) => T): PatternList<T> {
  return { values, make, made: [], sieve: undefined }
}

/** Whether any pattern matches a text. */
export function someMatch<T>(list: PatternList<T>, text: string, matches: (pattern: T, text: string) => boolean) {
  const { values } = list
  if (values.length < fewestSifted) {
    for (let index = 0; index < values.length; index++) if (matches(patternAt(list, index), text)) return true
    return false
  }
  const sieve = list.sieve ?? sieveOf(values.map(needleIn))
  list.sieve = sieve
  const count = sift(sieve, text, 0)
  for (let at = 0; at < count; at++) if (matches(patternAt(list, sieve.left[at] ?? 0), text)) return true
  return false
}

function patternAt<T>(list: PatternList<T>, index: number): T {
  const known = list.made[index]
  if (known !== undefined) return known
  const made = list.make(list.values[index] ?? '')
  list.made[index] = made
  return made
}

/** In `${*}` and its like a wildcard is none. */
function needleIn(value: string): string {
  return value.includes('${') ? '' : needleOf(value)
}
