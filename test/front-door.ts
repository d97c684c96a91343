import { IAMClient } from '@aws-sdk/client-iam'
import { STSClient } from '@aws-sdk/client-sts'
import { createAccess } from '#access'
import type { HttpRequest } from '#protocol'
import { answer, createHouse, type House, type HouseParts } from '#server'
import { createAccount, operations } from '#services'
import { openStore, type Store } from '#store'

/** Long-term or temporary credentials, as the SDK takes them. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** The whole server without a socket: a store in memory, a clock that stands still, and the real SDK as its client. */
export interface FrontDoor {
  readonly house: House
  readonly store: Store
  /** The first account. */
  readonly account: string
  readonly administrator: Credentials
  /** The first account's root key. */
  readonly root: Credentials
  /** Clients of the administrator. */
  readonly iam: IAMClient
  readonly sts: STSClient
  /** Clients of somebody else. */
  as(credentials: Credentials, region?: string): { readonly iam: IAMClient; readonly sts: STSClient }
  /** Another account of the installation, with its administrator. */
  addAccount(id: string): Promise<Credentials>
  /** Milliseconds since 1970. */
  now(): number
  /** Moves the clock on. */
  pass(milliseconds: number): void
  close(): Promise<void>
}

/** The moment at which every house opens. */
export const opening = Date.UTC(2026, 0, 15, 12)

/** Opens a house with one account, its administrator and a root key. Takes: what the house is to say and count with. */
export async function openFrontDoor(
  account = '111122223333',
  parts: Pick<HouseParts, 'log' | 'metrics' | 'federation'> = {},
): Promise<FrontDoor> {
  let now = opening
  const clock = () => now
  const store = await openStore({ kind: 'memory' })
  const house = createHouse({ store, access: createAccess({ store }), operations, now: clock, ...parts })
  const first = await createAccount(store, {
    id: account,
    name: 'first',
    email: 'root@example.com',
    rootKey: true,
    now,
  })
  const as = (credentials: Credentials, region = 'us-east-1') => {
    const config = {
      region,
      credentials,
      endpoint: 'http://cardea.test',
      maxAttempts: 1,
      systemClockOffset: now - Date.now(),
      requestHandler: handlerOf(house),
    }
    return { iam: new IAMClient(config), sts: new STSClient(config) }
  }
  if (first.rootKey === undefined) throw new Error('the account has no root key')
  return {
    house,
    store,
    account,
    administrator: first.administrator,
    root: first.rootKey,
    ...as(first.administrator),
    as,
    addAccount: async (id) =>
      (await createAccount(store, { id, name: `account ${id}`, email: `root@${id}.example.com`, rootKey: false, now }))
        .administrator,
    now: clock,
    pass: (milliseconds) => {
      now += milliseconds
    },
    close: () => store.close(),
  }
}

/** The part of the SDK's request that a handler reads. */
interface SdkRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** What stands in for the network of an SDK client. */
export function handlerOf(house: House) {
  return {
    async handle(request: SdkRequest) {
      const { status, headers, body } = await answer(received(request), house)
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
      return { response: { statusCode: status, headers: { ...headers }, body: bytes } }
    },
    destroy: () => undefined,
    metadata: { handlerProtocol: 'http/1.1' },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  }
}

/** The same value that the listener would make of the request's bytes. */
function received({ method, path, query = {}, headers, body }: SdkRequest): HttpRequest {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map(
      (one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`,
    ),
  )
  return {
    method,
    path,
    query: pairs.join('&'),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]])),
    body: typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array()),
    remoteAddress: '203.0.113.9',
    secure: false,
  }
}
