import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { type ConnectionOptions, checkServerIdentity } from 'node:tls'
import { signRequest } from '#protocol'
import type { KeyPair } from './program.ts'
import { exitCode, Stop } from './stop.ts'

/** A request to a running server, to be signed. */
export interface Asked {
  readonly url: string
  readonly certificate: string | undefined
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** Signed and sent with these; absent: unsigned. */
  readonly credentials?: KeyPair & { readonly sessionToken?: string }
  readonly service: string
  readonly body?: string
  readonly contentType?: string
}

export interface Answered {
  readonly status: number
  readonly body: string
}

/**
 * The value that one of Cardea's own interfaces answered with.
 * Errors: `Stop` with the server's message when it refused, and for what is no JSON.
 */
export function answerIn({ status, body }: Answered): unknown {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (cause) {
    throw new Stop(exitCode.server, 'The server gave an answer that is no JSON. Is it a Cardea?', cause)
  }
  if (status === 200) return value
  const message = typeof value === 'object' && value !== null && 'message' in value ? String(value.message) : body
  throw new Stop(exitCode.failed, message.slice(0, 1000))
}

/**
 * Sends a request and waits for the whole answer.
 * Errors: `Stop` when nothing answers within ten seconds.
 */
export async function send(asked: Asked): Promise<Answered> {
  const url = new URL(asked.path, asked.url)
  const body = Buffer.from(asked.body ?? '')
  const request = url.protocol === 'https:' ? requestTls : requestPlain
  const options = {
    method: asked.method,
    headers: { ...headersOf(asked, url, body), 'content-length': body.length },
    timeout: 10_000,
    ...(asked.certificate === undefined ? {} : trustIn(readFileSync(asked.certificate))),
  }
  try {
    return await new Promise<Answered>((resolve, reject) => {
      const sent = request(url, options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        )
        response.on('error', reject)
      })
      sent.on('timeout', () => sent.destroy(new Error('no answer within ten seconds')))
      sent.on('error', reject)
      sent.end(body)
    })
  } catch (cause) {
    throw new Stop(exitCode.server, `${asked.url} does not answer: ${(cause as Error).message}`, cause)
  }
}

/** Trusts certificates of a file and those that they vouch for; the first of them under any name. */
function trustIn(pem: Buffer): ConnectionOptions {
  const first = new X509Certificate(pem)
  return {
    ca: pem,
    allowPartialTrustChain: true,
    checkServerIdentity: (name, shown) => (first.raw.equals(shown.raw) ? undefined : checkServerIdentity(name, shown)),
  }
}

function headersOf(asked: Asked, url: URL, body: Uint8Array): Readonly<Record<string, string>> {
  const headers = {
    host: url.host,
    ...(asked.body === undefined ? {} : { 'content-type': asked.contentType ?? 'application/x-www-form-urlencoded' }),
  }
  if (asked.credentials === undefined) return headers
  return signRequest({
    method: asked.method,
    path: url.pathname,
    query: url.search.slice(1),
    headers,
    body,
    credentials: asked.credentials,
    scope: { region: 'us-east-1', service: asked.service },
    now: Date.now(),
  })
}
