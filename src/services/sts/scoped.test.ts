import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateRoleCommand, ListRolesCommand, ListUsersCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetScopedCredentialsCommand,
  type GetScopedCredentialsCommandInput,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts'
import { endSession } from '#services'
import { type Credentials, openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account } = door

function policyOf(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

function allow(...Action: readonly string[]): string {
  return policyOf({ Effect: 'Allow', Action, Resource: '*' })
}

interface Given {
  readonly AccessKeyId: string | undefined
  readonly SecretAccessKey: string | undefined
  readonly SessionToken: string | undefined
}

function taken(given: Given | undefined): Credentials {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = given ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

const { Role } = await door.iam.send(
  new CreateRoleCommand({
    RoleName: 'worker',
    AssumeRolePolicyDocument: policyOf({
      Effect: 'Allow',
      Principal: { AWS: account },
      Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
    }),
  }),
)
const PolicyDocument = allow('iam:List*', 'sts:GetScopedCredentials', 'sts:AssumeRole')
await door.iam.send(new PutRolePolicyCommand({ RoleName: 'worker', PolicyName: 'may', PolicyDocument }))

async function work(more: object = {}): Promise<Credentials> {
  const asked = { RoleArn: Role?.Arn, RoleSessionName: 'job', SourceIdentity: 'ann', ...more }
  return taken((await door.as(door.administrator).sts.send(new AssumeRoleCommand(asked))).Credentials)
}

function narrow(credentials: Credentials, asked: GetScopedCredentialsCommandInput) {
  return door.as(credentials).sts.send(new GetScopedCredentialsCommand(asked))
}

test('narrowed credentials are those of the same session, with its source identity, and may do what both allow', async () => {
  const session = await work()
  const answer = await narrow(session, { Policy: allow('iam:ListUsers', 'iam:CreateUser') })
  const { iam, sts } = door.as(taken(answer.Credentials))
  const [before, now] = await Promise.all([
    door.as(session).sts.send(new GetCallerIdentityCommand({})),
    sts.send(new GetCallerIdentityCommand({})),
  ])
  assert.deepEqual([now.Arn, now.UserId], [before.Arn, before.UserId])
  assert.deepEqual(answer.SessionInfo, { ScopedSessionId: before.UserId, Arn: before.Arn })
  assert.deepEqual([answer.ScopedPoliciesCount, answer.SourceIdentity], [1, 'ann'])
  await iam.send(new ListUsersCommand({}))
  await assert.rejects(iam.send(new ListRolesCommand({})), {
    name: 'AccessDenied',
    message:
      /is not authorized to perform: iam:ListRoles .* because no session policy allows the iam:ListRoles action$/,
  })
  await door.as(session).iam.send(new ListRolesCommand({}))
})

test('an explicit deny in a scope wins, and is told as one of a session policy', async () => {
  const Policy = policyOf(
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'iam:ListRoles', Resource: '*' },
  )
  const { iam } = door.as(taken((await narrow(await work(), { Policy })).Credentials))
  await iam.send(new ListUsersCommand({}))
  await assert.rejects(iam.send(new ListRolesCommand({})), /with an explicit deny in a session policy/)
})

test('scopes add up, each has to allow, and a fourth one is refused', async () => {
  const first = taken((await narrow(await work(), { Policy: allow('iam:*', 'sts:*') })).Credentials)
  const second = await narrow(first, { Policy: allow('iam:ListUsers', 'iam:ListRoles', 'sts:*') })
  const third = await narrow(taken(second.Credentials), { Policy: allow('iam:ListUsers', 'sts:*') })
  assert.deepEqual([second.ScopedPoliciesCount, third.ScopedPoliciesCount], [2, 3])
  const last = taken(third.Credentials)
  await door.as(last).iam.send(new ListUsersCommand({}))
  await assert.rejects(door.as(last).iam.send(new ListRolesCommand({})), { name: 'AccessDenied' })
  await assert.rejects(narrow(last, { Policy: allow('*') }), { name: 'AccessDenied', message: /at most 3/ })
  assert.equal((await narrow(last, { DurationSeconds: 60 })).ScopedPoliciesCount, 3)
})

test('a scope holds for sessions of the root and of users', async () => {
  for (const owner of [door.root, door.administrator]) {
    const { Credentials } = await door.as(owner).sts.send(new GetSessionTokenCommand({}))
    const within = await narrow(taken(Credentials), { Policy: allow('sts:GetScopedCredentials') })
    const beyond = await narrow(taken(within.Credentials), { Policy: allow('s3:*') })
    await assert.rejects(narrow(taken(beyond.Credentials), { DurationSeconds: 60 }), {
      name: 'AccessDenied',
      message: /because no session policy allows the sts:GetScopedCredentials action$/,
    })
  }
})

test('a session may assume a role only where its scope allows it', async () => {
  const assuming = (credentials: Credentials) =>
    door.as(credentials).sts.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'next' }))
  const within = await narrow(await work({ SourceIdentity: undefined }), { Policy: allow('sts:AssumeRole') })
  await assuming(taken(within.Credentials))
  const beyond = await narrow(await work({ SourceIdentity: undefined }), { Policy: allow('iam:ListUsers') })
  await assert.rejects(assuming(taken(beyond.Credentials)), {
    name: 'AccessDenied',
    message: /because no session policy allows the sts:AssumeRole action$/,
  })
})

