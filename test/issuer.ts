import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CompactSign, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'

/** An identity provider on loopback, whose every answer a test can change. */
export interface Issuer {
  /** `http://127.0.0.1:4000` */
  readonly url: string
  /** Paths that were asked for. */
  readonly asked: string[]
  /** What the paths answer with, in place of the right thing. */
  readonly answers: Map<string, (response: ServerResponse, request: IncomingMessage) => void>
  /** The keys that it publishes. */
  keys: JWK[]
  close(): Promise<void>
}

/** A key pair that signs tokens. */
export interface Signer {
  readonly alg: string
  readonly kid: string
  /** The public key, as a provider publishes it. */
  readonly jwk: JWK
  /** Takes: seconds since 1970 in `iat` and `exp`; other fields of the header. */
  sign(claims: JWTPayload, header?: Readonly<Record<string, unknown>>): Promise<string>
  /** Signs any text in the place of claims. */
  seal(text: string, header?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function createSigner(alg: string, kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return {
    alg,
    kid,
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: (claims, header = {}) => new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey),
    seal: (text, header = {}) =>
      new CompactSign(new TextEncoder().encode(text)).setProtectedHeader({ alg, kid, ...header }).sign(privateKey),
  }
}

/** Serves a discovery document and a key set. */
export async function openIssuer(keys: readonly JWK[]): Promise<Issuer> {
  const asked: string[] = []
  const answers: Issuer['answers'] = new Map()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const answer = answers.get(path)
    if (answer !== undefined) answer(response, request)
    else if (path === '/.well-known/openid-configuration')
      json(response, { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` })
    else if (path === '/keys') json(response, { keys: issuer.keys })
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer: Issuer = {
    url: `http://127.0.0.1:${port}`,
    asked,
    answers,
    keys: [...keys],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return issuer
}

export function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
