import { createHash, hash, timingSafeEqual } from 'node:crypto'
import { type Claim, Fault, type HmacKey } from '#protocol'
import { type Checksum, checksumFor } from './checksum.ts'
import type { BodyReader } from './reader.ts'

/** What is known of a body in chunks before it arrives. */
export interface ChunkedBody {
  /** Present: each chunk, and the trailer, is signed. */
  readonly signed?: { readonly claim: Claim; readonly key: HmacKey }
  /** The length of what is in the chunks. */
  readonly length: number
  /** What the trailer is to hold, by `x-amz-trailer`, in lower case; none: no trailer. */
  readonly trailers: readonly string[]
}

const longestLine = 1024
const mostTrailer = 16
/** Bytes of a signed chunk that wait for its signature; what is larger goes on, but never its end. */
const mostHeld = 1_048_576
const nothing = hash('sha256', '')

type State = 'size' | 'data' | 'dataEnd' | 'trailer' | 'done'

/**
 * Reads `aws-chunked`: takes the chunks apart, and verifies their signatures, the trailer's, and its checksum.
 * Source: AWS, "Signature calculations for the Authorization header: transferring payload in multiple chunks".
 * Errors: `SignatureDoesNotMatch` (403); `IncompleteBody`, `InvalidChunkSizeError`, `MalformedTrailerError` and `BadDigest` (400).
 */
export class ChunkedReader implements BodyReader {
  readonly #body: ChunkedBody
  readonly #checksums: ReadonlyMap<string, Checksum>
  #state: State = 'size'
  #line = ''
  #left = 0
  #seen = 0
  #signature: string
  #claimed = ''
  #hash = createHash('sha256')
  #held: Buffer[] | undefined
  readonly #trailer = new Map<string, string>()

  constructor(body: ChunkedBody) {
    this.#body = body
    this.#signature = body.signed?.claim.signature ?? ''
    this.#checksums = new Map(body.trailers.map((name) => [name, checksumFor(name) ?? unknownTrailer(name)]))
  }

