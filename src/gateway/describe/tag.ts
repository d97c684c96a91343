import type { Context } from '#engine'
import type { SurfaceOperation } from '#models'
import type { Call } from './call.ts'
import { isObject, type Json } from './json.ts'

const tagMembers = new Set(['tags', 'tagslist', 'taglist', 'tagset'])
const keyMembers = new Set(['tagkeys'])

/** Tags of a request, as every service has them: `aws:RequestTag/…` and `aws:TagKeys`. */
export function requestTags(tags: readonly (readonly [key: string, value: string])[]): Context {
  if (tags.length === 0) return {}
  const context: Record<string, string | readonly string[]> = Object.create(null)
  for (const [key, value] of tags) context[`aws:RequestTag/${key}`] = value
  context['aws:TagKeys'] = tags.map(([key]) => key)
  return context
}

/** Keys of tags that a request takes away. */
export function tagKeys(keys: readonly string[]): Context {
  return keys.length === 0 ? {} : { 'aws:TagKeys': keys }
}

/** The tags that the input of a call has in a member made for them. */
export function tagsOf({ input, operation }: Call): Context {
  const { tags, keys } = membersOf(operation)
  if (tags.length === 0 && keys.length === 0) return {}
  const found = tags.flatMap((name) => pairsIn(input[name] ?? null))
  return { ...requestTags(found), ...tagKeys(keys.flatMap((name) => keysIn(input[name] ?? null))) }
}

/** Members of an operation that have tags, and those that have keys of tags to take away. */
interface TagMembers {
  readonly tags: readonly string[]
  readonly keys: readonly string[]
}

const membersByOperation = new WeakMap<SurfaceOperation, TagMembers>()

function membersOf(operation: SurfaceOperation): TagMembers {
  const known = membersByOperation.get(operation)
  if (known !== undefined) return known
  const removes = /^(?:Untag|RemoveTags|DeleteTags)/.test(operation.name)
  const names = (operation.input?.members ?? []).map(({ name }) => name)
  const tagged = names.filter((name) => tagMembers.has(name.toLowerCase()))
  const keyed = names.filter((name) => keyMembers.has(name.toLowerCase()))
  const members = removes ? { tags: [], keys: [...keyed, ...tagged] } : { tags: tagged, keys: keyed }
  membersByOperation.set(operation, members)
  return members
}

/** Tags in each of the three forms that services have for them: a map, and lists of `Key` and `Value`, `key` and `value`. */
export function pairsIn(value: Json): readonly (readonly [key: string, value: string])[] {
  if (isObject(value))
    return Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : []))
  if (!Array.isArray(value)) return []
  return value.flatMap((item: Json) => {
    if (!isObject(item)) return []
    const key = item['Key'] ?? item['key'] ?? item['TagKey']
    const text = item['Value'] ?? item['value'] ?? item['TagValue'] ?? ''
    return typeof key === 'string' && typeof text === 'string' ? [[key, text] as const] : []
  })
}

function keysIn(value: Json): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: Json) => (typeof item === 'string' ? [item] : pairsIn([item]).map(([key]) => key)))
}
