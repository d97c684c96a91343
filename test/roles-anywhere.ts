import { RolesAnywhereClient } from '@aws-sdk/client-rolesanywhere'
import { type HttpRequest, signX509Request } from '#protocol'
import { answer } from '#server'
import type { Certified } from './authority.ts'
import { type Credentials, type FrontDoor, handlerOf, openFrontDoor } from './front-door.ts'

/** A house, and the clients that Roles Anywhere needs. */
export interface Anywhere {
  readonly door: FrontDoor
  /** The administrator's. */
  readonly client: RolesAnywhereClient
  as(credentials: Credentials, region?: string): RolesAnywhereClient
  /** Calls `CreateSession` with the key of a certificate. */
  createSession(leaf: Certified, asked: Asking, change?: Change): Promise<Answer>
}

export interface Asking {
  readonly profileArn: string
  readonly trustAnchorArn: string
  readonly roleArn: string
  readonly chain?: readonly Certified[]
  readonly region?: string
  readonly body?: object
}

/** What a hostile caller does to a request after it was signed. */
export type Change = (request: HttpRequest) => HttpRequest

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

const region = 'us-east-1'

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
    async createSession(leaf, asking, change = (request) => request) {
      const { status, headers, body } = await answer(change(sessionRequest(leaf, asking, door.now())), door.house)
      return { status, headers, body: JSON.parse(Buffer.from(body).toString('utf8')) }
    },
  }
}

/** The request that a signing helper sends. */
export function sessionRequest(leaf: Certified, asking: Asking, now: number): HttpRequest {
  const { profileArn, trustAnchorArn, roleArn, chain = [] } = asking
  const query = Object.entries({ profileArn, roleArn, trustAnchorArn })
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
  return {
    method: 'POST',
    path: '/sessions',
    query,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body,
    remoteAddress: '203.0.113.9',
    secure: true,
  }
}
