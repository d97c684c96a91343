import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

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

export function createMetrics({ ofProcess = false }: MetricsOptions = {}): Metrics {
  const registers = [new Registry()]
  const [registry = new Registry()] = registers
  if (ofProcess) collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'cardea_requests_total',
    help: 'Requests that were answered, by service, operation and code.',
    labelNames: ['service', 'operation', 'code'],
    registers,
  })
  const durations = new Histogram({
    name: 'cardea_request_duration_seconds',
    help: 'How long answers took, from the whole request to the whole answer.',
    labelNames: ['service', 'operation'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  })
  const decisions = new Counter({
    name: 'cardea_decisions_total',
    help: 'Decisions of the policy engine.',
    labelNames: ['decision'],
    registers,
  })
  return {
    answered({ service, operation }, code, seconds) {
      requests.inc({ service, operation, code })
      durations.observe({ service, operation }, seconds)
    },
    decided: (decision) => decisions.inc({ decision }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
