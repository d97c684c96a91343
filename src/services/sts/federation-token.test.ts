import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  type GetFederationTokenCommandInput,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts'
import { type Credentials, openFrontDoor } from '../../../test/front-door.ts'
import { ask } from '../../../test/server/ask.ts'
import { assume, makeRole, policyOf, temporary } from '../../../test/server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door
const s3 = (Action: string, more: object = {}) => policyOf({ Effect: 'Allow', Action, Resource: '*', ...more })

async function addUser(UserName: string, ...may: readonly string[]) {
  await iam.send(new CreateUserCommand({ UserName }))
  if (may.length > 0)
    await iam.send(
      new PutUserPolicyCommand({
        UserName,
        PolicyName: 'may',
        PolicyDocument: policyOf({ Effect: 'Allow', Action: may, Resource: '*' }),
      }),
    )
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  return { accessKeyId, ...door.as({ accessKeyId, secretAccessKey }) }
}

function federate(client: Pick<typeof door, 'sts'>, more: Partial<GetFederationTokenCommandInput> = {}) {
  return client.sts.send(new GetFederationTokenCommand({ Name: 'bob', ...more }))
}

/** Whether a session may do something in a service that asks the house. */
async function may(credentials: Credentials, action: string) {
  return (await ask(door, credentials, { action })).refusal?.message ?? 'allowed'
}

test('a federated user is told by its name in the account, and lasts from 15 minutes to 36 hours', async () => {
  const proxy = await addUser('proxy', 'sts:GetFederationToken')
  const answer = await federate(proxy)
  const Arn = `arn:aws:sts::${account}:federated-user/bob`
  assert.deepEqual(answer.FederatedUser, { FederatedUserId: `${account}:bob`, Arn })
  assert.equal(answer.PackedPolicySize, undefined)
  assert.equal(answer.Credentials?.Expiration?.getTime(), door.now() + 43_200_000)
  const own = await door.as(temporary(answer.Credentials)).sts.send(new GetCallerIdentityCommand({}))
  assert.deepEqual([own.Arn, own.UserId, own.Account], [Arn, `${account}:bob`, account])
  const longest = await federate(proxy, { DurationSeconds: 129_600 })
  assert.equal(longest.Credentials?.Expiration?.getTime(), door.now() + 129_600_000)
  for (const wrong of [{ DurationSeconds: 899 }, { DurationSeconds: 129_601 }, { Name: 'b' }, { Name: 'b'.repeat(33) }])
    await assert.rejects(federate(proxy, wrong), { name: 'ValidationError' })
  await federate(proxy, { Name: 'b'.repeat(32) })
})

test('GetFederationToken is an ordinary action on the federated user (S-32)', async () => {
  const none = await addUser('none')
  await assert.rejects(federate(none), {
    name: 'AccessDenied',
    message:
      `User: arn:aws:iam::${account}:user/none is not authorized to perform: sts:GetFederationToken on resource: ` +
      `arn:aws:sts::${account}:federated-user/bob because no identity-based policy allows the sts:GetFederationToken action`,
  })
  const some = await addUser('some')
  const Resource = `arn:aws:sts::${account}:federated-user/Manager*`
  const PolicyDocument = policyOf({ Effect: 'Allow', Action: 'sts:GetFederationToken', Resource })
  await iam.send(new PutUserPolicyCommand({ UserName: 'some', PolicyName: 'p', PolicyDocument }))
  await federate(some, { Name: 'Manager1' })
  await assert.rejects(federate(some, { Name: 'Worker1' }), { name: 'AccessDenied' })
})

test('only long-term credentials may federate: no session of a user, and none of a role', async () => {
  const { Credentials } = await door.sts.send(new GetSessionTokenCommand({}))
  const role = await makeRole(door, { name: 'federating', trust: { AWS: account }, may: ['sts:*'] })
  for (const session of [temporary(Credentials), await assume(door, role)])
    await assert.rejects(federate(door.as(session)), {
      name: 'AccessDenied',
      message: 'Cannot call GetFederationToken with session credentials',
    })
})

test('a federated user may do what the user and the session policies allow; without any, nothing (E-17)', async () => {
  const proxy = await addUser('storing', 'sts:GetFederationToken', 's3:GetObject', 's3:PutObject')
  const bare = temporary((await federate(proxy)).Credentials)
  assert.match(await may(bare, 's3:GetObject'), /because no session policy allows the s3:GetObject action$/)
  const inline = temporary((await federate(proxy, { Policy: s3('s3:*') })).Credentials)
  assert.equal(await may(inline, 's3:GetObject'), 'allowed')
  assert.match(await may(inline, 's3:DeleteObject'), /because no identity-based policy allows/)
  const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' }]
  const { PackedPolicySize = 0, ...managed } = await federate(proxy, { PolicyArns })
  assert.ok(PackedPolicySize > 0 && PackedPolicySize < 20)
  assert.equal(await may(temporary(managed.Credentials), 's3:GetObject'), 'allowed')
  assert.match(await may(temporary(managed.Credentials), 's3:PutObject'), /because no session policy allows/)
  await iam.send(new DeleteUserPolicyCommand({ UserName: 'storing', PolicyName: 'may' }))
  assert.match(await may(inline, 's3:GetObject'), /because no identity-based policy allows/)
})

