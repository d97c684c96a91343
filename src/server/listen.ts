import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { HttpRequest, HttpResponse } from '#protocol'
import { dispatch } from './dispatch.ts'
import type { House } from './house.ts'
import { Outbox } from './outbox.ts'
import { receive } from './receive.ts'
import { nameless, refusalOf, refuseSocket, tooLarge, unmet } from './unread.ts'

export interface ListenSettings {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** PEM. Absent: plain HTTP. */
  readonly tls?: { readonly cert: string | Uint8Array; readonly key: string | Uint8Array }
  /** Bytes of a request's body. Default: 1 MiB. */
  readonly maxBody?: number
  /** Milliseconds for the headers of a request to arrive. Default: 10 s. */
  readonly headersTimeout?: number
  /** Milliseconds for a whole request to arrive. Default: 30 s. */
  readonly requestTimeout?: number
  /** Milliseconds that an idle connection is kept. Default: 65 s. */
  readonly keepAliveTimeout?: number
  /** Milliseconds that requests under way have when it stops. Default: 10 s. */
  readonly grace?: number
  /** Asked with the head of each request, before its body is read. */
  readonly passage?: Passage
}

/** Takes requests that are not for this house. Gives: whether it answers this one itself. */
export interface Passage {
  takes(incoming: IncomingMessage, outgoing: ServerResponse): boolean
}

export interface Listening {
  /** `http://127.0.0.1:2273` */
  readonly url: string
  readonly port: number
  /** Takes nothing new, answers what is under way, and ends. */
  stop(): Promise<void>
}

/**
 * Serves HTTP, or HTTPS, on an address.
 * Errors: those of the system when the address cannot be had, and of TLS when the certificate cannot be used.
 */
export async function listen(house: House, settings: ListenSettings): Promise<Listening> {
  const { host, port, maxBody = 1_048_576, grace = 10_000 } = settings
  const state = { stopping: false }
  const outbox = new Outbox(() => state.stopping)
  const server = serverOf(settings, (incoming, outgoing) => {
    if (settings.passage?.takes(incoming, outgoing) === true) return
    const late = settings.passage === undefined ? undefined : cutting(outgoing, settings)
    if (settings.passage !== undefined && incoming.headers.expect !== undefined) outgoing.writeContinue()
    receive(incoming, { maxBody, secure: settings.tls !== undefined }).then(
      async (request) => {
        clearTimeout(late)
        const response = await responseTo(request, incoming.httpVersion, { house, maxBody })
        if (request === undefined) outgoing.setHeader('connection', 'close')
        outbox.send(outgoing, response)
      },
      // The client went away before its request was whole; there is nobody to answer.
      () => outgoing.destroy(),
    )
  })
  server.on('checkExpectation', (_, outgoing) => outbox.send(outgoing, refusalOf(unmet, house)))
  server.on('clientError', (cause, socket) => refuseSocket(cause, socket as Socket, house))
  await opened(server, host, port)
  const { port: taken } = server.address() as AddressInfo
  const scheme = settings.tls === undefined ? 'http' : 'https'
  return {
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    port: taken,
    async stop() {
      if (state.stopping) return
      state.stopping = true
      await closed(server, grace)
    },
  }
}

/** What passes through may take its time, so the time of what does not is kept here. */
function cutting(outgoing: ServerResponse, { requestTimeout = 30_000 }: ListenSettings): NodeJS.Timeout {
  const late = setTimeout(() => outgoing.destroy(), requestTimeout)
  outgoing.once('close', () => clearTimeout(late))
  return late
}

async function responseTo(
  request: HttpRequest | undefined,
  version: string,
  { house, maxBody }: { readonly house: House; readonly maxBody: number },
): Promise<HttpResponse> {
  if (request === undefined) return refusalOf(tooLarge(maxBody), house)
  if (version === '1.1' && request.headers['host'] === undefined) return refusalOf(nameless, house)
  return dispatch(request, house)
}

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void

function serverOf(settings: ListenSettings, listener: Listener): Server {
  const { tls, headersTimeout = 10_000, requestTimeout = 30_000, keepAliveTimeout = 65_000 } = settings
  const options = {
    headersTimeout,
    requestTimeout: settings.passage === undefined ? requestTimeout : 0,
    keepAliveTimeout,
    maxHeaderSize: 32_768,
    // How often connections are looked at; a slow one lives so much longer at most.
    connectionsCheckingInterval: Math.min(1000, headersTimeout),
    noDelay: true,
    // What has none is refused with a code and a message.
    requireHostHeader: false,
  }
  const server =
    tls === undefined
      ? createServer(options, listener)
      : createTlsServer(
          { ...options, cert: bufferOf(tls.cert), key: bufferOf(tls.key), minVersion: 'TLSv1.2' },
          listener,
        )
  server.maxHeadersCount = 200
  // Whoever waits to be told to go on is told so by what takes the request.
  if (settings.passage !== undefined) server.on('checkContinue', listener)
  return server
}

function bufferOf(pem: string | Uint8Array): string | Buffer {
  return typeof pem === 'string' ? pem : Buffer.from(pem)
}

function opened(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function closed(server: Server, grace: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), grace)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    server.closeIdleConnections()
  })
}
