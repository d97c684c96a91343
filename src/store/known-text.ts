import type { KeptText } from './entity.ts'

const dayLength = 86_400_000
const mostKnown = 100_000

/**
 * Which texts are written already, so that they are not written again.
 * Each is written anew once a day while it is referred to, which tells how long it is needed.
 */
export class KnownTexts {
  #day = -1
  #known = new Set<string>()
  #begun: string[] = []

  /** Begins to note what one unit of work writes. */
  begin(): void {
    this.#begun = []
  }

  /** What the unit of work wrote; to be told to `settle` when it is committed. */
  end(): readonly string[] {
    const written = this.#begun
    this.#begun = []
    return written
  }

  settle(written: readonly string[]): void {
    for (const ref of written) this.#known.add(ref)
  }

  /** Adds to `missing` a text and what it refers to, as far as they are not written. */
  gather(text: KeptText, at: number, missing: Map<string, string>): void {
    const day = dayOf(at)
    if (day > this.#day || this.#known.size >= mostKnown) {
      this.#day = Math.max(day, this.#day)
      this.#known = new Set()
    }
    if (this.#known.has(text.ref) || missing.has(text.ref)) return
    missing.set(text.ref, text.text)
    for (const part of text.parts ?? []) this.gather(part, at, missing)
  }

  wrote(refs: Iterable<string>): void {
    this.#begun.push(...refs)
  }
}

/** The day of a moment, counted from 1970. */
export function dayOf(at: number): number {
  return Math.floor(at / dayLength)
}
