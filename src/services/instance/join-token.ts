import { hash, timingSafeEqual } from 'node:crypto'
import type { JoinToken } from '#store'

/** The shape of a join token: the instance, and 256 bits of chance. */
export const joinTokenForm = /^(i-[0-9a-f]{17})\.([A-Za-z0-9_-]{43})$/

/** A new token for an instance, and what is kept of it. */
export function joinToken(
  id: string,
  { now, seconds, random }: { readonly now: number; readonly seconds: number; random(bytes: number): Uint8Array },
): { readonly token: string; readonly join: JoinToken } {
  const token = `${id}.${Buffer.from(random(32)).toString('base64url')}`
  return { token, join: { hash: hash('sha256', token), expiresAt: now + seconds * 1000 } }
}

/** Whether a token is the one of which this is kept. */
export function isToken(token: string, join: JoinToken): boolean {
  return timingSafeEqual(Buffer.from(hash('sha256', token), 'hex'), Buffer.from(join.hash, 'hex'))
}
