import { valuesOf } from './canonical.ts'
import type { Claim } from './claim.ts'
import { readCredential, readSignedAt, readSignedHeaders } from './claim-part.ts'
import type { HttpRequest } from './http.ts'
import { echo, incompleteSignature } from './refusal.ts'
import { algorithm } from './signature.ts'
import { decodeUri, respellUri } from './uri.ts'

/** The fields of a query string that belong to a signature, by their names. */
export type SignatureFields = ReadonlyMap<string, string>

const mostSeconds = 604_800
const required = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date']
const known: ReadonlySet<string> = new Set([
  ...required,
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-Content-Sha256',
])

/**
 * Finds the fields of a signature in a query string.
 *
 * Gives: `undefined` when it is not presigned, which is when it has no algorithm, no credential and no signature.
 * Errors: `IncompleteSignature` for a field that comes twice or is not UTF-8.
 */
export function signatureFields(query: string): SignatureFields | undefined {
  const fields = new Map<string, string>()
  for (const piece of query.split('&')) {
    const at = piece.indexOf('=')
    const name = respellUri(at < 0 ? piece : piece.slice(0, at))
    if (!known.has(name)) continue
    const value = at < 0 ? '' : decodeUri(piece.slice(at + 1))
    if (value === undefined || fields.has(name))
      throw incompleteSignature(
        `AWS query-string parameters must include '${name}' once. Re-examine the query-string parameters.`,
      )
    fields.set(name, value)
  }
  return required.slice(0, 3).some((name) => fields.has(name)) ? fields : undefined
}

/** Reads the claim of a presigned request. Errors: see `readClaim`. */
export function readQueryClaim(request: HttpRequest, fields: SignatureFields): Claim {
  const missing = required.filter((name) => !fields.get(name))
  if (missing.length > 0) {
    const sentences = missing.map((name) => `AWS query-string parameters must include '${name}'. `)
    throw incompleteSignature(`${sentences.join('')}Re-examine the query-string parameters.`)
  }
  const [scheme = '', credential = '', signature = '', signedHeaders = '', moment = ''] = required.map((name) =>
    fields.get(name),
  )
  if (scheme !== algorithm) throw incompleteSignature(`Unsupported AWS 'algorithm': '${echo(scheme)}'.`)
  const expires = fields.get('X-Amz-Expires')
  const sessionToken = fields.get('X-Amz-Security-Token') ?? valuesOf(request, 'x-amz-security-token')?.join(',')
  const payload = fields.get('X-Amz-Content-Sha256') ?? valuesOf(request, 'x-amz-content-sha256')?.join(',')
  return {
    form: 'query',
    ...readCredential(credential),
    signedAt: readSignedAt(moment),
    moment,
    ...(expires === undefined ? {} : { expiresInSeconds: readExpires(expires) }),
    signedHeaders: readSignedHeaders(signedHeaders),
    signature,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(payload === undefined ? {} : { payload }),
  }
}

function readExpires(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw incompleteSignature('X-Amz-Expires should be a number')
  const seconds = Number(text)
  if (seconds < 1) throw incompleteSignature('X-Amz-Expires must be non-negative')
  if (seconds <= mostSeconds) return seconds
  throw incompleteSignature(
    'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
  )
}
