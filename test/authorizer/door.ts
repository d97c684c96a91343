import { type Authorizer, createAuthorizer, type Front, type HouseParts } from '#authorizer'
import { signRequest } from '#protocol'
import { type Credentials, type FrontDoor, openFrontDoor } from '../front-door.ts'

/** The authorizer in front of a house, without a socket. */
export interface AuthorizerDoor extends FrontDoor {
  readonly front: Front
  readonly authorizer: Authorizer
  /** Sends a signed request of the administrator, or of somebody else. */
  ask(method: string, path: string, body?: unknown, credentials?: Credentials): Promise<Told>
  /** Registers the service of the tests. */
  registerAcme(definition?: object): Promise<Told>
  /** Everything that was told to the operator. */
  readonly log: object[]
}

export interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json
}

/** What JSON may hold; tests say which. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

export const acme = {
  description: 'Photos of our own',
  resourceTypes: {
    photo: { arn: 'arn:aws:acme:${Region}:${Account}:photo/${PhotoId}' },
    album: { arn: 'arn:aws:acme:${Region}:${Account}:album/${AlbumId}' },
  },
  actions: {
    GetPhoto: { accessLevel: 'Read', resourceTypes: ['photo'], conditionKeys: ['acme:Album', 'acme:Size'] },
    PutPhoto: { accessLevel: 'Write', resourceTypes: ['photo'], conditionKeys: ['acme:Labels', 'acme:Private'] },
    DeletePhoto: { accessLevel: 'Write', resourceTypes: ['photo'] },
    ListPhotos: { accessLevel: 'List' },
  },
  conditionKeys: {
    'acme:Album': 'String',
    'acme:Size': 'Numeric',
    'acme:Labels': 'ArrayOfString',
    'acme:Private': 'Bool',
    'acme:Label/${Name}': 'String',
  },
  routes: [
    { method: 'GET', path: '/photos', action: 'acme:ListPhotos' },
    {
      method: 'GET',
      path: '/photos/{PhotoId}',
      action: 'acme:GetPhoto',
      resource: 'arn:aws:acme:${Region}:${Account}:photo/{PhotoId}',
      context: { 'acme:Album': 'query.album', 'acme:Size': 'header.x-size' },
    },
    {
      method: 'PUT',
      path: '/photos/{PhotoId}',
      action: 'acme:PutPhoto',
      resource: 'arn:aws:acme:${Region}:${Account}:photo/{PhotoId}',
    },
    {
      method: 'GET',
      path: '/photos/latest',
      action: 'acme:GetPhoto',
      resource: 'arn:aws:acme:${Region}:${Account}:photo/latest-one',
    },
    {
      method: 'DELETE',
      path: '/tree/{Path+}',
      action: 'acme:DeletePhoto',
      resource: 'arn:aws:acme:${Region}:${Account}:photo/{Path}',
    },
  ],
} as const

/** Opens a house with an authorizer. Takes: its first account, and more for the authorizer. */
export async function openAuthorizer(
  account = '111122223333',
  more: Partial<HouseParts> = {},
): Promise<AuthorizerDoor> {
  const door = await openFrontDoor(account)
  const log: object[] = []
  const tell = (line: object, message: string) => log.push({ ...line, told: message })
  const { store, now } = door
  const parts = { store, access: door.house.access, now, log: { info: tell, error: tell } }
  const authorizer = createAuthorizer({ ...parts, ...more })
  const front: Front = Object.assign(
    (request: Parameters<Front>[0]) => {
      for (const one of authorizer.fronts) {
        const answering = one(request)
        if (answering !== undefined) return answering
      }
      return undefined
    },
    { takes: () => true },
  )
  const ask: AuthorizerDoor['ask'] = async (method, path, body, credentials = door.administrator) => {
    const bytes =
      body === undefined ? new Uint8Array() : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    return sent(front, {
      method,
      path,
      body: bytes,
      headers: signedHeaders({ method, path, body: bytes, credentials, now: door.now(), service: 'cardea' }),
    })
  }
  return {
    ...door,
    front,
    authorizer,
    ask,
    log,
    registerAcme: (definition = acme) => ask('PUT', '/v1/services/acme', definition),
  }
}

export interface Signing {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly body: Uint8Array
  readonly credentials: Credentials
  readonly now: number
  readonly service: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The headers of a signed request. */
export function signedHeaders(signing: Signing): Record<string, string> {
  const { path, service, headers, ...request } = signing
  const [before = '', query = ''] = path.split('?', 2)
  return signRequest({
    ...request,
    path: before,
    query,
    headers: { host: 'cardea.test', ...headers },
    scope: { region: 'us-east-1', service },
  })
}

/** Sends a request to a front. Errors: throws when it is not for it. */
export async function sent(
  front: Front,
  request: {
    readonly method: string
    readonly path: string
    readonly body?: Uint8Array
    readonly headers: Readonly<Record<string, string>>
    readonly remoteAddress?: string
  },
): Promise<Told> {
  const { method, path, body = new Uint8Array(), headers, remoteAddress = '203.0.113.9' } = request
  const [before = '', query = ''] = path.split('?', 2)
  const list = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]])
  const answering = front({
    ...{ method, path: before, query, body, remoteAddress, secure: false },
    headers: Object.assign(Object.create(null), Object.fromEntries(list)),
  })
  if (answering === undefined) throw new Error(`${path} is not for this front`)
  const response = await answering
  const text = typeof response.body === 'string' ? response.body : Buffer.from(response.body).toString('utf8')
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}
