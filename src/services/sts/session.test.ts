import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts'
import { openFrontDoor } from '../../../test/front-door.ts'
import { assume, makeRole, policyOf, temporary } from '../../../test/server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { sts, iam, account } = door

async function lasts(client: Pick<typeof door, 'sts'>, DurationSeconds?: number): Promise<number> {
  const asked = DurationSeconds === undefined ? {} : { DurationSeconds }
  const { Credentials } = await client.sts.send(new GetSessionTokenCommand(asked))
  return ((Credentials?.Expiration?.getTime() ?? 0) - door.now()) / 1000
}

test('a session of a user lasts twelve hours, or from 15 minutes to 36 hours', async () => {
  assert.equal(await lasts(door), 43_200)
  assert.equal(await lasts(door, 900), 900)
  assert.equal(await lasts(door, 129_600), 129_600)
  for (const seconds of [899, 129_601]) await assert.rejects(lasts(door, seconds), { name: 'ValidationError' })
})

test('a session of the root lasts an hour at most, and a longer one is cut (QUIRK in session.ts)', async () => {
  const root = door.as(door.root)
  assert.deepEqual([await lasts(root), await lasts(root, 900), await lasts(root, 86_400)], [3600, 900, 3600])
})

test('a session of a user is the user', async () => {
  const session = door.as(temporary((await sts.send(new GetSessionTokenCommand({}))).Credentials))
  const own = await sts.send(new GetCallerIdentityCommand({}))
  const its = await session.sts.send(new GetCallerIdentityCommand({}))
  assert.deepEqual([its.Arn, its.UserId], [own.Arn, own.UserId])
})

test('GetSessionToken and GetCallerIdentity need no permission, and no policy denies them (S-30, S-31)', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'barred' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'barred' }))
  const PolicyDocument = policyOf({ Effect: 'Deny', Action: '*', Resource: '*' })
  await iam.send(new PutUserPolicyCommand({ UserName: 'barred', PolicyName: 'nothing', PolicyDocument }))
  const barred = door.as({
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  })
  await barred.sts.send(new GetSessionTokenCommand({}))
  await barred.sts.send(new GetCallerIdentityCommand({}))
  await assert.rejects(barred.sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' })), {
    name: 'AccessDenied',
    message:
      `User: arn:aws:iam::${account}:user/barred is not authorized to perform: sts:GetAccessKeyInfo ` +
      'with an explicit deny in an identity-based policy',
  })
})

test('a session can assume a role, and nothing else of STS but ask who it is (8.4)', async () => {
  const session = door.as(temporary((await sts.send(new GetSessionTokenCommand({}))).Credentials))
  const arn = await makeRole(door, { name: 'next', trust: { AWS: account } })
  await session.sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'session' }))
  await assert.rejects(session.sts.send(new GetSessionTokenCommand({})), {
    name: 'AccessDenied',
    message: 'Cannot call GetSessionToken with session credentials',
  })
  await assert.rejects(session.sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: door.administrator.accessKeyId })), {
    name: 'AccessDenied',
  })
  const role = door.as(await assume(door, arn))
  await assert.rejects(role.sts.send(new GetSessionTokenCommand({})), { name: 'AccessDenied' })
})

test('the account of a key is told, of a temporary one too', async () => {
  const other = '012345678901'
  const theirs = await door.addAccount(other)
  const session = temporary((await door.as(theirs).sts.send(new GetSessionTokenCommand({}))).Credentials)
  for (const [AccessKeyId, Account] of [
    [door.administrator.accessKeyId, account],
    [theirs.accessKeyId, other],
    [session.accessKeyId, other],
  ] as const)
    assert.equal((await sts.send(new GetAccessKeyInfoCommand({ AccessKeyId }))).Account, Account)
  for (const AccessKeyId of ['AKIAAAAAAAAAAAAAAAAA', 'ASIA1111111111111111'])
    await assert.rejects(sts.send(new GetAccessKeyInfoCommand({ AccessKeyId })), { name: 'ValidationError' })
})
