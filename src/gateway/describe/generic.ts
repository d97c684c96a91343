import { type ActionFacts, type ActionResource, actionFacts, type Surface, type SurfaceOperation } from '#models'
import { type Ask, type Call, nameOf } from './call.ts'
import { notCovered, shown } from './refusal.ts'
import { anyOf, canName, resourcesOf, typeOfArn } from './resource.ts'
import type { ServiceRules } from './rules.ts'

/**
 * Describes a call by what AWS publishes of its action: each type of resource that the action touches is found in the members
 * that are named after it.
 * Errors: "not covered" for an operation without an action, and where a resource cannot be found.
 */
export function describeByReference(call: Call, rules: ServiceRules): readonly Ask[] {
  const action = rules.actions?.[call.operation.name] ?? call.operation.name
  const facts = actionFacts(`${call.service}:${action}`)
  if (facts === undefined) throw notCovered(nameOf(call), 'AWS publishes no action for it')
  return asksFor(call, facts, rules)
}

/** Why no call of an operation can be described by the reference; `undefined` where calls can. */
export function indescribable(surface: Surface, operation: SurfaceOperation, rules: ServiceRules): string | undefined {
  const facts = actionFacts(`${surface.name}:${rules.actions?.[operation.name] ?? operation.name}`)
  if (facts === undefined) return 'AWS publishes no action for it'
  const types = facts.resourceTypes
  const nameable = types.filter(({ type }) => canName(surface, operation, { type, rules }))
  const made = rules.madeByCall?.(operation.name) === true
  const missing = types.find((type) => type.required && !made && !nameable.includes(type))
  if (missing !== undefined) return `its ${missing.type.name} cannot be told`
  const lists = facts.accessLevel === 'List' && !types.some(({ required }) => required)
  const found = types.length === 0 || nameable.length > 0 || lists || (made && types.some(({ required }) => required))
  return found ? undefined : 'the resource that it touches cannot be told'
}

/** What an action of the call's service asks, its resources found in the call's input. */
function asksFor(call: Call, facts: ActionFacts, rules: ServiceRules): readonly Ask[] {
  const action = facts.name
  if (facts.resourceTypes.length === 0) return [{ action, resource: '*' }]
  refuseForeign(call, facts, rules)
  const arns = facts.resourceTypes.flatMap((resource) => arnsOf(call, resource, rules))
  const resources = [...new Set(arns)]
  if (resources.length === 0 && listsAll(call, facts)) return [{ action, resource: '*' }]
  if (resources.length === 0) throw notCovered(nameOf(call), 'the resource that it touches cannot be told')
  return resources.map((resource) => ({ action, resource }))
}

/** A list that is not narrowed to one resource: nothing that it must be given names one. */
function listsAll({ operation, input }: Call, { accessLevel, resourceTypes }: ActionFacts): boolean {
  const given = (operation.input?.members ?? []).some(
    ({ name, required }) => required || (/arn|name|id$/i.test(name) && input[name] !== undefined),
  )
  return accessLevel === 'List' && !given && resourceTypes.every(({ required }) => !required)
}

function arnsOf(call: Call, { type, required }: ActionResource, rules: ServiceRules): readonly string[] {
  const found = resourcesOf(call, type, rules)
  const made = required && rules.madeByCall?.(call.operation.name) === true
  // What is copied is of the type of the copy.
  if (found.length > 0) return made && call.operation.name.startsWith('Copy') ? [...found, anyOf(call, type)] : found
  if (!required) return []
  if (made) return [anyOf(call, type)]
  throw notCovered(nameOf(call), `its ${type.name} cannot be told`)
}

/** A member that should name a resource and has the ARN of something else is no resource that could be decided on. */
function refuseForeign(call: Call, { resourceTypes }: ActionFacts, rules: ServiceRules): void {
  const types = resourceTypes.map(({ type }) => type)
  const configured = types.flatMap(({ name }) => rules.members?.[name] ?? [])
  for (const name of new Set([...configured, 'ResourceArn', 'ResourceARN', 'resourceArn'])) {
    const value = call.input[name]
    if (typeof value === 'string' && value.startsWith('arn:') && typeOfArn(value, types) === undefined)
      throw notCovered(nameOf(call), `${shown(value)} is not of a type of resource that it touches`)
  }
}
