import type { HttpRequest } from '#protocol'

/** What the SDK would send. */
interface Outgoing {
  readonly method: string
  readonly path: string
  readonly hostname: string
  readonly port?: number
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

class Captured extends Error {
  readonly request: HttpRequest

  constructor(request: HttpRequest) {
    super('captured')
    this.request = request
  }
}

/** What a client must be made with, so that it sends nothing. */
export const capturing = {
  region: 'eu-west-1',
  endpoint: 'http://localhost:4566',
  credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  maxAttempts: 1,
  requestHandler: {
    async handle(outgoing: Outgoing): Promise<never> {
      throw new Captured(await arrived(outgoing))
    },
  },
}

/** The request that a client makes of a command of its own, signed and not sent. Takes: a client that was made with `capturing`. */
export async function requestOf(client: { readonly send: unknown }, command: object): Promise<HttpRequest> {
  if (typeof client.send !== 'function') throw new Error('this is no client')
  try {
    await Reflect.apply(client.send, client, [command])
  } catch (error) {
    if (error instanceof Captured) return error.request
    throw error
  }
  throw new Error('nothing was captured')
}

async function arrived({ method, path, hostname, port, query = {}, headers, body }: Outgoing): Promise<HttpRequest> {
  const fields = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ''].flat().map((one) => `${encode(name)}=${encode(String(one))}`),
  )
  const host = port === undefined ? hostname : `${hostname}:${port}`
  const named = Object.entries({ ...headers, host }).map(([name, value]) => [name.toLowerCase(), [value]] as const)
  return {
    method,
    path,
    query: fields.join('&'),
    headers: Object.fromEntries(named),
    body: await bytesOf(body),
    remoteAddress: '127.0.0.1',
    secure: false,
  }
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array()
  if (typeof body === 'string') return Buffer.from(body)
  return body instanceof Uint8Array ? body : new Uint8Array()
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
