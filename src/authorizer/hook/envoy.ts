import { header } from '#protocol'
import { invalid } from '../input.ts'
import { type Adapter, tokenHeader } from './adapter.ts'
import { addressIn, awsAnswer, withoutOwn } from './original.ts'

/**
 * Envoy and Istio, with the HTTP service of `ext_authz`: the request is the client's own, without its body and with a prefix
 * before its path. 200 lets it pass; any other answer goes to the client.
 * Source: Envoy, "External Authorization", `HttpService` and `path_prefix`.
 */
export const envoy: Adapter = {
  token: (request) => header(request, tokenHeader),
  question(request, rest) {
    const host = header(request, 'host')
    if (!rest.startsWith('/')) throw invalid('The path of the client is missing after the path of the hook.')
    if (host === undefined) throw invalid('The header host must be there once.')
    const headers = withoutOwn(request, [tokenHeader])
    const { method, query } = request
    const path = rest
    const remoteAddress = addressIn(header(request, 'x-envoy-external-address') ?? header(request, 'x-forwarded-for'))
    const secure = header(request, 'x-forwarded-proto') === 'https'
    const body = request.body
    return {
      kind: 'sent',
      forwarded: {
        hasBody: body.length > 0,
        request: { method, path, query, headers, body, remoteAddress, secure },
      },
    }
  },
  answer: awsAnswer,
}
