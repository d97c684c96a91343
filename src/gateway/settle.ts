import { Fault, type HttpRequest } from '#protocol'
import { hostOf, readHost } from './describe/host.ts'
import { spelled, spelledPath } from './spelling.ts'

/** Names under which buckets are hosts. */
export interface Settling {
  readonly domains: readonly string[]
}

/**
 * Gives a request the one form in which it is described, decided and sent: its bucket in the path, parameters of headers
 * in headers, no signature in the query, and percent-encoded what must be and nothing else.
 * INVARIANT: what is described and what is forwarded are both made of this, so that they cannot differ.
 * Errors: 400 for what can be read in two ways.
 */
export function settle(request: HttpRequest, { domains }: Settling): HttpRequest {
  refuseTwoReadings(request)
  const path = spelledPath(request.path)
  refuseTwoPaths(path)
  return hoisted(hosted(path === request.path ? request : { ...request, path }, domains))
}

const single =
  /^(?:host|content-length|content-type|content-md5|content-encoding|authorization|range|expect|date|x-amz-(?!meta-).*)$/

/** No operation has a body with them, and not every server reads one: it would be the next request on the connection. */
const bodyless = /^(?:GET|HEAD|DELETE|OPTIONS)$/

function refuseTwoReadings({ method, path, headers }: HttpRequest): void {
  if (!/^[A-Z]{3,10}$/.test(method) || method === 'CONNECT' || method === 'TRACE')
    throw unclear('The method is unknown.')
  for (const [name, values = []] of Object.entries(headers)) {
    if (values.length > 1 && single.test(name)) throw unclear(`The header ${name} is there more than once.`)
    if (values.some((value) => /[\0\r\n]/.test(value)))
      throw unclear(`The header ${name} has characters that none may have.`)
  }
  if (headers['host'] === undefined) throw unclear('The request has no Host header.')
  if (headers['authorization']?.some((value) => /^AWS /i.test(value)) === true) throw unclear(olderMessage)
  if (headers['transfer-encoding'] !== undefined) {
    if (headers['content-length'] !== undefined) throw unclear('The request has two lengths.')
    if (headers['transfer-encoding'].join().toLowerCase() !== 'chunked')
      throw unclear('The Transfer-Encoding is unknown.')
  }
  const length = headers['content-length']?.[0]
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw unclear('The Content-Length is no number.')
  const isSent = Number(length ?? 0) > 0 || headers['transfer-encoding'] !== undefined
  if (isSent && bodyless.test(method)) throw unclear(`A request of the method ${method} has no body.`)
  if (!path.startsWith('/') || /[^\x21-\x7e]|\\|%(?![0-9a-fA-F]{2})/.test(path))
    throw unclear('The path has characters that must be percent-encoded, or that no path may have.')
}

/** Takes: a path that is spelled. Servers disagree on what dots mean between slashes, encoded ones too, and before semicolons. */
function refuseTwoPaths(path: string): void {
  if (/%00|%25(?:00|2[EF]|5C)/i.test(path)) throw unclear('The path has characters that no path may have.')
  if (/(?:\/|%2F|%5C)\.{1,2}(?:$|\/|%2F|%5C|%3B)/.test(path)) throw unclear('The path has a segment of dots.')
}

/** `photos.s3.localhost/cat.jpg` becomes `s3.amazonaws.com/photos/cat.jpg`: a host of S3 that is no bucket. */
function hosted(request: HttpRequest, domains: readonly string[]): HttpRequest {
  const { bucket } = readHost(hostOf(request), domains)
  if (bucket === undefined) return request
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw unclear('The host does not name a bucket.')
  return {
    ...request,
    path: `/${bucket}${request.path}`,
    headers: named({ ...request.headers, host: ['s3.amazonaws.com'] }),
  }
}

const ofSignature = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
  'X-Amz-Security-Token',
  'X-Amz-Content-Sha256',
])

/** Takes the signature out of the query, and puts what else begins with `x-amz-` where headers are. */
function hoisted(request: HttpRequest): HttpRequest {
  const { query, headers } = request
  if (query === '') return request
  if (/[^\x21-\x7e]|%(?![0-9a-fA-F]{2})/.test(query)) throw unclear('The query is not percent-encoded.')
  const kept: string[] = []
  const moved: Record<string, string[]> = {}
  for (const piece of query.split('&')) {
    const at = piece.indexOf('=')
    const name = decoded(at < 0 ? piece : piece.slice(0, at))
    if (ofSignature.has(name)) continue
    if (olderSignature.test(name)) throw unclear(olderMessage)
    if (!/^x-amz-/i.test(name)) {
      kept.push(at < 0 ? spelled(name) : `${spelled(name)}=${spelled(decoded(piece.slice(at + 1)))}`)
      continue
    }
    const lower = name.toLowerCase()
    const value = at < 0 ? '' : decoded(piece.slice(at + 1))
    if (!/^[a-z0-9-]+$/.test(lower) || /[^\x20-\x7e\x80-\xff]/.test(value)) throw unclear(`${lower} cannot be read.`)
    if (moved[lower] !== undefined || headers[lower] !== undefined) throw unclear(`${lower} is there more than once.`)
    moved[lower] = [value]
  }
  return { ...request, query: kept.join('&'), headers: named({ ...headers, ...moved }) }
}

const olderSignature = /^(?:AWSAccessKeyId|Signature)$/i

/** What AWS says to clients that sign as before version 4, such as boto3 does by default for links to objects. */
const olderMessage = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.'

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'))
  } catch (cause) {
    throw unclear('The query is not UTF-8.', cause)
  }
}

/** INVARIANT: without a prototype, so that no name of a header means anything but itself. */
function named(headers: HttpRequest['headers']): HttpRequest['headers'] {
  return Object.assign(Object.create(null) as Record<string, readonly string[]>, headers)
}

function unclear(message: string, cause?: unknown): Fault {
  return new Fault({ code: 'InvalidRequest', status: 400, message, cause })
}
