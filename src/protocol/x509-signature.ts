import { createPublicKey, hash, type KeyObject, sign, verify, type X509Certificate } from 'node:crypto'
import { canonicalRequest, valuesOf } from './canonical.ts'
import { type ClaimChecks, checkClaim } from './claim-check.ts'
import type { HttpRequest } from './http.ts'
import { echo, otherSignature, signatureDoesNotMatch } from './refusal.ts'
import { terminator, writeMoment } from './signature.ts'
import type { KeyScope } from './signing-key.ts'
import { signingRules } from './signing-rule.ts'
import { certificateFrom, type X509Claim, x509Algorithms } from './x509-claim.ts'

/**
 * Verifies that the holder of a certificate's private key signed this request. It says nothing of the certificate itself.
 *
 * Errors: those of `checkClaim`; `SignatureDoesNotMatch` (403), also for a serial number or an algorithm that is not the
 * certificate's, and for headers that must be signed and are not.
 * Cost: grows with the size of the request; two hashes and one verification.
 */
export function verifyX509Claim(request: HttpRequest, claim: X509Claim, checks: ClaimChecks): void {
  checkClaim(claim, checks)
  checkHeaders(request, claim)
  const { certificate, algorithm, signedHeaders, signature, payload } = claim
  const key = certificate.publicKey
  if (algorithmOf(key) !== algorithm)
    throw signatureDoesNotMatch(`The key of the certificate does not sign with ${algorithm}.`)
  if (claim.accessKeyId !== serialOf(certificate))
    throw signatureDoesNotMatch('The serial number in the Credential is not that of the certificate in X-Amz-X509.')
  const payloadHash = hash('sha256', request.body)
  const canonical = canonicalRequest(request, { signedHeaders, payloadHash, rules: signingRules })
  const toSign = x509StringToSign(algorithm, { moment: claim.moment, scope: claim.scope, canonical })
  // INVARIANT: what the request says of its body is what was verified, or the request is refused.
  const honest = payload === undefined || payload === payloadHash
  if (!honest || signature.length % 2 !== 0 || !genuine(toSign, key, Buffer.from(signature, 'hex')))
    throw otherSignature(canonical, toSign)
}

/** OpenSSL throws for some signatures that are none at all. */
function genuine(text: string, key: KeyObject, signature: Uint8Array): boolean {
  try {
    return verify('sha256', Buffer.from(text), key, signature)
  } catch {
    return false
  }
}

const alwaysSigned = ['host', 'x-amz-date', 'x-amz-x509']

/** The list of signed headers is in lower case, sorted, each once and each there; every `x-amz-` header is in it. */
function checkHeaders(request: HttpRequest, { signedHeaders }: X509Claim): void {
  const exact = signedHeaders.every(
    (name, index) =>
      name === name.toLowerCase() && valuesOf(request, name) !== undefined && (signedHeaders[index - 1] ?? '') < name,
  )
  if (!exact) throw signatureDoesNotMatch('SignedHeaders must list headers of the request, in lower case and sorted.')
  const sent = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))
  const missing = [...alwaysSigned, ...sent].find((name) => !signedHeaders.includes(name))
  if (missing !== undefined)
    throw signatureDoesNotMatch(`'${echo(missing, 200)}' must be a 'SignedHeader' in the AWS Authorization.`)
}

/** The serial number of a certificate as credentials have it: in decimal digits. */
export function serialOf({ serialNumber }: Pick<X509Certificate, 'serialNumber'>): string {
  const negative = serialNumber.startsWith('-')
  const value = BigInt(`0x${negative ? serialNumber.slice(1) : serialNumber}`)
  return String(negative ? -value : value)
}

function algorithmOf(key: KeyObject): X509Claim['algorithm'] | undefined {
  if (key.asymmetricKeyType === 'rsa') return x509Algorithms.rsa
  return key.asymmetricKeyType === 'ec' ? x509Algorithms.ec : undefined
}

interface Signing {
  /** `20260115T120000Z` */
  readonly moment: string
  readonly scope: KeyScope
  readonly canonical: string
}

function x509StringToSign(algorithm: string, { moment, scope, canonical }: Signing): string {
  const { day, region, service } = scope
  return `${algorithm}\n${moment}\n${day}/${region}/${service}/${terminator}\n${hash('sha256', canonical)}`
}

/** A request that is to be signed with the key of a certificate. */
export interface UnsignedX509 {
  readonly method: string
  /** As it will be sent, percent-encoded. */
  readonly path: string
  /** As it will be sent, without the `?`. */
  readonly query: string
  /** `host` must be among them. All are signed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** DER. */
  readonly certificate: Uint8Array
  /** DER of those between the certificate and the anchor. */
  readonly chain?: readonly Uint8Array[]
  readonly privateKey: KeyObject
  readonly region: string
  /** Absent: `rolesanywhere`. */
  readonly service?: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * Signs a request with the key of a certificate.
 * Gives: all headers to send, names in lower case.
 * Errors: an `Error` for what is no certificate, and for a key that is neither RSA nor EC or is not the certificate's.
 */
export function signX509Request(request: UnsignedX509): Record<string, string> {
  const { privateKey, chain = [], region, service = 'rolesanywhere' } = request
  const certificate = certificateFrom(request.certificate)
  const algorithm = algorithmOf(privateKey)
  if (certificate === undefined) throw new Error('the certificate is not one in DER')
  if (algorithm === undefined || !createPublicKey(privateKey).equals(certificate.publicKey))
    throw new Error('the private key is not an RSA or EC key of the certificate')
  const moment = writeMoment(request.now)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value
  headers['x-amz-date'] = moment
  headers['x-amz-x509'] = Buffer.from(request.certificate).toString('base64')
  if (chain.length > 0) headers['x-amz-x509-chain'] = chain.map((der) => Buffer.from(der).toString('base64')).join(',')
  const signedHeaders = Object.keys(headers).sort()
  const values = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  const payloadHash = hash('sha256', request.body)
  const canonical = canonicalRequest(
    { ...request, headers: values },
    { signedHeaders, payloadHash, rules: signingRules },
  )
  const scope = { day: moment.slice(0, 8), region, service }
  const toSign = x509StringToSign(algorithm, { moment, scope, canonical })
  const signature = sign('sha256', Buffer.from(toSign), privateKey).toString('hex')
  const credential = `${serialOf(certificate)}/${scope.day}/${region}/${service}/${terminator}`
  headers['authorization'] =
    `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  return headers
}
