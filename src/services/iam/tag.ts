import type { Tag } from '#store'
import type { LooseContext } from '../define.ts'
import type { World } from '../operation.ts'
import { bounded, openListing, portion } from './marker.ts'
import { tagsPerEntity } from './quota.ts'

/** A tag as the API writes it. */
export interface WireTag {
  readonly Key: string | undefined
  readonly Value: string | undefined
}

/** What a request that sets tags adds to the context. */
export function requestTags(tags: readonly WireTag[] | undefined): LooseContext {
  if (tags === undefined || tags.length === 0) return {}
  const values = tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''])
  return { ...Object.fromEntries(values), ...tagKeys(tags.map(({ Key }) => Key ?? '')) }
}

/** What a request that takes tags away adds to the context. */
export function tagKeys(keys: readonly string[]): LooseContext {
  return keys.length === 0 ? {} : { 'aws:TagKeys': keys }
}

/**
 * The tags that a new entity begins with.
 * Errors: `InvalidInput` for a reserved or repeated key; `LimitExceeded` for too many.
 */
export function firstTags(
  given: readonly WireTag[] | undefined,
  world: World<'InvalidInput' | 'LimitExceeded'>,
): readonly Tag[] {
  return withTags([], given ?? [], world)
}

/**
 * The tags after some were set; one whose key is there in any case of letters is replaced, key and value.
 * Errors: `InvalidInput` for a reserved or repeated key; `LimitExceeded` for too many.
 */
export function withTags(
  present: readonly Tag[],
  given: readonly WireTag[],
  world: World<'InvalidInput' | 'LimitExceeded'>,
): readonly Tag[] {
  const tags = given.map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }))
  const added = new Map(tags.map((tag) => [fold(tag.key), tag]))
  if (added.size < tags.length)
    throw world.fault('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.')
  if (tags.some(({ key }) => fold(key).startsWith('aws:')))
    throw world.fault('InvalidInput', 'Tag keys that begin with "aws:" are reserved for internal AWS use.')
  const merged = new Map([...present.map((tag) => [fold(tag.key), tag] as const), ...added])
  if (merged.size > tagsPerEntity)
    throw world.fault('LimitExceeded', 'The number of tags has reached the maximum limit.')
  return [...merged.values()]
}

/** The tags that stay when those with these keys, in any case of letters, are taken away. */
export function withoutTags(present: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map(fold))
  return present.filter(({ key }) => !gone.has(fold(key)))
}

/** Tags as the API writes them; `undefined` where there are none. */
export function shownTags(tags: readonly Tag[]): { Key: string; Value: string }[] | undefined {
  return tags.length === 0 ? undefined : tags.map(({ key, value }) => ({ Key: key, Value: value }))
}

/** A page of tags, sorted by key, as the operations answer that list them. */
export function tagListing(
  operation: string,
  { tags, ...page }: { tags: readonly Tag[]; Marker?: string | undefined; MaxItems?: number | undefined },
  world: World,
) {
  const listing = openListing(operation, page, world)
  const found = portion(tags, order, listing.page)
  return { Tags: shownTags(found.items) ?? [], ...listing.end(found, order) }
}

function order({ key }: Tag): string {
  return bounded(key)
}

// DIFFERS: AWS tells the keys of policies and instance profiles apart by case; then it is undefined which of two such
// tags a condition sees, so keys are the same in any case everywhere (rule K-2).
function fold(key: string): string {
  return key.toLowerCase()
}
