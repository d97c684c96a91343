import type { ClaimScope } from './claim.ts'
import { echo, incompleteSignature, signatureDoesNotMatch } from './refusal.ts'
import { readMoment } from './signature.ts'

/** Reads `AKID/20260115/us-east-1/iam/aws4_request`. Errors: `IncompleteSignature`. */
export function readCredential(text: string): { readonly accessKeyId: string; readonly scope: ClaimScope } {
  const parts = text.split('/', 6)
  const [accessKeyId = '', day = '', region = '', service = '', terminator = ''] = parts
  if (parts.length !== 5 || accessKeyId === '')
    throw incompleteSignature(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${echo(text)}'`,
    )
  return { accessKeyId, scope: { day, region, service, terminator } }
}

/** Reads `host;x-amz-date`. Errors: `SignatureDoesNotMatch` when `host` is not among them. */
export function readSignedHeaders(text: string): readonly string[] {
  const names = text.split(';')
  if (names.includes('host')) return names
  throw signatureDoesNotMatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
}

/** Reads the moment of the signature. Errors: `IncompleteSignature`. */
export function readSignedAt(text: string): number {
  const moment = readMoment(text)
  if (moment !== undefined) return moment
  throw incompleteSignature(
    `Date must be in ISO-8601 'basic format'. Got '${echo(text)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  )
}
