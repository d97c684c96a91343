import { type AccountCaller, nobody, type Proven } from '#access'
import { Fault, type HttpRequest, header, readClaim, s3SigningRules, signingRules } from '#protocol'
import type { Arrival } from './arrival.ts'
import { type Body, bodyOf } from './body.ts'
import { ChunkedReader } from './chunk.ts'
import type { Target } from './describe/index.ts'
import type { GatewayHouse } from './house.ts'
import { type BodyReader, hashedReader, plainReader } from './reader.ts'

/** Who asks, and the body that is to be proved as it is read. */
export interface Authentic {
  readonly caller: AccountCaller
  readonly body: Body
  /** The hash that was signed for the body. */
  readonly bodyHash?: string
}

/**
 * Finds who asks. A request without a signature is nobody's, and reaches what a resource's own policy lets everybody reach.
 * Errors: those of the signature, and of a body that cannot be proved.
 */
export function authenticate(arrival: Arrival, target: Target, gateway: GatewayHouse): Promise<Authentic> {
  return target.signing === 's3' ? authenticateS3(arrival, gateway) : authenticateWhole(arrival, target, gateway)
}

/** Every service but S3 signs the body itself, so it is read first. */
async function authenticateWhole(arrival: Arrival, target: Target, gateway: GatewayHouse): Promise<Authentic> {
  const { house, settings } = gateway
  const body = await read(bodyIn(arrival, plainReader(), gateway), settings.maxBody)
  const proven = await house.access.prove(
    { ...arrival.head, body: body.bytes },
    { service: target.signing, regions: settings.regions, now: arrival.at, rules: signingRules },
  )
  return { caller: callerOf(proven, gateway), body }
}

async function authenticateS3(arrival: Arrival, gateway: GatewayHouse): Promise<Authentic> {
  const { head, at } = arrival
  const { house, settings } = gateway
  const said = readClaim(head)
  const payload = said === undefined ? header(head, 'x-amz-content-sha256') : said.payload
  const proving = { service: 's3', regions: settings.regions, now: at, rules: s3SigningRules }
  if (payload === undefined && said?.form === 'header') {
    const body = await read(bodyIn(arrival, plainReader(), gateway), settings.maxBody)
    return { caller: callerOf(await house.access.prove({ ...head, body: body.bytes }, proving), gateway), body }
  }
  const payloadHash = payload ?? unsigned
  const kind = kindOf(payloadHash)
  const proven = await house.access.prove(head, { ...proving, payloadHash })
  const body = bodyIn(arrival, readerFor(kind, head, proven), gateway)
  const bodyHash = kind === 'hash' ? { bodyHash: payloadHash } : {}
  return { caller: callerOf(proven, gateway), body, ...bodyHash }
}

/** A body that was read. */
interface WholeBody extends Body {
  readonly bytes: Buffer
}

async function read(body: Body, most: number): Promise<WholeBody> {
  const bytes = await body.whole(most)
  return { bytes, length: bytes.length, whole: async () => bytes, stream: () => body.stream() }
}

function callerOf(proven: Proven | undefined, { settings }: GatewayHouse): AccountCaller {
  return proven?.caller ?? nobody(settings.regions[0] ?? 'us-east-1')
}

type Kind = 'unsigned' | 'hash' | 'chunks' | 'signedChunks'

const unsigned = 'UNSIGNED-PAYLOAD'
const kinds: Readonly<Record<string, Kind>> = {
  [unsigned]: 'unsigned',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': 'chunks',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': 'signedChunks',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': 'signedChunks',
}

function kindOf(payload: string): Kind {
  const kind = /^[0-9a-f]{64}$/.test(payload) ? 'hash' : Object.hasOwn(kinds, payload) ? kinds[payload] : undefined
  if (kind !== undefined) return kind
  const message =
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- word that is known, or a valid sha256 value.'
  throw new Fault({ code: 'InvalidArgument', status: 400, message })
}

function readerFor(kind: Kind, head: HttpRequest, proven: Proven | undefined): BodyReader {
  const encoded = /(?:^|,)\s*aws-chunked\s*(?:,|$)/i.test(header(head, 'content-encoding') ?? '')
  if (kind === 'unsigned' || kind === 'hash') {
    if (encoded) throw invalid('A body in aws-chunked must be signed as one of the STREAMING- kinds.')
    const hash = proven?.claim.payload ?? header(head, 'x-amz-content-sha256') ?? ''
    return kind === 'hash' ? hashedReader(hash) : plainReader()
  }
  if (kind === 'signedChunks' && proven === undefined) throw invalid('Signed chunks need a request that is signed.')
  const named = header(head, 'x-amz-trailer')?.toLowerCase()
  const payload = proven?.claim.payload ?? header(head, 'x-amz-content-sha256') ?? ''
  const trailers = named === undefined ? [] : named.split(',').map((name) => name.trim())
  if (payload.endsWith('-PAYLOAD') && trailers.length > 0) throw invalid('A body without a trailer announces one.')
  return new ChunkedReader({
    length: decodedLength(head),
    trailers,
    ...(kind === 'signedChunks' && proven !== undefined ? { signed: proven } : {}),
  })
}

function bodyIn(
  { head, incoming, outgoing, read: bytes }: Arrival,
  reader: BodyReader,
  { settings }: GatewayHouse,
): Body {
  const sent = lengthOf(head)
  const length = reader instanceof ChunkedReader ? decodedLength(head) : sent
  const go = () => {
    if (head.headers['expect'] !== undefined && !outgoing.headersSent) outgoing.writeContinue()
  }
  return bodyOf({
    incoming,
    ...(bytes && { read: bytes }),
    reader,
    length,
    isSent: sent !== 0,
    go,
    idle: settings.timeout,
  })
}

function lengthOf(head: HttpRequest): number | undefined {
  const length = header(head, 'content-length')
  if (length !== undefined) return Number(length)
  return head.headers['transfer-encoding'] === undefined ? 0 : undefined
}

function decodedLength(head: HttpRequest): number {
  const text = header(head, 'x-amz-decoded-content-length') ?? ''
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const message = 'You must provide the Content-Length HTTP header.'
  throw new Fault({ code: 'MissingContentLength', status: 411, message, detail: 'no x-amz-decoded-content-length' })
}

function invalid(message: string): Fault {
  return new Fault({ code: 'InvalidRequest', status: 400, message })
}
