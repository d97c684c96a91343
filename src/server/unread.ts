import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Fault, type HttpResponse, query } from '#protocol'
import type { House } from './house.ts'

/** For a body that is larger than this server takes. */
export function tooLarge(maxBody: number): Fault {
  const message = `The request body is larger than ${maxBody} bytes.`
  return new Fault({ code: 'RequestEntityTooLarge', status: 413, message })
}

/** Source: RFC 9112, section 3.2. */
export const nameless = new Fault({
  code: 'MalformedHttpRequest',
  status: 400,
  message: 'The request has no Host header.',
})

/** For an `Expect` header that asks for anything but `100-continue`. Source: RFC 9110, section 10.1.1. */
export const unmet = new Fault({
  code: 'ExpectationFailed',
  status: 417,
  message: 'The only expectation that is met is 100-continue.',
})

/** Refuses what was not read as a request: it is counted and logged, in the form in which AWS refuses. */
export function refusalOf(fault: Fault, { log, metrics }: House): HttpResponse {
  const requestId = randomUUID()
  const { code, status, message } = fault
  metrics.answered({ service: 'none', operation: 'none' }, code, 0)
  log.info({ requestId, code, status, message }, 'refused')
  return query.refuse(fault, undefined, requestId)
}

const faults: Readonly<Record<string, ConstructorParameters<typeof Fault>[0]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'RequestTimeout', status: 408, message: 'The request did not arrive in time.' },
  HPE_HEADER_OVERFLOW: { code: 'RequestHeaderSectionTooLarge', status: 431, message: 'The headers are too large.' },
}

/** Answers bytes that are no HTTP, and requests that came too slowly, and ends the connection. */
export function refuseSocket(cause: Error, socket: Socket, house: House): void {
  if (!socket.writable || (cause as NodeJS.ErrnoException).code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const parts = faults[(cause as NodeJS.ErrnoException).code ?? '']
  const malformed = { code: 'MalformedHttpRequest', status: 400, message: 'The request is not HTTP/1.1.' }
  const { status, headers, body } = refusalOf(new Fault(parts ?? malformed), house)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = Buffer.byteLength(body)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}content-length: ${length}\r\nconnection: close\r\n\r\n${body}`,
  )
}
