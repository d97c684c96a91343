import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { Page, PageRequest, TokenKey } from '#store'
import type { World } from '../operation.ts'

/** One page of a listing: where it begins, and what is answered about its end. */
export interface Listing {
  readonly page: PageRequest
  /** What tells the client whether and where to go on. Takes: the sort key of an item, at most 190 bytes of UTF-8. */
  end<T>(found: Page<T>, sortKey: (item: T) => string): { IsTruncated: boolean; Marker?: string }
}

/**
 * Begins a page of a listing.
 * Takes: the operation's name; a marker of one operation, account and installation is worth nothing in another.
 * Errors: `ValidationError` for a marker that was not made here.
 */
export function openListing(
  operation: string,
  { Marker, MaxItems = 100 }: { Marker?: string | undefined; MaxItems?: number | undefined },
  world: World,
): Listing {
  const scope = `${world.account}:${operation}`
  const after = Marker === undefined ? undefined : unseal(Marker, scope, world.store.tokenKeys)
  if (Marker !== undefined && after === undefined) throw world.fault('ValidationError', 'Invalid Marker.')
  return {
    page: { limit: MaxItems, ...(after === undefined ? {} : { after }) },
    end: (found, sortKey) => {
      const last = found.items.at(-1)
      if (!found.more || last === undefined) return { IsTruncated: false }
      return { IsTruncated: true, Marker: seal(sortKey(last), scope, world) }
    },
  }
}

/** The page of items that are all at hand, ordered by their sort keys. */
export function portion<T>(items: readonly T[], sortKey: (item: T) => string, { after, limit }: PageRequest): Page<T> {
  const rest = items
    .map((item) => ({ item, key: sortKey(item) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((left, right) => (left.key < right.key ? -1 : Number(left.key > right.key)))
  return { items: rest.slice(0, limit).map(({ item }) => item), more: rest.length > limit }
}

/** A sort key of bounded length for text of any length, unique for the text. */
export function bounded(text: string): string {
  return `${Buffer.from(text).subarray(0, 128).toString()}\n${createHash('sha256').update(text).digest('base64url').slice(0, 16)}`
}

const idBytes = 4
const nonceBytes = 12
const tagBytes = 16

function seal(after: string, scope: string, world: World): string {
  const [newest] = world.store.tokenKeys
  if (newest === undefined) throw new Error('the store has no token key')
  const nonce = world.random(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', newest.key, nonce).setAAD(Buffer.from(`marker:${scope}`))
  const sealed = [cipher.update(after, 'utf8'), cipher.final()]
  return Buffer.concat([Buffer.from(newest.id, 'hex'), nonce, ...sealed, cipher.getAuthTag()]).toString('base64url')
}

/** Gives: `undefined` for anything that `seal` did not make for this scope. */
function unseal(marker: string, scope: string, keys: readonly TokenKey[]): string | undefined {
  const bytes = Buffer.from(marker, 'base64url')
  if (bytes.length < idBytes + nonceBytes + tagBytes || bytes.toString('base64url') !== marker) return undefined
  const id = bytes.subarray(0, idBytes).toString('hex')
  const key = keys.find((candidate) => candidate.id === id)
  if (key === undefined) return undefined
  const nonce = bytes.subarray(idBytes, idBytes + nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', key.key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(`marker:${scope}`)).setAuthTag(bytes.subarray(-tagBytes))
  try {
    return decipher.update(bytes.subarray(idBytes + nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return undefined
  }
}