test('narrowed credentials end when they were to, never after the session, and with it', async () => {
  const session = await work()
  const short = await narrow(session, { DurationSeconds: 120 })
  assert.equal(short.Credentials?.Expiration?.getTime(), door.now() + 120_000)
  const { Credentials } = await narrow(session, { Policy: allow('iam:*') })
  assert.equal(Credentials?.Expiration?.getTime(), door.now() + 3_600_000)
  await assert.rejects(narrow(session, { DurationSeconds: 3601 }), { name: 'ValidationError', message: /remains/ })
  await endSession(door.store, { id: session.accessKeyId, now: door.now() })
  await assert.rejects(door.as(taken(Credentials)).sts.send(new GetCallerIdentityCommand({})), {
    name: 'InvalidClientTokenId',
  })
})

const session = await work()
const refused = [
  ['neither a policy nor a duration', {}, 'ValidationError'],
  ['a duration of nothing', { DurationSeconds: 0 }, 'ValidationError'],
  ['a duration of more than 36 hours', { DurationSeconds: 129_601 }, 'ValidationError'],
  ['a long description', { DurationSeconds: 60, ScopedSessionDescription: 'x'.repeat(257) }, 'ValidationError'],
  ['a policy that is no JSON', { Policy: '{' }, 'MalformedPolicyDocument'],
  [
    'a policy with a principal',
    { Policy: policyOf({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }) },
    'MalformedPolicyDocument',
  ],
  ['a policy of more than 2,048 characters', { Policy: allow(`s3:${'x'.repeat(2048)}`) }, 'PackedPolicyTooLarge'],
  ['a token of more than 4,096 bytes', { DurationSeconds: 60, MinimumSessionTokenSize: 4097 }, 'ValidationError'],
] as const

for (const [what, asked, code] of refused)
  test(`${what} is refused with ${code}`, () =>
    assert.rejects(narrow(session, asked), (error: Error) => error.name.replace(/Exception$/, '') === code))

test('long-term credentials are not narrowed, nor a session that may not call the operation', async () => {
  for (const owner of [door.root, door.administrator])
    await assert.rejects(narrow(owner, { DurationSeconds: 60 }), { name: 'AccessDenied', message: /temporary/ })
  const federation = new GetFederationTokenCommand({ Name: 'bob', Policy: allow('s3:GetObject') })
  const { Credentials } = await door.sts.send(federation)
  await assert.rejects(narrow(taken(Credentials), { DurationSeconds: 60 }), {
    name: 'AccessDenied',
    message: /not authorized to perform: sts:GetScopedCredentials/,
  })
})
