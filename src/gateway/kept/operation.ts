import type { HttpRequest, HttpResponse } from '#protocol'
import type { Resource } from '#store'
import type { JsonObject } from '../describe/json.ts'

/** A call that is answered here, since its upstream cannot. It was allowed. */
export interface KeptCall {
  readonly service: string
  readonly operation: string
  readonly protocol: string
  readonly request: HttpRequest
  readonly requestId: string
  /** Of the resource that has the policy. */
  readonly arn: string
  readonly account: string
  readonly region: string
  readonly input: JsonObject
  /** What is kept of it so far. */
  readonly kept: Resource | undefined
}

/** What a call does to the policy that is kept, and what it answers. */
export interface Done {
  /** The policy from now on; `null`: none; absent: as it was. */
  readonly policy?: string | null
  readonly answer: HttpResponse
}

/** Performs a call. Errors: `Fault`, in the service's own codes. */
export type KeptOperation = (call: KeptCall) => Done

/** An answer in JSON, as the service's clients read it. */
export function json({ request, requestId }: KeptCall, value: object, status = 200): HttpResponse {
  const type = request.headers['content-type']?.[0] ?? ''
  const named = /^application\/x-amz-json-1\.[01]$/.test(type) ? type : 'application/json'
  const body = status === 204 ? '' : JSON.stringify(value)
  return { status, headers: { 'content-type': named, 'x-amzn-requestid': requestId }, body }
}

/** An answer without a result, in the form in which the call came. */
export function empty(call: KeptCall, namespace: string): HttpResponse {
  const { protocol, operation, requestId } = call
  if (protocol === 'json') return json(call, {})
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`
  const body = `<${operation}Response xmlns="${namespace}">${metadata}</${operation}Response>`
  return { status: 200, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body }
}
