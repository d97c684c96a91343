import { hash } from 'node:crypto'
import { valuesOf } from './canonical.ts'
import type { Claim } from './claim.ts'
import { readCredential, readSignedAt, readSignedHeaders } from './claim-part.ts'
import type { Fault } from './fault.ts'
import type { HttpRequest } from './http.ts'
import { echo, incompleteSignature } from './refusal.ts'
import { algorithm, readMoment, writeMoment } from './signature.ts'
import { readTimestamp } from './timestamp.ts'

/** Reads the claim of an `Authorization` header. Takes: all values of the header. Errors: see `readClaim`. */
export function readHeaderClaim(request: HttpRequest, authorization: readonly string[]): Claim {
  const text = (authorization.length === 1 ? authorization[0] : authorization.join(',')) ?? ''
  const { scheme, parameters } = split(text)
  const date = oneOf(request, 'x-amz-date') ?? oneOf(request, 'date')
  const { Credential: credential, SignedHeaders: signedHeaders, Signature: signature } = parameters
  if (!credential || !signedHeaders || !signature || !date) throw missing(text, parameters, date)
  if (scheme !== algorithm) throw incompleteSignature(`Unsupported AWS 'algorithm': '${echo(scheme)}'.`)
  const moment = momentOf(request, date)
  const sessionToken = oneOf(request, 'x-amz-security-token')
  const payload = oneOf(request, 'x-amz-content-sha256')
  return {
    form: 'header',
    ...readCredential(credential),
    signedAt: readSignedAt(moment),
    moment,
    signedHeaders: readSignedHeaders(signedHeaders),
    signature,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(payload === undefined ? {} : { payload }),
  }
}

interface Parameters {
  Credential?: string
  SignedHeaders?: string
  Signature?: string
}

interface Split {
  readonly scheme: string
  readonly parameters: Parameters
}

/** As all SDKs write it: each parameter once, in this order. */
const usual = /^([^\s,=]+) Credential=([^\s,]+), ?SignedHeaders=([^\s,]+), ?Signature=([^\s,]+)$/

/** Splits `ALGORITHM Name=value, Name=value`; commas and white space count alike. Errors: `IncompleteSignature`. */
function split(text: string): Split {
  const [, scheme, Credential = '', SignedHeaders = '', Signature = ''] = usual.exec(text) ?? []
  return scheme === undefined ? splitAny(text) : { scheme, parameters: { Credential, SignedHeaders, Signature } }
}

function splitAny(text: string): Split {
  const [scheme = '', ...pieces] = text.trim().split(/[\s,]+/)
  if (scheme.includes('='))
    throw incompleteSignature(
      'Authorization header must begin with the algorithm name, which cannot include an equal-sign',
    )
  const parameters: Parameters = {}
  for (const piece of pieces) {
    if (piece === '') continue
    const at = piece.indexOf('=')
    if (at < 0)
      throw incompleteSignature(
        `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${digestOf(text)}'.`,
      )
    const name = piece.slice(0, at)
    if (name !== 'Credential' && name !== 'SignedHeaders' && name !== 'Signature') continue
    if (parameters[name] !== undefined)
      throw incompleteSignature(`Authorization header has '${name}' parameter more than once.`)
    parameters[name] = piece.slice(at + 1)
  }
  return { scheme, parameters }
}

/** Says all that is missing at once, and a digest of the header instead of it: a secret sent by mistake must not come back. */
function missing(text: string, parameters: Parameters, date: string | undefined): Fault {
  const wanted = (['Credential', 'Signature', 'SignedHeaders'] as const).filter((name) => !parameters[name])
  const sentences = wanted.map((name) => `Authorization header requires '${name}' parameter. `)
  if (!date) sentences.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
  return incompleteSignature(
    `${sentences.join('')}(Hashed with SHA-256 and encoded with Base64) Authorization=${digestOf(text)}`,
  )
}

function digestOf(text: string): string {
  return hash('sha256', text, 'base64')
}

/** The value of a header; one that is repeated cannot be understood and stays joined. */
function oneOf(request: HttpRequest, name: string): string | undefined {
  const values = valuesOf(request, name)
  return values === undefined || values.length < 2 ? values?.[0] : values.join(',')
}

/** The moment as it is signed: a `Date` header may also have the form of HTTP. */
function momentOf(request: HttpRequest, date: string): string {
  if (readMoment(date) !== undefined || valuesOf(request, 'x-amz-date') !== undefined) return date
  const read = /GMT$/.test(date) ? readTimestamp(date)?.getTime() : undefined
  return read === undefined || read < 0 ? date : writeMoment(read)
}
