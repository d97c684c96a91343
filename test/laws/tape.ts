/**
 * A row of bytes that is spent on choices. A generated value is a function of its tape, so that a failing one
 * becomes smaller when its bytes do: the first of any choice is the plainest.
 */
export class Tape {
  #at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** A whole number below `limit`, which is at most 256. */
  below(limit: number): number {
    const byte = this.#bytes[this.#at] ?? 0
    this.#at += 1
    return byte % limit
  }

  /** True once in `times`, on average. */
  once(times: number): boolean {
    return this.below(times) === times - 1
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0]
  }

  /** Between `least` and `most` items. */
  list<Item>(least: number, most: number, make: () => Item): Item[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make)
  }

  shuffle<Item>(items: readonly Item[]): Item[] {
    const rest = [...items]
    const mixed: Item[] = []
    while (rest.length > 0) mixed.push(...rest.splice(this.below(rest.length), 1))
    return mixed
  }
}
