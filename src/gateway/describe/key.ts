import type { Context } from '#engine'
import { type ActionFacts, actionFacts, type ConditionKeyType, conditionKeyType } from '#models'
import type { Ask, Call } from './call.ts'
import type { Need, Unknown } from './described.ts'
import type { Json } from './json.ts'
import type { Keys, ServiceRules } from './rules.ts'
import { tagsOf } from './tag.ts'

const keysByAction = new WeakMap<ActionFacts, readonly string[]>()

/** Adds what is known of the condition keys of the call's action, and names those of which nothing is known. */
export function withKeys(call: Call, ask: Ask, rules: ServiceRules): Need {
  const action = ask.action.includes(':') ? ask.action : `${call.service}:${ask.action}`
  const own = rules.keys?.(call, action) ?? {}
  const facts = actionFacts(action)
  const ours = action.startsWith(`${call.service}:`)
  const alike = facts === undefined || !ours ? { context: {}, settled: [] } : sameNamed(call, facts, own)
  const context = { ...(ours ? tagsOf(call) : {}), ...alike.context, ...own.context, ...ask.context }
  const said = [...(ask.unknown ?? []), ...(own.unknown ?? [])].filter(
    ({ key }) => !facts || keysOf(facts).includes(key),
  )
  const settled = [...alike.settled, ...(own.settled ?? []), ...Object.keys(context), ...said.map(({ key }) => key)]
  const left = facts === undefined ? [] : unknownOf(facts, settled, ask.resource)
  const unknown = [...said, ...left]
  return {
    action,
    resource: ask.resource,
    context,
    ...(unknown.length > 0 && { unknown }),
    ...(ask.late && { late: ask.late }),
  }
}

/** Every key that AWS names for an action, beside those of all services; variable parts are cut off. */
function keysOf(facts: ActionFacts): readonly string[] {
  const known = keysByAction.get(facts)
  if (known !== undefined) return known
  const all = [
    ...facts.conditionKeys,
    ...facts.resourceTypes.flatMap(({ conditionKeys, type }) => [...conditionKeys, ...type.conditionKeys]),
  ]
  const keys = [...new Set(all.map((key) => key.split('${')[0] ?? key).filter((key) => !key.startsWith('aws:')))]
  keysByAction.set(facts, keys)
  return keys
}

function unknownOf(facts: ActionFacts, settled: readonly string[], resource: string): readonly Unknown[] {
  const done = settled.map((key) => key.toLowerCase())
  return keysOf(facts)
    .filter((key) => !done.some((other) => covers(other, key.toLowerCase())))
    .map((key) => unknownKey(key, resource))
}

/** Whether a settled key, or the start of keys, is this key or one of the keys that start so. */
function covers(settled: string, key: string): boolean {
  if (/[/:]$/.test(settled)) return key.startsWith(settled)
  return settled === key || (/[/:]$/.test(key) && settled.startsWith(key))
}

/** A key of which the request says nothing; tags of the resource may be looked up. */
export function unknownKey(key: string, resource: string): Unknown {
  if (!/:resourcetag\/$/i.test(key)) return { key, find: async () => undefined }
  return {
    key,
    async find({ resourceTags }) {
      const tags = await resourceTags?.(resource)
      if (tags === undefined) return undefined
      return Object.fromEntries(Object.entries(tags).map(([name, value]) => [`${key}${name}`, value]))
    },
  }
}

/** Keys that have the name of a member of the input are that member's value. */
function sameNamed({ input, operation, service }: Call, facts: ActionFacts, { unlike = [] }: Keys) {
  const context: Record<string, Context[string]> = Object.create(null)
  const settled: string[] = []
  const members = new Map((operation.input?.members ?? []).map(({ name }) => [name.toLowerCase(), name]))
  for (const key of keysOf(facts)) {
    const name = members.get(key.slice(service.length + 1).toLowerCase())
    if (name === undefined || unlike.includes(key) || !key.startsWith(`${service}:`)) continue
    const value = keyValue(input[name], conditionKeyType(key))
    if (value !== undefined) context[key] = value
    if (value !== undefined || input[name] === undefined || input[name] === null) settled.push(key)
  }
  return { context, settled }
}

function keyValue(value: Json | undefined, type: ConditionKeyType | undefined): Context[string] | undefined {
  if (Array.isArray(value)) {
    const texts = value.filter((item): item is string => typeof item === 'string')
    return texts.length === value.length && type?.startsWith('ArrayOf') === true ? texts : undefined
  }
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  if (typeof value !== 'string' || type === 'Date') return undefined
  if (type === 'ARN' && !value.startsWith('arn:')) return undefined
  return type?.startsWith('ArrayOf') === true ? [value] : value
}
