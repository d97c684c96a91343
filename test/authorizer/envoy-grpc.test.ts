import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import {
  type ChannelCredentials,
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
} from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import fc from 'fast-check'
import { envoyInterface } from '../../src/authorizer/hook/envoy-interface.ts'
import { type Issued, issue } from '../certificate.ts'
import { signedHeaders } from './door.ts'
import { type AuthorizerServer, account, serveAuthorizer, token } from './server.ts'

interface Checked {
  readonly status: { readonly code: number }
  readonly okResponse?: {
    readonly headers: readonly { readonly header: { readonly key: string; readonly value: string } }[]
  }
  readonly deniedResponse?: { readonly status: { readonly code: number }; readonly body: string }
}

interface Checking extends Client {
  Check(asked: object, metadata: Metadata, done: (cause: Error | null, answer: Checked) => void): void
}

let house: AuthorizerServer
let client: Checking
let port: number

before(async () => {
  house = await serveAuthorizer([{ name: 'mesh', kind: 'envoy-grpc', service: 'acme', account, token }])
  port = (await house.authorizer.listenGrpc({ host: '127.0.0.1', port: 0 })).port
  client = clientAt(port, credentials.createInsecure())
})
after(async () => {
  client.close()
  await house.close()
})

function clientAt(at: number, channel: ChannelCredentials): Checking {
  const loaded = loadPackageDefinition(fromJSON(envoyInterface, { longs: String, defaults: false }))
  let found: unknown = loaded
  for (const name of ['envoy', 'service', 'auth', 'v3', 'Authorization']) found = Reflect.get(Object(found), name)
  const Constructor = found as ServiceClientConstructor
  const options = { 'grpc.ssl_target_name_override': 'localhost' }
  return new Constructor(`127.0.0.1:${at}`, channel, options) as unknown as Checking
}

function check(asked: object, shown = token, caller = client): Promise<Checked> {
  const metadata = new Metadata()
  if (shown !== '') metadata.set('x-cardea-hook-token', shown)
  return new Promise((resolve, reject) =>
    caller.Check(asked, metadata, (cause, answer) => (cause === null ? resolve(answer) : reject(cause))),
  )
}

/** As Envoy asks about a request of ann. */
function request(method: string, path: string, more: object = {}, body = '') {
  const headers = signedHeaders({
    ...{ method, path, body: Buffer.from(body), credentials: house.ann, now: Date.now(), service: 'acme' },
    headers: { host: 'photos.test' },
  })
  const http = { id: '1', method, path, host: 'photos.test', scheme: 'https', headers, size: body.length, ...more }
  return { attributes: { source: { address: { socketAddress: { address: '198.51.100.7' } } }, request: { http } } }
}

describe('Envoy over gRPC', () => {
  test('hears OK with headers for the service', async () => {
    const { status, okResponse, deniedResponse } = await check(request('GET', '/photos/1'))
    assert.equal(deniedResponse, undefined)
    assert.equal(status?.code ?? 0, 0)
    const headers = new Map(okResponse?.headers.map(({ header }) => [header.key, header.value]))
    assert.equal(headers.get('x-cardea-principal'), `arn:aws:iam::${account}:user/ann`)
  })

  test('hears what its client is to hear', async () => {
    const { status, deniedResponse } = await check(request('PUT', '/photos/1'))
    assert.deepEqual([status.code, deniedResponse?.status.code], [7, 403])
    assert.match(deniedResponse?.body ?? '', /"__type":"AccessDenied"/)
  })

  test('may send the body, which is then verified', async () => {
    const good = request('PUT', '/photos/1', { body: 'pixels' }, 'pixels')
    assert.match((await check(good)).deniedResponse?.body ?? '', /AccessDenied/, 'verified, and not allowed')
    const other = request('PUT', '/photos/1', { body: 'pixel5' }, 'pixels')
    assert.match((await check(other)).deniedResponse?.body ?? '', /SignatureDoesNotMatch/)
  })

  test('is not answered without the token', async () => {
    for (const shown of ['', 'wrong', `${token}x`])
      await assert.rejects(check(request('GET', '/photos/1'), shown), /PERMISSION_DENIED/)
  })

  test('is refused what was forged, and what is no request', async () => {
    const forged = request('GET', '/photos/1', { path: '/photos/2' })
    assert.match((await check(forged)).deniedResponse?.body ?? '', /SignatureDoesNotMatch/)
    for (const asked of [
      {},
      { attributes: {} },
      { attributes: { request: {} } },
      request('GET', '/photos/1', { method: '' }),
      request('GET', '/photos/1', { path: 'photos' }),
      request('GET', '/photos/a%2fb'),
    ])
      assert.match((await check(asked)).deniedResponse?.body ?? '', /ValidationError|Signature/)
  })

  test('never lets anything pass for what is random', () =>
    fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.string(),
        fc.dictionary(fc.stringMatching(/^[a-z-]{1,12}$/), fc.string()),
        async (method, path, headers) => {
          const answer = await check({ attributes: { request: { http: { method, path, headers } } } })
          assert.notEqual(answer.deniedResponse, undefined)
        },
      ),
      { numRuns: 50 },
    ))

  test('outlives bytes that are no gRPC', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.end(Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n\0\xff\xfe garbage')),
      )
      socket.on('close', () => resolve())
      socket.on('error', () => resolve())
      socket.resume()
    })
    assert.equal((await check(request('GET', '/photos/1'))).deniedResponse, undefined)
  })
})

describe('a hook that asks for certificates', () => {
  test('answers whoever has one of its authority, and nobody else', async () => {
    const [from, to] = [Date.now() - 60_000, Date.now() + 3_600_000]
    const authority = issue({ subject: 'authority', from, to })
    const stranger = issue({ subject: 'stranger', from, to })
    const own = await serveAuthorizer([{ name: 'mesh', kind: 'envoy-grpc', service: 'acme', account, mutualTls: true }])
    const tls = { cert: authority.body, key: authority.privateKey, clientCa: authority.body }
    try {
      await assert.rejects(own.authorizer.listenGrpc({ host: '127.0.0.1', port: 0 }), /asks for certificates/)
      const listening = await own.authorizer.listenGrpc({ host: '127.0.0.1', port: 0, tls })
      const callAs = async (who: Issued) => {
        const pair = [Buffer.from(authority.body), Buffer.from(who.privateKey), Buffer.from(who.body)] as const
        const trust = { checkServerIdentity: () => undefined }
        const caller = clientAt(listening.port, credentials.createSsl(...pair, trust))
        try {
          return await check({ attributes: {} }, '', caller)
        } finally {
          caller.close()
        }
      }
      assert.match(
        (await callAs(issue({ subject: 'mesh', issuer: authority, from, to }))).deniedResponse?.body ?? '',
        /ValidationError/,
      )
      await assert.rejects(callAs(stranger), /UNAVAILABLE/)
    } finally {
      await own.close()
    }
  })
})
