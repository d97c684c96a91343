import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  GetUserCommand,
  ListUsersCommand,
  UpdateAccessKeyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { openSession, sealSession } from '#access'
import { type HttpRequest, signRequest } from '#protocol'
import { answer, createHouse } from '#server'
import { operations } from '#services'
import { type Credentials, openFrontDoor } from '../front-door.ts'
import { assume, makeRole, temporary } from './role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const invalid = { name: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' }

function whoIs(credentials: Credentials) {
  return door.as(credentials).sts.send(new GetCallerIdentityCommand({}))
}

async function addUser(UserName: string): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

/** A request as bytes would make it, signed unless told otherwise. */
function requestOf(body: string, { signed = true, service = 'sts' } = {}): HttpRequest {
  const bytes = new TextEncoder().encode(body)
  const plain = { host: 'cardea.test', 'content-type': 'application/x-www-form-urlencoded' }
  const scope = { region: 'us-east-1', service }
  const parts = { method: 'POST', path: '/', query: '', headers: plain, body: bytes }
  const headers = signed ? signRequest({ ...parts, credentials: door.administrator, scope, now: door.now() }) : plain
  const listed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  return { ...parts, headers: listed, remoteAddress: '203.0.113.9', secure: false }
}

async function refused(request: HttpRequest, house = door.house): Promise<readonly [number, string, string]> {
  const { status, body } = await answer(request, house)
  const text = String(body)
  return [status, /<Code>(.*?)<\/Code>/.exec(text)?.[1] ?? '', /<Message>(.*?)<\/Message>/s.exec(text)?.[1] ?? '']
}

test('a user, the root and a session are told who they are', async () => {
  const user = await whoIs(door.administrator)
  assert.equal(user.Arn, `arn:aws:iam::${account}:user/administrator`)
  assert.match(user.UserId ?? '', /^AIDA[A-Z2-7]{17}$/)
  const root = await whoIs(door.root)
  assert.deepEqual([root.Arn, root.UserId, root.Account], [`arn:aws:iam::${account}:root`, account, account])
})

test('a wrong secret is refused, and the refusal shows what should have been signed', async () => {
  await assert.rejects(whoIs({ ...door.administrator, secretAccessKey: 'x'.repeat(40) }), (error: Error) => {
    assert.equal(error.name, 'SignatureDoesNotMatch')
    assert.match(error.message, /The Canonical String for this request should have been\n'POST\n/)
    return true
  })
})

test('an unknown key is refused, whatever its form', async () => {
  for (const accessKeyId of ['AKIAAAAAAAAAAAAAAAAA', 'ASIAAAAAAAAAAAAAAAAA', 'akia', "AKIA';--AAAAAAAAAA"])
    await assert.rejects(whoIs({ ...door.administrator, accessKeyId }), invalid)
})

test('an inactive key is refused at once, and a deleted one', async () => {
  const key = await addUser('ann')
  await whoIs(key)
  const named = { UserName: 'ann', AccessKeyId: key.accessKeyId }
  await iam.send(new UpdateAccessKeyCommand({ ...named, Status: 'Inactive' }))
  await assert.rejects(whoIs(key), invalid)
  await iam.send(new UpdateAccessKeyCommand({ ...named, Status: 'Active' }))
  await whoIs(key)
  await iam.send(new DeleteAccessKeyCommand(named))
  await assert.rejects(whoIs(key), invalid)
})

test('a renamed user is its new name at the next call', async () => {
  const key = await addUser('before')
  await whoIs(key)
  await iam.send(new UpdateUserCommand({ UserName: 'before', NewUserName: 'after', NewPath: '/new/' }))
  assert.equal((await whoIs(key)).Arn, `arn:aws:iam::${account}:user/new/after`)
})

test('a session is good until its second is over', async () => {
  const { Credentials: given } = await door.sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }))
  const session = temporary(given)
  await whoIs(session)
  door.pass(900_000 - 1)
  await whoIs(session)
  door.pass(1)
  await assert.rejects(whoIs(session), {
    name: 'ExpiredToken',
    message: 'The security token included in the request is expired',
  })
})

test('a session key needs its own token, untouched', async () => {
  const one = temporary((await door.sts.send(new GetSessionTokenCommand({}))).Credentials)
  const other = temporary((await door.sts.send(new GetSessionTokenCommand({}))).Credentials)
  const { sessionToken: token, ...bare } = one
  await whoIs(one)
  await assert.rejects(whoIs(bare), invalid)
  await assert.rejects(whoIs({ ...bare, sessionToken: other.sessionToken ?? '' }), invalid)
  await assert.rejects(whoIs({ ...door.administrator, sessionToken: token ?? '' }), invalid)
  for (let index = 0; index < (token ?? '').length; index += 7) {
    const letter = token?.[index] === 'A' ? 'B' : 'A'
    const sessionToken = `${token?.slice(0, index)}${letter}${token?.slice(index + 1)}`
    await assert.rejects(whoIs({ ...bare, sessionToken }), invalid, `letter ${index}`)
  }
})

