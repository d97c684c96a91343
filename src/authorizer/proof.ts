import { type Access, type AccountCaller, nobody } from '#access'
import { Fault, type HttpRequest, readClaim, s3SigningRules, signingRules } from '#protocol'
import type { Vocabulary } from './vocabulary.ts'

/** A request that somebody's client sent to a service, as the service hands it on. */
export interface Forwarded {
  readonly request: HttpRequest
  /** The hash that the client is said to have signed. Absent: the body is at hand, or the request says its hash. */
  readonly bodySha256?: string
  /** Whether the body is at hand. */
  readonly hasBody: boolean
}

/** Who signed a request, and which body it is good for. */
export interface Proved {
  readonly caller: AccountCaller
  /** Present where the body was not at hand: whoever has it must hold it against this. */
  readonly bodySha256?: string
}

const sha256 = /^[0-9a-f]{64}$/
const unsigned = 'UNSIGNED-PAYLOAD'
/** Of no bytes. */
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Where signatures are verified. */
export interface Proving {
  readonly access: Pick<Access, 'prove'>
  readonly now: number
  readonly vocabulary: Pick<Vocabulary, 'signingName' | 'unsignedPayload'>
}

/**
 * Finds who signed a request.
 * Gives: nobody for a request without a signature.
 * Errors: the refusals of Signature Version 4, with AWS's codes; `AccessDenied` for a body that is not signed.
 */
export async function proved(forwarded: Forwarded, { access, now, vocabulary }: Proving): Promise<Proved> {
  const { request, hasBody } = forwarded
  const claim = readClaim(request)
  if (claim === undefined) return { caller: nobody('us-east-1') }
  const { signingName: service, unsignedPayload } = vocabulary
  const hash = hasBody ? undefined : (forwarded.bodySha256 ?? claim.payload)
  if (claim.payload?.startsWith('STREAMING-') === true || (claim.payload === unsigned && !unsignedPayload))
    throw unsignedBody(claim.payload)
  // INVARIANT: a body that is not at hand is vouched for by its hash, which is signed, or by the service's own word.
  if (hash !== undefined && hash !== unsigned && !sha256.test(hash)) throw unsignedBody(hash)
  const rules = { ...(service === 's3' ? s3SigningRules : signingRules), unsignedPayload }
  const known = hash ?? (!hasBody && rules.presignedPayload ? emptySha256 : undefined)
  const proven = await access.prove(request, {
    service,
    now,
    rules,
    ...(known === undefined ? {} : { payloadHash: known }),
  })
  if (proven === undefined) throw new Error('a signature that was read is gone')
  return { caller: proven.caller, ...(hash === undefined || hash === unsigned ? {} : { bodySha256: hash }) }
}

function unsignedBody(payload: string): Fault {
  const message = 'The body of the request must be signed by its SHA-256 hash in x-amz-content-sha256.'
  const detail = `x-amz-content-sha256 is ${payload.slice(0, 64)}`
  return new Fault({ code: 'AccessDenied', status: 403, message, detail })
}
