/** How many texts are remembered, and how long they may be. */
export interface Bounds {
  readonly most: number
  readonly longest: number
}

/** Gives: the same function, which remembers what it gave for the latest texts; of too many it forgets all. */
export function remembering<T>(make: (text: string) => T, { most, longest }: Bounds): (text: string) => T {
  const kept = new Map<string, T>()
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const made = make(text)
    if (text.length > longest) return made
    if (kept.size === most) kept.clear()
    kept.set(text, made)
    return made
  }
}
