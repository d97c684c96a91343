import { createCipheriv, createDecipheriv } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { TokenKey } from '#store'
import type { Session } from './caller.ts'
import { randomBytesOf } from './chance.ts'

/** Longer tokens are not looked at. */
export const longestToken = 8192

const cipher = 'aes-256-gcm'
/** The first byte, under the seal like the rest: nothing that is sealed as one is taken for another. */
const form = { plain: 1, packed: 2, message: 3, tradeIn: 4 } as const
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
  const text = Buffer.from(JSON.stringify(session))
  return text.length >= worthPacking
    ? sealBytes(deflateRawSync(text), form.packed, keys)
    : sealBytes(text, form.plain, keys)
}

/** How many bytes a part of a session takes in its token, before the token is spelled in base64. */
export function packedSize(part: unknown): number {
  return deflateRawSync(JSON.stringify(part)).length
}

/** Gives: the session; `undefined` for a token that no key of the ring has sealed. */
export function openSession(token: string, keys: readonly TokenKey[]): Session | undefined {
  if (token.length > longestToken) return undefined
  const bytes = bytesIn(token)
  const [kind] = bytes ?? []
  if (bytes === undefined || (kind !== form.plain && kind !== form.packed)) return undefined
  const opened = openBytes(bytes, keys)
  if (opened === undefined) return undefined
  const text = kind === form.packed ? inflateRawSync(opened, { maxOutputLength: mostOpened }) : opened
  // The tag proves that `sealSession` wrote it.
  return JSON.parse(text.toString('utf8')) as Session
}

/** Why a token is opened by no key of the ring, for the log. Nothing of what it says is in it. */
export function whyUnopened(token: string, keys: readonly TokenKey[]): string {
  if (token.length > longestToken) return `the token has ${token.length} characters, more than the longest`
  const bytes = bytesIn(token)
  if (bytes === undefined) return 'the token is cut short, or not spelled as tokens are'
  if (bytes[0] !== form.plain && bytes[0] !== form.packed) return 'the token is in no form of a session token'
  const id = bytes.toString('hex', 1, sizes.head)
  if (keys.every((key) => key.id !== id))
    return `the token names the key ${id}, which this installation does not have, or no more`
  return `the token was changed, or another installation sealed it: the key ${id} does not open it`
}

/** Seals what the caller of an operation is told, but is not to read. Takes: the ring of keys, newest first. */
export function sealMessage(message: unknown, keys: readonly TokenKey[]): string {
  return sealBytes(deflateRawSync(JSON.stringify(message)), form.message, keys)
}

/** Gives: what was sealed; `undefined` for a text that no key of the ring has sealed as a message. */
export function openMessage(sealed: string, keys: readonly TokenKey[]): unknown {
  const bytes = bytesIn(sealed)
  if (bytes?.[0] !== form.message) return undefined
  const opened = openBytes(bytes, keys)
  return opened && JSON.parse(inflateRawSync(opened, { maxOutputLength: mostOpened }).toString('utf8'))
}

/** What a trade-in token says of the delegation that it is for. */
export interface TradeIn {
  readonly delegation: string
  /** When it was sent, in milliseconds since 1970. */
  readonly sentAt: number
}

/** Makes the token that whoever a delegation is for trades in for credentials. Takes: the ring of keys, newest first. */
export function sealTradeIn({ delegation, sentAt }: TradeIn, keys: readonly TokenKey[]): string {
  return sealBytes(Buffer.from(JSON.stringify({ delegation, sentAt })), form.tradeIn, keys)
}

/** Gives: `undefined` for what no key of the ring has sealed as such a token. */
export function openTradeIn(token: string, keys: readonly TokenKey[]): TradeIn | undefined {
  const bytes = token.length > longestToken ? undefined : bytesIn(token)
  const opened = bytes?.[0] === form.tradeIn ? openBytes(bytes, keys) : undefined
  // The tag proves that `sealTradeIn` wrote it.
  return opened && (JSON.parse(opened.toString('utf8')) as TradeIn)
}

function sealBytes(clear: Uint8Array, kind: number, [newest]: readonly TokenKey[]): string {
  if (newest === undefined) throw new Error('there is no key to seal session tokens with')
  const head = Buffer.alloc(sizes.head)
  head[0] = kind
  head.write(newest.id, 1, 'hex')
  const nonce = randomBytesOf(sizes.nonce)
  const sealing = createCipheriv(cipher, newest.key, nonce).setAAD(head)
  const sealed = [sealing.update(clear), sealing.final()]
  return Buffer.concat([head, nonce, ...sealed, sealing.getAuthTag()]).toString('base64')
}

/** INVARIANT: what is sealed has one spelling; its base64 is not taken in another. */
function bytesIn(sealed: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(sealed)) return undefined
  const bytes = Buffer.from(sealed, 'base64')
  const whole = bytes.length >= sizes.head + sizes.nonce + sizes.tag && bytes.toString('base64') === sealed
  return whole ? bytes : undefined
}

function openBytes(bytes: Buffer, keys: readonly TokenKey[]): Buffer | undefined {
  const id = bytes.toString('hex', 1, sizes.head)
  const key = keys.find((one) => one.id === id)?.key
  if (key === undefined) return undefined
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
