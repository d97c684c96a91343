import { conditionsHold } from './condition.ts'
import type { Scope } from './context.ts'
import type { Statement } from './policy.ts'
import { below, type PrefixTree, plant, prefixTree } from './prefix-tree.ts'
import { direct } from './principal.ts'
import { type ResourceRules, type Rest, resourcePatterns } from './resource.ts'
import { fewestSifted, sieveOf, sift } from './sieve.ts'
import type { Source } from './source.ts'
import { type CompiledStatement, principalStrength, resourceHolds } from './statement.ts'
import { yes } from './truth.ts'

/** The statements for one action, sorted by effect and by what their resources begin with. */
export interface Bucket {
  /** The statements it has. */
  readonly orders: readonly number[]
  readonly deny: Branch
  readonly allow: Branch
}

/** Gives: the statement of an order, compiled. */
export type StatementAt = (order: number) => CompiledStatement | undefined

interface Branch {
  readonly empty: boolean
  /** Whether a statement is of a managed policy, which a denial names (rule M-3). */
  readonly named: boolean
  /** Statements for every resource, `*` among them. */
  readonly always: readonly CompiledStatement[]
  /** Statements with `NotResource`. */
  readonly except: readonly CompiledStatement[]
  readonly tree: PrefixTree<Leaf>
  readonly statementAt: StatementAt
}

interface Leaf {
  readonly order: number
  /** The length of the only resource that matches; absent where there may be several. */
  readonly length: number | undefined
  /** Absent where the place in the tree says all. */
  readonly rest: Rest | undefined
  /** Compiled when it is reached. */
  statement: CompiledStatement | undefined
}

/** A statement before it is compiled, and where it stands. */
export interface Listed {
  readonly order: number
  readonly source: Source
  readonly statement: Statement
}

/** Takes: the statements for one action. */
export function bucketOf(listed: readonly Listed[], statementAt: StatementAt): Bucket {
  return {
    orders: listed.map(({ order }) => order),
    deny: branchOf(
      listed.filter(({ statement }) => statement.effect === 'Deny'),
      statementAt,
    ),
    allow: branchOf(
      listed.filter(({ statement }) => statement.effect === 'Allow'),
      statementAt,
    ),
  }
}

function branchOf(listed: readonly Listed[], statementAt: StatementAt): Branch {
  const always: CompiledStatement[] = []
  const except: CompiledStatement[] = []
  const tree = prefixTree<Leaf>()
  for (const { order, source, statement } of listed) {
    const { resource } = statement
    if (resource !== undefined && !resource.not && !resource.patterns.includes('*')) {
      const variables = source.policy.version === '2012-10-17'
      plantAll(tree, order, { patterns: resource.patterns, rules: { type: source.policy.type, variables } })
      continue
    }
    const compiled = statementAt(order)
    if (compiled !== undefined) (resource?.not === true ? except : always).push(compiled)
  }
  // Statements without conditions answer soonest.
  always.sort((left, right) => left.conditions.length - right.conditions.length)
  const named = listed.some(({ source }) => source.arn !== undefined)
  return { empty: listed.length === 0, named, always, except, tree, statementAt }
}

function plantAll(
  tree: PrefixTree<Leaf>,
  order: number,
  { patterns, rules }: { readonly patterns: readonly string[]; readonly rules: ResourceRules },
): void {
  for (const entry of new Set(patterns))
    for (const pattern of resourcePatterns(entry, rules)) {
      const { prefix, exact, rest } = pattern
      plant(tree, prefix, { order, length: exact ? prefix.length : undefined, rest, statement: undefined })
    }
}

/** Gives: a Deny that matches; the first of them where a denial may name its policy. */
export function denyIn({ deny }: Bucket, scope: Scope): CompiledStatement | undefined {
  if (deny.empty) return undefined
  let found: CompiledStatement | undefined
  for (let index = 0; index < deny.always.length; index++) {
    const statement = deny.always[index]
    if (statement === undefined || isLater(statement, found) || given(statement, scope) === 0) continue
    if (!deny.named) return statement
    found = statement
  }
  for (let index = 0; index < deny.except.length; index++) {
    const statement = deny.except[index]
    if (statement === undefined || isLater(statement, found)) continue
    if (resourceHolds(statement, scope) !== yes || given(statement, scope) === 0) continue
    if (!deny.named) return statement
    found = statement
  }
  return denyInTree(deny, scope, found)
}