test('a federated user of the root may do all that its session policies allow, for an hour at most (QUIRK)', async () => {
  const root = door.as(door.root)
  const answer = await federate(root, { Policy: s3('s3:Get*'), DurationSeconds: 86_400 })
  assert.equal(answer.Credentials?.Expiration?.getTime(), door.now() + 3_600_000)
  const session = temporary(answer.Credentials)
  assert.equal(await may(session, 's3:GetObject'), 'allowed')
  assert.match(await may(session, 's3:PutObject'), /because no session policy allows/)
  assert.match(await may(temporary((await federate(root)).Credentials), 's3:GetObject'), /no session policy allows/)
  const { UserId } = await door.as(session).sts.send(new GetCallerIdentityCommand({}))
  assert.equal(UserId, `${account}:bob`)
})

test('session tags need sts:TagSession, and are over the tags of the user (S-22)', async () => {
  const Tags = [{ Key: 'TEAM', Value: 'red' }]
  const plain = await addUser('plain', 'sts:GetFederationToken')
  await assert.rejects(federate(plain, { Tags }), { message: /not authorized to perform: sts:TagSession/ })
  const tagging = await addUser('tagging', 'sts:GetFederationToken', 'sts:TagSession')
  await iam.send(new TagUserCommand({ UserName: 'tagging', Tags: [{ Key: 'team', Value: 'blue' }] }))
  const PolicyDocument = s3('s3:GetObject', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } })
  await iam.send(new PutUserPolicyCommand({ UserName: 'tagging', PolicyName: 'red', PolicyDocument }))
  const blue = await federate(tagging, { Policy: s3('s3:*') })
  assert.match(await may(temporary(blue.Credentials), 's3:GetObject'), /no identity-based policy allows/)
  const red = await federate(tagging, { Policy: s3('s3:*'), Tags })
  assert.equal(await may(temporary(red.Credentials), 's3:GetObject'), 'allowed')
  const twice = [...Tags, { Key: 'team', Value: 'green' }]
  await assert.rejects(federate(tagging, { Tags: twice }), { name: 'InvalidParameterValue' })
})

test('a federated user may not call IAM, nor STS but to ask who it is (8.4)', async () => {
  await addUser('mighty')
  await iam.send(
    new AttachUserPolicyCommand({ UserName: 'mighty', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
  )
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'mighty' }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  const answer = await federate(door.as({ accessKeyId, secretAccessKey }), { Policy: s3('*') })
  const session = door.as(temporary(answer.Credentials))
  await session.sts.send(new GetCallerIdentityCommand({}))
  await assert.rejects(session.iam.send(new ListUsersCommand({})), { name: 'InvalidClientTokenId' })
  const RoleArn = await makeRole(door, { name: 'open', trust: '*' })
  await assert.rejects(session.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' })), {
    name: 'AccessDenied',
    message: 'Cannot call AssumeRole with session credentials',
  })
  await assert.rejects(federate(session), { name: 'AccessDenied' })
  await assert.rejects(session.sts.send(new GetSessionTokenCommand({})), { name: 'AccessDenied' })
})

test('sessions of a user outlive its key, and end with the user; those of a role do not', async () => {
  const proxy = await addUser('leaving', 'sts:GetFederationToken', 'sts:AssumeRole')
  const federated = door.as(temporary((await federate(proxy, { Policy: s3('*') })).Credentials))
  const own = door.as(temporary((await proxy.sts.send(new GetSessionTokenCommand({}))).Credentials))
  const sessions = [federated, own]
  const lasting = await assume(proxy, await makeRole(door, { name: 'lasting', trust: { AWS: account } }))
  const key = { UserName: 'leaving', AccessKeyId: proxy.accessKeyId }
  await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }))
  await assert.rejects(proxy.iam.send(new GetUserCommand({})), { name: 'InvalidClientTokenId' })
  for (const { sts } of sessions) await sts.send(new GetCallerIdentityCommand({}))
  await iam.send(new DeleteAccessKeyCommand(key))
  for (const { sts } of sessions) await sts.send(new GetCallerIdentityCommand({}))
  await iam.send(new DeleteUserPolicyCommand({ UserName: 'leaving', PolicyName: 'may' }))
  await iam.send(new DeleteUserCommand({ UserName: 'leaving' }))
  const gone = { name: 'InvalidClientTokenId' }
  for (const { sts } of sessions) await assert.rejects(sts.send(new GetCallerIdentityCommand({})), gone)
  await door.as(lasting).sts.send(new GetCallerIdentityCommand({}))
  await iam.send(new CreateUserCommand({ UserName: 'leaving' }))
  for (const { sts } of sessions) await assert.rejects(sts.send(new GetCallerIdentityCommand({})), gone)
})

test('a token is as long as it is asked to be, and its size is told', async () => {
  const proxy = await addUser('padding', 'sts:GetFederationToken')
  for (const MinimumSessionTokenSize of [0, 500, 1000, 2047, 4096]) {
    const answer = await federate(proxy, { MinimumSessionTokenSize, Policy: s3('s3:*') })
    const { SessionToken = '' } = answer.Credentials ?? {}
    assert.equal(answer.SessionTokenSize, SessionToken.length)
    assert.ok(SessionToken.length >= MinimumSessionTokenSize)
    assert.ok(SessionToken.length <= Math.max(1000, MinimumSessionTokenSize + 600))
    assert.equal(answer.SessionTokenUtilization, Math.ceil((SessionToken.length * 100) / 8192))
    await door.as(temporary(answer.Credentials)).sts.send(new GetCallerIdentityCommand({}))
  }
  for (const MinimumSessionTokenSize of [4097, -1])
    await assert.rejects(federate(proxy, { MinimumSessionTokenSize }), { name: 'ValidationError' })
})
