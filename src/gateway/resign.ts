import { hash } from 'node:crypto'
import { surfaceOf } from '#models'
import { type HttpRequest, type SigningKeys, s3SigningRules, signingRules, signRequest } from '#protocol'
import type { Target } from './describe/index.ts'
import type { UpstreamCredentials } from './house.ts'

/** What is sent on in the place of a request. */
export interface Outbound {
  readonly target: Target
  /** As it was settled; its body is what was read of it. */
  readonly request: HttpRequest
  /** Bytes of the body. */
  readonly length: number
  /** The hash of the body, where it is known. */
  readonly bodyHash?: string
  /** What was described. Absent: nobody could, and it passes all the same. */
  readonly operation?: string
}

export interface Signing {
  readonly host: string
  readonly region: string
  /** Absent: it goes on unsigned. */
  readonly credentials?: UpstreamCredentials
  readonly signingKeys: SigningKeys
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * The headers of a request as the upstream gets it: signed with its own credentials.
 * INVARIANT: only headers that are known go on, so no upstream is steered by one that nobody described.
 */
export function headersFor(outbound: Outbound, signing: Signing): Record<string, string> {
  const { target, request, length } = outbound
  const headers = passedOn(request, operationHeaders(target.service, outbound.operation))
  const isS3 = target.signing === 's3'
  if (length > 0 || mayHaveBody.test(request.method)) headers['content-length'] = String(length)
  const { host, credentials, region, now, signingKeys } = signing
  if (credentials === undefined) return { ...headers, host }
  const signed: Record<string, string> = { host }
  for (const name in headers) if (name.startsWith('x-amz-')) signed[name] = headers[name] ?? ''
  if (headers['content-type'] !== undefined) signed['content-type'] = headers['content-type']
  if (isS3) signed['x-amz-content-sha256'] = outbound.bodyHash ?? (length === 0 ? nothing : 'UNSIGNED-PAYLOAD')
  return {
    ...headers,
    ...signRequest({
      method: request.method,
      path: request.path,
      query: request.query,
      headers: signed,
      body: request.body,
      credentials,
      scope: { region, service: target.signing },
      now,
      rules: isS3 ? s3SigningRules : signingRules,
      signingKeys,
    }),
  }
}

const mayHaveBody = /^(?:PUT|POST|PATCH)$/
const nothing = hash('sha256', '')

const known =
  /^(?:accept|accept-charset|accept-encoding|accept-language|access-control-request-headers|access-control-request-method|cache-control|content-disposition|content-encoding|content-language|content-md5|content-type|expires|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|origin|range|referer|user-agent|amz-sdk-invocation-id|amz-sdk-request|x-amz-[a-z0-9-]+)$/

/** What said how the body came, and who asked: the caller's own secrets among it. */
const dropped = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-security-token',
  'x-amz-trailer',
])

const passing = new Map<string, boolean>()
const mostNames = 1000

function passes(name: string): boolean {
  const found = passing.get(name)
  if (found !== undefined) return found
  const isPassed = known.test(name) && !dropped.has(name)
  if (passing.size < mostNames) passing.set(name, isPassed)
  return isPassed
}

const generalHeaders = /^x-amz-(?:meta-.*|checksum-.*|target|user-agent|query-mode|expected-bucket-owner)$/
const headersByOperation = new Map<string, ReadonlySet<string>>()

/** The headers that the model of an operation has. Gives: `undefined` where there is no model of it. */
function operationHeaders(service: string, operation: string | undefined): ReadonlySet<string> | undefined {
  const name = `${service}:${operation}`
  const found = headersByOperation.get(name)
  if (found !== undefined || operation === undefined) return found
  const members = surfaceOf(service)?.operations.get(operation)?.input?.members ?? []
  const names = members.flatMap(({ place, wireName }) => (place === 'header' ? [wireName.toLowerCase()] : []))
  const headers = new Set(names)
  headersByOperation.set(name, headers)
  return headers
}

/**
 * INVARIANT: of AWS's own headers only those go on that belong to the operation that was described: one that another
 *   operation has, such as the source of a copy, could make another operation of it.
 */
function passedOn({ headers }: HttpRequest, own: ReadonlySet<string> | undefined): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]?.join(', ')
    if (value === undefined || !passes(name)) continue
    if (own !== undefined && name.startsWith('x-amz-') && !own.has(name) && !generalHeaders.test(name)) continue
    if (name !== 'content-encoding') passed[name] = value
    else {
      const left = value.split(',').filter((one) => one.trim().toLowerCase() !== 'aws-chunked')
      if (left.length > 0) passed[name] = left.join(',').trim()
    }
  }
  return passed
}
