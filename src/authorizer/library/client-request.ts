import type { HttpRequest } from '#protocol'
import { invalid } from '../input.ts'
import type { Forwarded } from '../proof.ts'
import type { ClientRequest } from './type.ts'

/** What a client sent, as Node gives it. Errors: `ValidationError` for a target that is no path. */
export function requestOf({ method, url, headers, body, sourceIp = '', secure = false }: ClientRequest): Forwarded {
  if (typeof method !== 'string' || typeof url !== 'string' || !/^\/[!-"$-~]{0,8191}$/.test(url))
    throw invalid('The target of the request is no path with its query.')
  const mark = url.indexOf('?')
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return {
    hasBody: bytes !== undefined,
    request: {
      method,
      path: mark < 0 ? url : url.slice(0, mark),
      query: mark < 0 ? '' : url.slice(mark + 1),
      headers: headersOf(headers),
      body: bytes ?? empty,
      remoteAddress: sourceIp,
      secure,
    },
  }
}

const empty = new Uint8Array()

/** INVARIANT: without a prototype, so that no name of a header means anything but itself. */
function headersOf(headers: ClientRequest['headers']): HttpRequest['headers'] {
  const kept: Record<string, readonly string[]> = Object.create(null)
  for (const name of Object.keys(headers)) {
    const value = headers[name]
    const folded = name.toLowerCase()
    if (value === undefined) continue
    if (kept[folded] !== undefined) throw invalid('A header is there twice, in another case of letters.')
    kept[folded] = typeof value === 'string' ? [value] : value
  }
  return kept
}
