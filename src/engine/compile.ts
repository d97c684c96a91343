import { elementHolds, serviceOf, serviceOfPattern } from './action.ts'
import { type Bucket, bucketOf, type Listed, type StatementAt } from './bucket.ts'
import type { Source } from './source.ts'
import { type CompiledStatement, type ConditionCache, compiledStatement } from './statement.ts'

/**
 * The policies of one layer, or of one level of an organization, ready to be asked.
 * A statement is compiled when a request reaches it the first time; nothing but speed depends on it.
 */
export interface CompiledPolicies {
  readonly sources: readonly Source[]
  /** For each statement, counted through all policies: the index of its policy. */
  readonly owners: readonly number[]
  /** For each policy: where its statements begin to count. */
  readonly starts: readonly number[]
  /** Statements by the service of their actions, without case. */
  readonly byService: ReadonlyMap<string, readonly number[]>
  /** Statements for actions of any service. */
  readonly everywhere: readonly number[]
  readonly ready: (CompiledStatement | undefined)[]
  readonly conditions: ConditionCache
  readonly buckets: Map<string, Bucket>
}

/** Compiles policies that count together: those of one layer, or of one level. */
export function compile(sources: readonly Source[]): CompiledPolicies {
  const owners: number[] = []
  const starts: number[] = []
  const byService = new Map<string, number[]>()
  const everywhere: number[] = []
  for (let owner = 0; owner < sources.length; owner++) {
    starts.push(owners.length)
    for (const { action } of sources[owner]?.policy.statements ?? []) {
      const order = owners.length
      owners.push(owner)
      if (action.not || action.patterns.some(isForAll)) everywhere.push(order)
      else for (const pattern of action.patterns) enlist(byService, serviceOfPattern(pattern), order)
    }
  }
  return { sources, owners, starts, byService, everywhere, ready: [], conditions: new Map(), buckets: new Map() }
}

/** Compiles a statement, or gives it compiled. */
export function statementAt(policies: CompiledPolicies, order: number): CompiledStatement | undefined {
  const known = policies.ready[order]
  if (known !== undefined) return known
  const policy = policies.owners[order] ?? 0
  const source = policies.sources[policy]
  const index = order - (policies.starts[policy] ?? 0)
  const statement = source?.policy.statements[index]
  if (source === undefined || statement === undefined) return undefined
  const compiled = compiledStatement({ source, policy, index, statement, order, known: policies.conditions })
  policies.ready[order] = compiled
  return compiled
}

/** All statements, compiled, in order. */
export function allStatements(policies: CompiledPolicies): readonly CompiledStatement[] {
  return policies.owners.map((_, order) => statementAt(policies, order)).filter((statement) => statement !== undefined)
}

const mostBuckets = 1024

/** The statements for an action, sorted by resource. Takes: the action without case. */
export function bucketFor(policies: CompiledPolicies, action: string): Bucket {
  const known = policies.buckets.get(action)
  if (known !== undefined) return known
  const listed = listedFor(policies, action)
  const bucket = alike(policies, listed) ?? bucketOf(listed, statementsOf(policies))
  if (policies.buckets.size >= mostBuckets) policies.buckets.clear()
  policies.buckets.set(action, bucket)
  return bucket
}

/** Apart from `bucketFor`, which would pay for this function at every question. */
function statementsOf(policies: CompiledPolicies): StatementAt {
  return (order) => statementAt(policies, order)
}

function listedFor(policies: CompiledPolicies, action: string): readonly Listed[] {
  const listed: Listed[] = []
  for (const orders of [policies.byService.get(serviceOf(action)) ?? [], policies.everywhere])
    for (const order of orders) {
      const owner = policies.owners[order] ?? 0
      const source = policies.sources[owner]
      const statement = source?.policy.statements[order - (policies.starts[owner] ?? 0)]
      if (source === undefined || statement === undefined || !elementHolds(statement.action, action)) continue
      listed.push({ order, source, statement })
    }
  return listed
}

const mostCompared = 16

/** Actions that the same statements are for share what was worked out of them. */
function alike({ buckets }: CompiledPolicies, listed: readonly Listed[]): Bucket | undefined {
  let compared = 0
  for (const bucket of buckets.values()) {
    if (++compared > mostCompared) return undefined
    const { orders } = bucket
    if (orders.length === listed.length && listed.every(({ order }, index) => order === orders[index])) return bucket
  }
  return undefined
}

function isForAll(pattern: string): boolean {
  return pattern === '*' || pattern === '*:*'
}

function enlist(byService: Map<string, number[]>, service: string, order: number): void {
  const known = byService.get(service)
  if (known === undefined) byService.set(service, [order])
  else if (known[known.length - 1] !== order) known.push(order)
}
