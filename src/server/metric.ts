import { Counter, collectDefaultMetrics, Registry } from 'prom-client'
import { Durations } from './duration.ts'

/** What is counted, for Prometheus. */
export interface Metrics {
  /** Takes: `none` for what belongs to no operation that is built; `OK` or the code of the refusal. */
  answered(call: { readonly service: string; readonly operation: string }, code: string, seconds: number): void
  decided(decision: string): void
  /** All numbers in the text format. */
  text(): Promise<string>
  readonly contentType: string
}

export interface MetricsOptions {
  /** Whether the numbers of the process are among them. */
  readonly ofProcess?: boolean
}

/** Counts in maps of its own, which costs a request less; Prometheus's registry is told when it is asked. */
export function createMetrics({ ofProcess = false }: MetricsOptions = {}): Metrics {
  const registers = [new Registry()]
  const [registry = new Registry()] = registers
  if (ofProcess) collectDefaultMetrics({ register: registry })
  const durations = new Durations('cardea_request_duration_seconds', {
    help: 'How long answers took, from the whole request to the whole answer.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  })
  const decisions = new Map<string, number>()
  new Counter({
    name: 'cardea_requests_total',
    help: 'Requests that were answered, by service, operation and code.',
    labelNames: ['service', 'operation', 'code'],
    registers,
    collect() {
      this.reset()
      for (const { call, codes } of durations.all())
        for (const [code, count] of codes) this.inc({ ...call, code }, count)
    },
  })
  new Counter({
    name: 'cardea_decisions_total',
    help: 'Decisions of the policy engine.',
    labelNames: ['decision'],
    registers,
    collect() {
      this.reset()
      for (const [decision, count] of decisions) this.inc({ decision }, count)
    },
  })
  return {
    answered: (call, code, seconds) => durations.add(call, code, seconds),
    decided: (decision) => void decisions.set(decision, (decisions.get(decision) ?? 0) + 1),
    text: async () => `${await registry.metrics()}\n${durations.text()}`,
    contentType: registry.contentType,
  }
}
