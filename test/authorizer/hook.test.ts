import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import fc from 'fast-check'
import { HookSettingError, hooksIn } from '#authorizer'
import type { Credentials } from '../front-door.ts'
import { type AuthorizerDoor, openAuthorizer, sent, signedHeaders, type Told } from './door.ts'

const account = '111122223333'
const token = 'a-token-that-nobody-guesses-0123456789'
const folder = mkdtempSync(join(tmpdir(), 'cardea-hook-'))
after(() => rmSync(folder, { recursive: true }))

function fileOf(hooks: unknown): string {
  const path = join(folder, 'hooks.json')
  writeFileSync(path, JSON.stringify({ hooks }))
  return path
}

const usual = { account, token }
const all = [
  { name: 'web', kind: 'nginx', service: 'acme', ...usual },
  { name: 'edge', kind: 'traefik', service: 'acme', ...usual },
  { name: 'mesh', kind: 'envoy', service: 'acme', ...usual },
  { name: 'store', kind: 'minio', ...usual },
  { name: 'ceph', kind: 'ceph', ...usual },
  { name: 'near', kind: 'nginx', service: 'acme', account, loopback: true },
]

let door: AuthorizerDoor
let ann: Credentials

before(async () => {
  door = await openAuthorizer(account, {
    hooks: hooksIn(fileOf(all)),
    // What the gateway says of a request to read an object.
    describeS3: ({ method, path }) => ({
      needs: [
        {
          action: method === 'GET' ? 's3:GetObject' : 's3:PutObject',
          resource: `arn:aws:s3:::${path.slice(1)}`,
          context: {},
        },
      ],
      unknown: ['s3:existingobjecttag/'],
    }),
  })
  await door.registerAcme()
  await door.iam.send(new CreateUserCommand({ UserName: 'ann' }))
  const statement = { Effect: 'Allow', Action: ['acme:GetPhoto', 's3:GetObject', 's3:ListBucket'], Resource: '*' }
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statement })
  await door.iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'p', PolicyDocument: document }))
  const { AccessKey } = await door.iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
  ann = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
})
after(() => door.close())

/** The headers of what ann's client sent to the service. */
function client(method: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const body = new Uint8Array()
  return signedHeaders({
    method,
    path,
    body,
    credentials: ann,
    now: door.now(),
    service: 'acme',
    headers: { host: 'photos.test', ...headers },
  })
}

interface AskedAt {
  readonly hook: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly token?: string
  readonly remoteAddress?: string
}

function at({ hook, method = 'GET', headers = {}, body, token: shown = token, remoteAddress }: AskedAt): Promise<Told> {
  return sent(door.front, {
    method,
    path: `/v1/hook/${hook}`,
    headers: { host: 'cardea.test', ...headers, ...(shown === '' ? {} : { 'x-cardea-hook-token': shown }) },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
  })
}

/** As nginx asks in a subrequest. */
function nginx(method: string, uri: string, headers: Readonly<Record<string, string>> = client(method, uri)) {
  return {
    ...headers,
    host: 'upstream',
    'x-original-method': method,
    'x-original-uri': uri,
    'x-original-host': headers['host'] ?? '',
    'x-real-ip': '198.51.100.7',
    'x-forwarded-proto': 'https',
  }
}

/** As Traefik asks. */
function traefik(method: string, uri: string, headers: Readonly<Record<string, string>> = client(method, uri)) {
  return {
    ...headers,
    host: 'cardea',
    'x-forwarded-method': method,
    'x-forwarded-uri': uri,
    'x-forwarded-host': headers['host'] ?? '',
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-proto': 'https',
  }
}

