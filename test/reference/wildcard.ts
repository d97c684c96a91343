/** One character of a pattern: itself, or a wildcard that matches any character (`all`) or any but a colon (`part`). */
export interface Sign {
  readonly char: string
  readonly wild: 'no' | 'part' | 'all'
}

/** Text as signs, by code points. */
export function signsOf(text: string, wild: Sign['wild']): readonly Sign[] {
  return [...text].map((char) => ({ char, wild: char === '*' || char === '?' ? wild : 'no' }))
}

/** Whether a pattern covers the whole text. The definition of a wildcard, with a memory so that it ends. */
export function covers(pattern: readonly Sign[], text: string): boolean {
  const chars = [...text]
  const known = new Map<number, boolean>()
  const from = (i: number, j: number): boolean => {
    const key = i * (chars.length + 1) + j
    const before = known.get(key)
    if (before !== undefined) return before
    const answer = step(i, j)
    known.set(key, answer)
    return answer
  }
  const step = (i: number, j: number): boolean => {
    const sign = pattern[i]
    const char = chars[j]
    if (sign === undefined) return char === undefined
    const fits = char !== undefined && (sign.wild === 'all' || (sign.wild === 'part' && char !== ':'))
    if (sign.wild !== 'no' && sign.char === '*') return from(i + 1, j) || (fits && from(i, j + 1))
    if (sign.wild !== 'no') return fits && from(i + 1, j + 1)
    return char === sign.char && from(i + 1, j + 1)
  }
  return from(0, 0)
}
