import { hash } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { readClaim, SigningKeys, s3SigningRules, signRequest } from '#protocol'
import type { Credentials } from '../front-door.ts'
import type { Rig } from './rig.ts'

/** A request to the gateway that a client of its own signs. */
export interface Raw {
  readonly method?: string
  readonly path?: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
  /** What is said of the body; by default its hash. */
  readonly payload?: string
  readonly credentials?: Credentials
  readonly service?: string
  readonly region?: string
  readonly now?: number
  /** What is changed after it was signed. */
  readonly after?: Readonly<Record<string, string>>
  /** Headers of the client that are sent without a signature. */
  readonly host?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** The headers of a signed request. */
export function signed(rig: Rig, raw: Raw): Record<string, string> {
  const { method = 'PUT', path = '/photos/cat.jpg', query = '', body = '', service = 's3', region = 'us-east-1' } = raw
  const bytes = Buffer.from(body)
  const payload = raw.payload ?? hash('sha256', bytes)
  return signRequest({
    method,
    path,
    query,
    headers: {
      host: raw.host ?? `127.0.0.1:${rig.port}`,
      ...(service === 's3' ? { 'x-amz-content-sha256': payload } : {}),
      ...raw.headers,
    },
    body: bytes,
    credentials: raw.credentials ?? rig.administrator,
    scope: { region, service },
    now: raw.now ?? Date.now(),
    ...(service === 's3' ? { rules: s3SigningRules } : {}),
  })
}

/** Signs a request and sends it. Takes: the body that is really sent, where it is not the one that is signed. */
export function call(rig: Rig, raw: Raw, sent: Buffer | string = raw.body ?? ''): Promise<Answer> {
  const { method = 'PUT', path = '/photos/cat.jpg', query = '' } = raw
  const headers = { ...signed(rig, raw), 'content-length': String(Buffer.byteLength(sent)), ...raw.after }
  return send(rig, { method, target: query === '' ? path : `${path}?${query}`, headers, body: sent })
}

export interface Sent {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

export async function send({ port }: Rig, { method, target, headers, body = '' }: Sent): Promise<Answer> {
  const sending = request({ host: '127.0.0.1', port, method, path: target, headers, agent: false })
  sending.on('error', () => undefined)
  sending.end(body)
  const [incoming] = await once(sending, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return { status: incoming.statusCode, headers: incoming.headers, text: Buffer.concat(chunks).toString() }
}

/** Sends bytes as they are. Gives: all that comes back until the connection ends, or nothing more comes for a while. */
export async function speak({ port }: Rig, text: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    socket.setTimeout(200)
  })
  socket.on('error', () => undefined)
  socket.setTimeout(5000, () => socket.destroy())
  socket.write(text)
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('latin1')
}

const nothing = hash('sha256', '')

export interface Chunks {
  /** Of the request that they follow. */
  readonly headers: Readonly<Record<string, string>>
  readonly credentials: Credentials
  readonly parts: readonly (Buffer | string)[]
  /** What the trailer says. */
  readonly trailer?: Readonly<Record<string, string>>
  /** Whether the chunks are signed. */
  readonly isSigned?: boolean
}

/** Writes a body in `aws-chunked`. Source: AWS, "Signature calculations for the Authorization header" of chunks. */
export function inChunks({ headers, credentials, parts, trailer, isSigned = true }: Chunks): string {
  const claim = readClaim({
    method: '',
    path: '/',
    query: '',
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: Buffer.alloc(0),
    remoteAddress: '',
    secure: false,
  })
  if (claim === undefined) throw new Error('the request is not signed')
  const { scope, moment } = claim
  const key = new SigningKeys().get(claim.accessKeyId, credentials.secretAccessKey, scope)
  const where = `${moment}\n${scope.day}/${scope.region}/${scope.service}/aws4_request`
  let before = claim.signature
  let text = ''
  for (const part of [...parts, '']) {
    const bytes = Buffer.from(part)
    before = key.sign(`AWS4-HMAC-SHA256-PAYLOAD\n${where}\n${before}\n${nothing}\n${hash('sha256', bytes)}`)
    text += `${bytes.length.toString(16)}${isSigned ? `;chunk-signature=${before}` : ''}\r\n`
    if (bytes.length > 0) text += `${bytes.toString('latin1')}\r\n`
  }
  const lines = Object.entries(trailer ?? {}).map(([name, value]) => `${name}:${value}\n`)
  text += lines.map((line) => line.replace('\n', '\r\n')).join('')
  if (trailer !== undefined && isSigned)
    text += `x-amz-trailer-signature:${key.sign(`AWS4-HMAC-SHA256-TRAILER\n${where}\n${before}\n${hash('sha256', lines.join(''))}`)}\r\n`
  return `${text}\r\n`
}
