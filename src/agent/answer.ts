import { isIP } from 'node:net'
import type { HttpRequest, HttpResponse } from '#protocol'

/** What is answered to a workload, and for the operator why it was refused. */
export interface Answer {
  readonly response: HttpResponse
  /** Present for refusals. */
  readonly why?: string
}

/** The one value of a header; `undefined` when it is absent or repeated. */
export function headerOf({ headers }: HttpRequest, name: string): string | undefined {
  const values = headers[name]
  return values?.length === 1 ? values[0] : undefined
}

/**
 * Why a request is refused for where it seems to come from. Gives: `undefined` when it may be answered.
 * A page in a browser can bring a name of its own to lead here, but no address; what a proxy passes on says so.
 * Takes: names that are addresses of this agent, too.
 */
export function strayed(request: HttpRequest, names: readonly string[]): string | undefined {
  if (request.headers['x-forwarded-for'] !== undefined) return 'a proxy passed the request on (X-Forwarded-For)'
  if (request.headers['origin'] !== undefined) return 'a page in a browser asks (Origin)'
  const host = headerOf(request, 'host')
  if (host === undefined) return 'the request does not say whom it is for (Host)'
  const name = host
    .replace(/:\d{1,5}$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  if (isIP(name) !== 0 || name === 'localhost' || names.includes(name)) return undefined
  return `the request is for ${JSON.stringify(name.slice(0, 100))}, which is no address of this agent (Host)`
}
