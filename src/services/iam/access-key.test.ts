import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

async function create(UserName: string) {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  return { accessKeyId, secretAccessKey }
}

test('a key has an id of 20 characters and a secret of 40, works, and its secret is never shown again', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'keyed' }))
  const PolicyDocument = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}}'
  await iam.send(new PutUserPolicyCommand({ UserName: 'keyed', PolicyName: 'p', PolicyDocument }))
  const key = await create('keyed')
  assert.match(key.accessKeyId, /^AKIA[A-Z2-7]{16}$/)
  assert.match(key.secretAccessKey, /^[A-Za-z0-9+/]{40}$/)
  assert.equal((await door.as(key).iam.send(new GetUserCommand({}))).User?.UserName, 'keyed')
  const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: 'keyed' }))
  assert.deepEqual(AccessKeyMetadata, [
    { UserName: 'keyed', AccessKeyId: key.accessKeyId, Status: 'Active', CreateDate: new Date(opening) },
  ])
})

test('a user has at most two keys, in whatever state', async () => {
  const UserName = 'full'
  await iam.send(new CreateUserCommand({ UserName }))
  const { accessKeyId } = await create(UserName)
  await create(UserName)
  await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId: accessKeyId, Status: 'Inactive' }))
  await assert.rejects(create(UserName), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for AccessKeysPerUser: 2',
  })
})

test('an inactive or deleted key signs nothing', async () => {
  const UserName = 'switched'
  await iam.send(new CreateUserCommand({ UserName }))
  const key = await create(UserName)
  const named = { UserName, AccessKeyId: key.accessKeyId }
  const call = () => door.as(key).iam.send(new GetUserCommand({ UserName: 'administrator' }))
  await assert.rejects(call(), { name: 'AccessDenied' })
  await iam.send(new UpdateAccessKeyCommand({ ...named, Status: 'Inactive' }))
  await assert.rejects(call(), { name: 'InvalidClientTokenId' })
  await iam.send(new UpdateAccessKeyCommand({ ...named, Status: 'Active' }))
  await assert.rejects(call(), { name: 'AccessDenied' })
  await iam.send(new DeleteAccessKeyCommand(named))
  await assert.rejects(call(), { name: 'InvalidClientTokenId' })
})

test('a key is found only under its own user', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'owner' }))
  await iam.send(new CreateUserCommand({ UserName: 'thief' }))
  const { accessKeyId: AccessKeyId } = await create('owner')
  const expected = {
    name: 'NoSuchEntityException',
    message: `The Access Key with id ${AccessKeyId} cannot be found.`,
  }
  await assert.rejects(iam.send(new DeleteAccessKeyCommand({ UserName: 'thief', AccessKeyId })), expected)
  const change = { UserName: 'thief', AccessKeyId, Status: 'Inactive' } as const
  await assert.rejects(iam.send(new UpdateAccessKeyCommand(change)), expected)
  await assert.rejects(iam.send(new DeleteAccessKeyCommand({ AccessKeyId })), expected)
})

test('without a name the caller manages its own keys, the root too', async () => {
  const own = (await iam.send(new ListAccessKeysCommand({}))).AccessKeyMetadata
  assert.deepEqual(
    own?.map(({ UserName }) => UserName),
    ['administrator'],
  )
  const root = door.as(door.root).iam
  const { AccessKey } = await root.send(new CreateAccessKeyCommand({}))
  assert.equal((await root.send(new ListAccessKeysCommand({}))).AccessKeyMetadata?.length, 2)
  await root.send(new DeleteAccessKeyCommand({ AccessKeyId: AccessKey?.AccessKeyId }))
  assert.equal((await root.send(new ListAccessKeysCommand({}))).AccessKeyMetadata?.length, 1)
})

test('a role session must say whose keys it means', async () => {
  const RoleName = 'session'
  const AssumeRolePolicyDocument = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"${account}"},"Action":"sts:AssumeRole"}}`
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
  const asked = new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'test' })
  const { Credentials } = await door.sts.send(asked)
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken = '' } = Credentials ?? {}
  const session = door.as({ accessKeyId, secretAccessKey, sessionToken: SessionToken }).iam
  const expected = {
    name: 'ValidationError',
    message: 'Must specify userName when calling with non-User credentials',
  }
  await assert.rejects(session.send(new CreateAccessKeyCommand({})), expected)
  await assert.rejects(session.send(new GetUserCommand({})), expected)
  await session.send(new GetUserCommand({ UserName: 'administrator' }))
})

test('the last use of a key tells when, where and for what, and N/A before the first', async () => {
  const UserName = 'observed'
  await iam.send(new CreateUserCommand({ UserName }))
  const key = await create(UserName)
  const AccessKeyId = key.accessKeyId
  const before = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))
  assert.equal(before.UserName, UserName)
  assert.equal(before.AccessKeyLastUsed?.LastUsedDate, undefined)
  assert.equal(before.AccessKeyLastUsed?.Region, 'N/A')
  assert.equal(before.AccessKeyLastUsed?.ServiceName, 'N/A')
  await assert.rejects(door.as(key, 'eu-west-1').iam.send(new GetUserCommand({})), { name: 'AccessDenied' })
  const later = (await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))).AccessKeyLastUsed
  assert.equal(later?.LastUsedDate?.getTime(), opening)
  assert.equal(later?.Region, 'eu-west-1')
  assert.equal(later?.ServiceName, 'iam')
})

test('keys of other accounts are not told from keys that are not there', async () => {
  const { accessKeyId } = await door.addAccount('300030003000')
  for (const AccessKeyId of [accessKeyId, 'AKIAAAAAAAAAAAAAAAAA'])
    await assert.rejects(iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId })), {
      name: 'AccessDenied',
      message:
        `User: arn:aws:iam::${account}:user/administrator is not authorized to perform: iam:GetAccessKeyLastUsed ` +
        `on resource: access key ${AccessKeyId}`,
    })
})
