import { connect, type Socket } from 'node:net'

/** How a load is made: so many connections, each sending its next request when the answer is whole. */
export interface Load {
  readonly port: number
  readonly connections: number
  readonly milliseconds: number
  /** Whole HTTP/1.1 requests as bytes; the connections share them out. */
  readonly requests: readonly Uint8Array[]
  /** Sends no request twice; the load ends early when all are used. */
  readonly once?: boolean
}

/**
 * Sends requests over keep-alive connections and counts the answers.
 * Gives: answers a second.
 * Errors: throws when an answer is not 200.
 */
export async function load({ port, connections, milliseconds, requests, once = false }: Load): Promise<number> {
  const until = performance.now() + milliseconds
  const started = performance.now()
  const counts = await Promise.all(
    Array.from({ length: connections }, (_, index) =>
      oneConnection({ port, requests, until, first: index, step: connections, once }),
    ),
  )
  return (counts.reduce((sum, count) => sum + count, 0) / (performance.now() - started)) * 1000
}

interface Line {
  readonly port: number
  readonly requests: readonly Uint8Array[]
  readonly until: number
  readonly first: number
  readonly step: number
  readonly once: boolean
}

function oneConnection({ port, requests, until, first, step, once }: Line): Promise<number> {
  return new Promise((resolve, reject) => {
    let sent = first
    let answered = 0
    let waiting: Buffer = Buffer.alloc(0)
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const next = () => {
      const request = requests[once ? sent : sent % requests.length]
      sent += step
      if (request !== undefined && performance.now() < until) return socket.write(request)
      socket.destroy()
      return resolve(answered)
    }
    socket.on('connect', next)
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk])
      const length = lengthOfAnswer(waiting)
      if (length === undefined || waiting.length < length) return
      const status = waiting.toString('latin1', 9, 12)
      if (status !== '200') return fail(socket, reject, waiting)
      answered += 1
      waiting = waiting.subarray(length)
      return next()
    })
  })
}

function fail(socket: Socket, reject: (reason: Error) => void, answer: Buffer): void {
  socket.destroy()
  reject(new Error(answer.toString('utf8')))
}

/** Bytes of the whole answer; `undefined` until its head is there. */
function lengthOfAnswer(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const found = /content-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end))
  return found === null ? undefined : end + 4 + Number(found[1])
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
