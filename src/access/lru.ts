/** Remembers so many values; the one that was not asked for longest is forgotten first. */
export class Lru<Value> {
  readonly #known = new Map<string, Value>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#known.size
  }

  get(key: string): Value | undefined {
    const value = this.#known.get(key)
    if (value === undefined) return undefined
    this.#known.delete(key)
    this.#known.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.#known.delete(key)
    this.#known.set(key, value)
    if (this.#known.size <= this.#most) return
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest)
      return
    }
  }

  delete(key: string): void {
    this.#known.delete(key)
  }
}
