import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { Fault } from '#protocol'
import { Batch } from './batch.ts'
import type { Upstream } from './upstream.ts'

/** A request as it is sent to an upstream. */
export interface Sending {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | Readable | undefined
  /** Headers that are added to the answer. */
  readonly added: Readonly<Record<string, string>>
  /** Awaited when the upstream has done what it was asked for, before the client hears of it. */
  readonly done?: () => Promise<void>
}

export interface Ends {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/**
 * Sends a request on, and its answer back, both as they flow.
 * Gives: the status of the answer, once all of it was sent.
 * Errors: `Fault` 502 and 504 for an upstream that does not answer, and that of the body when it is not what was signed; each
 *   only while nothing of the answer was sent. After that the connection is cut, and the error is a `Cut`.
 */
export function forward(sending: Sending, upstream: Upstream, ends: Ends): Promise<number> {
  upstream.load += 1
  const answered = new Promise<number>((resolve, reject) => {
    const { method, path, headers, body } = sending
    const handler = new Passing(sending, ends, { resolve, reject })
    const go = () => {
      try {
        upstream.pool.dispatch({ method, path, headers, body: body ?? null }, handler)
      } catch (cause) {
        reject(cause)
      }
    }
    // A stream has nobody who hears of its end before it is sent.
    if (body === undefined || Buffer.isBuffer(body)) batch.later(go)
    else go()
  })
  return answered.finally(() => {
    upstream.load -= 1
  })
}

const batch = new Batch()
/** Bytes of the beginning of an answer that wait for the rest of it until nothing else is to be heard. */
const mostHeld = 65_536

/** An answer that broke off while it was sent. */
export class Cut extends Error {
  readonly status: number

  constructor(status: number, cause: unknown) {
    super('the answer broke off', { cause })
    this.status = status
  }
}

interface Settled {
  resolve(status: number): void
  reject(cause: unknown): void
}

/** Hands an answer through. Its own state is how much of it came. */
class Passing implements Dispatcher.DispatchHandler {
  readonly #sending: Sending
  readonly #ends: Ends
  readonly #settled: Settled
  #status = 0
  #isOver = false
  #isWhole = false
  #headers: string[] = []
  #held: Buffer | undefined

  constructor(sending: Sending, ends: Ends, settled: Settled) {
    this.#sending = sending
    this.#ends = ends
    this.#settled = settled
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { outgoing } = this.#ends
    const gone = new Error('the client went away')
    if (outgoing.destroyed) {
      controller.abort(gone)
      return
    }
    outgoing.once('close', () => {
      if (this.#isOver) this.#settled.resolve(this.#status)
      else controller.abort(gone)
    })
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return
    this.#status = status
    const { done } = this.#sending
    if (done === undefined || status >= 300) {
      this.#begin(controller)
      return
    }
    controller.pause()
    done().then(
      () => {
        this.#begin(controller)
        controller.resume()
      },
      (cause: Error) => controller.abort(cause),
    )
  }

  #begin(controller: Dispatcher.DispatchController): void {
    const { incoming } = this.#ends
    const headers = answerHeaders(controller.rawHeaders)
    for (const name in this.#sending.added) headers.push(name, this.#sending.added[name] ?? '')
    // What is left of a body that the upstream did not want is not read on.
    if (!incoming.complete) headers.push('connection', 'close')
    this.#headers = headers
    batch.later(() => this.#flush(controller))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { outgoing } = this.#ends
    if (!outgoing.headersSent && this.#held === undefined && chunk.length <= mostHeld) {
      this.#held = chunk
      return
    }
    this.#flush(controller)
    this.#write(chunk, controller)
  }

  onResponseEnd(): void {
    this.#isOver = true
    this.#isWhole = true
    const { outgoing } = this.#ends
    if (outgoing.headersSent) this.#end(undefined)
  }

  /** Sends what is there of the answer, and all of it when that is there. */
  #flush(controller: Dispatcher.DispatchController): void {
    const { outgoing } = this.#ends
    if (outgoing.headersSent || (this.#isOver && !this.#isWhole)) return
    outgoing.writeHead(this.#status, this.#headers)
    const held = this.#held
    this.#held = undefined
    if (this.#isWhole) this.#end(held)
    else if (held === undefined) outgoing.flushHeaders()
    else this.#write(held, controller)
  }

  #write(chunk: Buffer, controller: Dispatcher.DispatchController): void {
    const { outgoing } = this.#ends
    if (outgoing.write(chunk)) return
    controller.pause()
    outgoing.once('drain', () => controller.resume())
  }

  #end(held: Buffer | undefined): void {
    const { outgoing } = this.#ends
    outgoing.end(held, () => this.#settled.resolve(this.#status))
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    this.#isOver = true
    const { outgoing } = this.#ends
    const isSent = outgoing.headersSent
    if (isSent) outgoing.destroy()
    this.#settled.reject(isSent ? new Cut(this.#status, cause) : faultOf(cause))
  }
}

const hopByHop =
  /^(?:connection|keep-alive|proxy-authenticate|proxy-authorization|proxy-connection|te|trailer|transfer-encoding|upgrade)$/

/** The headers of an answer that are for the client: those of the connection are not. Gives: names and values in turn. */
function answerHeaders(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  const headers: string[] = []
  if (!Array.isArray(raw)) return headers
  const named = new Set<string>()
  for (let index = 0; index + 1 < raw.length; index += 2)
    if (textOf(raw[index]).toLowerCase() === 'connection')
      for (const name of textOf(raw[index + 1]).split(',')) named.add(name.trim().toLowerCase())
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = textOf(raw[index])
    const lower = name.toLowerCase()
    if (!hopByHop.test(lower) && !named.has(lower)) headers.push(name, textOf(raw[index + 1]))
  }
  return headers
}

function textOf(part: Buffer | string | undefined): string {
  return typeof part === 'string' ? part : (part?.toString('latin1') ?? '')
}

function faultOf(cause: Error & { code?: string }): Fault {
  if (cause instanceof Fault) return cause
  const late = /TIMEOUT/.test(cause.code ?? '')
  return late
    ? new Fault({ code: 'GatewayTimeout', status: 504, message: 'The upstream did not answer in time.', cause })
    : new Fault({ code: 'BadGateway', status: 502, message: 'The upstream did not answer as it should.', cause })
}
