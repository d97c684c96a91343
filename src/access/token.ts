import { createCipheriv, createDecipheriv } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { TokenKey } from '#store'
import type { Session } from './caller.ts'
import { randomBytesOf } from './chance.ts'

/** Longer tokens are not looked at. */
export const longestToken = 8192

const cipher = 'aes-256-gcm'
const form = { plain: 1, packed: 2 } as const
const sizes = { head: 5, nonce: 12, tag: 16 } as const
/** Compressing less than this saves little and costs more than the rest of the sealing. */
const worthPacking = 640
/** What an opened token may hold at most: one that this ring sealed never holds more. */
const mostOpened = 65_536

/**
 * Makes the session token of a session: encrypted and authenticated, so that nobody reads, makes or changes one.
 *
 * Takes: the ring of keys, newest first.
 * Gives: base64 of form, key id, nonce, sealed session and tag.
 */
export function sealSession(session: Session, keys: readonly TokenKey[]): string {
  const [newest] = keys
  if (newest === undefined) throw new Error('there is no key to seal session tokens with')
  const text = Buffer.from(JSON.stringify(session))
  const packed = text.length >= worthPacking
  const head = Buffer.alloc(sizes.head)
  head[0] = packed ? form.packed : form.plain
  head.write(newest.id, 1, 'hex')
  const nonce = randomBytesOf(sizes.nonce)
  const sealing = createCipheriv(cipher, newest.key, nonce).setAAD(head)
  const sealed = [sealing.update(packed ? deflateRawSync(text) : text), sealing.final()]
  return Buffer.concat([head, nonce, ...sealed, sealing.getAuthTag()]).toString('base64')
}

/** How many bytes a part of a session takes in its token, before the token is spelled in base64. */
export function packedSize(part: unknown): number {
  return deflateRawSync(JSON.stringify(part)).length
}

/** Gives: the session; `undefined` for a token that no key of the ring has sealed. */
export function openSession(token: string, keys: readonly TokenKey[]): Session | undefined {
  if (token.length > longestToken || !/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64')
  // INVARIANT: a session has one token; its base64 is not taken in another spelling.
  if (bytes.length < sizes.head + sizes.nonce + sizes.tag || bytes.toString('base64') !== token) return undefined
  const id = bytes.toString('hex', 1, sizes.head)
  const key = keys.find((one) => one.id === id)?.key
  const opened = key && open(bytes, key)
  if (opened === undefined) return undefined
  const text = bytes[0] === form.packed ? inflateRawSync(opened, { maxOutputLength: mostOpened }) : opened
  // The tag proves that `sealSession` wrote it.
  return JSON.parse(text.toString('utf8')) as Session
}

function open(bytes: Buffer, key: Uint8Array): Buffer | undefined {
  if (bytes[0] !== form.plain && bytes[0] !== form.packed) return undefined
  const nonce = bytes.subarray(sizes.head, sizes.head + sizes.nonce)
  const opening = createDecipheriv(cipher, key, nonce, { authTagLength: sizes.tag })
  opening.setAAD(bytes.subarray(0, sizes.head)).setAuthTag(bytes.subarray(-sizes.tag))
  const start = opening.update(bytes.subarray(sizes.head + sizes.nonce, -sizes.tag))
  try {
    return Buffer.concat([start, opening.final()])
  } catch {
    return undefined
  }
}