function denyInTree(
  { tree, named, statementAt }: Branch,
  scope: Scope,
  before: CompiledStatement | undefined,
): CompiledStatement | undefined {
  const { resource } = scope.request
  let found = before
  if (resource === '*') return found
  let at = 0
  for (let node: PrefixTree<Leaf> | undefined = tree; node !== undefined; node = below(node, resource, at)) {
    at += node.label.length
    const count = leavesLeft(node, resource, at)
    for (let index = 0; index < count; index++) {
      const leaf = node.values[node.sieve?.left[index] ?? index]
      if (leaf === undefined || isLater(leaf, found) || !leafHolds(leaf, scope)) continue
      const statement = reached(leaf, statementAt)
      if (statement === undefined || given(statement, scope) === 0) continue
      if (!named) return statement
      found = statement
    }
  }
  return found
}

function isLater({ order }: { readonly order: number }, found: CompiledStatement | undefined): boolean {
  return found !== undefined && order >= found.order
}

/** Gives: the strengths of all Allows that match, as bits; `direct` at once for types without principals. */
export function allowIn({ allow }: Bucket, scope: Scope): number {
  if (allow.empty) return 0
  let strengths = 0
  for (let index = 0; index < allow.always.length; index++) {
    const statement = allow.always[index]
    if (statement === undefined) continue
    strengths |= given(statement, scope)
    if (enough(strengths)) return strengths
  }
  for (let index = 0; index < allow.except.length; index++) {
    const statement = allow.except[index]
    if (statement === undefined || resourceHolds(statement, scope) !== yes) continue
    strengths |= given(statement, scope)
    if (enough(strengths)) return strengths
  }
  return allowInTree(allow, scope, strengths)
}

function allowInTree({ tree, statementAt }: Branch, scope: Scope, start: number): number {
  const { resource } = scope.request
  let strengths = start
  if (resource === '*') return strengths
  let at = 0
  for (let node: PrefixTree<Leaf> | undefined = tree; node !== undefined; node = below(node, resource, at)) {
    at += node.label.length
    const count = leavesLeft(node, resource, at)
    for (let index = 0; index < count; index++) {
      const leaf = node.values[node.sieve?.left[index] ?? index]
      if (leaf === undefined || !leafHolds(leaf, scope)) continue
      const statement = reached(leaf, statementAt)
      if (statement !== undefined) strengths |= given(statement, scope)
      if (enough(strengths)) return strengths
    }
  }
  return strengths
}

/** Gives: how many leaves of a node may match: the first ones, or those that its sieve left. */
function leavesLeft(node: PrefixTree<Leaf>, resource: string, at: number): number {
  const { values } = node
  if (values.length < fewestSifted) return values.length
  node.sieve ??= sieveOf(values.map(({ rest }) => rest?.needle ?? ''))
  return sift(node.sieve, resource, at)
}

/** A direct grant cannot be improved on: whatever the others give, it decides. */
function enough(strengths: number): boolean {
  return (strengths & direct) !== 0
}

function leafHolds({ length, rest }: Leaf, scope: Scope): boolean {
  const { resource } = scope.request
  if (length !== undefined) return resource.length === length
  return rest === undefined || rest.matches(resource, scope) === yes
}

function reached(leaf: Leaf, statementAt: StatementAt): CompiledStatement | undefined {
  leaf.statement ??= statementAt(leaf.order)
  return leaf.statement
}

/** What principal and conditions give when action and resource match. */
function given(statement: CompiledStatement, scope: Scope): number {
  const strength = principalStrength(statement, scope)
  if (strength === 0) return 0
  return conditionsHold(statement.conditions, scope) ? strength : 0
}
