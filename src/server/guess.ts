/** Milliseconds after which a wrong guess does not count any more. */
const forgetting = 300_000
/** So many wrong guesses count before nothing more is heard. */
const most = 10
/** Of so many somebodies guesses are counted before those that do not count any more are forgotten. */
const many = 10_000

/** Counts what somebody guesses wrong, so that nobody can try all that there is. */
export class Guesses {
  /** When nothing of somebody counts any more, in milliseconds since 1970. */
  readonly #until = new Map<string, number>()

  /** Counts a guess as wrong before it is looked at. Gives: `false` when there were too many, and it is not to be. */
  take(id: string, now: number): boolean {
    const until = Math.max(this.#until.get(id) ?? 0, now) + forgetting
    if (until - now > most * forgetting) return false
    if (this.#until.size >= many) this.#forget(now)
    this.#until.set(id, until)
    return true
  }

  /** Forgets the wrong guesses of somebody who guessed right. */
  right(id: string): void {
    this.#until.delete(id)
  }

  #forget(now: number): void {
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id)
  }
}
