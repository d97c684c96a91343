import { serviceOf, servicesOf } from './action.ts'
import { type Bucket, bucketOf } from './bucket.ts'
import type { Source } from './source.ts'
import { type CompiledStatement, compiledStatement } from './statement.ts'

/**
 * The policies of one layer, or of one level of an organization, ready to be asked.
 * Cost: what is asked about one action is sorted by resource when it is asked the first time.
 */
export interface CompiledPolicies {
  readonly sources: readonly Source[]
  readonly statements: readonly CompiledStatement[]
  /** Statements by the service of their actions. */
  readonly byService: ReadonlyMap<string, readonly CompiledStatement[]>
  /** Statements for actions of any service. */
  readonly everywhere: readonly CompiledStatement[]
  /** Worked out as actions are asked about; nothing but speed depends on it. */
  readonly buckets: Map<string, Bucket>
}

/** Compiles policies that count together: those of one layer, or of one level. */
export function compile(sources: readonly Source[]): CompiledPolicies {
  let order = 0
  const statements = sources.flatMap((source, policy) =>
    source.policy.statements.map((statement, index) =>
      compiledStatement({ source, policy, index, statement, order: order++ }),
    ),
  )
  const byService = new Map<string, CompiledStatement[]>()
  const everywhere: CompiledStatement[] = []
  for (const statement of statements) {
    const services = servicesOf(statement.action)
    if (services === undefined) everywhere.push(statement)
    else for (const service of services) listed(byService, service).push(statement)
  }
  return { sources, statements, byService, everywhere, buckets: new Map() }
}

const mostBuckets = 1024

/** The statements for an action, sorted by resource. Takes: the action without case. */
export function bucketFor(policies: CompiledPolicies, action: string): Bucket {
  const known = policies.buckets.get(action)
  if (known !== undefined) return known
  const candidates = policies.byService.get(serviceOf(action)) ?? []
  const bucket = bucketOf(candidates, policies.everywhere, action)
  if (policies.buckets.size >= mostBuckets) policies.buckets.clear()
  policies.buckets.set(action, bucket)
  return bucket
}

function listed(byService: Map<string, CompiledStatement[]>, service: string): CompiledStatement[] {
  const known = byService.get(service)
  if (known !== undefined) return known
  const list: CompiledStatement[] = []
  byService.set(service, list)
  return list
}
