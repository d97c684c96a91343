import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import type { Credentials } from '../front-door.ts'
import { type AuthorizerDoor, type Json, openAuthorizer, sent, signedHeaders } from './door.ts'

const account = '111122223333'
const photo = `arn:aws:acme:us-east-1:${account}:photo/1`
const ann = `arn:aws:iam::${account}:user/ann`

let door: AuthorizerDoor
let annKey: Credentials
let serviceKey: Credentials

async function addUser(name: string, document: object): Promise<Credentials> {
  await door.iam.send(new CreateUserCommand({ UserName: name }))
  await door.iam.send(
    new PutUserPolicyCommand({ UserName: name, PolicyName: 'p', PolicyDocument: JSON.stringify(document) }),
  )
  const { AccessKey } = await door.iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

function allow(Action: unknown, Resource: unknown, more: object = {}) {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource, ...more } }
}

/** The members of an object in an answer. */
function membersOf(value: Json | undefined): Readonly<Record<string, Json>> {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), JSON.stringify(value))
  return value
}

async function authorize(body: object, credentials = serviceKey) {
  const { status, body: told } = await door.ask('POST', '/v1/authorize', body, credentials)
  assert.equal(status, 200, JSON.stringify(told))
  return membersOf(told)
}

before(async () => {
  door = await openAuthorizer(account)
  assert.equal((await door.registerAcme()).status, 200)
  annKey = await addUser(
    'ann',
    allow('acme:GetPhoto', `arn:aws:acme:*:${account}:photo/*`, {
      Condition: { StringEqualsIfExists: { 'acme:Album': 'summer' } },
    }),
  )
  serviceKey = await addUser('service', {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'cardea:Authorize', Resource: `arn:aws:cardea::${account}:authorizer` },
      { Effect: 'Allow', Action: 'cardea:AuthorizeAs', Resource: [ann, `arn:aws:iam::${account}:role/*`] },
    ],
  })
})
after(() => door.close())

describe('a principal that the caller may speak for', () => {
  test('may do what its policies allow, and hears nothing else', async () => {
    const answer = await authorize({ principal: ann, action: 'acme:GetPhoto', resource: photo })
    assert.equal(answer['allowed'], true)
    assert.equal(answer['decision'], 'allowed')
    assert.match(String(answer['decisionId']), /^[0-9a-f-]{36}$/)
    assert.equal(answer['principal'], ann)
    assert.equal(answer['error'], undefined)
  })

  test('is refused with the error that the service is to answer', async () => {
    const answer = await authorize({ principal: ann, action: 'acme:DeletePhoto', resource: photo })
    assert.equal(answer['allowed'], false)
    assert.equal(answer['decision'], 'implicitDeny')
    assert.deepEqual(answer['error'], {
      code: 'AccessDenied',
      status: 403,
      message: `User: ${ann} is not authorized to perform: acme:DeletePhoto on resource: ${photo} because no identity-based policy allows the acme:DeletePhoto action`,
    })
  })

  test('is decided with the context that the service gives, whose values have their types', async () => {
    const asked = { principal: ann, action: 'acme:GetPhoto', resource: photo }
    assert.equal((await authorize({ ...asked, context: { 'acme:Album': 'summer' } }))['allowed'], true)
    assert.equal((await authorize({ ...asked, context: { 'ACME:album': 'winter' } }))['allowed'], false)
    const wrong = await authorize({ ...asked, context: { 'acme:Size': 'large' } })
    assert.equal(wrong['decision'], 'refused')
    assert.match(String(membersOf(wrong['error'])['message']), /acme:Size has a value that is not of type Numeric/)
  })

  test('cannot be anybody whom the caller has no permission to speak for', async () => {
    const answer = await authorize({
      principal: `arn:aws:iam::${account}:user/service`,
      action: 'acme:GetPhoto',
      resource: photo,
    })
    assert.equal(answer['decision'], 'refused')
    assert.match(String(membersOf(answer['error'])['message']), /not authorized to perform: cardea:AuthorizeAs/)
  })

  test('cannot be of another account, nor one that is not there', async () => {
    await door.addAccount('444455556666')
    for (const principal of [
      'arn:aws:iam::444455556666:root',
      'arn:aws:iam::444455556666:user/ann',
      `${ann}a`,
      `arn:aws:iam::${account}:user/Ann`,
      'ann',
    ]) {
      const answer = await authorize({ principal, action: 'acme:GetPhoto', resource: photo })
      assert.equal(membersOf(answer['error'])['code'], 'NoSuchEntity', principal)
    }
  })

  test('may be a session of a role', async () => {
    const trust = allow('sts:AssumeRole', undefined, { Principal: { AWS: account } })
    await door.iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify(trust) }))
    const policy = JSON.stringify(allow('acme:*', '*', { Condition: { StringLike: { 'aws:userid': '*:bob' } } }))
    await door.iam.send(new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'p', PolicyDocument: policy }))
    const ask = (session: string) =>
      authorize({
        principal: `arn:aws:sts::${account}:assumed-role/reader/${session}`,
        action: 'acme:GetPhoto',
        resource: photo,
      })
    assert.equal((await ask('bob'))['allowed'], true)
    assert.equal((await ask('eve'))['allowed'], false)
  })
})