describe('a hook', () => {
  test('that is not set up answers 404', async () => {
    assert.equal((await at({ hook: 'nobody' })).status, 404)
  })

  test('refuses whoever does not show its token, before it looks at the question', async () => {
    for (const shown of ['', 'wrong', `${token}x`]) {
      const { status, headers } = await at({ hook: 'web', headers: nginx('GET', '/photos/1'), token: shown })
      assert.deepEqual([status, headers['x-amzn-errortype']], [403, 'AccessDenied'])
    }
  })

  test('for this machine alone answers nobody else', async () => {
    const asked = { hook: 'near', headers: nginx('GET', '/photos/1'), token: '' }
    assert.equal((await at({ ...asked, remoteAddress: '127.0.0.1' })).status, 200)
    assert.equal((await at({ ...asked, remoteAddress: '203.0.113.9' })).status, 403)
  })

  test('cannot be set up without a token, with a short one, twice, or with what is not known', () => {
    const web = { name: 'web', kind: 'nginx', service: 'acme', account, token }
    const { token: _, ...open } = web
    for (const hooks of [
      [open],
      [{ ...web, token: 'short' }],
      [web, web],
      [{ ...web, kind: 'apache' }],
      [{ ...web, colour: 'red' }],
      [{ ...web, service: undefined }],
      [{ ...web, mutualTls: true }],
      'x',
    ])
      assert.throws(() => hooksIn(fileOf(hooks)), HookSettingError, JSON.stringify(hooks))
  })

  test('reads its token from a file beside the one that names it', () => {
    writeFileSync(join(folder, 'web.token'), `${token}\n`)
    const [hook] = hooksIn(fileOf([{ name: 'web', kind: 'nginx', service: 'acme', account, tokenFile: 'web.token' }]))
    assert.equal(hook?.tokenHash?.toString('hex'), hash('sha256', token))
  })
})

describe('nginx', () => {
  test('hears 200 with the principal and the decision, or 403 with the code', async () => {
    const allowed = await at({ hook: 'web', headers: nginx('GET', '/photos/1?album=x') })
    assert.equal(allowed.status, 200)
    assert.equal(allowed.headers['x-cardea-principal'], `arn:aws:iam::${account}:user/ann`)
    assert.equal(allowed.headers['x-cardea-action'], 'acme:GetPhoto')
    assert.match(allowed.headers['x-cardea-decision-id'] ?? '', /^[0-9a-f-]{36}$/)
    const denied = await at({ hook: 'web', headers: nginx('PUT', '/photos/1') })
    assert.deepEqual([denied.status, denied.headers['x-amzn-errortype']], [403, 'AccessDenied'])
  })

  test('hears 401 for a client that did not sign', async () => {
    const { status } = await at({ hook: 'web', headers: nginx('GET', '/photos/1', { host: 'photos.test' }) })
    assert.equal(status, 401)
  })

  test('refuses a signature for another path, method or host', async () => {
    const headers = client('GET', '/photos/1')
    for (const forged of [
      nginx('GET', '/photos/2', headers),
      nginx('DELETE', '/photos/1', headers),
      { ...nginx('GET', '/photos/1', headers), 'x-original-host': 'evil.test' },
    ]) {
      const { status, headers: told } = await at({ hook: 'web', headers: forged })
      assert.deepEqual([status, told['x-amzn-errortype']], [403, 'SignatureDoesNotMatch'])
    }
  })

  test('refuses a question that does not say what the client sent', async () => {
    const { 'x-original-uri': _, ...headers } = nginx('GET', '/photos/1')
    assert.equal((await at({ hook: 'web', headers })).status, 403)
  })

  test('refuses paths that servers understand in different ways, though they are signed', async () => {
    for (const uri of [
      '/photos/..%2f1',
      '/photos/%2e%2e/1',
      '/photos/a%2fb',
      '/photos/a%5cb',
      '/photos//1',
      '/photos/1;a=b',
      '/photos/%252e',
      '/photos/%ff',
      '/photos/%00',
      '/photos/.',
      '/photos/1/',
      '/photos/%zz',
    ]) {
      const { status, headers } = await at({ hook: 'web', headers: nginx('GET', uri) })
      assert.deepEqual([status, headers['x-amzn-errortype']], [403, 'ValidationError'], uri)
    }
  })

  test('is given the hash that a body must have', async () => {
    const sum = hash('sha256', 'pixels')
    const headers = nginx('GET', '/photos/1', client('GET', '/photos/1', { 'x-amz-content-sha256': sum }))
    const { status, headers: told } = await at({ hook: 'web', headers })
    assert.deepEqual([status, told['x-cardea-body-sha256']], [200, sum])
  })
})

