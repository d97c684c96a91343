/** What is to be set of the authorizer, with `definitions` of `setting.ts`. */
export const authorizerDefinitions = {
  hook: { kind: 'path', says: 'a JSON file of the servers that may ask whether their clients may go on' },
  extAuthzPort: {
    kind: 'integer',
    says: 'the port at which Envoy and Istio ask over gRPC; 0 takes a free one',
    min: 0,
    max: 65535,
  },
  extAuthzClientCa: {
    kind: 'path',
    says: 'the authority whose certificates clients of that port must have (PEM); with --tls-cert and --tls-key',
  },
  recordDecisions: {
    kind: 'text',
    says: 'which decisions about clients of other services are recorded one by one: refusals, or all',
    fallback: 'refusals',
    pattern: /^(?:refusals|all)$/,
    wants: 'refusals or all',
  },
} as const

/** The settings of a server that are about its authorizer. */
export const forAuthorizer = Object.keys(authorizerDefinitions) as (keyof typeof authorizerDefinitions)[]