describe('a signed request that the service hands on', () => {
  const signed = (
    path = '/photos/1',
    more: { method?: string; body?: string; headers?: Record<string, string>; service?: string } = {},
  ) => {
    const { method = 'GET', body = '', headers = {}, service = 'acme' } = more
    return signedHeaders({
      method,
      path,
      body: Buffer.from(body),
      credentials: annKey,
      now: door.now(),
      service,
      headers: { host: 'photos.test', ...headers },
    })
  }

  test('says who asks, and the routes of the service say what', async () => {
    const request = { method: 'GET', url: '/photos/1', headers: signed() }
    const answer = await authorize({ request, service: 'acme' })
    assert.equal(answer['allowed'], true)
    assert.deepEqual([answer['principal'], answer['action'], answer['resource']], [ann, 'acme:GetPhoto', photo])
  })

  test('takes condition keys from where the route says they are', async () => {
    const url = '/photos/1?album=winter'
    const answer = await authorize({ request: { method: 'GET', url, headers: signed(url) }, service: 'acme' })
    assert.equal(answer['decision'], 'implicitDeny')
    const twice = '/photos/1?album=winter&album=summer'
    const refused = await authorize({ request: { method: 'GET', url: twice, headers: signed(twice) }, service: 'acme' })
    assert.match(String(membersOf(refused['error'])['message']), /has album more than once/)
  })

  test('is refused when it was changed on the way', async () => {
    const headers = signed()
    for (const request of [
      { method: 'GET', url: '/photos/2', headers },
      { method: 'PUT', url: '/photos/1', headers },
      { method: 'GET', url: '/photos/1', headers: { ...headers, host: 'other.test' } },
      { method: 'GET', url: '/photos/1', headers, body: 'x' },
    ]) {
      const answer = await authorize({ request, service: 'acme' })
      assert.equal(membersOf(answer['error'])['code'], 'SignatureDoesNotMatch', JSON.stringify(request))
    }
  })

  test('is refused when it was signed for another service, or too long ago', async () => {
    const other = await authorize({
      request: { method: 'GET', url: '/photos/1', headers: signed('/photos/1', { service: 'sts' }) },
      service: 'acme',
    })
    assert.equal(membersOf(other['error'])['code'], 'SignatureDoesNotMatch')
    const headers = signed()
    const early = signedHeaders({
      method: 'GET',
      path: '/photos/1',
      body: new Uint8Array(),
      credentials: annKey,
      now: door.now() - 16 * 60_000,
      service: 'acme',
    })
    assert.equal(
      (await authorize({ request: { method: 'GET', url: '/photos/1', headers }, service: 'acme' }))['allowed'],
      true,
    )
    const late = await authorize({ request: { method: 'GET', url: '/photos/1', headers: early }, service: 'acme' })
    assert.match(String(membersOf(late['error'])['message']), /Signature expired/)
  })

  test('is good without its body when its hash was signed, and the answer says which body it is good for', async () => {
    await door.iam.send(
      new PutUserPolicyCommand({
        UserName: 'ann',
        PolicyName: 'put',
        PolicyDocument: JSON.stringify(allow('acme:PutPhoto', '*')),
      }),
    )
    const { hash } = await import('node:crypto')
    const sum = hash('sha256', 'pixels')
    const headers = signed('/photos/1', { method: 'PUT', body: 'pixels', headers: { 'x-amz-content-sha256': sum } })
    const answer = await authorize({ request: { method: 'PUT', url: '/photos/1', headers }, service: 'acme' })
    assert.deepEqual([answer['allowed'], answer['bodySha256']], [true, sum])
    const stated = signed('/photos/1', { method: 'PUT', body: 'pixels' })
    const request = { method: 'PUT', url: '/photos/1', headers: stated }
    assert.equal((await authorize({ request: { ...request, bodySha256: sum }, service: 'acme' }))['allowed'], true)
    assert.equal(
      (await authorize({ request: { ...request, bodySha256: hash('sha256', 'other') }, service: 'acme' }))['allowed'],
      false,
    )
    assert.equal((await authorize({ request, service: 'acme' }))['allowed'], false, 'neither a body nor its hash')
  })

  test('with an unsigned body is refused, unless the service takes such', async () => {
    const headers = signed('/photos/1', { method: 'PUT', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } })
    const request = { method: 'PUT', url: '/photos/1', headers }
    const answer = await authorize({ request, service: 'acme' })
    assert.match(String(membersOf(answer['error'])['message']), /must be signed by its SHA-256/)
  })

  test('with an unsigned body, or one signed in chunks, is as the registration says', async () => {
    const route = { method: 'PUT', path: '/b', action: 'bare:Put' }
    const bare = { unsignedPayload: true, actions: { Put: { accessLevel: 'Write' } }, routes: [route] }
    assert.equal((await door.ask('PUT', '/v1/services/bare', bare)).status, 200)
    await door.iam.send(
      new PutUserPolicyCommand({
        UserName: 'ann',
        PolicyName: 'bare',
        PolicyDocument: JSON.stringify(allow('bare:Put', '*')),
      }),
    )
    const ask = (payload: string) => {
      const headers = signed('/b', { method: 'PUT', service: 'bare', headers: { 'x-amz-content-sha256': payload } })
      return authorize({ request: { method: 'PUT', url: '/b', headers }, service: 'bare' })
    }
    const taken = await ask('UNSIGNED-PAYLOAD')
    assert.deepEqual([taken['allowed'], taken['bodySha256']], [true, undefined])
    for (const payload of ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x'])
      assert.equal((await ask(payload))['allowed'], false, payload)
  })

  test('of a session carries the limits of its session policy', async () => {
    const { Credentials: made } = await door.sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${account}:role/reader`,
        RoleSessionName: 'bob',
        Policy: JSON.stringify(allow('acme:GetPhoto', `${photo}2`)),
      }),
    )
    const credentials = {
      accessKeyId: made?.AccessKeyId ?? '',
      secretAccessKey: made?.SecretAccessKey ?? '',
      sessionToken: made?.SessionToken ?? '',
    }
    const ask = (path: string) =>
      authorize({
        service: 'acme',
        request: {
          method: 'GET',
          url: path,
          headers: signedHeaders({
            method: 'GET',
            path,
            body: new Uint8Array(),
            credentials,
            now: door.now(),
            service: 'acme',
          }),
        },
      })
    assert.equal((await ask('/photos/12'))['allowed'], true)
    assert.equal((await ask('/photos/1'))['allowed'], false)
  })

  test('without a signature is let in by a policy of the resource alone', async () => {
    const request = { method: 'GET', url: '/photos/9', headers: { host: 'photos.test' } }
    const refused = await authorize({ request, service: 'acme' })
    assert.equal(membersOf(refused['error'])['code'], 'MissingAuthenticationToken')
    const arn = `arn:aws:acme:us-east-1:${account}:photo/9`
    const policy = JSON.stringify(allow('acme:GetPhoto', arn, { Principal: '*' }))
    await door.store.write(account, ({ resources }) => resources.put({ account, arn, policy, tags: [], updatedAt: 0 }))
    assert.equal((await authorize({ request, service: 'acme' }))['allowed'], true)
  })

  test('of another account needs its own policy and that of the resource', async () => {
    const stranger = await door.addAccount('777788889999')
    const ask = (path: string) =>
      authorize({
        service: 'acme',
        request: {
          method: 'GET',
          url: path,
          headers: signedHeaders({
            method: 'GET',
            path,
            body: new Uint8Array(),
            credentials: stranger,
            now: door.now(),
            service: 'acme',
          }),
        },
      })
    assert.equal((await ask('/photos/1'))['decision'], 'implicitDeny')
    assert.equal((await ask('/photos/9'))['allowed'], true)
  })
})

describe('a batch', () => {
  test('is answered item by item, in order, and one that is wrong does not spoil the others', async () => {
    const items = [
      { action: 'acme:GetPhoto', resource: photo },
      { action: 'acme:NoSuch', resource: photo },
      { action: 'acme:DeletePhoto', resource: photo },
    ]
    const { status, body } = await door.ask('POST', '/v1/authorize/batch', { principal: ann, items }, serviceKey)
    assert.equal(status, 200)
    const list = membersOf(body)['items']
    assert.deepEqual(Array.isArray(list) && list.map((one) => membersOf(one)['decision']), [
      'allowed',
      'refused',
      'implicitDeny',
    ])
  })

  test('has one to a thousand items', async () => {
    for (const items of [[], Array.from({ length: 1001 }, () => ({ action: 'acme:ListPhotos' })), 'x', undefined]) {
      const { status, body } = await door.ask('POST', '/v1/authorize/batch', { principal: ann, items }, serviceKey)
      assert.equal(status, 400)
      assert.equal(membersOf(body)['__type'], 'ValidationException')
    }
  })
})

describe('whoever asks', () => {
  test('must sign, and have the permission', async () => {
    const unsigned = await sent(door.front, { method: 'POST', path: '/v1/authorize', headers: { host: 'cardea.test' } })
    assert.equal(unsigned.status, 403)
    assert.equal(unsigned.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException')
    const { status, body } = await door.ask(
      'POST',
      '/v1/authorize',
      { principal: ann, action: 'acme:GetPhoto', resource: photo },
      annKey,
    )
    assert.equal(status, 403)
    assert.equal(membersOf(body)['__type'], 'AccessDeniedException')
    assert.match(String(membersOf(body)['message']), /not authorized to perform: cardea:Authorize/)
  })

  test('needs another permission to be told why', async () => {
    const asked = { principal: ann, action: 'acme:GetPhoto', resource: photo, explain: true }
    const { status, body } = await door.ask('POST', '/v1/authorize', asked, serviceKey)
    assert.equal(status, 403)
    assert.match(String(membersOf(body)['message']), /cardea:ExplainDecision/)
    const told = await authorize(asked, door.administrator)
    const deciding = membersOf(told['explanation'])['deciding']
    assert.ok(Array.isArray(deciding) && deciding.length === 1)
    assert.equal(membersOf(deciding[0])['policyId'], 'p')
  })

  test('finds refusals in the audit trail, each with its decision', async () => {
    const answer = await authorize({ principal: ann, action: 'acme:DeletePhoto', resource: photo })
    await door.store.flush()
    const records = await door.store.read(({ audit }) => audit.list(account, { limit: 20 }))
    const found = records.find(({ decisions }) => decisions?.some(({ id }) => id === answer['decisionId']))
    assert.deepEqual(
      [found?.eventName, found?.principal, found?.errorCode, found?.category],
      ['DeletePhoto', ann, 'AccessDenied', 'data'],
    )
    assert.ok(
      records.some(({ eventName, principal }) => eventName === 'Authorize' && principal?.endsWith('user/service')),
    )
  })
})
