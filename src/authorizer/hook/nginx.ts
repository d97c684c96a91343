import { header } from '#protocol'
import { type Adapter, tokenHeader } from './adapter.ts'
import { decisionHeaders, originalRequest } from './original.ts'

/**
 * nginx, with `auth_request`: it looks at the status alone, and takes 2xx, 401 and 403.
 * Source: nginx, "Module ngx_http_auth_request_module".
 */
export const nginx: Adapter = {
  token: (request) => header(request, tokenHeader),
  question: (request) => ({
    kind: 'sent',
    forwarded: originalRequest(request, {
      method: 'x-original-method',
      uri: 'x-original-uri',
      host: 'x-original-host',
      address: 'x-real-ip',
      scheme: 'x-forwarded-proto',
      length: 'x-original-content-length',
    }),
  }),
  answer(answer) {
    const { refusal } = answer
    const headers = decisionHeaders(answer)
    if (refusal === undefined) return { status: 200, headers, body: '' }
    const status = refusal.code === 'MissingAuthenticationToken' ? 401 : 403
    return { status, headers: { ...headers, 'x-amzn-errortype': refusal.code }, body: '' }
  },
}
