import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { Fault } from '#protocol'
import type { BodyReader } from './reader.ts'

/** The body of a request that is still arriving. It is read once, whole or as a stream. */
export interface Body {
  /** Bytes that will come out of it; `undefined` when nobody said. 0: there is none. */
  readonly length: number | undefined
  /** Waits for all of it. Takes: the most bytes. Errors: `Fault`, also when it is larger. */
  whole(most: number): Promise<Buffer>
  /** Lets it flow, but its end only once all of it is proved. Errors: the stream's, a `Fault` for what is not proved. */
  stream(): Readable
}

export interface BodyParts {
  readonly incoming: IncomingMessage
  /** All of it, where it was read already. */
  readonly read?: Buffer
  readonly reader: BodyReader
  readonly length: number | undefined
  /** Whether anything arrives at all. */
  readonly isSent: boolean
  /** Tells a client that waits for it to send its body. */
  go(): void
  /** Milliseconds for which nothing may arrive. */
  readonly idle: number
}

/** Bytes a second that must come of a body that is waited for, on average and after the idle time: strangers send such too. */
const slowest = 16_384

export function bodyOf(parts: BodyParts): Body {
  let whole: Promise<Buffer> | undefined
  return {
    length: parts.length,
    whole(most) {
      whole ??= parts.isSent && parts.read === undefined ? wholeOf(parts, most) : readAlready(parts)
      return whole
    },
    stream: () => streamOf(parts),
  }
}

async function readAlready({ read, reader }: BodyParts): Promise<Buffer> {
  const passed = read === undefined ? [] : reader.push(read)
  reader.end()
  return Buffer.concat(passed)
}

function wholeOf({ incoming, reader, length, go, idle }: BodyParts, most: number): Promise<Buffer> {
  if (length !== undefined && length > most) return Promise.reject(tooLarge(most))
  go()
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const began = performance.now()
    let size = 0
    const fail = (cause: unknown) => {
      incoming.pause()
      incoming.removeAllListeners('data')
      reject(cause)
    }
    incoming.setTimeout(idle, () => fail(tooSlow()))
    incoming.on('data', (chunk: Buffer) => {
      try {
        for (const part of reader.push(chunk)) {
          size += part.length
          parts.push(part)
        }
        if (size > most) fail(tooLarge(most))
        if (size < ((performance.now() - began - idle) / 1000) * slowest) fail(tooSlow())
      } catch (cause) {
        fail(cause)
      }
    })
    incoming.on('end', () => {
      incoming.setTimeout(0)
      try {
        reader.end()
        resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts))
      } catch (cause) {
        reject(cause)
      }
    })
    incoming.on('close', () => reject(cutOff()))
    incoming.on('error', () => reject(cutOff()))
  })
}

/** INVARIANT: what comes last is held back until the reader has proved the whole, so no other side takes it for whole before. */
class Proved extends Readable {
  readonly #incoming: IncomingMessage
  #held: Buffer | undefined

  constructor(incoming: IncomingMessage, reader: BodyReader) {
    super({ highWaterMark: 262_144 })
    this.#incoming = incoming
    incoming.on('data', (chunk: Buffer) => this.#try(() => this.#take(reader.push(chunk))))
    incoming.on('end', () =>
      this.#try(() => {
        reader.end()
        if (this.#held !== undefined) this.push(this.#held)
        this.push(null)
      }),
    )
    incoming.pause()
  }

  override _read(): void {
    this.#incoming.resume()
  }

  #take(parts: readonly Buffer[]): void {
    for (const part of parts) {
      if (part.length === 0) continue
      if (this.#held !== undefined && !this.push(this.#held)) this.#incoming.pause()
      this.#held = part
    }
  }

  #try(work: () => void): void {
    try {
      work()
    } catch (cause) {
      this.destroy(cause as Error)
    }
  }
}

function streamOf({ incoming, reader, go, idle }: BodyParts): Readable {
  // Where there is nothing to prove, the length alone says whether it is whole, and undici counts.
  const stream = reader.isPlain ? incoming : new Proved(incoming, reader)
  incoming.setTimeout(idle, () => stream.destroy(tooSlow()))
  incoming.on('end', () => incoming.setTimeout(0))
  incoming.on('close', () => {
    if (!incoming.complete && stream !== incoming) stream.destroy(cutOff())
  })
  incoming.on('error', () => {
    if (stream !== incoming) stream.destroy(cutOff())
  })
  go()
  return stream
}

function tooLarge(most: number): Fault {
  const message = `The request body is larger than the ${most} bytes that are read whole.`
  return new Fault({ code: 'EntityTooLarge', status: 413, message })
}

function tooSlow(): Fault {
  const message =
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.'
  return new Fault({ code: 'RequestTimeout', status: 400, message })
}

/** Nobody hears it; it is for the record. */
function cutOff(): Fault {
  return new Fault({
    code: 'IncompleteBody',
    status: 400,
    message: 'The connection ended before the request was whole.',
  })
}
