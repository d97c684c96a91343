import { hash } from 'node:crypto'
import { canonicalRequest } from './canonical.ts'
import { HmacKey } from './hmac.ts'
import { algorithm, stringToSign, terminator, writeMoment } from './signature.ts'
import { deriveKey, type SigningKeys } from './signing-key.ts'
import { type SigningRules, signingRules } from './signing-rule.ts'

/** A request that is to be signed. */
export interface Unsigned {
  readonly method: string
  /** As it will be sent, percent-encoded. */
  readonly path: string
  /** As it will be sent, without the `?`. */
  readonly query: string
  /** `host` must be among them. All are signed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly scope: { readonly region: string; readonly service: string }
  /** Milliseconds since 1970. */
  readonly now: number
  /** Absent: those of IAM and STS. */
  readonly rules?: SigningRules
  /** Keys that were derived before. Absent: the key is derived for this request. */
  readonly signingKeys?: SigningKeys
}

/** Signs a request. Gives: all headers to send, names in lower case. */
export function signRequest(request: Unsigned): Record<string, string> {
  const { credentials, rules = signingRules, body } = request
  const moment = writeMoment(request.now)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value
  headers['x-amz-date'] = moment
  if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken
  const payloadHash = headers['x-amz-content-sha256'] ?? hash('sha256', body)
  const signedHeaders = Object.keys(headers).sort()
  const values = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  const canonical = canonicalRequest({ ...request, headers: values }, { signedHeaders, payloadHash, rules })
  const scope = { ...request.scope, day: moment.slice(0, 8) }
  const { accessKeyId, secretAccessKey } = credentials
  const key =
    request.signingKeys?.get(accessKeyId, secretAccessKey, scope) ?? new HmacKey(deriveKey(secretAccessKey, scope))
  const signature = key.sign(stringToSign(moment, scope, canonical))
  const credential = `${credentials.accessKeyId}/${scope.day}/${scope.region}/${scope.service}/${terminator}`
  headers['authorization'] =
    `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  return headers
}