describe('Traefik', () => {
  test('hears 200, or what its client is to hear', async () => {
    assert.equal((await at({ hook: 'edge', headers: traefik('GET', '/photos/1') })).status, 200)
    const denied = await at({ hook: 'edge', headers: traefik('PUT', '/photos/1') })
    assert.equal(denied.status, 403)
    assert.match(JSON.stringify(denied.body), /"__type":"AccessDenied".*not authorized to perform: acme:PutPhoto/)
  })
})

describe('Envoy over HTTP', () => {
  const ask = (method: string, path: string, headers: Readonly<Record<string, string>>) =>
    sent(door.front, { method, path: `/v1/hook/mesh${path}`, headers: { ...headers, 'x-cardea-hook-token': token } })

  test('asks with the request of its client, after a prefix', async () => {
    const path = '/photos/1?album=x'
    const { status, headers } = await ask('GET', path, client('GET', path))
    assert.deepEqual([status, headers['x-cardea-resource']], [200, `arn:aws:acme:us-east-1:${account}:photo/1`])
    assert.equal((await ask('GET', '/photos/2', client('GET', '/photos/1'))).status, 403)
    assert.equal((await ask('GET', '', client('GET', '/photos/1'))).status, 403)
  })
})

describe('a store of the kind of MinIO', () => {
  const input = {
    account: 'ann',
    groups: null,
    action: 's3:GetObject',
    bucket: 'photos',
    conditions: {
      Authorization: ['AWS4'],
      CurrentTime: ['2026-01-15'],
      SourceIp: ['198.51.100.7'],
      SecureTransport: ['false'],
      'User-Agent': ['mc'],
      userid: ['ann'],
      username: ['ann'],
      versionid: [''],
    },
    owner: true,
    object: 'a b/ü.jpg',
    claims: {},
    denyOnly: false,
  }
  const ask = (more: object) =>
    at({
      hook: 'store',
      method: 'POST',
      token: '',
      headers: { authorization: `Bearer ${token}` },
      body: { input: { ...input, ...more } },
    })

  test('hears true or false', async () => {
    assert.deepEqual((await ask({})).body, { result: true })
    assert.deepEqual((await ask({ action: 's3:PutObject' })).body, { result: false })
    assert.deepEqual((await ask({ action: 's3:ListBucket', object: '', conditions: { Prefix: ['a/'] } })).body, {
      result: true,
    })
  })

  test('is not let in for being the owner, for a user that is not there, or for an action of its own', async () => {
    for (const more of [
      { account: 'minio' },
      { account: 'ANN' },
      { account: '' },
      { action: 'admin:ServerInfo', bucket: '' },
      { action: 's3:*' },
      { account: 'ann', bucket: '../x' },
    ])
      assert.deepEqual((await ask(more)).body, { result: false }, JSON.stringify(more))
  })

  test('may name the access key of a user', async () => {
    assert.deepEqual((await ask({ account: ann.accessKeyId })).body, { result: true })
  })

  test('tells conditions of a request, which policies look at', async () => {
    const deny = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Deny',
        Action: 's3:*',
        Resource: '*',
        Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
      },
    }
    await door.iam.send(
      new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'ip', PolicyDocument: JSON.stringify(deny) }),
    )
    assert.deepEqual((await ask({})).body, { result: true })
    assert.deepEqual((await ask({ conditions: { SourceIp: ['192.0.2.9'] } })).body, { result: false })
    assert.deepEqual((await ask({ conditions: { SourceIp: ['192.0.2.9', '198.51.100.7'] } })).body, { result: false })
  })

  test('is refused what is no question', async () => {
    for (const body of [{}, { input: null }, { input: [] }, { input: { action: 7 } }])
      assert.deepEqual(
        (await at({ hook: 'store', method: 'POST', token: '', headers: { authorization: token }, body })).body,
        { result: false },
      )
  })
})

