import { CreateRoleCommand } from '@aws-sdk/client-iam'
import {
  CreateProfileCommand,
  type CreateProfileCommandInput,
  CreateTrustAnchorCommand,
  RolesAnywhereClient,
} from '@aws-sdk/client-rolesanywhere'
import { type HttpRequest, type HttpResponse, signRequest, signX509Request } from '#protocol'
import { answer } from '#server'
import type { Certified } from './authority.ts'
import { type Credentials, type FrontDoor, handlerOf, openFrontDoor } from './front-door.ts'

/** A house, and the clients that Roles Anywhere needs. */
export interface Anywhere {
  readonly door: FrontDoor
  /** The administrator's. */
  readonly client: RolesAnywhereClient
  as(credentials: Credentials, region?: string): RolesAnywhereClient
  /** Calls an operation that the client is too old for. */
  call(called: Called): Promise<Answer>
  /** Calls `CreateSession` with the key of a certificate. */
  createSession(leaf: Presented, asked: Asking, change?: Change, signedAt?: number): Promise<Answer>
}

/** A certificate and its key. */
export type Presented = Pick<Certified, 'der' | 'privateKey'>

export interface Asking {
  readonly profileArn: string
  readonly trustAnchorArn: string
  readonly roleArn: string
  readonly chain?: readonly Certified[]
  readonly region?: string
  readonly body?: object
  /** Whether the ARNs are left out of the query. */
  readonly inBody?: boolean
}

/** A call without the client. */
export interface Called {
  readonly method: string
  readonly path: string
  readonly query?: string
  /** Text as it is; anything else as JSON. */
  readonly body?: object | string
  readonly headers?: Readonly<Record<string, string>>
  readonly credentials?: Credentials
}

/** What a hostile caller does to a request after it was signed. */
export type Change = (request: HttpRequest) => HttpRequest

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

const region = 'us-east-1'

/** A trust anchor and a profile that are enabled. Gives: what to ask for a session with. */
export async function anchored(
  client: RolesAnywhereClient,
  certificates: string,
  profile: { readonly roleArn: string } & Partial<CreateProfileCommandInput>,
): Promise<Asking> {
  const { roleArn, ...more } = profile
  const made = await client.send(
    new CreateTrustAnchorCommand({
      name: 'anchor',
      enabled: true,
      source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: certificates } },
    }),
  )
  const shown = await client.send(
    new CreateProfileCommand({ name: 'profile', enabled: true, roleArns: [roleArn], ...more }),
  )
  const { trustAnchorArn = '' } = made.trustAnchor ?? {}
  const { profileArn = '' } = shown.profile ?? {}
  return { trustAnchorArn, profileArn, roleArn }
}

/** A role that Roles Anywhere may assume. */
export async function anywhereRole({ iam, account }: FrontDoor, name: string, condition?: object): Promise<string> {
  const actions = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']
  const statement = { Effect: 'Allow', Principal: { Service: 'rolesanywhere.amazonaws.com' }, Action: actions }
  const trust = { Version: '2012-10-17', Statement: { ...statement, ...(condition && { Condition: condition }) } }
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }))
  return `arn:aws:iam::${account}:role/${name}`
}

/** The id in an ARN. */
export function idIn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}

export async function openAnywhere(parts: Parameters<typeof openFrontDoor>[1] = {}): Promise<Anywhere> {
  const door = await openFrontDoor('111122223333', parts)
  const as = (credentials: Credentials, where = region) => {
    const config = {
      region: where,
      credentials,
      endpoint: 'http://cardea.test',
      maxAttempts: 1,
      systemClockOffset: door.now() - Date.now(),
      requestHandler: handlerOf(door.house),
      // This client is older than its handlers' bytes: it expects a stream.
      streamCollector: async (bytes: Uint8Array) => bytes,
    }
    return new RolesAnywhereClient(config)
  }
  return {
    door,
    client: as(door.administrator),
    as,
    async call({ method, path, query = '', body, headers = {}, credentials = door.administrator }) {
      const bytes = Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body))
      const signed = signRequest({
        ...{ method, path, query, body: bytes, credentials, now: door.now() },
        headers: { host: 'cardea.test', ...(bytes.length > 0 && { 'content-type': 'application/json' }), ...headers },
        scope: { region, service: 'rolesanywhere' },
      })
      return answerIn(await answer(requestOf({ method, path, query, body: bytes, headers: signed }), door.house))
    },
    async createSession(leaf, asking, change = (request) => request, signedAt = door.now()) {
      return answerIn(await answer(change(sessionRequest(leaf, asking, signedAt)), door.house))
    },
  }
}

function answerIn({ status, headers, body }: HttpResponse): Answer {
  return { status, headers, body: JSON.parse(Buffer.from(body).toString('utf8')) }
}

interface Sent extends Pick<HttpRequest, 'method' | 'path' | 'query' | 'body'> {
  readonly headers: Readonly<Record<string, string>>
}

function requestOf({ headers, ...sent }: Sent): HttpRequest {
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  return { ...sent, headers: lists, remoteAddress: '203.0.113.9', secure: true }
}

/** The request that a signing helper sends. */
export function sessionRequest(leaf: Presented, asking: Asking, now: number): HttpRequest {
  const { profileArn, trustAnchorArn, roleArn, chain = [] } = asking
  const named = asking.inBody === true ? {} : { profileArn, roleArn, trustAnchorArn }
  const query = Object.entries(named)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  const body = Buffer.from(JSON.stringify({ durationSeconds: 3600, ...asking.body }))
  const headers = signX509Request({
    method: 'POST',
    path: '/sessions',
    query,
    headers: { host: 'cardea.test', 'content-type': 'application/json' },
    body,
    certificate: leaf.der,
    chain: chain.map(({ der }) => der),
    privateKey: leaf.privateKey,
    region: asking.region ?? region,
    now,
  })
  return requestOf({ method: 'POST', path: '/sessions', query, body, headers })
}
