/** What is counted by. */
export interface Labels {
  readonly service: string
  readonly operation: string
}

/** What came of one operation so far. */
export interface Tally {
  readonly call: Labels
  /** How often it was answered with each code. */
  readonly codes: Map<string, number>
  /** How many answers took at most as long as each bucket says, and longer than the one before it says. */
  readonly within: number[]
  sum: number
  count: number
}

interface Described {
  readonly help: string
  /** Seconds, rising. */
  readonly buckets: readonly number[]
}

/** A histogram of how long answers took, by operation, with their codes. */
export class Durations {
  readonly #name: string
  readonly #described: Described
  readonly #services = new Map<string, Map<string, Tally>>()

  constructor(name: string, described: Described) {
    this.#name = name
    this.#described = described
  }

  add(call: Labels, code: string, seconds: number): void {
    const tally = this.#services.get(call.service)?.get(call.operation) ?? this.#begin(call)
    tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1)
    tally.sum += seconds
    tally.count += 1
    const bucket = this.#described.buckets.findIndex((most) => seconds <= most)
    if (bucket >= 0) tally.within[bucket] = (tally.within[bucket] ?? 0) + 1
  }

  all(): readonly Tally[] {
    return [...this.#services.values()].flatMap((byOperation) => [...byOperation.values()])
  }

  /** The histogram in the text format of Prometheus. */
  text(): string {
    const name = this.#name
    const lines = this.all().flatMap((tally) => {
      const labels = `service="${tally.call.service}",operation="${tally.call.operation}"`
      let soFar = 0
      const buckets = this.#described.buckets.map((most, index) => {
        soFar += tally.within[index] ?? 0
        return `${name}_bucket{le="${most}",${labels}} ${soFar}`
      })
      const all = `${name}_bucket{le="+Inf",${labels}} ${tally.count}`
      return [...buckets, all, `${name}_sum{${labels}} ${tally.sum}`, `${name}_count{${labels}} ${tally.count}`]
    })
    return [`# HELP ${name} ${this.#described.help}`, `# TYPE ${name} histogram`, ...lines, ''].join('\n')
  }

  #begin(call: Labels): Tally {
    const tally = { call, codes: new Map(), within: this.#described.buckets.map(() => 0), sum: 0, count: 0 }
    const byOperation = this.#services.get(call.service) ?? new Map<string, Tally>()
    this.#services.set(call.service, byOperation.set(call.operation, tally))
    return tally
  }
}
