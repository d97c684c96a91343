import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { createAuthorizer, createLocalAuthorizer, type LocalAuthorizer } from '#authorizer'
import { createHouse, type Listening, listen } from '#server'
import { operations } from '#services'
import type { Credentials, FrontDoor } from '../front-door.ts'
import { openFrontDoor } from '../front-door.ts'
import { acme, signedHeaders } from './door.ts'

const account = '111122223333'
const photo = `arn:aws:acme:us-east-1:${account}:photo/1`
const ann = `arn:aws:iam::${account}:user/ann`
const folder = mkdtempSync(join(tmpdir(), 'cardea-library-'))
const pinFile = join(folder, 'pin')

let door: FrontDoor
let clients: ReturnType<FrontDoor['as']>
let server: Listening
let library: LocalAuthorizer
let annKey: Credentials
let serviceKey: Credentials
const stops: (() => Promise<void> | void)[] = []

/** Serves the house on a port, with the real clock. */
async function serve(): Promise<Listening> {
  const access = door.house.access
  const authorizer = createAuthorizer({ store: door.store, access, now: Date.now })
  const house = createHouse({ store: door.store, access, operations, fronts: authorizer.fronts })
  const listening = await listen(house, { host: '127.0.0.1', port: server?.port ?? 0 })
  stops.push(
    () => authorizer.stop(),
    () => listening.stop(),
  )
  const stop = async () => {
    await authorizer.stop()
    await listening.stop()
  }
  return { ...listening, stop }
}

async function addUser(name: string, ...statements: object[]): Promise<Credentials> {
  await clients.iam.send(new CreateUserCommand({ UserName: name }))
  await allow(name, ...statements)
  const { AccessKey } = await clients.iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

async function allow(name: string, ...Statement: object[]): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await clients.iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'p', PolicyDocument }))
}

function request(credentials: Credentials, method = 'GET', url = '/photos/1', more: object = {}) {
  const headers = signedHeaders({
    method,
    path: url,
    body: new Uint8Array(),
    credentials,
    now: Date.now(),
    service: 'acme',
    headers: { host: 'photos.test', ...more },
  })
  return { method, url, headers }
}

const reading = { Effect: 'Allow', Action: 'acme:GetPhoto', Resource: '*' }

before(async () => {
  door = await openFrontDoor(account)
  // The library keeps the real time, so the house does too.
  door.pass(Date.now() - door.now())
  clients = door.as(door.administrator)
  const definition = JSON.stringify(acme)
  await door.store.write(account, ({ services }) =>
    services.put({ account, prefix: 'acme', definition, createdAt: 0, updatedAt: 0 }),
  )
  annKey = await addUser('ann', reading)
  serviceKey = await addUser('service', {
    Effect: 'Allow',
    Action: ['cardea:GetSnapshot', 'cardea:GetSigningKeys'],
    Resource: '*',
  })
  server = await serve()
  library = await createLocalAuthorizer({
    url: server.url,
    credentials: async () => serviceKey,
    services: ['acme'],
    pinFile,
    staleSeconds: 2,
  })
})
after(async () => {
  library?.stop()
  for (const stop of stops) await stop()
  await door.close()
  rmSync(folder, { recursive: true })
})

