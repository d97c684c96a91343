/** What is to be set of the gateway, with `definitions` of `setting.ts`. */
export const gatewayDefinitions = {
  upstream: {
    kind: 'text',
    says: 'the URL where requests to other services go on to',
    pattern: /^https?:\/\/[^\s/?#@]+\/?$/,
    wants: 'a URL that begins with http:// or https:// and has no path',
  },
  service: {
    kind: 'list',
    says: 'services with an upstream of their own: s3=http://127.0.0.1:9000,dynamodb=http://127.0.0.1:8000',
    each: /^[a-z][a-z0-9-]*=https?:\/\/[^\s/?#@]+\/?$/,
    wants: 'names of services with URLs that have no path: s3=http://127.0.0.1:9000',
  },
  upstreamCredentials: {
    kind: 'path',
    says: 'a JSON file of the keys that the upstreams know: accessKeyId, secretAccessKey, sessionToken; or set CARDEA_UPSTREAM_ACCESS_KEY_ID and CARDEA_UPSTREAM_SECRET_ACCESS_KEY',
  },
  upstreamAnonymous: { kind: 'switch', says: 'send requests on without a signature' },
  upstreamTimeout: {
    kind: 'integer',
    says: 'seconds that an upstream may take to begin its answer, and for which nothing may flow',
    fallback: 60,
    min: 1,
    max: 3600,
  },
  passThrough: {
    kind: 'list',
    says: 'operations that pass although nobody can tell what they touch: s3:CreateSession,ssm:*',
    each: /^[a-z][a-z0-9-]*:(?:[A-Za-z0-9]+|\*)$/,
    wants: 'operations, such as s3:SelectObjectContent',
  },
  reportOnly: { kind: 'switch', says: 'decide and record requests to other services, but refuse none' },
  gatewayAccount: {
    kind: 'text',
    says: 'the account that owns what the upstreams hold; by default the only one',
    pattern: /^\d{12}$/,
    wants: 'twelve digits',
  },
  gatewayDomain: {
    kind: 'list',
    says: 'names under which buckets are hosts: s3.localhost for photos.s3.localhost',
    each: /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/,
    wants: 'names of hosts, such as s3.localhost',
  },
  gatewayRegion: {
    kind: 'list',
    says: 'the regions that the upstreams keep apart; by default us-east-1',
    each: /^[a-z0-9-]{1,32}$/,
    wants: 'names of regions, such as us-east-1',
  },
  gatewayMaxBody: {
    kind: 'integer',
    says: 'the most bytes of a body that must be read before the request can be decided',
    fallback: 16_777_216,
    min: 1024,
    max: 1_073_741_824,
  },
} as const

/** Secrets of the upstreams that the environment may hold. */
export const upstreamVariables = [
  'CARDEA_UPSTREAM_ACCESS_KEY_ID',
  'CARDEA_UPSTREAM_SECRET_ACCESS_KEY',
  'CARDEA_UPSTREAM_SESSION_TOKEN',
] as const

/** The settings of a server that are about its gateway. */
export const forGateway = Object.keys(gatewayDefinitions) as (keyof typeof gatewayDefinitions)[]
