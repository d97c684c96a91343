/** A request as it arrived: nothing decoded, nothing dropped. */
export interface HttpRequest {
  readonly method: string
  /** As sent, percent-encoding kept, without the query. */
  readonly path: string
  /** As sent, without the `?`. Empty when there is none. */
  readonly query: string
  /** Names in lower case; every value of a repeated header, in order. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>
  readonly body: Uint8Array
  readonly remoteAddress: string
  /** Whether the connection is TLS. */
  readonly secure: boolean
  /** How it is encrypted, where that is known. */
  readonly tls?: { readonly version: string; readonly cipher: string }
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** The one value of a header; `undefined` when it is absent or repeated. */
export function header(request: HttpRequest, name: string): string | undefined {
  const values = request.headers[name]
  return values?.length === 1 ? values[0] : undefined
}
