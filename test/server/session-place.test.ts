import assert from 'node:assert/strict'
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { after, test } from 'node:test'
import { GetFederationTokenCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { SignatureV4 } from '@smithy/signature-v4'
import { type HttpRequest, signRequest } from '#protocol'
import { answer, createLog } from '#server'
import { endSession } from '#services'
import { type Credentials, openFrontDoor } from '../front-door.ts'
import { assume, makeRole, temporary } from './role.ts'

const lines: string[] = []
const log = createLog('debug', { write: (line) => lines.push(line) })
const door = await openFrontDoor('111122223333', { log })
after(() => door.close())
const { account, store } = door
const whoAmI = 'Action=GetCallerIdentity&Version=2011-06-15'
const role = await makeRole(door, { name: 'reader', trust: { AWS: account }, may: ['sts:*', 'iam:*'] })
const session = await assume(door, role)
const other = await assume(door, role)
const token = session.sessionToken ?? ''
const otherToken = other.sessionToken ?? ''

/** The hash as @smithy/signature-v4 wants it; with a key it is an HMAC. */
class Sha256 {
  readonly #key: Buffer | undefined
  #hash: Hash | Hmac

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#key = key === undefined ? undefined : Buffer.from(key as Uint8Array)
    this.#hash = this.#begin()
  }

  update(chunk: string | Uint8Array): void {
    this.#hash.update(chunk)
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {
    this.#hash = this.#begin()
  }

  #begin(): Hash | Hmac {
    return this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key)
  }
}

type Headers = Readonly<Record<string, readonly string[]>>

/** A request that is signed in its header. Takes: what is signed, and how it is changed after that. */
function signed(credentials: Credentials, more: Readonly<Record<string, string>> = {}, service = 'sts'): HttpRequest {
  const body = new TextEncoder().encode(service === 'sts' ? whoAmI : 'Action=ListUsers&Version=2010-05-08')
  const headers = { host: 'cardea.test', 'content-type': 'application/x-www-form-urlencoded', ...more }
  const scope = { region: 'us-east-1', service }
  const plain = { method: 'POST', path: '/', query: '', headers, body, credentials, scope, now: door.now() }
  return requestOf(
    plain,
    Object.fromEntries(Object.entries(signRequest(plain)).map(([name, value]) => [name, [value]])),
  )
}

function requestOf({ method, query, body }: Pick<HttpRequest, 'method' | 'query' | 'body'>, headers: Headers) {
  return { method, path: '/', query, headers, body, remoteAddress: '203.0.113.9', secure: false }
}

/** A presigned request. */
async function presigned(credentials: Credentials): Promise<HttpRequest> {
  const signer = new SignatureV4({ credentials, region: 'us-east-1', service: 'sts', sha256: Sha256 })
  const asked = {
    method: 'GET',
    protocol: 'http:',
    hostname: 'cardea.test',
    path: '/',
    query: Object.fromEntries(new URLSearchParams(whoAmI)),
    headers: { host: 'cardea.test' },
  }
  const { query = {} } = await signer.presign(asked, { signingDate: new Date(door.now()), expiresIn: 600 })
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  )
  return requestOf({ method: 'GET', query: pairs.join('&'), body: new Uint8Array() }, { host: ['cardea.test'] })
}

function withHeader(request: HttpRequest, name: string, values: readonly string[]): HttpRequest {
  return { ...request, headers: { ...request.headers, [name]: values } }
}

function withQuery(request: HttpRequest, change: (query: string) => string): HttpRequest {
  return { ...request, query: change(request.query) }
}

function withoutToken(query: string): string {
  return query.replace(/X-Amz-Security-Token=[^&]*&?/, '')
}

const inToken = /(?<=X-Amz-Security-Token=)[^&]*/
const bare = { accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey }
const link = await presigned(session)
const head = signed(session)
const unsealed = /^the token was changed, or another installation sealed it/
const misspelt = /^the token is cut short, or not spelled as tokens are$/
const noToken = /^the key is that of a session, and the request carries no session token$/
const otherKey = /^the token is that of the key ASIA/

