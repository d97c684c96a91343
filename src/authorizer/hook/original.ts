import { isIP } from 'node:net'
import { type HttpRequest, type HttpResponse, header } from '#protocol'
import { invalid } from '../input.ts'
import type { Forwarded } from '../proof.ts'
import { type HookAnswer, tokenHeader } from './adapter.ts'

/** Where a server says what its client sent. */
export interface OriginalHeaders {
  readonly method: string
  readonly uri: string
  readonly host: string
  /** The client's address; the last of a list is what the server itself saw. */
  readonly address: string
  readonly scheme: string
  /** The length of the client's body, where the server can say it. */
  readonly length?: string
}

/** What a client sent, by the headers with which a server asks about it. Errors: `ValidationError`. */
export function originalRequest(asked: HttpRequest, names: OriginalHeaders): Forwarded {
  const uri = once(asked, names.uri)
  const method = once(asked, names.method)
  const host = once(asked, names.host)
  if (!/^[A-Z]{1,32}$/.test(method)) throw invalid(`${names.method} is no method.`)
  if (!/^\/[!-"$-~]{0,8191}$/.test(uri)) throw invalid(`${names.uri} is no path with its query.`)
  const mark = uri.indexOf('?')
  const headers = withoutOwn(asked, [...Object.values(names), tokenHeader])
  headers['host'] = [host]
  const length = names.length === undefined ? undefined : header(asked, names.length)
  if (length !== undefined && length !== '') headers['content-length'] = [length]
  return {
    hasBody: false,
    request: {
      method,
      path: mark < 0 ? uri : uri.slice(0, mark),
      query: mark < 0 ? '' : uri.slice(mark + 1),
      headers,
      body: new Uint8Array(),
      remoteAddress: addressIn(header(asked, names.address)),
      secure: header(asked, names.scheme) === 'https',
    },
  }
}

function once(asked: HttpRequest, name: string): string {
  const value = header(asked, name)
  if (value === undefined || value === '') throw invalid(`The header ${name} must be there once.`)
  return value
}

/** INVARIANT: without a prototype, so that no name of a header means anything but itself. */
export function withoutOwn(
  { headers }: HttpRequest,
  names: readonly (string | undefined)[],
): Record<string, readonly string[]> {
  const kept: Record<string, readonly string[]> = Object.create(null)
  for (const [name, values] of Object.entries(headers))
    if (values !== undefined && !names.includes(name) && name !== 'content-length') kept[name] = values
  return kept
}

/** Gives: an empty text for what is no address. */
export function addressIn(text: string | undefined): string {
  const last = text?.split(',').at(-1)?.trim() ?? ''
  return isIP(last) === 0 ? '' : last
}

/** Headers that tell a server who asked and what was decided. */
export function decisionHeaders({ decisionId, principal, bodySha256, action, resource }: HookAnswer) {
  return {
    'cache-control': 'no-store',
    'x-cardea-decision-id': decisionId,
    ...(principal === undefined ? {} : { 'x-cardea-principal': plain(principal) }),
    ...(action === undefined ? {} : { 'x-cardea-action': action }),
    ...(resource === undefined ? {} : { 'x-cardea-resource': plain(resource) }),
    ...(bodySha256 === undefined ? {} : { 'x-cardea-body-sha256': bodySha256 }),
  }
}

/** What may stand in a header: other characters are percent-encoded. */
function plain(text: string): string {
  return text.replace(/[^!-~]/gu, (one) => encodeURIComponent(one.toWellFormed()))
}

/** An answer that a server hands to its client as it is, in the way of AWS. */
export function awsAnswer(answer: HookAnswer): HttpResponse {
  const { refusal } = answer
  const headers = decisionHeaders(answer)
  if (refusal === undefined) return { status: 200, headers, body: '' }
  const { code, message, status } = refusal
  return {
    status: status >= 500 ? status : 403,
    headers: { ...headers, 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message }),
  }
}
