/** Remembers so many values, or values of so much weight; the one that was not asked for longest is forgotten first. */
export class Lru<Value> {
  readonly #known = new Map<string, Value>()
  readonly #most: number
  readonly #weigh: (key: string, value: Value) => number
  #weight = 0
  /** The key that was asked for last; mostly it is asked for again. */
  #newest: string | undefined

  /** Takes: what a value weighs, always the same; absent: each weighs one. */
  constructor(most: number, weigh: (key: string, value: Value) => number = () => 1) {
    this.#most = most
    this.#weigh = weigh
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
    this.delete(key)
    this.#renew(key, value)
    this.#weight += this.#weigh(key, value)
    for (const oldest of this.#known.keys()) {
      if (this.#weight <= this.#most) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const value = this.#known.get(key)
    if (value === undefined) return
    this.#known.delete(key)
    this.#weight -= this.#weigh(key, value)
  }

  #renew(key: string, value: Value): void {
    this.#known.delete(key)
    this.#known.set(key, value)
    this.#newest = key
  }
}
