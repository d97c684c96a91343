import type { Scope } from './context.ts'
import { below, type PrefixTree, plant, prefixTree } from './prefix-tree.ts'
import { direct } from './principal.ts'
import type { ResourcePattern } from './resource.ts'
import { fewestSifted, sieveOf, sift } from './sieve.ts'
import { type CompiledStatement, conditionElementHolds, principalStrength, resourceHolds } from './statement.ts'
import { yes } from './truth.ts'

/** The statements for one action, sorted by effect and by what their resources begin with. */
export interface Bucket {
  readonly deny: Branch
  readonly allow: Branch
}

interface Branch {
  readonly empty: boolean
  /** Whether a statement is of a managed policy, which a denial names (rule M-3). */
  readonly named: boolean
  /** Statements for every resource, `*` among them. */
  readonly always: readonly CompiledStatement[]
  /** Statements with `NotResource`. */
  readonly except: readonly CompiledStatement[]
  readonly tree: PrefixTree<Leaf>
}

interface Leaf {
  readonly statement: CompiledStatement
  readonly pattern: ResourcePattern
}

/** Takes: the statements for one action. */
export function bucketOf(statements: readonly CompiledStatement[]): Bucket {
  return {
    deny: branchOf(statements.filter(({ deny }) => deny)),
    allow: branchOf(statements.filter(({ deny }) => !deny)),
  }
}

function branchOf(statements: readonly CompiledStatement[]): Branch {
  const always: CompiledStatement[] = []
  const except: CompiledStatement[] = []
  const tree = prefixTree<Leaf>()
  for (const statement of statements) {
    const { resource } = statement
    if (resource === undefined || (resource.all && !resource.not)) always.push(statement)
    else if (resource.not) except.push(statement)
    else for (const pattern of resource.patterns) plant(tree, pattern.prefix, { statement, pattern })
  }
  // Statements without conditions answer soonest.
  always.sort((left, right) => left.conditions.length - right.conditions.length)
  const named = statements.some(({ source }) => source.arn !== undefined)
  return { empty: statements.length === 0, named, always, except, tree }
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
  { tree, named }: Branch,
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
      if (leaf === undefined || isLater(leaf.statement, found) || leafGiven(leaf, scope) === 0) continue
      if (!named) return leaf.statement
      found = leaf.statement
    }
  }
  return found
}

function isLater({ order }: CompiledStatement, found: CompiledStatement | undefined): boolean {
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
  return allowInTree(allow.tree, scope, strengths)
}

function allowInTree(tree: PrefixTree<Leaf>, scope: Scope, start: number): number {
  const { resource } = scope.request
  let strengths = start
  if (resource === '*') return strengths
  let at = 0
  for (let node: PrefixTree<Leaf> | undefined = tree; node !== undefined; node = below(node, resource, at)) {
    at += node.label.length
    const count = leavesLeft(node, resource, at)
    for (let index = 0; index < count; index++) {
      const leaf = node.values[node.sieve?.left[index] ?? index]
      if (leaf === undefined) continue
      strengths |= leafGiven(leaf, scope)
      if (enough(strengths)) return strengths
    }
  }
  return strengths
}

/** Gives: how many leaves of a node may match: the first ones, or those that its sieve left. */
function leavesLeft(node: PrefixTree<Leaf>, resource: string, at: number): number {
  const { values } = node
  if (values.length < fewestSifted) return values.length
  node.sieve ??= sieveOf(values.map(({ pattern }) => pattern.needle))
  return sift(node.sieve, resource, at)
}

/** A direct grant cannot be improved on: whatever the others give, it decides. */
function enough(strengths: number): boolean {
  return (strengths & direct) !== 0
}

function leafGiven({ statement, pattern }: Leaf, scope: Scope): number {
  const { resource } = scope.request
  if (pattern.exact ? resource.length !== pattern.prefix.length : pattern.matches(resource, scope) !== yes) return 0
  return given(statement, scope)
}

/** What principal and conditions give when action and resource match. */
function given(statement: CompiledStatement, scope: Scope): number {
  const strength = principalStrength(statement, scope)
  if (strength === 0) return 0
  return conditionElementHolds(statement, scope) === yes ? strength : 0
}