  push(chunk: Buffer): readonly Buffer[] {
    const out: Buffer[] = []
    for (let at = 0; at < chunk.length; ) {
      if (this.#state === 'done') throw malformed('There is more after its end.')
      at = this.#state === 'data' ? this.#data(chunk, at, out) : this.#lineIn(chunk, at, out)
    }
    return out
  }

  end(): void {
    if (this.#state !== 'done') throw incomplete('The body ended in the middle of a chunk.')
    if (this.#seen !== this.#body.length)
      throw incomplete(`The body has ${this.#seen} bytes and not the ${this.#body.length} that it said.`)
  }

  #data(chunk: Buffer, at: number, out: Buffer[]): number {
    const part = chunk.subarray(at, at + this.#left)
    this.#left -= part.length
    this.#seen += part.length
    if (this.#seen > this.#body.length) throw incomplete('The body is longer than it said.')
    if (this.#body.signed !== undefined) this.#hash.update(part)
    for (const checksum of this.#checksums.values()) checksum.update(part)
    if (this.#held === undefined) out.push(part)
    else this.#held.push(part)
    if (this.#left === 0) this.#finishChunk(out)
    return at + part.length
  }

  #finishChunk(out: Buffer[]): void {
    this.#verifyChunk()
    out.push(...(this.#held ?? []))
    this.#held = undefined
    this.#state = 'dataEnd'
  }

  /** Gathers a line, and does what it says when it is whole. */
  #lineIn(chunk: Buffer, at: number, out: Buffer[]): number {
    const end = chunk.indexOf(10, at)
    this.#line += chunk.toString('latin1', at, end < 0 ? chunk.length : end)
    if (this.#line.length > longestLine) throw malformed('A line of it is too long.')
    if (end < 0) return chunk.length
    if (!this.#line.endsWith('\r')) throw malformed('A line does not end with CR LF.')
    const line = this.#line.slice(0, -1)
    this.#line = ''
    if (this.#state === 'size') this.#begin(line, out)
    else if (this.#state === 'trailer') this.#take(line)
    else if (line === '') this.#state = 'size'
    else throw malformed('A chunk is longer than it said.')
    return end + 1
  }

  #begin(line: string, out: Buffer[]): void {
    const [, size = '', signature = ''] = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line) ?? []
    if (size === '' || (signature !== '') !== (this.#body.signed !== undefined))
      throw malformed('The line that begins a chunk cannot be read.', 'InvalidChunkSizeError')
    this.#claimed = signature
    this.#left = Number.parseInt(size, 16)
    this.#hash = createHash('sha256')
    if (this.#left > 0) {
      this.#held = this.#body.signed !== undefined && this.#left <= mostHeld ? [] : undefined
      this.#state = 'data'
      return
    }
    this.#held = undefined
    this.#finishChunk(out)
    this.#state = 'trailer'
  }

  #verifyChunk(): void {
    const { signed } = this.#body
    if (signed === undefined) return
    const text = `${nothing}\n${this.#hash.digest('hex')}`
    this.#verify(`AWS4-HMAC-SHA256-PAYLOAD\n${this.#scope(signed.claim)}\n${this.#signature}\n${text}`, signed.key)
  }

  #verify(text: string, key: HmacKey): void {
    const computed = key.sign(text)
    const same = computed.length === this.#claimed.length
    if (!same || !timingSafeEqual(Buffer.from(computed), Buffer.from(this.#claimed)))
      throw new Fault({
        code: 'SignatureDoesNotMatch',
        status: 403,
        message: 'The signature of a chunk of the body does not match what was computed.',
      })
    this.#signature = computed
  }

  #scope({ moment, scope: { day, region, service } }: Claim): string {
    return `${moment}\n${day}/${region}/${service}/aws4_request`
  }

  #take(line: string): void {
    if (line === '') {
      this.#finish()
      return
    }
    const [, name = '', value = ''] = /^([A-Za-z0-9-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name === '' || this.#trailer.size === mostTrailer) throw badTrailer('The trailer cannot be read.')
    const lower = name.toLowerCase()
    if (this.#trailer.has(lower)) throw badTrailer(`The trailer has ${lower} twice.`)
    if (lower !== signatureName && !this.#checksums.has(lower))
      throw badTrailer(`The trailer has ${lower}, which x-amz-trailer does not name.`)
    this.#trailer.set(lower, value)
  }

  /** After the empty line that ends the trailer. */
  #finish(): void {
    this.#state = 'done'
    const { signed, trailers } = this.#body
    const signature = this.#trailer.get(signatureName)
    this.#trailer.delete(signatureName)
    for (const name of trailers) if (!this.#trailer.has(name)) throw badTrailer(`The trailer does not have ${name}.`)
    if (signed !== undefined && trailers.length > 0) {
      const lines = [...this.#trailer].map(([name, value]) => `${name}:${value}\n`).join('')
      this.#claimed = signature ?? ''
      const text = `AWS4-HMAC-SHA256-TRAILER\n${this.#scope(signed.claim)}\n${this.#signature}\n${hash('sha256', lines)}`
      this.#verify(text, signed.key)
    }
    for (const [name, checksum] of this.#checksums)
      if (checksum.digest() !== this.#trailer.get(name))
        throw malformed(`The ${name} you specified did not match the calculated checksum.`, 'BadDigest')
  }
}

const signatureName = 'x-amz-trailer-signature'

function unknownTrailer(name: string): never {
  throw badTrailer(`The trailer ${JSON.stringify(name.slice(0, 100))} is not a checksum that is known.`)
}

function badTrailer(message: string): Fault {
  return malformed(message, 'MalformedTrailerError')
}

function incomplete(message: string): Fault {
  return malformed(message, 'IncompleteBody')
}

function malformed(message: string, code = 'InvalidRequest'): Fault {
  return new Fault({ code, status: 400, message })
}
