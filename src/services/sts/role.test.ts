import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetRoleCommand,
  ListRolesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { type Credentials, openFrontDoor } from '../../../test/front-door.ts'
import { assume, makeRole, policyOf, temporary } from '../../../test/server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door
const partner = '444455556666'
const partnerAdministrator = door.as(await door.addAccount(partner))

/** A user without permissions, or with those given on everything. */
async function addUser(UserName: string, may: readonly string[] = [], owner = door.iam): Promise<Credentials> {
  await owner.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await owner.send(new CreateAccessKeyCommand({ UserName }))
  if (may.length > 0) {
    const PolicyDocument = policyOf({ Effect: 'Allow', Action: may, Resource: '*' })
    await owner.send(new PutUserPolicyCommand({ UserName, PolicyName: 'may', PolicyDocument }))
  }
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

function assumed(client: Pick<typeof door, 'sts'>, RoleArn: string, more: object = {}) {
  return client.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ...more }))
}

test('a role gives temporary credentials that are the role, with its path left out of the session', async () => {
  const arn = await makeRole(door, { name: 'reader', path: '/team/', trust: { AWS: account }, may: ['iam:ListUsers'] })
  const answer = await assumed(door, arn)
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'reader' }))
  assert.deepEqual(answer.AssumedRoleUser, {
    AssumedRoleId: `${Role?.RoleId}:session`,
    Arn: `arn:aws:sts::${account}:assumed-role/reader/session`,
  })
  assert.equal(answer.Credentials?.Expiration?.getTime(), door.now() + 3_600_000)
  assert.match(answer.Credentials?.AccessKeyId ?? '', /^ASIA[A-Z2-7]{16}$/)
  assert.equal(answer.PackedPolicySize, undefined)
  assert.ok((answer.Credentials?.SessionToken ?? '').length < 1000)
  const client = door.as(temporary(answer.Credentials))
  assert.equal((await client.sts.send(new GetCallerIdentityCommand({}))).Arn, answer.AssumedRoleUser?.Arn)
  await client.iam.send(new ListUsersCommand({}))
  await assert.rejects(client.iam.send(new ListRolesCommand({})), {
    name: 'AccessDenied',
    message:
      `User: arn:aws:sts::${account}:assumed-role/reader/session is not authorized to perform: iam:ListRoles ` +
      `on resource: arn:aws:iam::${account}:role/ because no identity-based policy allows the iam:ListRoles action`,
  })
})

test("a change of the role's policies is felt by sessions that are there (S-27)", async () => {
  const client = door.as(await assume(door, await makeRole(door, { name: 'changing', trust: { AWS: account } })))
  await assert.rejects(client.iam.send(new ListUsersCommand({})), { name: 'AccessDenied' })
  const PolicyDocument = policyOf({ Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'changing', PolicyName: 'p', PolicyDocument }))
  await client.iam.send(new ListUsersCommand({}))
  const revoked = policyOf({
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { DateLessThan: { 'aws:TokenIssueTime': new Date(door.now() + 1000).toISOString() } },
  })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'changing', PolicyName: 'revoked', PolicyDocument: revoked }))
  await assert.rejects(client.iam.send(new ListUsersCommand({})), { message: /with an explicit deny in an identity/ })
})

test('an account in the trust policy delegates; a user in it is enough (S-20)', async () => {
  const ann = door.as(await addUser('ann'))
  const bob = door.as(await addUser('bob', ['sts:AssumeRole']))
  const delegated = await makeRole(door, { name: 'delegated', trust: { AWS: account } })
  await assumed(bob, delegated)
  await assert.rejects(assumed(ann, delegated), {
    name: 'AccessDenied',
    message:
      `User: arn:aws:iam::${account}:user/ann is not authorized to perform: sts:AssumeRole on resource: ${delegated} ` +
      'because no identity-based policy allows the sts:AssumeRole action',
  })
  const named = await makeRole(door, { name: 'named', trust: { AWS: `arn:aws:iam::${account}:user/ann` } })
  await assumed(ann, named)
  await assert.rejects(assumed(bob, named), {
    message: /because no role trust policy allows the sts:AssumeRole action$/,
  })
})

test('a renamed user is still trusted, and one that took its name is not (U-1, U-3)', async () => {
  const before = await addUser('first')
  const arn = await makeRole(door, { name: 'loyal', trust: { AWS: `arn:aws:iam::${account}:user/first` } })
  await iam.send(new UpdateUserCommand({ UserName: 'first', NewUserName: 'renamed' }))
  await assumed(door.as(before), arn)
  const thief = door.as(await addUser('first'))
  await assert.rejects(assumed(thief, arn), { name: 'AccessDenied' })
})

test('the trust of a deleted user does not pass to its successor (U-3)', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'mortal' }))
  const arn = await makeRole(door, { name: 'orphaned', trust: { AWS: `arn:aws:iam::${account}:user/mortal` } })
  await iam.send(new DeleteUserCommand({ UserName: 'mortal' }))
  const heir = door.as(await addUser('mortal'))
  await assert.rejects(assumed(heir, arn), { name: 'AccessDenied' })
})

test('a role that is not there is refused without a reason (M-8), and text that is no ARN as such', async () => {
  for (const owner of [account, partner, '999999999999']) {
    const arn = `arn:aws:iam::${owner}:role/nowhere`
    await assert.rejects(assumed(door, arn), {
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${account}:user/administrator is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    })
  }
  await assert.rejects(assumed(door, 'arn:aws:iam::nobody:role/x'), {
    name: 'ValidationError',
    message: 'arn:aws:iam::nobody:role/x is invalid',
  })
})

