import { hash, timingSafeEqual } from 'node:crypto'
import { canonicalRequest, valuesOf } from './canonical.ts'
import type { Claim } from './claim.ts'
import { type ClaimChecks, checkClaim } from './claim-check.ts'
import { Fault } from './fault.ts'
import type { HttpRequest } from './http.ts'
import { echo, otherSignature, signatureDoesNotMatch } from './refusal.ts'
import { stringToSign } from './signature.ts'
import type { SigningKeys } from './signing-key.ts'
import { type SigningRules, signingRules } from './signing-rule.ts'

export interface Proof extends ClaimChecks {
  /** The secret of the claimed access key. */
  readonly secret: string
  readonly signingKeys: Pick<SigningKeys, 'get'>
  /** Absent: those of IAM and STS. */
  readonly rules?: SigningRules
  /** What is signed for the body in place of its hash. INVARIANT: whoever says it proves the body, as it arrives. */
  readonly payloadHash?: string
}

const unsigned = 'UNSIGNED-PAYLOAD'

/**
 * Verifies that the holder of a secret signed this request.
 *
 * Errors: those of `checkClaim`; `SignatureDoesNotMatch` (403), with the texts that should have been signed;
 * with the rules of S3 also `XAmzContentSHA256Mismatch` and `InvalidArgument` (400).
 * Cost: grows with the size of the request; a hash of its body, one of its canonical form, one HMAC.
 */
export function verifyClaim(request: HttpRequest, claim: Claim, proof: Proof): void {
  checkClaim(claim, proof)
  checkAmzHeaders(request, claim)
  const { rules = signingRules, secret, signingKeys } = proof
  const payloadHash = proof.payloadHash ?? payloadHashOf(request, claim, rules)
  const exact = isExact(request, claim.signedHeaders)
  const signedHeaders = exact ? claim.signedHeaders : madeExact(request, claim.signedHeaders)
  const canonical = canonicalRequest(request, { signedHeaders, payloadHash, rules })
  const toSign = stringToSign(claim.moment, claim.scope, canonical)
  const signature = signingKeys.get(claim.accessKeyId, secret, claim.scope).sign(toSign)
  // INVARIANT: what the request says of its body is what was verified, or the request is refused.
  const honest = claim.payload === undefined || claim.payload === payloadHash
  if (!same(signature, claim.signature) || !exact || !honest) throw otherSignature(canonical, toSign)
}

/** Every `x-amz-` header that is there must be signed. */
function checkAmzHeaders(request: HttpRequest, { signedHeaders }: Claim): void {
  for (const name in request.headers)
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name))
      throw signatureDoesNotMatch(`'${echo(name, 200)}' must be a 'SignedHeader' in the AWS Authorization.`)
}

/** The hash that ends the canonical request. Errors: S3's, for a hash that is not the body's and for what is no hash. */
function payloadHashOf(request: HttpRequest, { payload, form }: Claim, rules: SigningRules): string {
  if (rules.unsignedPayload && payload === unsigned) return unsigned
  if (!rules.presignedPayload && payload === undefined && form === 'query') return unsigned
  const computed = hash('sha256', request.body)
  if (rules.unsignedPayload && payload !== undefined && payload !== computed)
    throw /^[0-9a-f]{64}$/.test(payload) ? otherBody() : notSha256()
  return computed
}

/** Whether the list of signed headers is as the signature wants it: in lower case, sorted, each once, and each there. */
function isExact(request: HttpRequest, names: readonly string[]): boolean {
  let before = ''
  for (const name of names) {
    if (name <= before || !isLower(name) || !isThere(request, name)) return false
    before = name
  }
  return true
}

function madeExact(request: HttpRequest, names: readonly string[]): readonly string[] {
  return [...new Set(names.map((name) => name.toLowerCase()))].filter((name) => isThere(request, name)).sort()
}

function isThere(request: HttpRequest, name: string): boolean {
  return (valuesOf(request, name)?.length ?? 0) > 0
}

function isLower(name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index)
    if (code >= 0x41 && code <= 0x5a) return false
  }
  return true
}

function same(computed: string, claimed: string): boolean {
  const [one, other] = [Buffer.from(computed), Buffer.from(claimed)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function otherBody(): Fault {
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed."
  return new Fault({ code: 'XAmzContentSHA256Mismatch', status: 400, message })
}

function notSha256(): Fault {
  const message = 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, or a valid sha256 value.'
  return new Fault({ code: 'InvalidArgument', status: 400, message })
}
