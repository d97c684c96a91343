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
    const named = [
      ...Object.keys(refused),
      ...enforced.filter((name) => settings.passThrough.has(`${service}:${name}`)),
    ]
    const passes = named.filter((name) => passesThrough(settings.passThrough, `${service}:${name}`))
    const left = Object.entries(refused).filter(([name]) => !passes.includes(name))
    const upstream = settings.services.get(service) ?? settings.upstream ?? ''
    return { service, upstream, enforced, refused: Object.fromEntries(left), passes }
  })
}

/**
 * Whether calls of an operation that cannot be described pass without a decision.
 * Takes: `s3:SelectObjectContent`. A `*` names the operations of which no call can be described: of another, whoever calls
 *   could choose to make one that cannot.
 */
export function passesThrough(named: ReadonlySet<string>, operation: string): boolean {
  if (named.has(operation)) return true
  const at = operation.indexOf(':')
  const service = operation.slice(0, at)
  return named.has(`${service}:*`) && Object.hasOwn(refusedOf(service), operation.slice(at + 1))
}

const refusedByService = new Map<string, Coverage['refused']>()

function refusedOf(service: string): Coverage['refused'] {
  const known = refusedByService.get(service) ?? coverage([service])[0]?.refused ?? {}
  refusedByService.set(service, known)
  return known
}
