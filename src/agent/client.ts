import { type RequestOptions, request as requestPlain } from 'node:http'
import { Problem } from './problem.ts'

/** A server, and the certificates to trust in place of those of the system. */
export interface Server {
  readonly url: string
  /** PEM. */
  readonly ca?: string
}

export interface Sending {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Heard {
  readonly status: number
  readonly body: string
  /** The code of a refusal, where it is in a header. */
  readonly errorType?: string
  /** The server's clock, in milliseconds since 1970; ours, where it does not say. */
  readonly at: number
}

/** Milliseconds within which a server has to answer. */
const patience = 10_000
/** Bytes of an answer. */
const largest = 1_048_576

/** Posts to a server. Errors: `Problem` (`Unavailable`) when it does not answer, or answers that it is out of order. */
export async function post({ url, ca }: Server, { path, headers, body }: Sending): Promise<Heard> {
  const target = new URL(path, url)
  const bytes = Buffer.from(body)
  const options = {
    method: 'POST',
    headers: { ...headers, host: target.host, 'content-length': String(bytes.length) },
    signal: AbortSignal.timeout(patience),
    ...(ca === undefined ? {} : { ca }),
  }
  try {
    const heard = await exchange(await requesterFor(target), { target, options, body: bytes })
    if (heard.status >= 500) throw new Error(`it answers with status ${heard.status}`)
    return heard
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Problem('Unavailable', `${target.origin} does not answer: ${why || 'no connection'}`, cause)
  }
}

type Requester = typeof requestPlain

/** Only an agent whose server uses TLS pays for it. */
async function requesterFor({ protocol }: URL): Promise<Requester> {
  return protocol === 'https:' ? (await import('node:https')).request : requestPlain
}

interface Exchange {
  readonly target: URL
  readonly options: RequestOptions
  readonly body: Uint8Array
}

function exchange(request: Requester, { target, options, body }: Exchange): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const sent = request(target, options, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > largest) sent.destroy(new Error('its answer is too large'))
        else chunks.push(chunk)
      })
      response.on('end', () => {
        const date = Date.parse(response.headers.date ?? '')
        const at = Number.isNaN(date) ? Date.now() : date
        const type = response.headers['x-amzn-errortype']
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
          at,
          ...(typeof type === 'string' ? { errorType: type } : {}),
        })
      })
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** The members of an answer in JSON. Errors: `Problem` for what is none. */
export function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // It is told below, as for every answer that is no object.
  }
  throw new Problem('Unavailable', 'The server gave an answer that is no JSON. Is it a Cardea?')
}

/** A member of an answer that has members itself. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

/** Errors: `Problem` for a member that is no text. */
export function textOf(value: unknown, name: string): string {
  const found = memberOf(value, name)
  if (typeof found === 'string') return found
  throw new Problem('Unavailable', `The server gave an answer without ${name}. Is it a Cardea?`)
}
