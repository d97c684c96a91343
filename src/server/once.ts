/** Remembers what was used, until a moment after which it is refused for its age. */
export class Once {
  /** So many are remembered at most; then nothing new is taken until one is forgotten. */
  readonly #most: number
  readonly #used = new Map<string, number>()

  constructor(most = 100_000) {
    this.#most = most
  }

  /** Gives: `false` for what was used before, and for what there is no room to remember. Takes: milliseconds since 1970. */
  take(id: string, until: number, now: number): boolean {
    if (this.#used.has(id)) return false
    if (this.#used.size >= this.#most) this.#forget(now)
    if (this.#used.size >= this.#most) return false
    this.#used.set(id, until)
    return true
  }

  #forget(now: number): void {
    for (const [id, until] of this.#used) if (until < now) this.#used.delete(id)
  }
}
