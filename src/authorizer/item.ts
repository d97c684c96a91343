import type { HttpRequest } from '#protocol'
import { checkMembers, type Fields, fieldsOf, invalid, own, type Shape, textOf, truthOf } from './input.ts'
import type { Forwarded } from './proof.ts'

/** One thing that a service asks, read and not yet looked at. */
export interface Item {
  readonly principal?: string
  readonly request?: Forwarded
  readonly service?: string
  readonly action?: string
  readonly resources?: readonly string[]
  readonly context?: Fields
}

const members = new Set(['principal', 'request', 'service', 'action', 'resource', 'context'])
const mostResources = 100
const text: Shape = { pattern: /^[^\p{Cc}]{1,2048}$/su, wants: 'a text of 1–2048 characters' }
const actionShape: Shape = { pattern: /^[\w-]{1,64}:[\w-]{1,128}$/, wants: 'the name of an action: service:Name' }

/**
 * Reads one thing that is asked.
 * Takes: what stands for a principal or a request that it does not have.
 * Errors: `ValidationError` that names the member.
 */
export function itemIn(value: unknown, where: string, usual: Pick<Item, 'principal' | 'request'> = {}): Item {
  const fields = fieldsOf(value, where)
  checkMembers(fields, members, where)
  const principal = own(fields, 'principal')
  const request = own(fields, 'request')
  const action = own(fields, 'action')
  const service = own(fields, 'service')
  const context = own(fields, 'context')
  const resource = own(fields, 'resource')
  const who = principal === undefined && request === undefined ? usual : whoIn({ principal, request }, where)
  if ((who.principal === undefined) === (who.request === undefined))
    throw invalid(`${where} must have either a principal or a request.`)
  if (action === undefined && (service === undefined || who.request === undefined))
    throw invalid(`${where} must have an action, or a request and the service whose routes say what it wants.`)
  if (action !== undefined && service !== undefined) throw invalid(`${where} has both an action and a service.`)
  if (service !== undefined && resource !== undefined)
    throw invalid(`${where} has both a service, whose routes say the resource, and a resource.`)
  return {
    ...who,
    ...(action === undefined ? {} : { action: textOf(action, `${where}.action`, actionShape) }),
    ...(service === undefined ? {} : { service: textOf(service, `${where}.service`, text) }),
    ...(action === undefined ? {} : { resources: resourcesIn(resource ?? '*', `${where}.resource`) }),
    ...(context === undefined ? {} : { context: fieldsOf(context, `${where}.context`) }),
  }
}

/** Whom an item is about. Errors: `ValidationError`. */
export function whoIn(
  { principal, request }: { readonly principal: unknown; readonly request: unknown },
  where: string,
): Pick<Item, 'principal' | 'request'> {
  if (principal !== undefined && request !== undefined)
    throw invalid(`${where} must have either a principal or a request.`)
  return {
    ...(principal === undefined ? {} : { principal: textOf(principal, `${where}.principal`, text) }),
    ...(request === undefined ? {} : { request: forwardedIn(request, `${where}.request`) }),
  }
}

function resourcesIn(value: unknown, where: string): readonly string[] {
  if (!Array.isArray(value)) return [textOf(value, where, text)]
  if (value.length === 0 || value.length > mostResources) throw invalid(`${where} must have 1–${mostResources} ARNs.`)
  return value.map((one) => textOf(one, where, text))
}

const requestMembers = new Set(['method', 'url', 'headers', 'body', 'bodyBase64', 'bodySha256', 'sourceIp', 'secure'])
const method: Shape = { pattern: /^[A-Z]{1,32}$/, wants: 'a method in capitals' }
const url: Shape = { pattern: /^\/[!-"$-~]{0,8191}$/, wants: 'a path with its query, as it was sent' }
const address: Shape = { pattern: /^[0-9A-Fa-f.:]{2,45}$/, wants: 'an address' }
const hex: Shape = { pattern: /^[0-9a-f]{64}$/, wants: '64 hexadecimal digits in small letters' }
const base64: Shape = { pattern: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, wants: 'base64' }

/** A request that somebody's client sent. Errors: `ValidationError`. */
export function forwardedIn(value: unknown, where: string): Forwarded {
  const fields = fieldsOf(value, where)
  checkMembers(fields, requestMembers, where)
  const target = textOf(own(fields, 'url'), `${where}.url`, url)
  const mark = target.indexOf('?')
  const sourceIp = own(fields, 'sourceIp')
  const bodySha256 = own(fields, 'bodySha256')
  const body = bodyIn(fields, where)
  if (body !== undefined && bodySha256 !== undefined) throw invalid(`${where} has both a body and its hash.`)
  return {
    request: {
      method: textOf(own(fields, 'method'), `${where}.method`, method),
      path: mark < 0 ? target : target.slice(0, mark),
      query: mark < 0 ? '' : target.slice(mark + 1),
      headers: headersIn(own(fields, 'headers'), `${where}.headers`),
      body: body ?? new Uint8Array(),
      remoteAddress: sourceIp === undefined ? '' : textOf(sourceIp, `${where}.sourceIp`, address),
      secure: truthOf(own(fields, 'secure'), `${where}.secure`) ?? false,
    },
    hasBody: body !== undefined,
    ...(bodySha256 === undefined ? {} : { bodySha256: textOf(bodySha256, `${where}.bodySha256`, hex) }),
  }
}

function bodyIn(fields: Fields, where: string): Uint8Array | undefined {
  const plain = own(fields, 'body')
  const packed = own(fields, 'bodyBase64')
  if (plain !== undefined && packed !== undefined) throw invalid(`${where} has two bodies.`)
  if (packed !== undefined) return Buffer.from(textOf(packed, `${where}.bodyBase64`, base64), 'base64')
  if (plain === undefined) return undefined
  if (typeof plain !== 'string' || !plain.isWellFormed()) throw invalid(`${where}.body must be a text.`)
  return Buffer.from(plain)
}

const mostHeaders = 200

function headersIn(value: unknown, where: string): HttpRequest['headers'] {
  // INVARIANT: without a prototype, so that no name of a header means anything but itself.
  const headers: Record<string, readonly string[]> = Object.create(null)
  const entries = Object.entries(fieldsOf(value ?? {}, where))
  if (entries.length > mostHeaders) throw invalid(`${where} has more than ${mostHeaders} members.`)
  for (const [given, values] of entries) {
    const name = given.toLowerCase()
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]{1,256}$/.test(name)) throw invalid(`${where} has a name that no header has.`)
    if (headers[name] !== undefined) throw invalid(`${where} has ${name} twice, in another case of letters.`)
    headers[name] = (Array.isArray(values) ? values : [values]).map((one) => headerIn(one, `${where}.${name}`))
  }
  return headers
}

function headerIn(value: unknown, where: string): string {
  if (typeof value === 'string' && value.length <= 16_384 && !/[\0\r\n]/.test(value)) return value
  throw invalid(`${where} must be a text without line breaks.`)
}
