import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { HttpRequest } from '#protocol'

export interface Receiving {
  /** Bytes. */
  readonly maxBody: number
  readonly secure: boolean
}

/**
 * Waits for a whole request.
 * Gives: `undefined` when its body is larger than allowed; the rest of it is not read.
 * Errors: when the connection ends before the request does.
 */
export function receive(incoming: IncomingMessage, { maxBody, secure }: Receiving): Promise<HttpRequest | undefined> {
  return new Promise((resolve, reject) => {
    const headers = headersOf(incoming.rawHeaders)
    if (Number(headers['content-length']?.[0] ?? 0) > maxBody) return resolve(undefined)
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBody) chunks.push(chunk)
      else {
        incoming.pause()
        resolve(undefined)
      }
    })
    incoming.on('end', () => resolve(requestOf(incoming, { headers, chunks, secure })))
    incoming.on('error', reject)
    incoming.on('close', () => {
      if (!incoming.complete) reject(new Error('the connection ended'))
    })
  })
}

/** A request of which the head has arrived: its body is empty. */
export function headOf(incoming: IncomingMessage, secure: boolean): HttpRequest {
  return requestOf(incoming, { headers: headersOf(incoming.rawHeaders), chunks: [], secure })
}

interface Received {
  readonly headers: HttpRequest['headers']
  readonly chunks: readonly Buffer[]
  readonly secure: boolean
}

function requestOf(incoming: IncomingMessage, { headers, chunks, secure }: Received): HttpRequest {
  const { path, query } = targetOf(incoming.url ?? '/')
  return {
    method: incoming.method ?? '',
    path,
    query,
    headers,
    body: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks),
    remoteAddress: addressOf(incoming.socket.remoteAddress ?? ''),
    secure,
    ...(secure ? encryptionOf(incoming.socket) : undefined),
  }
}

const encryptions = new WeakMap<Socket, Pick<HttpRequest, 'tls'>>()

function encryptionOf(socket: Socket): Pick<HttpRequest, 'tls'> {
  const known = encryptions.get(socket)
  if (known !== undefined) return known
  const found =
    socket instanceof TLSSocket
      ? { tls: { version: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName } }
      : {}
  encryptions.set(socket, found)
  return found
}

/** Takes: a path with its query, or the same after a scheme and an authority. */
function targetOf(target: string): { readonly path: string; readonly query: string } {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i.exec(target)
  const local = absolute === null ? target : target.slice(absolute[0].length)
  const mark = local.indexOf('?')
  const path = mark < 0 ? local : local.slice(0, mark)
  return { path: path === '' ? '/' : path, query: mark < 0 ? '' : local.slice(mark + 1) }
}

function headersOf(raw: readonly string[]): Record<string, string[]> {
  // INVARIANT: without a prototype, so that no name of a header means anything but itself.
  const headers: Record<string, string[]> = Object.create(null)
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase()
    const value = raw[index + 1] ?? ''
    const values = headers[name]
    if (values === undefined) headers[name] = [value]
    else values.push(value)
  }
  return headers
}

/** An IPv4 address that came through an IPv6 socket is written as IPv4. */
function addressOf(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address
}