/** What is refused, with which code, and what the log says of it: a detail, or what the caller is told. */
const cases: readonly (readonly [string, HttpRequest, string, RegExp])[] = [
  ['no token in the header', signed(bare), 'InvalidClientTokenId', noToken],
  ['no token in a link', await presigned(bare), 'InvalidClientTokenId', noToken],
  ['an empty token', signed({ ...bare, sessionToken: '' }), 'InvalidClientTokenId', misspelt],
  ['a token twice', withHeader(head, 'x-amz-security-token', [token, token]), 'InvalidClientTokenId', misspelt],
  ['two tokens', withHeader(head, 'x-amz-security-token', [token, otherToken]), 'InvalidClientTokenId', misspelt],
  [
    'a token that was put there after signing',
    withHeader(signed(bare), 'x-amz-security-token', [token]),
    'SignatureDoesNotMatch',
    /^'x-amz-security-token' must be a 'SignedHeader'/,
  ],
  [
    'a token that was taken away after signing',
    withHeader(head, 'x-amz-security-token', []),
    'InvalidClientTokenId',
    /^the token is cut short|carries no session token$/,
  ],
  [
    "another session's token in the place of the one that was signed",
    withHeader(head, 'x-amz-security-token', [otherToken]),
    'InvalidClientTokenId',
    otherKey,
  ],
  [
    "another session's key id with its token, and our secret",
    signed({ ...other, secretAccessKey: session.secretAccessKey }),
    'SignatureDoesNotMatch',
    /^The request signature we calculated does not match/,
  ],
  [
    'a token in the body only',
    { ...signed(bare), body: new TextEncoder().encode(`${whoAmI}&SessionToken=${encodeURIComponent(token)}`) },
    'InvalidClientTokenId',
    noToken,
  ],
  ['a link without its token', withQuery(link, withoutToken), 'InvalidClientTokenId', noToken],
  [
    'a link whose token came after signing',
    withQuery(await presigned(bare), (query) => `${query}&X-Amz-Security-Token=${encodeURIComponent(token)}`),
    'SignatureDoesNotMatch',
    /^The request signature we calculated does not match/,
  ],
  [
    'a link with the token of another session',
    withQuery(link, (query) => query.replace(inToken, encodeURIComponent(otherToken))),
    'InvalidClientTokenId',
    otherKey,
  ],
  [
    'a link whose token was changed',
    withQuery(link, (query) =>
      query.replace(inToken, encodeURIComponent(`${token.slice(0, 80)}AAAA${token.slice(84)}`)),
    ),
    'InvalidClientTokenId',
    unsealed,
  ],
  [
    'a link with two tokens',
    withQuery(link, (query) => `${query}&X-Amz-Security-Token=${encodeURIComponent(token)}`),
    'IncompleteSignature',
    /'X-Amz-Security-Token' once/,
  ],
  [
    'a link with a token in an unsigned header as well',
    withHeader(link, 'x-amz-security-token', [token]),
    'SignatureDoesNotMatch',
    /^'x-amz-security-token' must be a 'SignedHeader'/,
  ],
  [
    'a link with a token in an unsigned header only',
    withHeader(withQuery(link, withoutToken), 'x-amz-security-token', [token]),
    'SignatureDoesNotMatch',
    /^'x-amz-security-token' must be a 'SignedHeader'/,
  ],
  [
    'a signature in the header and in the query',
    withHeader(link, 'authorization', head.headers['authorization'] ?? []),
    'SignatureDoesNotMatch',
    /^Found both 'X-Amz-Algorithm'/,
  ],
  [
    'a session of a user without a second factor at IAM',
    signed(temporary((await door.sts.send(new GetSessionTokenCommand({}))).Credentials), {}, 'iam'),
    'InvalidClientTokenId',
    /^a session that was asked for without a second factor may not call IAM$/,
  ],
  [
    'a session of a federated user at IAM',
    signed(temporary((await door.sts.send(new GetFederationTokenCommand({ Name: 'bob' }))).Credentials), {}, 'iam'),
    'InvalidClientTokenId',
    /^a session of a federated user may not call IAM$/,
  ],
]

const malformed: ReadonlySet<string> = new Set(['IncompleteSignature', 'RequestExpired'])

async function refused(request: HttpRequest, code: string, why: RegExp): Promise<void> {
  lines.length = 0
  const { status, body } = await answer(request, door.house)
  assert.equal(status, malformed.has(code) ? 400 : 403)
  assert.match(String(body), new RegExp(`<Code>${code}</Code>`))
  const told = lines
    .map((line): { code?: string; message?: string; detail?: string } => JSON.parse(line))
    .find((line) => line.code !== undefined)
  assert.equal(told?.code, code)
  assert.match(told?.detail ?? told?.message ?? '', why)
  assert.ok(!lines.join('').includes(token), 'the token is in the log')
  assert.ok(!lines.join('').includes(session.secretAccessKey), 'the secret is in the log')
}

for (const [what, request, code, why] of cases)
  test(`${what} is refused with ${code}, and the log says why`, () => refused(request, code, why))

test('what was changed here was good before', async () => {
  for (const request of [head, link]) assert.equal((await answer(request, door.house)).status, 200)
})

test('a session that follows from one that was ended is refused, and the log says why', async () => {
  const parent = await assume(door.as(door.administrator), role)
  const child = await assume(door.as(parent), role)
  const grandchild = await assume(door.as(child), role, { DurationSeconds: 900 })
  await endSession(store, { id: parent.accessKeyId, now: door.now() })
  for (const ended of [parent, child, grandchild])
    await refused(signed(ended), 'InvalidClientTokenId', /^the session, or one that it follows from, was ended$/)
})

test('a link lives no longer than its session, and the log says that it was the session that ended', async () => {
  const { Credentials: given } = await door
    .as(door.administrator)
    .sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }))
  door.pass(600_000)
  const late = await presigned(temporary(given))
  assert.equal((await answer(late, door.house)).status, 200)
  door.pass(300_000)
  await refused(late, 'ExpiredToken', /^the session ended at 2026-/)
  door.pass(300_001)
  await refused(late, 'RequestExpired', /^Request has expired/)
})
