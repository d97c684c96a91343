import { actionMatches, type Policy, type PolicyType, parse, positionAt, type Statement } from '#engine'
import { conditionKeyType, serviceActions } from '#models'
import { fitsTemplate } from './arn-template.ts'
import type { ServiceDefinition } from './definition.ts'
import { conditionKeyIn, type OwnServices } from './vocabulary.ts'

/** Something in a policy that will not do what its writer meant. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly code: 'Grammar' | 'UnknownAction' | 'UnknownService' | 'UnknownConditionKey' | 'OtherResource'
  readonly message: string
  readonly line: number
  readonly column: number
  readonly sid?: string
}

interface Checking {
  readonly type: Extract<PolicyType, 'identity' | 'resource'>
  readonly services: OwnServices
  readonly account: string
}

/** Reads a policy beside what services say they have. */
export function findingsIn(text: string, checking: Checking): readonly Finding[] {
  const { policy, problems } = parse(text, checking.type)
  const grammar = problems.map(
    ({ message, detail, line, column }): Finding => ({
      severity: 'error',
      code: 'Grammar',
      message: detail ?? message,
      line,
      column,
    }),
  )
  if (policy === undefined) return grammar
  return [...grammar, ...policy.statements.flatMap((statement) => statementFindings(statement, policy, checking))]
}

function statementFindings(statement: Statement, policy: Policy, { services }: Checking): readonly Finding[] {
  const { line, column } = positionAt(policy.text, statement.start)
  const { sid, action, resource, conditions } = statement
  const at = { line, column, ...(sid === undefined ? {} : { sid }) }
  const found: Finding[] = []
  for (const pattern of action.patterns) {
    const wrong = actionFinding(pattern, services)
    if (wrong !== undefined) found.push({ ...wrong, ...at })
  }
  for (const { key } of conditions) {
    const message = keyFinding(key, action.patterns, services)
    if (message !== undefined) found.push({ severity: 'warning', code: 'UnknownConditionKey', message, ...at })
  }
  for (const arn of resource?.not === false ? resource.patterns : []) {
    const message = resourceFinding(arn, services)
    if (message !== undefined) found.push({ severity: 'warning', code: 'OtherResource', message, ...at })
  }
  return found
}

function actionFinding(
  pattern: string,
  services: OwnServices,
): Pick<Finding, 'severity' | 'code' | 'message'> | undefined {
  if (pattern === '*' || pattern === '*:*') return undefined
  const prefix = pattern.slice(0, Math.max(0, pattern.indexOf(':'))).toLowerCase()
  const own = services.get(prefix)
  const names =
    own === undefined
      ? serviceActions(prefix)?.actions.map(({ action }) => action)
      : [...own.actions.values()].map(({ name }) => `${prefix}:${name}`)
  if (names === undefined)
    return { severity: 'warning', code: 'UnknownService', message: `No service has the prefix ${prefix}.` }
  if (names.some((name) => actionMatches(pattern, name))) return undefined
  const message = `${pattern} is no action of ${prefix}, and fits none.`
  return { severity: 'warning', code: 'UnknownAction', message }
}

function keyFinding(key: string, patterns: readonly string[], services: OwnServices): string | undefined {
  const prefix = key.slice(0, Math.max(0, key.indexOf(':'))).toLowerCase()
  const own = services.get(prefix)
  if (own === undefined)
    return conditionKeyType(key) === undefined ? `No service has the condition key ${key}.` : undefined
  if (conditionKeyIn(own, key) === undefined) return `${prefix} has no condition key ${key}.`
  const meant = actionsFor(patterns, own)
  if (meant.length === 0 || meant.some(({ conditionKeys }) => isAmong(key, conditionKeys))) return undefined
  return `None of the statement's actions of ${prefix} has the condition key ${key}.`
}

function actionsFor(patterns: readonly string[], { prefix, actions }: ServiceDefinition) {
  return [...actions.values()].filter(({ name }) => patterns.some((one) => actionMatches(one, `${prefix}:${name}`)))
}

function isAmong(key: string, keys: readonly string[]): boolean {
  return keys.some((name) => {
    const at = name.indexOf('${')
    const [one, other] = [name.toLowerCase(), key.toLowerCase()]
    return at < 0 ? one === other : other.startsWith(one.slice(0, at))
  })
}

/** A resource without wildcards and variables must have a form that the service has. */
function resourceFinding(arn: string, services: OwnServices): string | undefined {
  const own = services.get(arn.split(':', 3)[2] ?? '')
  if (own === undefined || /[*?]|\$\{/.test(arn)) return undefined
  if ([...own.resourceTypes.values()].some((type) => fitsTemplate(type.arn, arn))) return undefined
  return `${arn} has the form of no resource of ${own.prefix}.`
}
