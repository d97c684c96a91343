import { type Condition, conditionOf } from './condition.ts'
import type { Scope } from './context.ts'
import type { ConditionLine, Element, Statement } from './policy.ts'
import { direct, type PrincipalTest, principalTest, strengthOf } from './principal.ts'
import { type ResourcePattern, type ResourceRules, resourcePatterns } from './resource.ts'
import { exactly } from './scan.ts'
import type { Source } from './source.ts'
import { no, not, or, type Truth, yes } from './truth.ts'

/** A statement, compiled. */
export interface CompiledStatement {
  readonly source: Source
  /** Index of its policy among the sources, and its own in the policy. */
  readonly policy: number
  readonly index: number
  readonly statement: Statement
  /** Its place among all statements that are compiled together. */
  readonly order: number
  readonly deny: boolean
  /** Absent where the type has no principals; in a type that has them, its absence matches nobody (rule P-11). */
  readonly principal: PrincipalTest | undefined
  readonly forEveryone: boolean
  /** Absent where the element is absent, which covers the resource the policy is attached to (rule R-13). */
  readonly resource: ResourceTest | undefined
  readonly conditions: readonly Condition[]
}

export interface ResourceTest {
  readonly not: boolean
  /** Whether an entry is `*`, the only one that covers the resource `*` (rule R-3). */
  readonly all: boolean
  readonly patterns: readonly ResourcePattern[]
}

/** Takes: a statement and where it stands. */
export function compiledStatement(place: {
  readonly source: Source
  readonly policy: number
  readonly index: number
  readonly statement: Statement
  readonly order: number
  readonly known: ConditionCache
}): CompiledStatement {
  const { source, policy, index, statement, order, known } = place
  const { type, version } = source.policy
  const variables = version === '2012-10-17'
  const conditions = conditionsOf(statement.conditions, variables, known)
  return {
    source,
    policy,
    index,
    statement,
    order,
    deny: statement.effect === 'Deny',
    principal: statement.principal && principalTest(statement.principal),
    forEveryone: !hasPrincipals(type),
    resource: statement.resource && resourceTest(statement.resource, { type, variables }),
    conditions,
  }
}

/** Conditions that were compiled already, by operator, key and value: statements say the same things over and over. */
export type ConditionCache = Map<string, Map<string, Map<string, Condition>>>

function conditionsOf(
  lines: readonly ConditionLine[],
  variables: boolean,
  known: ConditionCache,
): readonly Condition[] {
  if (lines.length === 0) return none
  return exactly(
    lines.map((line) => sharedCondition(line, variables, known)).filter((condition) => condition !== undefined),
  )
}

const none: readonly Condition[] = []

function sharedCondition(line: ConditionLine, variables: boolean, known: ConditionCache): Condition | undefined {
  const [value] = line.values
  if (value === undefined || line.values.length > 1) return conditionOf(line, variables)
  const byValue = within(within(known, variables ? line.operator : `2008 ${line.operator}`), line.key)
  const shared = byValue.get(value)
  if (shared !== undefined) return shared
  const condition = conditionOf(line, variables)
  if (condition !== undefined) byValue.set(value, condition)
  return condition
}

function within<T>(known: Map<string, Map<string, T>>, name: string): Map<string, T> {
  const found = known.get(name)
  if (found !== undefined) return found
  const fresh = new Map<string, T>()
  known.set(name, fresh)
  return fresh
}

/** Whether policies of a type name principals (section 1). */
function hasPrincipals(type: Source['policy']['type']): boolean {
  return type === 'resource' || type === 'trust' || type === 'rcp' || type === 'vpcEndpoint'
}

function resourceTest({ not, patterns }: Element, rules: ResourceRules): ResourceTest {
  if (patterns.includes('*')) return { not, all: true, patterns: [] }
  return { not, all: false, patterns: [...new Set(patterns)].flatMap((entry) => resourcePatterns(entry, rules)) }
}

/** How the statement names the caller, as bits; `direct` where statements have no principals. */
export function principalStrength(statement: CompiledStatement, scope: Scope): number {
  if (statement.forEveryone) return direct
  if (statement.principal === undefined) return 0
  return strengthOf(statement.principal, scope.request.principal, statement.deny && scope.bounded)
}

/** Whether the resource element covers the request's resource. */
export function resourceHolds({ resource: test }: CompiledStatement, scope: Scope): Truth {
  if (test === undefined) return yes
  const { resource } = scope.request
  if (resource === '*') return test.not !== test.all ? yes : no
  let truth: Truth = test.all ? yes : no
  for (const pattern of test.patterns) {
    if (truth === yes) break
    if (mayMatch(pattern, resource)) truth = or(truth, pattern.rest?.matches(resource, scope) ?? yes)
  }
  return test.not ? not(truth) : truth
}

function mayMatch({ prefix, exact }: ResourcePattern, resource: string): boolean {
  return resource.startsWith(prefix) && (!exact || resource.length === prefix.length)
}
