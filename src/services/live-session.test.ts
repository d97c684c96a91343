import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { endSession, liveSessions, rotateOldTokenKeys, rotateTokenKeys } from '#services'
import { type Credentials, openFrontDoor } from '../../test/front-door.ts'
import { assume, makeRole, policyOf, temporary } from '../../test/server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account, store } = door
const other = '444455556666'
const otherDoor = door.as(await door.addAccount(other))
const administrator = () => door.as(door.administrator)
const hour = 3_600_000
const dead = { name: 'InvalidClientTokenId' }

const first = await makeRole(door, { name: 'first', trust: { AWS: account }, may: ['sts:*', 'iam:ListUsers'] })
const second = await makeRole(door, { name: 'second', trust: { AWS: account }, may: ['sts:*'] })
const foreign = await makeRole(otherDoor, { name: 'foreign', trust: { AWS: account }, may: ['sts:*'] })

async function live(of?: string) {
  const { sessions, more } = await liveSessions(store, { account: of, now: door.now() })
  assert.equal(more, false)
  return sessions
}

function end(id: string) {
  return endSession(store, { id, now: door.now() })
}

function works(credentials: Credentials) {
  return door.as(credentials).sts.send(new GetCallerIdentityCommand({}))
}

test('a live session tells whose it is, who asked, its chain, source identity, limits, times and last call', async () => {
  const Policy = policyOf({ Effect: 'Allow', Action: '*', Resource: '*' })
  const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }]
  const one = await assume(administrator(), first, { RoleSessionName: 'one', SourceIdentity: 'ann' })
  door.pass(1000)
  const two = await assume(door.as(one), second, { RoleSessionName: 'two', Policy, PolicyArns })
  const [newest, before] = await live(account)
  const user = `arn:aws:iam::${account}:user/administrator`
  const role = (name: string) => `arn:aws:sts::${account}:assumed-role/${name}`
  const issuedAt = door.now()
  assert.deepEqual(newest, {
    id: two.accessKeyId,
    account,
    kind: 'assumedRole',
    principal: role('second/two'),
    caller: role('first/one'),
    parent: one.accessKeyId,
    sourceIdentity: 'ann',
    narrowedTo: [PolicyArns[0]?.arn, Policy],
    issuedAt,
    expiresAt: issuedAt - 1000 + hour,
    chain: [user, role('first/one')],
  })
  assert.deepEqual([before?.id, before?.chain, before?.narrowedTo], [one.accessKeyId, [user], []])
  assert.equal(before?.lastCallAt, issuedAt)
  door.pass(120_000)
  await works(two)
  assert.equal((await live())[0]?.lastCallAt, door.now())
  assert.deepEqual(await live(other), [])
})

test('neither a secret nor a token is remembered', async () => {
  const session = await assume(administrator(), first)
  const text = JSON.stringify(await live())
  assert.ok(text.includes(session.accessKeyId))
  assert.ok(!text.includes(session.secretAccessKey))
  assert.ok(!text.includes((session.sessionToken ?? '').slice(0, 40)))
})

test('a session that follows from another ends with it at the latest', async () => {
  const asked = { RoleArn: first, RoleSessionName: 'short' }
  const short = await administrator().sts.send(new AssumeRoleCommand({ ...asked, DurationSeconds: 900 }))
  const next = await door
    .as(temporary(short.Credentials))
    .sts.send(new AssumeRoleCommand({ ...asked, RoleArn: second }))
  assert.deepEqual(next.Credentials?.Expiration, short.Credentials?.Expiration)
  const mine = await administrator().sts.send(new GetSessionTokenCommand({ DurationSeconds: 1000 }))
  const role = await door.as(temporary(mine.Credentials)).sts.send(new AssumeRoleCommand(asked))
  assert.deepEqual(role.Credentials?.Expiration, mine.Credentials?.Expiration)
})

test('ending a session ends it at the next call, with all that follow from it, and no other', async () => {
  const [root, sibling] = [await assume(administrator(), first), await assume(administrator(), first)]
  const child = await assume(door.as(root), second)
  const abroad = await assume(door.as(child), foreign)
  const all = [root, child, abroad]
  for (const session of [...all, sibling]) await works(session)
  assert.deepEqual(new Set(await end(root.accessKeyId)), new Set(all.map(({ accessKeyId }) => accessKeyId)))
  for (const session of all) await assert.rejects(works(session), dead)
  await works(sibling)
  const left = (await live()).map(({ id }) => id)
  assert.ok(left.includes(sibling.accessKeyId))
  for (const { accessKeyId } of all) assert.ok(!left.includes(accessKeyId))
})

test('ending a session that follows from another leaves the other', async () => {
  const root = await assume(administrator(), first)
  const child = await assume(door.as(root), second)
  assert.deepEqual(await end(child.accessKeyId), [child.accessKeyId])
  await assert.rejects(works(child), dead)
  await works(root)
  assert.deepEqual(await end(child.accessKeyId), [child.accessKeyId])
})

test('a session that was never noted can be ended by its id, in an account that is there', async () => {
  const elsewhere = await openFrontDoor(account)
  const { Credentials } = await elsewhere.sts.send(new GetSessionTokenCommand({}))
  await elsewhere.close()
  const id = Credentials?.AccessKeyId ?? ''
  assert.deepEqual(await end(id), [id])
  for (const wrong of ['ASIA', 'AKIAAAAAAAAAAAAAAAAA', `ASIA${'A'.repeat(16)}`, 'x', `${id} `])
    await assert.rejects(end(wrong), { code: 'NoSuchEntity' })
})

