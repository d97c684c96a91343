import { valuesOf } from './canonical.ts'
import { readHeaderClaim } from './claim-header.ts'
import { readQueryClaim, signatureFields } from './claim-query.ts'
import type { HttpRequest } from './http.ts'
import { signatureDoesNotMatch } from './refusal.ts'
import type { KeyScope } from './signing-key.ts'

/** What a request says of its signature, read but not believed. */
export interface Claim {
  /** Whether the signature is in the `Authorization` header or in the query string. */
  readonly form: 'header' | 'query'
  readonly accessKeyId: string
  readonly scope: ClaimScope
  /** Milliseconds since 1970. */
  readonly signedAt: number
  /** The same moment as it was signed: `20260115T120000Z`. */
  readonly moment: string
  /** How long a presigned request is good; absent when it does not say. */
  readonly expiresInSeconds?: number
  /** As they were listed. */
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly sessionToken?: string
  /** What the request says of its body in `x-amz-content-sha256`: a hash, or a word such as `UNSIGNED-PAYLOAD`. */
  readonly payload?: string
}

export interface ClaimScope extends KeyScope {
  /** `aws4_request`, or what was there instead. */
  readonly terminator: string
}

/**
 * Reads the signature of a request.
 *
 * Gives: `undefined` when the request has none in either place.
 * Errors: `IncompleteSignature` (400) for missing and malformed parts; `SignatureDoesNotMatch` (403) for two signatures in one request.
 */
export function readClaim(request: HttpRequest): Claim | undefined {
  if (last?.request !== request) last = { request, claim: readAnew(request) }
  return last.claim
}

/** A request is asked for several times in a row, so the last one is enough to remember. */
let last: { readonly request: HttpRequest; readonly claim: Claim | undefined } | undefined

function readAnew(request: HttpRequest): Claim | undefined {
  const authorization = valuesOf(request, 'authorization')
  const fields = request.query === '' ? undefined : signatureFields(request.query)
  if (authorization !== undefined && authorization.length > 0) {
    if (fields !== undefined)
      throw signatureDoesNotMatch(
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
      )
    return readHeaderClaim(request, authorization)
  }
  return fields === undefined ? undefined : readQueryClaim(request, fields)
}
