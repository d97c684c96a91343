import type { HttpRequest, HttpResponse } from '#protocol'
import { outboundAlgorithms } from '#services'
import type { House } from './house.ts'

/** The path below which the issuers of accounts publish their keys. */
const issuerPath = /^\/oidc\/([0-9a-f-]{36})\/\.well-known\/(openid-configuration|jwks\.json)$/

/** Whether a request asks for what an issuer publishes. */
export function isForIssuer({ method, path }: HttpRequest): boolean {
  return method === 'GET' && issuerPath.test(path)
}

/**
 * Answers whoever wants to verify tokens of an account.
 * Gives: `undefined` for what is no such question.
 */
export async function published(request: HttpRequest, house: House): Promise<HttpResponse | undefined> {
  const [, issuer, document] = issuerPath.exec(request.path) ?? []
  if (issuer === undefined || request.method !== 'GET') return undefined
  const keys = await house.store.read(({ issuerKeys }) => issuerKeys.ofIssuer(issuer))
  if (keys.length === 0) return json(404, { message: 'There is no such issuer.' })
  // Only the house wrote the keys.
  if (document === 'jwks.json') return json(200, { keys: keys.map(({ publicKey }) => JSON.parse(publicKey) as object) })
  const url = house.issuerUrl(issuer)
  return json(200, {
    issuer: url,
    jwks_uri: `${url}/.well-known/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: outboundAlgorithms,
    claims_supported: ['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'https://sts.amazonaws.com/'],
  })
}

function json(status: number, value: object): HttpResponse {
  const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' }
  return { status, headers, body: JSON.stringify(value) }
}
