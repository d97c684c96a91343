import type { Dispatcher } from 'undici'
import { Fault } from '#protocol'
import type { UpstreamCredentials } from './house.ts'

/** Bytes of a refusal that are looked at. */
const longest = 16_384

const codes =
  'InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|TokenRefreshRequired|RequestTimeTooSkewed|RequestExpired|' +
  'AuthFailure|AuthorizationHeaderMalformed|InvalidClientTokenId|IncompleteSignature|MissingAuthenticationToken|' +
  'UnrecognizedClientException|InvalidSignatureException|ExpiredTokenException|IncompleteSignatureException|MissingAuthenticationTokenException'
const inBody = new RegExp(`<Code>\\s*(${codes})\\s*</Code>|"(?:__type|code)"\\s*:\\s*"(?:[^"]*#)?(${codes})"`)

/**
 * Keeps back what an upstream says of the gateway's own keys. The signature of the client was verified before, so a refusal of
 * a signature is one of the gateway's, and such refusals show its key, its token, and what it signed.
 * Errors: `BadGateway` (502) in the place of such an answer.
 */
export function guardKeys(credentials: UpstreamCredentials): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => dispatch(options, new Guard(handler, credentials))
}

type Start = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>

/** Its own state is what it holds back of a refusal. */
class Guard implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler
  readonly #credentials: UpstreamCredentials
  #begin: (() => void) | undefined
  #held: Buffer[] = []
  #size = 0

  constructor(handler: Dispatcher.DispatchHandler, credentials: UpstreamCredentials) {
    this.#handler = handler
    this.#credentials = credentials
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context)
  }

  onResponseStart(...start: Start): void {
    const begin = () => this.#handler.onResponseStart?.(...start)
    const [, status] = start
    if (status === 400 || status === 401 || status === 403) this.#begin = begin
    else begin()
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#begin === undefined) {
      this.#handler.onResponseData?.(controller, chunk)
      return
    }
    this.#held.push(chunk)
    this.#size += chunk.length
    if (this.#size > longest) this.#release(controller)
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: Record<string, string | string[]>): void {
    const found = this.#begin && this.#unrecognized()
    if (found === undefined) {
      this.#release(controller)
      this.#handler.onResponseEnd?.(controller, trailers)
    } else this.#handler.onResponseError?.(controller, found)
  }

  onResponseError(controller: Dispatcher.DispatchController, cause: Error): void {
    this.#release(controller)
    this.#handler.onResponseError?.(controller, cause)
  }

  #release(controller: Dispatcher.DispatchController): void {
    const begin = this.#begin
    if (begin === undefined) return
    this.#begin = undefined
    begin()
    for (const chunk of this.#held) this.#handler.onResponseData?.(controller, chunk)
    this.#held = []
  }

  #unrecognized(): Fault | undefined {
    const text = Buffer.concat(this.#held).toString('latin1')
    const { accessKeyId, sessionToken } = this.#credentials
    const [, inXml, inJson] = inBody.exec(text) ?? []
    const shows = text.includes(accessKeyId) || (sessionToken !== undefined && text.includes(sessionToken))
    const code = inXml ?? inJson
    if (code === undefined && !shows) return undefined
    return new Fault({
      code: 'BadGateway',
      status: 502,
      message: 'The upstream does not take the keys of the gateway.',
      detail: code === undefined ? 'its answer shows them' : `it answers ${code}`,
    })
  }
}