test('a session that has ended of itself is listed no more, cannot be ended, and is forgotten', async () => {
  const asked = { RoleArn: first, RoleSessionName: 'brief', DurationSeconds: 900 }
  const { Credentials } = await administrator().sts.send(new AssumeRoleCommand(asked))
  const id = Credentials?.AccessKeyId ?? ''
  door.pass(900_000)
  assert.ok(!(await live()).some((session) => session.id === id))
  await assert.rejects(end(id), { code: 'NoSuchEntity' })
  await assume(administrator(), first)
  await store.flush()
  assert.equal(await store.read(({ sessions }) => sessions.byId(id)), undefined)
  await assert.rejects(works(temporary(Credentials)), { name: 'ExpiredToken' })
})

test('what ends a session is on the record', async () => {
  const session = await assume(administrator(), first)
  await end(session.accessKeyId)
  const [record] = await store.read(({ audit }) => audit.list(account, { limit: 1 }))
  assert.deepEqual([record?.eventName, record?.request?.['sessions']], ['EndSession', [session.accessKeyId]])
})

test('AWSRevokeOlderSessions takes the permissions of sessions from before a moment, and of no later ones (S-27)', async () => {
  const older = await assume(administrator(), first)
  await door.as(older).iam.send(new ListUsersCommand({}))
  door.pass(2000)
  const PolicyDocument = policyOf({
    Effect: 'Deny',
    Action: ['*'],
    Resource: ['*'],
    Condition: { DateLessThan: { 'aws:TokenIssueTime': new Date(door.now()).toISOString() } },
  })
  const PolicyName = 'AWSRevokeOlderSessions'
  await administrator().iam.send(new PutRolePolicyCommand({ RoleName: 'first', PolicyName, PolicyDocument }))
  await assert.rejects(door.as(older).iam.send(new ListUsersCommand({})), {
    message: /with an explicit deny in an identity-based policy$/,
  })
  const newer = await assume(administrator(), first)
  await door.as(newer).iam.send(new ListUsersCommand({}))
})

test('the same policy on a user takes the permissions of its sessions, and not of its keys', async () => {
  const { iam } = administrator()
  await iam.send(new CreateUserCommand({ UserName: 'ann' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  const ann = door.as({ accessKeyId, secretAccessKey })
  const statements = [
    { Effect: 'Allow', Action: ['sts:AssumeRole', 'iam:ListUsers'], Resource: '*' },
    {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { DateLessThan: { 'aws:TokenIssueTime': new Date(door.now() + 1000).toISOString() } },
    },
  ]
  const { Credentials } = await ann.sts.send(new GetSessionTokenCommand({}))
  const put = (PolicyDocument: string) =>
    iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'p', PolicyDocument }))
  await put(policyOf(...statements.slice(0, 1)))
  await assume(door.as(temporary(Credentials)), second)
  await put(policyOf(...statements))
  await assert.rejects(assume(door.as(temporary(Credentials)), second), { name: 'AccessDenied' })
  await ann.iam.send(new ListUsersCommand({}))
})

test('a new key seals tokens, and the ones before it open theirs until the last has ended', async () => {
  const before = await assume(administrator(), first)
  const keyId = (token = '') => Buffer.from(token, 'base64').toString('hex', 1, 5)
  assert.deepEqual(await rotateTokenKeys(store, door.now()), { keys: 2, forgotten: 0 })
  const next = await assume(administrator(), first)
  assert.notEqual(keyId(next.sessionToken), keyId(before.sessionToken))
  assert.equal(keyId(next.sessionToken), store.tokenKeys[0]?.id)
  await works(before)
  await works(next)
  door.pass(36 * hour - 1000)
  assert.deepEqual(await rotateTokenKeys(store, door.now()), { keys: 3, forgotten: 0 })
  door.pass(1000)
  assert.deepEqual(await rotateTokenKeys(store, door.now()), { keys: 3, forgotten: 1 })
  await assert.rejects(works(before))
})

test('keys of session tokens are rotated when they are a month old', async () => {
  await rotateTokenKeys(store, door.now())
  assert.equal(await rotateOldTokenKeys(store, door.now()), false)
  door.pass(30 * 24 * hour - 1)
  assert.equal(await rotateOldTokenKeys(store, door.now()), false)
  door.pass(1)
  assert.equal(await rotateOldTokenKeys(store, door.now()), true)
  assert.equal(store.tokenKeys.length, 2)
})

test('so many are listed at most, the newest ones, and it is told that there are more', async () => {
  const now = door.now()
  const session = { account: other, kind: 'root', principal: 'r', caller: 'r', narrowedTo: [] } as const
  for (let index = 0; index <= 10_000; index++)
    store.issued({ ...session, id: `ASIA${index}`, issuedAt: now + index, expiresAt: now + hour })
  const { sessions, more } = await liveSessions(store, { account: other, now })
  assert.deepEqual([sessions.length, sessions[0]?.id, sessions.at(-1)?.id, more], [10_000, 'ASIA10000', 'ASIA1', true])
})
