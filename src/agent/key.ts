import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
  type webcrypto,
} from 'node:crypto'
import { Problem } from './problem.ts'
import type { StateFolder } from './state.ts'

/** The key pair of an agent. It was made here, and its private half never leaves. */
export interface AgentKey {
  readonly publicKey: webcrypto.JsonWebKey
  readonly privateKey: KeyObject
}

/** The key of a state folder, made when there is none. */
export function agentKey(folder: StateFolder): AgentKey {
  const kept = folder.read('key.json')
  if (kept !== undefined) return keptKey(kept, folder)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  folder.write('key.json', privateKey.export({ format: 'jwk' }))
  return keyOf(privateKey)
}

function keptKey(kept: unknown, { path }: StateFolder): AgentKey {
  try {
    // What is no key is refused here.
    return keyOf(createPrivateKey({ key: kept as webcrypto.JsonWebKey, format: 'jwk' }))
  } catch (cause) {
    throw new Problem('State', `key.json in ${path} holds no key. Take the folder away, and join again.`, cause)
  }
}

function keyOf(privateKey: KeyObject): AgentKey {
  const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: 'jwk' })
  // Those four, and nothing of the private half.
  return { publicKey: { kty, crv, x, y } as webcrypto.JsonWebKey, privateKey }
}

/** What of a request is signed. */
export interface Signable {
  /** As the path names it: `credentials`. */
  readonly operation: string
  readonly instance: string
  /** Milliseconds since 1970; each request has a later one than the one before. */
  readonly moment: number
  readonly body: string
}

/** The `authorization` header of a request. */
export function signAs({ privateKey }: AgentKey, { operation, instance, moment, body }: Signable): string {
  const text = ['CARDEA-INSTANCE-1', operation, instance, moment, hash('sha256', body)].join('\n')
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `Cardea-Instance Instance=${instance}, Moment=${moment}, Signature=${signature.toString('base64url')}`
}
