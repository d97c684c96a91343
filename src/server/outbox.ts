import type { ServerResponse } from 'node:http'
import type { HttpResponse } from '#protocol'

/**
 * Sends answers together, once the requests at hand were heard.
 * Cost: to send wakes whoever waits for the answer; many sent in a row wake it once, so a busy server does a third less.
 * One that is alone is sent as soon as nothing else is to be heard.
 */
export class Outbox {
  readonly #leaving: () => boolean
  #waiting: (readonly [ServerResponse, HttpResponse])[] = []

  /** Takes: whether connections are to end with the answers that are sent now. */
  constructor(leaving: () => boolean) {
    this.#leaving = leaving
  }

  send(outgoing: ServerResponse, response: HttpResponse): void {
    this.#waiting.push([outgoing, response])
    if (this.#waiting.length === 1) setImmediate(() => this.#sendAll())
  }

  #sendAll(): void {
    const waiting = this.#waiting
    this.#waiting = []
    const leaving = this.#leaving()
    for (const [outgoing, response] of waiting) {
      if (leaving) outgoing.setHeader('connection', 'close')
      write(outgoing, response)
    }
  }
}

function write(outgoing: ServerResponse, { status, headers, body }: HttpResponse): void {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  outgoing.writeHead(status, { ...headers, 'content-length': bytes })
  outgoing.end(body)
}
