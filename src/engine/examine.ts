import { actionName, elementHolds } from './action.ts'
import { conditionHolds } from './condition.ts'
import { contextValue, type Doubt, type Scope } from './context.ts'
import type { ConditionExplanation, FailedElement, Matching } from './explanation.ts'
import type { Element } from './policy.ts'
import { type CompiledStatement, principalStrength, resourceHolds } from './statement.ts'
import { and, no, type Truth, unknown, yes } from './truth.ts'
import { filled, isVariable, templateOf, textOf } from './variable.ts'

/** How one statement fared, element by element. */
export interface Examined {
  readonly statement: CompiledStatement
  readonly truth: Truth
  /** How it names the caller, as bits. */
  readonly strength: number
  readonly failed: FailedElement | undefined
  readonly conditions: readonly ConditionExplanation[]
  /** The unknown keys on which it depends. */
  readonly needs: readonly string[]
}

/** Holds a statement against a request without the index, and keeps what it sees. */
export function examine(statement: CompiledStatement, scope: Scope): Examined {
  const strength = principalStrength(statement, scope)
  const failed = failedElement(statement, scope, strength)
  if (failed !== undefined) return { statement, truth: no, strength, failed, conditions: [], needs: [] }
  scope.doubt?.asked.clear()
  const resource = resourceHolds(statement, scope)
  const conditions = statement.conditions.map((condition) => conditionHolds(condition, scope))
  const truth = conditions.reduce<Truth>(and, resource)
  const needs = truth === unknown ? askedOf(scope.doubt) : []
  const lines = statement.conditions.map((condition, index) =>
    explained(condition, conditions[index] ?? no, { scope, version: statement.source.policy.version }),
  )
  const line = lines.find(({ holds }) => holds === 'no')
  return {
    statement,
    truth,
    strength,
    failed: line && { element: 'Condition', wanted: shownActual(line), patterns: [`${line.operator} ${line.key}`] },
    conditions: lines,
    needs,
  }
}

export function matchingOf(truth: Truth): Matching {
  return truth === yes ? 'yes' : truth === no ? 'no' : 'unknown'
}

function askedOf(doubt: Doubt | undefined): readonly string[] {
  return [...(doubt?.asked.values() ?? [])]
}

/** Gives: the first of principal, action and resource that does not match. */
function failedElement(compiled: CompiledStatement, scope: Scope, strength: number): FailedElement | undefined {
  const { request } = scope
  const { principal, action, resource } = compiled.statement
  if (strength === 0)
    return {
      element: principal?.not === true ? 'NotPrincipal' : 'Principal',
      wanted: callerOf(scope),
      patterns: (principal?.entries ?? []).map(({ kind, value }) => (kind === '*' ? value : `${kind}: ${value}`)),
    }
  if (!elementHolds(action, actionName(request.action))) return elementFailed('Action', action, request.action)
  if (resource === undefined || resourceHolds(compiled, scope) !== no) return undefined
  const patterns =
    compiled.source.policy.version === '2012-10-17'
      ? resource.patterns.map((pattern) => shownPattern(pattern, scope))
      : resource.patterns
  return elementFailed('Resource', { not: resource.not, patterns }, request.resource)
}

/** A pattern with its variables filled in, or with the names of those that have no value. */
function shownPattern(pattern: string, scope: Scope): string {
  const shown = withVariables(pattern, scope)
  if (shown !== null) return shown
  const missing = templateOf(pattern, true)
    .pieces.filter(isVariable)
    .filter((variable) => typeof textOf(variable, scope) !== 'string')
  return `${pattern} (no value for ${missing.map(({ key }) => key.written).join(', ')})`
}

function elementFailed(name: 'Action' | 'Resource', { not, patterns }: Element, wanted: string): FailedElement {
  return { element: not ? `Not${name}` : name, wanted, patterns }
}

function callerOf({ request: { principal } }: Scope): string {
  if ('arn' in principal) return principal.arn
  if (principal.type === 'service') return principal.service
  return principal.type === 'anonymous' ? 'anonymous' : principal.provider
}

function explained(
  { line, key, operator }: CompiledStatement['conditions'][number],
  truth: Truth,
  { scope, version }: { readonly scope: Scope; readonly version: string },
): ConditionExplanation {
  const hasVariables = version === '2012-10-17' && /String|Arn/.test(operator.name)
  const actual = contextValue(scope, key)
  return {
    operator: line.operator,
    key: line.key,
    values: line.values.map((value) => (hasVariables ? withVariables(value, scope) : value)),
    ...(actual === undefined ? {} : { actual }),
    holds: matchingOf(truth),
  }
}

/** Longest text of a value that is shown. */
const longestShown = 4096

function withVariables(value: string, scope: Scope): string | null {
  const template = templateOf(value, true)
  if (!template.open) return value
  const runs = filled(template, scope)
  if (runs === no || runs === unknown) return null
  let shown = ''
  for (const { text } of runs) if (shown.length < longestShown) shown += text
  return shown
}

function shownActual({ actual }: ConditionExplanation): string {
  if (actual === undefined) return '(absent)'
  return typeof actual === 'string' ? actual : JSON.stringify(actual)
}
