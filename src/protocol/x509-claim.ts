import { X509Certificate } from 'node:crypto'
import { valuesOf } from './canonical.ts'
import type { Claim } from './claim.ts'
import { readCredential, readSignedAt, readSignedHeaders } from './claim-part.ts'
import type { HttpRequest } from './http.ts'
import { echo, incompleteSignature } from './refusal.ts'

export const x509Algorithms = { rsa: 'AWS4-X509-RSA-SHA256', ec: 'AWS4-X509-ECDSA-SHA256' } as const

/** What a request says of its signature with the key of a certificate, read but not believed. */
export interface X509Claim extends Claim {
  readonly algorithm: (typeof x509Algorithms)[keyof typeof x509Algorithms]
  /** The certificate whose key signed. */
  readonly certificate: X509Certificate
  /** Those that lead from it to the anchor, as they were sent; nothing says yet that they do. */
  readonly chain: readonly X509Certificate[]
}

/** Bytes of a certificate. */
const longestCertificate = 8192
/** Certificates between the one that signs and the anchor. */
const mostChained = 5

/**
 * Reads the signature of a request that is signed with the key of a certificate.
 *
 * Gives: `undefined` when the request carries none of this kind.
 * Errors: `IncompleteSignature` (400) for missing and malformed parts; `SignatureDoesNotMatch` (403) without a signed host.
 * Source: IAM Roles Anywhere, "The authentication signing process".
 */
export function readX509Claim(request: HttpRequest): X509Claim | undefined {
  const [text = '', ...others] = valuesOf(request, 'authorization') ?? []
  if (!text.startsWith('AWS4-X509-')) return undefined
  if (others.length > 0) throw incompleteSignature('The request has more than one Authorization header.')
  const [, scheme, credential = '', signedHeaders = '', signature = ''] = form.exec(text) ?? []
  if (scheme === undefined)
    throw incompleteSignature("Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.")
  const algorithm = Object.values(x509Algorithms).find((known) => known === scheme)
  if (algorithm === undefined) throw incompleteSignature(`Unsupported AWS 'algorithm': '${echo(scheme, 100)}'.`)
  const moment = oneOf(request, 'x-amz-date')
  const payload = valuesOf(request, 'x-amz-content-sha256')?.join(',')
  return {
    form: 'header',
    algorithm,
    ...readCredential(credential),
    signedAt: readSignedAt(moment),
    moment,
    signedHeaders: readSignedHeaders(signedHeaders),
    signature,
    certificate: certificateIn(oneOf(request, 'x-amz-x509'), 'X-Amz-X509'),
    chain: chainIn(valuesOf(request, 'x-amz-x509-chain')?.join(',')),
    ...(payload === undefined ? {} : { payload }),
  }
}

const form =
  /^(AWS4-X509-[A-Z0-9-]{1,40}) Credential=([^\s,]{1,512}), ?SignedHeaders=([^\s,]{1,4096}), ?Signature=([0-9a-fA-F]{1,4096})$/

function oneOf(request: HttpRequest, name: string): string {
  const values = valuesOf(request, name) ?? []
  const [value] = values
  if (value !== undefined && values.length === 1) return value
  throw incompleteSignature(`A request that is signed with a certificate must have the header '${name}' once.`)
}

function chainIn(text: string | undefined): readonly X509Certificate[] {
  if (text === undefined || text === '') return []
  const parts = text.split(',', mostChained + 1)
  if (parts.length > mostChained)
    throw incompleteSignature(`X-Amz-X509-Chain has more than ${mostChained} certificates.`)
  return parts.map((part) => certificateIn(part.trim(), 'X-Amz-X509-Chain'))
}

/** Takes: DER in base64. */
function certificateIn(text: string, name: string): X509Certificate {
  const strict = text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
  if (!strict || text.length > (longestCertificate * 4) / 3)
    throw incompleteSignature(`${name} is not the base64 of a certificate of at most ${longestCertificate} bytes.`)
  const found = certificateFrom(Buffer.from(text, 'base64'))
  if (found === undefined) throw incompleteSignature(`${name} is not a certificate in DER.`)
  return found
}

/** Gives: `undefined` for what is no certificate in DER, for one that something follows, and for one whose key cannot be read. */
export function certificateFrom(der: Uint8Array): X509Certificate | undefined {
  // A certificate is a sequence; what begins otherwise could be PEM.
  if (der[0] !== 0x30) return undefined
  try {
    const certificate = new X509Certificate(der)
    // The key is read when it is asked for, and cannot be asked for where its kind is unknown.
    const known = certificate.publicKey.asymmetricKeyType !== undefined
    return known && Buffer.compare(certificate.raw, der) === 0 ? certificate : undefined
  } catch {
    return undefined
  }
}
