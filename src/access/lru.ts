/** Remembers so many values; the one that was not asked for longest is forgotten first. */
export class Lru<Value> {
  readonly #known = new Map<string, Value>()
  readonly #most: number
  /** The key that was asked for last; mostly it is asked for again. */
  #newest: string | undefined

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#known.size
  }

  get(key: string): Value | undefined {
    const value = this.#known.get(key)
    if (value === undefined || key === this.#newest) return value
    this.#renew(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.#renew(key, value)
    if (this.#known.size <= this.#most) return
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest)
      return
    }
  }

  delete(key: string): void {
    this.#known.delete(key)
  }

  #renew(key: string, value: Value): void {
    this.#known.delete(key)
    this.#known.set(key, value)
    this.#newest = key
  }
}
