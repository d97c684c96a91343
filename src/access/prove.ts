import {
  type Claim,
  checkClaim,
  type HmacKey,
  type HttpRequest,
  readClaim,
  type SigningKeys,
  type SigningRules,
  verifyClaim,
} from '#protocol'
import type { AccountCaller } from './caller.ts'
import { type Credentials, callerOf } from './credential.ts'

/** How a service that is not this one signs. */
export interface Proving {
  /** The signing name. */
  readonly service: string
  /** Regions whose scope is taken; absent: any. */
  readonly regions?: readonly string[]
  /** Milliseconds since 1970. */
  readonly now: number
  readonly rules: SigningRules
  /** What is signed for a body that was not read; whoever says it proves the body. Absent: the body's hash. */
  readonly payloadHash?: string
}

/** Who called, and with what it was proved. */
export interface Proven {
  readonly caller: AccountCaller
  readonly claim: Claim
  /** Signs what follows on the request: the chunks of its body. */
  readonly key: HmacKey
}

/** Verifies a signature in the way of another service. Gives: `undefined` for a request without one. */
export async function prove(
  request: HttpRequest,
  proving: Proving,
  { credentials, signingKeys }: { readonly credentials: Credentials; readonly signingKeys: SigningKeys },
): Promise<Proven | undefined> {
  const claim = readClaim(request)
  if (claim === undefined) return undefined
  checkClaim(claim, proving)
  const found = credentials.find(claim, proving.now)
  const credential = found instanceof Promise ? await found : found
  const { secret } = credential
  verifyClaim(request, claim, { ...proving, secret, signingKeys })
  return { caller: callerOf(credential, claim), claim, key: signingKeys.get(claim.accessKeyId, secret, claim.scope) }
}