test('the root may not assume roles (S-4)', async () => {
  const arn = await makeRole(door, { name: 'rootless', trust: '*' })
  await assert.rejects(assumed(door.as(door.root), arn), {
    name: 'AccessDenied',
    message: 'Roles may not be assumed by root accounts.',
  })
})

test('across accounts both sides must allow, the external id must be right, and no reason is told (E-20, M-5)', async () => {
  const condition = { StringEquals: { 'sts:ExternalId': 'secret-handshake' } }
  const arn = await makeRole(door, { name: 'shared', trust: { AWS: partner }, condition, may: ['iam:ListUsers'] })
  const plain = `is not authorized to perform: sts:AssumeRole on resource: ${arn}`
  const administrator = `User: arn:aws:iam::${partner}:user/administrator ${plain}`
  await assert.rejects(assumed(partnerAdministrator, arn), { name: 'AccessDenied', message: administrator })
  await assert.rejects(assumed(partnerAdministrator, arn, { ExternalId: 'wrong' }), { message: administrator })
  const client = door.as(await assume(partnerAdministrator, arn, { ExternalId: 'secret-handshake' }))
  const { Users } = await client.iam.send(new ListUsersCommand({}))
  assert.ok(Users?.some(({ Arn }) => Arn === `arn:aws:iam::${account}:user/administrator`))
  const weak = door.as(await addUser('weak', [], partnerAdministrator.iam))
  const message = `User: arn:aws:iam::${partner}:user/weak ${plain}`
  await assert.rejects(assumed(weak, arn, { ExternalId: 'secret-handshake' }), { message })
})

test("a session lasts as long as it is asked to, and at most as the role's maximum (S-26)", async () => {
  const arn = await makeRole(door, { name: 'long', trust: { AWS: account }, longest: 7200 })
  const { Credentials } = await assumed(door, arn, { DurationSeconds: 7200 })
  assert.equal(Credentials?.Expiration?.getTime(), door.now() + 7_200_000)
  await assert.rejects(assumed(door, arn, { DurationSeconds: 7201 }), {
    name: 'ValidationError',
    message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  })
  await assert.rejects(assumed(door, arn, { DurationSeconds: 899 }), { name: 'ValidationError' })
})

test('a role assumed with a role lasts an hour at most (S-23)', async () => {
  const first = await makeRole(door, {
    name: 'chain-1',
    trust: { AWS: account },
    may: ['sts:AssumeRole'],
    longest: 7200,
  })
  const second = await makeRole(door, { name: 'chain-2', trust: { AWS: account }, longest: 7200 })
  const client = door.as(await assume(door, first, { DurationSeconds: 7200 }))
  await assumed(client, second, { DurationSeconds: 3600 })
  await assert.rejects(assumed(client, second, { DurationSeconds: 3601 }), {
    name: 'ValidationError',
    message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
  })
})

test('a session policy, inline or managed, limits the session and grants nothing', async () => {
  const may = ['iam:ListUsers', 'iam:ListRoles']
  const arn = await makeRole(door, { name: 'limited', trust: { AWS: account }, may })
  const only = (action: string) => policyOf({ Effect: 'Allow', Action: action, Resource: '*' })
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: 'roles', PolicyDocument: only('iam:ListRoles') }),
  )
  const managed = { PolicyArns: [{ arn: Policy?.Arn }] }
  for (const [more, users, roles] of [
    [{ Policy: only('iam:ListUsers') }, true, false],
    [managed, false, true],
    [{ Policy: only('iam:ListUsers'), ...managed }, true, true],
    [{ Policy: only('iam:ListGroups') }, false, false],
  ] as const) {
    const answer = await assumed(door, arn, more)
    assert.ok((answer.PackedPolicySize ?? 0) > 0 && (answer.PackedPolicySize ?? 0) < 50)
    const client = door.as(temporary(answer.Credentials))
    for (const [allowed, command] of [
      [users, new ListUsersCommand({})],
      [roles, new ListRolesCommand({})],
    ] as const) {
      const sent = client.iam.send(command as ListUsersCommand)
      if (allowed) await sent
      else await assert.rejects(sent, { message: /because no session policy allows the iam:List(Users|Roles) action$/ })
    }
  }
})

test('a session policy that cannot be read, is not there or is too large is refused', async () => {
  const arn = await makeRole(door, { name: 'strict', trust: { AWS: account } })
  await assert.rejects(assumed(door, arn, { Policy: '{' }), { name: 'MalformedPolicyDocumentException' })
  await assert.rejects(assumed(door, arn, { PolicyArns: [{ arn: `arn:aws:iam::${account}:policy/nowhere` }] }), {
    name: 'MalformedPolicyDocumentException',
  })
  const many = Array.from({ length: 11 }, () => ({ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }))
  await assert.rejects(assumed(door, arn, { PolicyArns: many }), { name: 'ValidationError' })
  const Policy = policyOf({ Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${'x'.repeat(2000)}` })
  await assert.rejects(assumed(door, arn, { Policy }), {
    name: 'PackedPolicyTooLargeException',
    message: /^Packed policy consumes 10\d% of allotted space, please use smaller policy\.$/,
  })
})
