import { header } from '#protocol'
import { type Adapter, tokenHeader } from './adapter.ts'
import { awsAnswer, originalRequest } from './original.ts'

/**
 * Traefik, with `ForwardAuth`: 2xx lets the request pass; any other answer goes to the client as it is.
 * Source: Traefik, "ForwardAuth", forward-request headers.
 */
export const traefik: Adapter = {
  token: (request) => header(request, tokenHeader),
  question: (request) => ({
    kind: 'sent',
    forwarded: originalRequest(request, {
      method: 'x-forwarded-method',
      uri: 'x-forwarded-uri',
      host: 'x-forwarded-host',
      address: 'x-forwarded-for',
      scheme: 'x-forwarded-proto',
    }),
  }),
  answer: awsAnswer,
}
