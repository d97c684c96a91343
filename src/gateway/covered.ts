import { type Coverage, coverage } from './describe/index.ts'
import type { GatewayHouse } from './house.ts'

/** What the gateway does with the requests to one service. */
export interface Covered extends Coverage {
  readonly upstream: string
  /** Operations that are not decided, and go on all the same: `--pass-through`. */
  readonly passes: readonly string[]
}

/** What is enforced, what is refused and what passes, of each service that has an upstream. */
export function coveredBy({ settings, upstreams }: Pick<GatewayHouse, 'settings' | 'upstreams'>): readonly Covered[] {
  const { services } = upstreams
  const found = services.length === 0 ? coverage() : coverage(services)
  return found.map(({ service, enforced, refused }) => {
    const passes = Object.keys(refused).filter((name) => passesThrough(settings.passThrough, `${service}:${name}`))
    const left = Object.entries(refused).filter(([name]) => !passes.includes(name))
    const upstream = settings.services.get(service) ?? settings.upstream ?? ''
    return { service, upstream, enforced, refused: Object.fromEntries(left), passes }
  })
}

/** Whether an operation is named among those that pass without a decision. Takes: `s3:SelectObjectContent`. */
export function passesThrough(named: ReadonlySet<string>, operation: string): boolean {
  return named.has(operation) || named.has(`${operation.slice(0, operation.indexOf(':'))}:*`)
}