describe('the library', () => {
  test('verifies signatures and decides by itself, with the words of the server', async () => {
    const answer = await library.check(request(annKey), 'acme')
    assert.deepEqual(answer, {
      allowed: true,
      decision: 'allowed',
      principal: ann,
      action: 'acme:GetPhoto',
      resource: photo,
    })
    const denied = await library.check(request(annKey, 'PUT'), 'acme')
    assert.equal(denied.decision, 'implicitDeny')
    assert.match(
      denied.error?.message ?? '',
      /^User: .*user\/ann is not authorized to perform: acme:PutPhoto on resource: /,
    )
  })

  test('refuses what was forged, signed for another service, changed, or not signed', async () => {
    const stranger = { accessKeyId: annKey.accessKeyId, secretAccessKey: 'x'.repeat(40) }
    const good = request(annKey)
    for (const bad of [
      request(stranger),
      { ...good, url: '/photos/2' },
      { ...good, method: 'PUT' },
      { ...good, body: 'x' },
      { ...good, headers: { host: 'photos.test' } },
      request({ ...annKey, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }),
      request({ ...annKey, sessionToken: 'nonsense' }),
    ]) {
      const { allowed, error } = await library.check(bad, 'acme')
      assert.equal(allowed, false)
      assert.match(error?.code ?? '', /^(?:SignatureDoesNotMatch|InvalidClientTokenId|MissingAuthenticationToken)$/)
    }
  })

  test('decides for an ARN, with a context whose keys it knows', () => {
    assert.equal(
      library.decide({ principal: ann, action: 'acme:GetPhoto', resource: photo, context: { 'acme:Size': 7 } }).allowed,
      true,
    )
    const refusals = [
      { principal: `${ann}x`, action: 'acme:GetPhoto', resource: photo },
      { principal: ann, action: 'acme:Nothing', resource: photo },
      { principal: ann, action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' },
      { principal: ann, action: 'acme:GetPhoto', resource: photo, context: { 'acme:Colour': 'red' } },
      { principal: ann, action: 'acme:GetPhoto', resource: photo, context: { 'aws:PrincipalArn': ann } },
      { principal: { arn: ann, account }, action: 'acme:GetPhoto', resource: photo },
      { principal: ann, action: 'acme:GetPhoto', resource: 'arn:aws:acme:us-east-1:444455556666:photo/1' },
    ]
    for (const question of refusals)
      assert.equal(library.decide(question).decision, 'refused', JSON.stringify(question))
  })

  test('hears of a change within a second', async () => {
    const { version } = library
    const began = performance.now()
    await allow('ann', { ...reading, Effect: 'Deny' })
    await library.changed(version)
    assert.ok(performance.now() - began < 1000)
    assert.equal((await library.check(request(annKey), 'acme')).decision, 'explicitDeny')
    const before = library.version
    await allow('ann', reading)
    await library.changed(before)
  })

  test('knows no key that was made inactive', async () => {
    const { version } = library
    await clients.iam.send(
      new UpdateAccessKeyCommand({ UserName: 'ann', AccessKeyId: annKey.accessKeyId, Status: 'Inactive' }),
    )
    await library.changed(version)
    assert.equal((await library.check(request(annKey), 'acme')).error?.code, 'InvalidClientTokenId')
    const before = library.version
    await clients.iam.send(
      new UpdateAccessKeyCommand({ UserName: 'ann', AccessKeyId: annKey.accessKeyId, Status: 'Active' }),
    )
    await library.changed(before)
  })

  test('asks once who a session is, and again when the account has changed', async () => {
    const trust = { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }
    const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
    await clients.iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: document(trust) }))
    await clients.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'reader',
        PolicyName: 'p',
        PolicyDocument: document({ ...reading, Action: 'acme:*' }),
      }),
    )
    const { Credentials: made } = await clients.sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${account}:role/reader`,
        RoleSessionName: 'bob',
        Policy: document(reading),
      }),
    )
    const session = {
      accessKeyId: made?.AccessKeyId ?? '',
      secretAccessKey: made?.SecretAccessKey ?? '',
      sessionToken: made?.SessionToken ?? '',
    }
    const answer = await library.check(request(session), 'acme')
    assert.deepEqual([answer.allowed, answer.principal], [true, `arn:aws:sts::${account}:assumed-role/reader/bob`])
    assert.equal(
      (await library.check(request(session, 'PUT'), 'acme')).decision,
      'implicitDeny',
      'the session policy limits it',
    )
    const caller = await library.authenticate(request(session), 'acme')
    assert.equal(library.decide({ principal: caller, action: 'acme:GetPhoto', resource: photo }).allowed, true)
    const { version } = library
    await clients.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'reader',
        PolicyName: 'p',
        PolicyDocument: document({ ...reading, Effect: 'Deny' }),
      }),
    )
    await library.changed(version)
    assert.equal((await library.check(request(session), 'acme')).decision, 'explicitDeny')
  })

  test('is never given a secret, nor a key of Cardea itself', async () => {
    const ask = async (services: string[]) => {
      const body = JSON.stringify({ services, nonce: 'n'.repeat(16) })
      const headers = signedHeaders({
        method: 'POST',
        path: '/v1/snapshot',
        body: Buffer.from(body),
        credentials: serviceKey,
        now: Date.now(),
        service: 'cardea',
        headers: { host: new URL(server.url).host },
      })
      const { host: _, ...others } = headers
      const response = await fetch(new URL('/v1/snapshot', server.url), { method: 'POST', body, headers: others })
      return { status: response.status, text: await response.text() }
    }
    const given = await ask(['acme'])
    assert.equal(given.status, 200)
    assert.ok(given.text.includes(annKey.accessKeyId))
    for (const { secretAccessKey } of [annKey, serviceKey, door.administrator, door.root])
      assert.ok(!given.text.includes(secretAccessKey))
    for (const name of ['iam', 'sts', 'cardea', 's3', 'other']) assert.notEqual((await ask([name])).status, 200, name)
  })

  test('starts only for whoever may have the snapshot and the keys', async () => {
    await assert.rejects(
      createLocalAuthorizer({ url: server.url, credentials: annKey, services: ['acme'] }),
      /cardea:GetSnapshot/,
    )
  })

  test('keeps the first key that it sees, and believes no other', async () => {
    assert.match(readFileSync(pinFile, 'utf8'), /^[A-Za-z0-9_-]{43}\n$/)
    const other = join(folder, 'other')
    writeFileSync(other, `${'A'.repeat(43)}\n`)
    assert.ok(existsSync(other))
    await assert.rejects(
      createLocalAuthorizer({ url: server.url, credentials: serviceKey, services: ['acme'], pinFile: other }),
      /another key/,
    )
  })

  test('uses what it knows for a stated time when nobody answers, and then refuses everything, until somebody does', async () => {
    const good = request(annKey)
    await server.stop()
    assert.equal((await library.check(good, 'acme')).allowed, true)
    const began = performance.now()
    while (!library.stale && performance.now() - began < 5000) await new Promise((go) => setTimeout(go, 20))
    assert.ok(performance.now() - began <= 2500)
    const answer = await library.check(good, 'acme')
    assert.deepEqual([answer.allowed, answer.error?.code, answer.error?.status], [false, 'ServiceUnavailable', 503])
    assert.equal(library.decide({ principal: ann, action: 'acme:GetPhoto', resource: photo }).allowed, false)
    server = await serve()
    const again = performance.now()
    while (library.stale && performance.now() - again < 5000) await new Promise((go) => setTimeout(go, 20))
    assert.equal((await library.check(good, 'acme')).allowed, true)
  })
})
