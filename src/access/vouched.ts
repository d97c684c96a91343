import { type ConditionExplanation, explain, type Layers, type Request, type StatementExplanation } from '#engine'
import { Fault } from '#protocol'

/**
 * The refusal of somebody whom an identity provider vouches for.
 * Takes: whether the role is there.
 * Gives: the caller hears AWS's one sentence, or that of the service that acts for it; the log hears which condition wanted what, and what the provider said.
 */
export function vouchedDenial(request: Request, layers: Layers, exists: boolean): Fault {
  const { decision, because } = explain(request, layers)
  const told = because.flatMap((layer) => layer.statements).map(statementText)
  const why = exists ? told.join('; ') : 'the role is not there'
  const detail = `${decision} for ${request.action} on ${request.resource}: ${why}`
  return new Fault({
    code: 'AccessDenied',
    status: 403,
    message:
      request.principal.type === 'service'
        ? `Unable to assume role for ${request.resource}`
        : `Not authorized to perform ${request.action}`,
    detail: bounded(detail),
  })
}

function statementText({ effect, sid, statement, matches, failed, conditions }: StatementExplanation): string {
  const name = `${effect} statement ${sid ?? statement}`
  if (matches === 'yes') return `${name} matches`
  const unmet = conditions.filter(({ holds }) => holds !== 'yes').map(conditionText)
  if (unmet.length > 0) return `${name}: ${unmet.join(', ')}`
  if (failed === undefined) return `${name} does not match`
  return `${name}: ${failed.element} is ${failed.patterns.join(' or ')}, the request has ${failed.wanted}`
}

function conditionText({ operator, key, values, actual }: ConditionExplanation): string {
  const expected = values.map((value) => value ?? '(no value)').join(' or ')
  return `${operator} ${key} expected ${expected}, actual ${actual === undefined ? '(absent)' : shown(actual)}`
}

function shown(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const longest = 4000

function bounded(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`
}
