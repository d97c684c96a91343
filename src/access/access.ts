import type { Explanation } from '#engine'
import { checkClaim, type HttpRequest, readClaim, SigningKeys, verifyClaim } from '#protocol'
import type { Store } from '#store'
import { type Asked, authorize, explainAsked, type Ruling } from './authorize.ts'
import { type Bearing, Bearings, type Reading } from './bearing.ts'
import type { AccountCaller, Caller } from './caller.ts'
import { Credentials, callerOf } from './credential.ts'
import { type KnownRole, KnownRoles } from './known-role.ts'
import { type Mentioning, type Mentions, mentionsIn } from './mention.ts'
import { type Proven, type Proving, prove } from './prove.ts'

/** The service that a request was signed for. */
export interface SignedCall {
  readonly service: { readonly signingName: string }
}

/** Who calls, and what it may do. */
export interface Access {
  /**
   * Gives: the caller whose signature the request carries; the anonymous one for a request without any.
   * Errors: the refusals of Signature Version 4, with AWS's codes and texts.
   */
  authenticate(request: HttpRequest, call: SignedCall, now: number): Promise<Caller>
  /**
   * Verifies a signature in the way of another service.
   * Gives: who calls, and what proved it; `undefined` for a request without a signature. Errors: as `authenticate`.
   */
  prove(request: HttpRequest, proving: Proving): Promise<Proven | undefined>
  /** Which condition keys the policies that bear may look at. */
  mentions(mentioning: Mentioning): Promise<Mentions>
  /** The policies that bear on a caller, whatever it asks for. Gives: at once when they are known. */
  bearing(caller: AccountCaller, reading: Reading): Bearing | Promise<Bearing>
  /** Decides, by all policies that bear. */
  authorize(asked: Asked): Promise<Ruling>
  /** Decides the same, and tells why, for each thing touched. */
  explain(asked: Asked): Promise<readonly Explanation[]>
  /** The role with an ARN. Gives: at once when it is known; `undefined` when there is none. */
  roleAt(arn: string, reading: Reading): KnownRole | undefined | Promise<KnownRole | undefined>
}

export interface AccessParts {
  readonly store: Store
  /** Regions whose signatures are taken; absent: any. */
  readonly regions?: readonly string[]
}

/** Makes what knows callers and their policies. It remembers, so there is one for a store. */
export function createAccess({ store, regions }: AccessParts): Access {
  const credentials = new Credentials(store)
  const bearings = new Bearings(store)
  const roles = new KnownRoles(store)
  const signingKeys = new SigningKeys()
  return {
    async authenticate(request, { service }, now) {
      const claim = readClaim(request)
      if (claim === undefined) return { kind: 'anonymous', region: 'us-east-1' }
      const checks = { now, service: service.signingName, ...(regions === undefined ? {} : { regions }) }
      checkClaim(claim, checks)
      const found = credentials.find(claim, now)
      const credential = found instanceof Promise ? await found : found
      verifyClaim(request, claim, { ...checks, secret: credential.secret, signingKeys })
      return callerOf(credential, claim)
    },
    prove: (request, proving) => prove(request, proving, { credentials, signingKeys }),
    mentions: (mentioning) => mentionsIn(mentioning, bearings),
    bearing: (caller, reading) => bearings.of(caller, reading),
    authorize: (asked) => authorize(asked, bearings),
    explain: (asked) => explainAsked(asked, bearings),
    roleAt: (arn, reading) => roles.at(arn, reading),
  }
}
