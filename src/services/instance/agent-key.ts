import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { type HttpRequest, header } from '#protocol'
import { invalid } from './input.ts'

/** What an agent says of its signature, read but not believed. */
export interface AgentClaim {
  readonly instance: string
  /** Milliseconds since 1970. */
  readonly moment: number
  readonly signature: Buffer
}

const form = /^Cardea-Instance Instance=(i-[0-9a-f]{17}), Moment=([1-9]\d{0,14}), Signature=([A-Za-z0-9_-]{86})$/

/** Gives: `undefined` for a request without such a signature. */
export function agentClaim(request: HttpRequest): AgentClaim | undefined {
  const [, instance, moment, signature] = form.exec(header(request, 'authorization') ?? '') ?? []
  if (instance === undefined || signature === undefined) return undefined
  return { instance, moment: Number(moment), signature: Buffer.from(signature, 'base64url') }
}

/** Whether the holder of a key signed this request. Takes: the operation, as its path names it. */
export function isSigned(
  request: HttpRequest,
  { instance, moment, signature }: AgentClaim,
  by: { readonly key: KeyObject; readonly operation: string },
): boolean {
  const text = ['CARDEA-INSTANCE-1', by.operation, instance, moment, hash('sha256', request.body)].join('\n')
  return verify('sha256', Buffer.from(text), { key: by.key, dsaEncoding: 'ieee-p1363' }, signature)
}

const coordinate = /^[A-Za-z0-9_-]{43}$/

/** Reads a public key of P-256. Gives: its one spelling as a JSON Web Key. Errors: `ValidationError`. */
export function publicKeyIn(value: unknown): { readonly text: string; readonly key: KeyObject } {
  const { kty, crv, x, y } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const wrong = (cause?: unknown) => invalid('publicKey must be a JSON Web Key of P-256.', cause)
  if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string') throw wrong()
  if (!coordinate.test(x) || !coordinate.test(y)) throw wrong()
  try {
    const key = createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
    return { text: JSON.stringify({ kty, crv, x, y }), key }
  } catch (cause) {
    throw wrong(cause)
  }
}

/** Reads a key that was kept. */
export function keptKey(text: string): KeyObject {
  // Only `publicKeyIn` wrote it.
  return createPublicKey({ key: JSON.parse(text), format: 'jwk' })
}
