import { type Ask, type Call, nameOf, neededText, type Rule, textIn } from './call.ts'
import { notCovered, shown } from './refusal.ts'
import { arnOrName, givenArn } from './resource.ts'

/** The call's action on everything: it knows no single resources. */
export const onEverything: Rule = ({ operation }) => [{ action: operation.name, resource: '*' }]

/**
 * An action on the resource that a member names, by its name or ARN.
 * Takes: what stands before the name in the ARN: `table/`; the action, where it has another name than the operation.
 */
export function onNamed(member: string, before: string, action?: string): Rule {
  return (call) => [
    { action: action ?? call.operation.name, resource: arnOrName(call, neededText(call, member), before) },
  ]
}

/** An action on the resource whose ARN a member has. Takes: what may stand before names in the ARN: `table/`. */
export function onArn(member: string, starts: readonly string[], action?: string): Rule {
  return (call) => [{ action: action ?? call.operation.name, resource: arnOf(call, neededText(call, member), starts) }]
}

/** The first of several members that the call has decides. */
export function onFirst(rules: Readonly<Record<string, Rule>>, otherwise?: Rule): Rule {
  return (call) => {
    const named = Object.keys(rules).filter((member) => (textIn(call.input, member) ?? '') !== '')
    if (named.length > 1) throw notCovered(nameOf(call), `${named.join(' and ')} could name two resources`)
    const rule = rules[named[0] ?? ''] ?? otherwise
    if (rule === undefined) throw notCovered(nameOf(call), `it has none of ${Object.keys(rules).join(', ')}`)
    return rule(call)
  }
}

/** Several rules together. */
export function together(...rules: readonly Rule[]): Rule {
  return (call) => rules.flatMap((rule) => rule(call))
}

/** The same rule for many operations. */
export function each(names: string, rule: Rule): Readonly<Record<string, Rule>> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, rule]))
}

/** The ARN of a resource of the call's own service, of one of these kinds. */
export function arnOf(call: Call, value: string, starts: readonly string[]): string {
  const parts = givenArn(call, value).split(':')
  const rest = parts.slice(5).join(':')
  if (parts[2] !== call.service || !starts.some((start) => rest.startsWith(start) && rest.length > start.length))
    throw notCovered(nameOf(call), `${shown(value)} is not of a kind of resource that it touches`)
  return value
}

/** The asks of a rule with other actions on the same resources. */
export function also(asks: readonly Ask[], actions: readonly string[]): readonly Ask[] {
  return asks.flatMap((ask) => actions.map((action) => ({ ...ask, action })))
}
