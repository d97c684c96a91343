/**
 * The candidate that takes the fewest edits to become `word`.
 * Gives: `undefined` when there are no candidates.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly edits: number } | undefined
  for (const name of candidates) {
    const edits = distance(word.toLowerCase(), name.toLowerCase())
    if (best === undefined || edits < best.edits) best = { name, edits }
  }
  return best?.name
}

/** Edits between two words, where exchanging two neighbouring letters is one edit. Words are cut at 100 letters. */
function distance(from: string, to: string): number {
  const [a, b] = [from.slice(0, 100), to.slice(0, 100)]
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const now = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      const choices = [(last[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + same]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) choices.push((beforeLast[column - 2] ?? 0) + 1)
      now.push(Math.min(...choices))
    }
    beforeLast = last
    last = now
  }
  return last[b.length] ?? 0
}
