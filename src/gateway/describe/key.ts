import type { Context } from '#engine'
import { type ActionFacts, actionFacts, type ConditionKeyType, conditionKeyType, type SurfaceOperation } from '#models'
import type { Ask, Call } from './call.ts'
import type { Need, Unknown } from './described.ts'
import type { Json, JsonObject } from './json.ts'
import type { Keys, ServiceRules } from './rules.ts'
import { tagsOf } from './tag.ts'

/** What is the same in every call of an operation for an action. */
interface Plan {
  /** Keys with the members that they are the values of. */
  readonly alike: readonly (readonly [key: string, member: string, type: ConditionKeyType | undefined])[]
  /** Keys that neither a member nor a rule tells. */
  readonly left: readonly string[]
}

const keysByAction = new WeakMap<ActionFacts, readonly string[]>()
const plans = new WeakMap<SurfaceOperation, Map<string, Plan>>()
const nothing: readonly string[] = []

/** Adds what is known of the condition keys of the call's action, and names those of which nothing is known. */
export function withKeys(call: Call, ask: Ask, rules: ServiceRules): Need {
  const action = ask.action.includes(':') ? ask.action : `${call.service}:${ask.action}`
  const own = rules.keys?.(call, action) ?? {}
  const facts = actionFacts(action)
  const ours = action.startsWith(`${call.service}:`)
  const context: Record<string, Context[string]> = Object.create(null)
  if (ours) Object.assign(context, tagsOf(call))
  const unknown: Unknown[] = []
  if (facts !== undefined) {
    const said = [...(ask.unknown ?? []), ...(own.unknown ?? [])]
    for (const one of said) if (keysOf(facts).includes(one.key)) unknown.push(one)
    const plan = planOf(call, facts, own)
    const unread = ours ? takeAlike(call.input, plan, context) : nothing
    Object.assign(context, own.context, ask.context)
    const known = [...Object.keys(context), ...said.map(({ key }) => key), ...(own.absent ?? nothing)].map(small)
    for (const key of [...unread, ...plan.left])
      if (!known.some((other) => covers(other, small(key)))) unknown.push(unknownKey(key, ask.resource))
  } else Object.assign(context, own.context, ask.context)
  const { late, resource } = ask
  return { action, resource, context, ...(unknown.length > 0 && { unknown }), ...(late && { late }) }
}

function planOf(call: Call, facts: ActionFacts, { settled = nothing, unlike = nothing }: Keys): Plan {
  const { operation, service } = call
  const known = plans.get(operation) ?? new Map<string, Plan>()
  plans.set(operation, known)
  // INVARIANT: what rules say to be settled and unlike depends on the operation and the action alone.
  const plan = known.get(facts.action)
  if (plan !== undefined) return plan
  const members = new Map((operation.input?.members ?? []).map(({ name }) => [name.toLowerCase(), name]))
  const done = settled.map(small)
  const open = keysOf(facts).filter((key) => !done.some((other) => covers(other, small(key))))
  const alike = open.flatMap((key) => {
    const member = members.get(key.slice(service.length + 1).toLowerCase())
    const isOther = member === undefined || unlike.includes(key) || !key.startsWith(`${service}:`)
    return isOther ? [] : [[key, member, conditionKeyType(key)] as const]
  })
  const made = { alike, left: open.filter((key) => !alike.some(([other]) => other === key)) }
  known.set(facts.action, made)
  return made
}

/** Takes over the values of members. Gives: keys whose members have a value that is no value of the key. */
function takeAlike(input: JsonObject, { alike }: Plan, context: Record<string, Context[string]>): readonly string[] {
  const unread: string[] = []
  for (const [key, member, type] of alike) {
    const given = input[member] ?? undefined
    const value = given === undefined ? undefined : keyValue(given, type)
    if (value !== undefined) context[key] = value
    else if (given !== undefined) unread.push(key)
  }
  return unread
}

/** Every key that AWS names for an action, beside those of all services; variable parts are cut off. */
function keysOf(facts: ActionFacts): readonly string[] {
  const known = keysByAction.get(facts)
  if (known !== undefined) return known
  const all = [
    ...facts.conditionKeys,
    ...facts.resourceTypes.flatMap(({ conditionKeys, type }) => [...conditionKeys, ...type.conditionKeys]),
  ]
  const keys = [...new Set(all.map(startOf).filter((key) => !key.startsWith('aws:')))]
  keysByAction.set(facts, keys)
  return keys
}

/** A key up to its variable part. QUIRK: the reference writes some of these as the words `tag-key`. */
function startOf(key: string): string {
  return (key.split('${')[0] ?? key).replace(/(?<=\/)tag-key$/, '')
}

/** Whether a settled key, or the start of keys, is this key or one of the keys that start so. */
function covers(settled: string, key: string): boolean {
  if (settled === key) return true
  if (isStart(settled)) return key.startsWith(settled)
  return isStart(key) && settled.startsWith(key)
}

function isStart(key: string): boolean {
  return key.endsWith('/') || key.endsWith(':')
}

function small(key: string): string {
  return key.toLowerCase()
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
