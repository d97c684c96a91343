import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpRequest } from '#protocol'
import type { Answer } from './answer.ts'
import type { Log } from './log.ts'
import { Problem } from './problem.ts'

export interface Listening {
  readonly url: string
  stop(): Promise<void>
}

export interface ListenParts {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  answer(request: HttpRequest): Promise<Answer>
  readonly log: Log
  /** What is served, for the log. */
  readonly name: string
}

/** Bytes of a body, none of which is looked at. */
const mostBody = 4096

/** Serves workloads on an address. Errors: `Problem` when it cannot be had. */
export async function listen(parts: ListenParts): Promise<Listening> {
  const { host, port, log, name } = parts
  const options = {
    maxHeaderSize: 32_768,
    headersTimeout: 5000,
    requestTimeout: 5000,
    keepAliveTimeout: 5000,
    connectionsCheckingInterval: 1000,
    requireHostHeader: false,
  }
  const server = createServer(options, (incoming, outgoing) => void serve(incoming, outgoing, parts))
  server.maxHeadersCount = 100
  server.on('clientError', (cause, socket) => {
    log('warn', { interface: name, why: cause.message }, 'refused')
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    else socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Problem('Address', `Cannot listen on ${host}:${port}: ${cause.message}`)),
    )
    server.listen(port, host, resolve)
  })
  const taken = (server.address() as AddressInfo).port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, parts: ListenParts): Promise<void> {
  const { log, name } = parts
  let size = 0
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > mostBody) incoming.destroy()
  })
  const request = requestOf(incoming)
  try {
    const { response, why } = await parts.answer(request)
    const { status, headers, body } = response
    if (why !== undefined) {
      const path = request.path.slice(0, 200)
      log('warn', { interface: name, from: request.remoteAddress, path, status, why }, 'refused')
    }
    outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
    outgoing.end(body)
  } catch (cause) {
    log('error', { interface: name, error: String(cause) }, 'not answered')
    if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-length': 0 })
    outgoing.end()
  }
}

function requestOf(incoming: IncomingMessage): HttpRequest {
  const target = incoming.url ?? '/'
  const local = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '') || '/'
  const mark = local.indexOf('?')
  const headers: Record<string, string[]> = Object.create(null)
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    const name = (incoming.rawHeaders[index] ?? '').toLowerCase()
    const values = headers[name] ?? []
    values.push(incoming.rawHeaders[index + 1] ?? '')
    headers[name] = values
  }
  return {
    method: incoming.method ?? '',
    path: mark < 0 ? local : local.slice(0, mark),
    query: mark < 0 ? '' : local.slice(mark + 1),
    headers,
    body: new Uint8Array(),
    remoteAddress: incoming.socket.remoteAddress ?? '',
    secure: false,
  }
}
