/**
 * Does work together, once what is at hand was heard.
 * Cost: each sending wakes whoever waits for it; many in a row wake it once. One that is alone is done as soon as nothing else
 *   is to be heard.
 */
export class Batch {
  #waiting: (() => void)[] = []

  /** Takes: work that throws nothing. */
  later(work: () => void): void {
    this.#waiting.push(work)
    if (this.#waiting.length === 1) setImmediate(() => this.#doAll())
  }

  #doAll(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const work of waiting) work()
  }
}
