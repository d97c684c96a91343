import type { Context } from '#engine'
import type { Call } from './call.ts'
import { isObject, type Json } from './json.ts'

const tagMembers = new Set(['tags', 'tagslist', 'taglist', 'tagset'])
const keyMembers = new Set(['tagkeys'])
const untagged = new Set(['TagSpecifications'])

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
  const removes = /^(?:Untag|RemoveTags|DeleteTags)/.test(operation.name)
  const found: (readonly [string, string])[] = []
  const keys: string[] = []
  for (const [name, value] of Object.entries(input)) {
    const small = name.toLowerCase()
    if (untagged.has(name) || value === undefined) continue
    if (keyMembers.has(small) || (removes && tagMembers.has(small))) keys.push(...keysIn(value))
    else if (tagMembers.has(small)) found.push(...pairsIn(value))
  }
  return { ...requestTags(found), ...tagKeys(keys) }
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