test("another installation's token is refused", async () => {
  const other = await openFrontDoor()
  const given = temporary((await other.sts.send(new GetSessionTokenCommand({}))).Credentials)
  await assert.rejects(whoIs(given), invalid)
  await other.close()
})

test('a token is not taken from a key that is not on the ring any more', () => {
  const [key] = door.store.tokenKeys
  assert.ok(key)
  const session = {
    accessKeyId: 'ASIAX',
    secret: 's',
    account,
    subject: { type: 'root' },
    issuedAt: 1,
    expiresAt: 2,
    tags: [],
    transitiveTagKeys: [],
    chained: false,
  } as const
  const old = { id: '00000000', key: new Uint8Array(32) }
  assert.deepEqual(openSession(sealSession(session, [old, key]), [key, old]), session)
  assert.equal(openSession(sealSession(session, [old]), [key]), undefined)
})

test('the session of a role that is gone is refused, also when the role is made again', async () => {
  const role = await makeRole(door, { name: 'shortlived', trust: { AWS: account } })
  const session = await assume(door, role)
  await whoIs(session)
  await iam.send(new DeleteRoleCommand({ RoleName: 'shortlived' }))
  await assert.rejects(whoIs(session), invalid)
  await makeRole(door, { name: 'shortlived', trust: { AWS: account } })
  await assert.rejects(whoIs(session), invalid)
})

test('a session of GetSessionToken without a second factor is unknown to IAM (8.4)', async () => {
  const session = temporary((await door.sts.send(new GetSessionTokenCommand({}))).Credentials)
  await assert.rejects(door.as(session).iam.send(new GetUserCommand({})), invalid)
})

test('a request without a signature is refused', async () => {
  assert.deepEqual(await refused(requestOf('Action=GetCallerIdentity&Version=2011-06-15', { signed: false })), [
    403,
    'MissingAuthenticationToken',
    'Request is missing Authentication Token',
  ])
})

test("an operation that AWS does not have is an InvalidAction, and so is another version's", async () => {
  for (const [body, message] of [
    ['Action=Fly&Version=2010-05-08', 'Could not find operation Fly for version 2010-05-08'],
    ['Action=ListUsers&Version=2011-06-15', 'Could not find operation ListUsers for version 2011-06-15'],
    ['Action=ListUsers', 'Could not find operation ListUsers for version NO_VERSION_SPECIFIED'],
    ['Action=constructor&Version=2010-05-08', 'Could not find operation constructor for version 2010-05-08'],
  ] as const)
    assert.deepEqual(await refused(requestOf(body)), [400, 'InvalidAction', message])
  assert.deepEqual((await refused(requestOf(''))).slice(0, 2), [400, 'MissingAction'])
})

test('an operation of AWS that is not built says so, to those who signed', async () => {
  const built = new Map([...operations].filter(([name]) => name !== 'sts:GetScopedCredentials'))
  const house = createHouse({ store: door.store, access: door.house.access, operations: built, now: door.now })
  const body = 'Action=GetScopedCredentials&Version=2011-06-15'
  assert.deepEqual(await refused(requestOf(body), house), [
    501,
    'NotImplemented',
    'Cardea does not have the operation sts:GetScopedCredentials yet.',
  ])
  assert.equal((await refused(requestOf(body, { signed: false }), house))[1], 'MissingAuthenticationToken')
})

test('a signature for another service is refused before anything is looked at', async () => {
  const [status, code, message] = await refused(requestOf('Action=ListUsers&Version=2010-05-08', { service: 'sts' }))
  assert.deepEqual([status, code], [403, 'SignatureDoesNotMatch'])
  assert.match(message, /Credential should be scoped to correct service/)
})

test('the signature comes first, then the parameters, then the permission', async () => {
  const nobody = await addUser('nobody')
  const bad = new ListUsersCommand({ MaxItems: 5000 })
  await assert.rejects(door.as({ ...nobody, secretAccessKey: 'wrong' }).iam.send(bad), {
    name: 'SignatureDoesNotMatch',
  })
  await assert.rejects(door.as(nobody).iam.send(bad), { name: 'ValidationError' })
  await assert.rejects(door.as(nobody).iam.send(new ListUsersCommand({})), { name: 'AccessDenied' })
})

test('every answer and every refusal has a request id of its own, in the header and in the body', async () => {
  const ids = new Set<string>()
  for (const body of ['Action=GetCallerIdentity&Version=2011-06-15', 'Action=Fly'])
    for (let time = 0; time < 2; time++) {
      const { headers, body: text } = await answer(requestOf(body), door.house)
      const id = headers['x-amzn-requestid'] ?? ''
      assert.match(id, /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/)
      assert.ok(String(text).includes(`<RequestId>${id}</RequestId>`))
      ids.add(id)
    }
  assert.equal(ids.size, 4)
})
