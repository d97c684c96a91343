type Schema = Readonly<Record<string, unknown>>

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
const list = (items: Schema): Schema => ({ type: 'array', items })

/** An object with these members and no others. Takes: which must be there; absent: all. */
function object(properties: Readonly<Record<string, Schema>>, required = Object.keys(properties)): Schema {
  return { type: 'object', properties, required, additionalProperties: false }
}

const request = object(
  {
    method: text,
    url: { ...text, description: 'The path and the query, as the client sent them.' },
    headers: { type: 'object', additionalProperties: { oneOf: [text, list(text)] } },
    body: text,
    bodyBase64: text,
    bodySha256: { ...text, pattern: '^[0-9a-f]{64}$', description: 'In place of the body: the hash that was signed.' },
    sourceIp: text,
    secure: flag,
  },
  ['method', 'url', 'headers'],
)

const item = object(
  {
    principal: {
      ...text,
      description: 'ARN of a user, a role, a session of a role or the root of the account; or anonymous.',
    },
    request: ref('Request'),
    service: { ...text, description: 'With a request: the service whose routes say what it wants.' },
    action: text,
    resource: { oneOf: [text, list(text)] },
    context: {
      type: 'object',
      additionalProperties: { oneOf: [text, { type: 'number' }, flag, list(text)] },
    },
  },
  [],
)

const answer = object(
  {
    allowed: flag,
    decision: { ...text, enum: ['allowed', 'explicitDeny', 'implicitDeny', 'refused'] },
    decisionId: text,
    principal: text,
    action: text,
    resource: text,
    bodySha256: text,
    error: object({ code: text, status: { type: 'integer' }, message: text }),
    explanation: object({
      reason: text,
      deciding: list({ type: 'object' }),
      because: list({ type: 'object' }),
    }),
  },
  ['allowed', 'decision', 'decisionId'],
)

const service = object({ prefix: text, arn: text, createdAt: text, updatedAt: text })
const place = object(
  { action: text, resource: text, method: text, path: text, context: { type: 'object', additionalProperties: text } },
  ['method', 'path', 'action'],
)
const definition = object(
  {
    description: text,
    signingName: text,
    unsignedPayload: flag,
    resourceTypes: { type: 'object', additionalProperties: object({ arn: text }) },
    actions: {
      type: 'object',
      additionalProperties: object(
        {
          accessLevel: { ...text, enum: ['List', 'Read', 'Write', 'Tagging', 'Permissions management'] },
          resourceTypes: list(text),
          conditionKeys: list(text),
        },
        ['accessLevel'],
      ),
    },
    conditionKeys: { type: 'object', additionalProperties: text },
    routes: list(place),
  },
  ['actions'],
)
const finding = object(
  { severity: text, code: text, message: text, line: { type: 'integer' }, column: { type: 'integer' }, sid: text },
  ['severity', 'code', 'message', 'line', 'column'],
)
const sealed = object({
  payload: { ...text, description: 'JSON of the nonce, the moment, the version and, when it is new, the account.' },
  signature: { ...text, description: 'Ed25519 over CARDEA-SNAPSHOT-1, a line feed and the payload; base64url.' },
  key: { ...text, description: 'The public key, base64url.' },
})

const schemas = {
  Request: request,
  Item: item,
  Single: object({ ...itemProperties(), explain: flag }, []),
  Batch: object({ items: list(ref('Item')), principal: text, request: ref('Request'), explain: flag }, ['items']),
  Answer: answer,
  Answers: object({ items: list(ref('Answer')) }),
  Error: object({ __type: text, message: text }),
  Service: service,
  Registered: object({ service: ref('Service'), replaced: flag }),
  Services: object({ services: list(ref('Service')) }),
  Described: object({ service: ref('Service'), definition: ref('Definition') }),
  Definition: definition,
  Removed: object({ prefix: text, removed: flag }),
  Text: object({ text }),
  Completions: object({ actions: list(text), conditionKeys: list(text), more: flag }),
  Policy: object({ policy: text, type: { ...text, enum: ['identity', 'resource'] } }, ['policy']),
  Findings: object({ findings: list(finding) }),
  SnapshotWanted: object(
    { services: list(text), regions: list(text), after: text, wait: { type: 'number' }, nonce: text },
    ['services', 'nonce'],
  ),
  SessionWanted: object({ service: text, request: ref('Request'), nonce: text }),
  Sealed: sealed,
}

function itemProperties(): Readonly<Record<string, Schema>> {
  // `object` made it of such.
  return item['properties'] as Readonly<Record<string, Schema>>
}

function operation(summary: string, answers: keyof typeof schemas, takes?: keyof typeof schemas): Schema {
  const json = (name: keyof typeof schemas) => ({ content: { 'application/json': { schema: ref(name) } } })
  const answerOf = { description: 'The answer.', ...json(answers) }
  return {
    summary,
    security: [{ sigv4: [] }],
    ...(takes === undefined ? {} : { requestBody: { required: true, ...json(takes) } }),
    responses: { 200: answerOf, default: { description: 'A refusal, in the form of AWS.', ...json('Error') } },
  }
}

const prefix = { name: 'prefix', in: 'path', required: true, schema: text } as const

/** The description of the authorizer's interface, in OpenAPI 3.1. */
export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Cardea: the authorizer',
    version: '1',
    description:
      'For services that ask whether somebody may do something. Requests are signed with Signature Version 4 for the service cardea.',
  },
  paths: {
    '/v1/authorize': { post: operation('Decide one thing (cardea:Authorize).', 'Answer', 'Single') },
    '/v1/authorize/batch': { post: operation('Decide up to 1,000 things, each by itself.', 'Answers', 'Batch') },
    '/v1/services': { get: operation('List the registered services.', 'Services') },
    '/v1/services/{prefix}': {
      parameters: [prefix],
      put: operation('Register a service, or replace what is known of it.', 'Registered', 'Definition'),
      get: operation('Show a service.', 'Described'),
      delete: operation('Take a service away.', 'Removed'),
    },
    '/v1/complete': { post: operation('What a text of a policy may go on as.', 'Completions', 'Text') },
    '/v1/check-policy': { post: operation('What in a policy no service has.', 'Findings', 'Policy') },
    '/v1/snapshot': { post: operation('The account, for the library of a service.', 'Sealed', 'SnapshotWanted') },
    '/v1/session': { post: operation('Who a session is, for the library.', 'Sealed', 'SessionWanted') },
  },
  components: {
    schemas,
    securitySchemes: {
      sigv4: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description: 'Signature Version 4, service cardea.',
      },
    },
  },
} as const