describe('the Ceph Object Gateway', () => {
  const input = {
    method: 'GET',
    relative_uri: '/photos/1',
    decoded_uri: '/photos/1',
    params: '',
    request_uri_aws4: '/photos/1',
    object_name: '1',
    subuser: '',
    user_info: { user_id: 'ann', display_name: 'Ann' },
    bucket_info: { bucket: { name: 'photos', bucket_id: 'x' }, owner: 'bob' },
  }
  const ask = (more: object) =>
    at({
      hook: 'ceph',
      method: 'POST',
      token: '',
      headers: { 'x-auth-token': token },
      body: { input: { ...input, ...more } },
    })

  test('hears true or false', async () => {
    assert.deepEqual((await ask({})).body, { result: true })
    assert.deepEqual((await ask({ method: 'PUT' })).body, { result: false })
    assert.deepEqual((await ask({ user_info: { user_id: { tenant: '', id: 'ann', ns: '' } } })).body, { result: true })
  })

  test('is refused where it means another object than its client said, a subuser, or a tenant', async () => {
    for (const more of [
      { object_name: '2' },
      { bucket_info: { bucket: { name: 'other' } } },
      { subuser: 'ann:sub' },
      { user_info: { user_id: { tenant: 't', id: 'ann' } } },
      { user_info: null },
      { user_info: { user_id: 'anonymous' } },
    ])
      assert.deepEqual((await ask(more)).body, { result: false }, JSON.stringify(more))
  })

  test('is refused where a policy looks at what it does not tell', async () => {
    const deny = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Deny',
        Action: 's3:GetObject',
        Resource: '*',
        Condition: { StringEquals: { 's3:ExistingObjectTag/secret': 'yes' } },
      },
    }
    await door.iam.send(
      new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'tag', PolicyDocument: JSON.stringify(deny) }),
    )
    assert.deepEqual((await ask({})).body, { result: false })
  })

  test('is refused where the policy of a bucket looks at what it does not tell', async () => {
    const Statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
    await door.iam.send(new CreateUserCommand({ UserName: 'bob' }))
    await door.iam.send(new PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'p', PolicyDocument }))
    const bob = { user_info: { user_id: 'bob' } }
    assert.deepEqual((await ask(bob)).body, { result: true })
    const deny = {
      ...Statement,
      Effect: 'Deny',
      Principal: '*',
      Condition: { StringEquals: { 's3:ExistingObjectTag/a': 'b' } },
    }
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: deny })
    const bucket = { account, arn: 'arn:aws:s3:::photos', policy, tags: [], updatedAt: 0 }
    await door.store.write(account, ({ resources }) => resources.put(bucket))
    assert.deepEqual((await ask(bob)).body, { result: false })
  })
})

describe('whatever is sent to a hook by whoever has its token', () => {
  const outcomes = new Set([200, 401, 403, 404])

  test('is answered, and never allowed', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('web', 'edge', 'mesh', 'store', 'ceph'),
        fc.dictionary(
          fc.constantFrom(
            'x-original-method',
            'x-original-uri',
            'x-original-host',
            'x-forwarded-method',
            'x-forwarded-uri',
            'x-forwarded-host',
            'authorization',
            'x-amz-date',
            'x-amz-content-sha256',
            'content-length',
          ),
          fc.string(),
        ),
        fc.jsonValue(),
        async (hook, headers, input) => {
          const auth = {
            'x-cardea-hook-token': token,
            'x-auth-token': token,
            ...(hook === 'store' ? { authorization: token } : {}),
          }
          const body = Buffer.from(JSON.stringify({ input }))
          const told = await sent(door.front, {
            method: 'POST',
            path: `/v1/hook/${hook}`,
            headers: { ...headers, ...auth },
            body,
          })
          assert.ok(outcomes.has(told.status), String(told.status))
          const passes =
            hook === 'store' || hook === 'ceph' ? JSON.stringify(told.body) === '{"result":true}' : told.status === 200
          assert.equal(passes, false)
        },
      ),
      { numRuns: 300 },
    ))
})
