import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  GetRoleCommand,
  GetUserCommand,
  ListUsersCommand,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../test/front-door.ts'
import { policyOf } from '../../test/server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door
const denied = { name: 'AccessDenied' }

/** A new user with a key, and a client of it. */
async function addUser(UserName: string) {
  const { User } = await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  return { id: User?.UserId ?? '', ...door.as({ accessKeyId, secretAccessKey }) }
}

function allow(Action: string, more: object = {}): string {
  return policyOf({ Effect: 'Allow', Action, Resource: '*', ...more })
}

function put(UserName: string, PolicyDocument: string, PolicyName = 'p') {
  return iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }))
}

async function addPolicy(PolicyName: string, PolicyDocument: string): Promise<string> {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }))
  return Policy?.Arn ?? ''
}

test('what is not allowed is denied, and the denial says by which kind of policy (E-1, M-1)', async () => {
  const { iam: ann } = await addUser('ann')
  await assert.rejects(ann.send(new GetUserCommand({ UserName: 'ann' })), {
    name: 'AccessDenied',
    message:
      `User: arn:aws:iam::${account}:user/ann is not authorized to perform: iam:GetUser on resource: ` +
      `arn:aws:iam::${account}:user/ann because no identity-based policy allows the iam:GetUser action`,
  })
})

test('inline, managed, AWS managed and group policies all bear, from the moment they are there (E-2)', async () => {
  const group = 'readers'
  await iam.send(new CreateGroupCommand({ GroupName: group }))
  const PolicyArn = await addPolicy('list', allow('iam:ListUsers'))
  for (const [UserName, give] of [
    ['by-inline', () => put('by-inline', allow('iam:ListUsers'))],
    ['by-managed', () => iam.send(new AttachUserPolicyCommand({ UserName: 'by-managed', PolicyArn }))],
    [
      'by-aws',
      () => {
        const aws = 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'
        return iam.send(new AttachUserPolicyCommand({ UserName: 'by-aws', PolicyArn: aws }))
      },
    ],
    ['by-group', () => iam.send(new AddUserToGroupCommand({ UserName: 'by-group', GroupName: group }))],
  ] as const) {
    const { iam: user } = await addUser(UserName)
    if (UserName === 'by-group') await iam.send(new AttachGroupPolicyCommand({ GroupName: group, PolicyArn }))
    await assert.rejects(user.send(new ListUsersCommand({})), denied, UserName)
    await give()
    await user.send(new ListUsersCommand({}))
  }
})

test('who leaves a group leaves its policies at once', async () => {
  const { iam: user } = await addUser('leaver')
  const member = { GroupName: 'team', UserName: 'leaver' }
  await iam.send(new CreateGroupCommand({ GroupName: 'team' }))
  const PolicyDocument = allow('iam:ListUsers')
  await iam.send(new PutGroupPolicyCommand({ GroupName: 'team', PolicyName: 'p', PolicyDocument }))
  await iam.send(new AddUserToGroupCommand(member))
  await user.send(new ListUsersCommand({}))
  await iam.send(new RemoveUserFromGroupCommand(member))
  await assert.rejects(user.send(new ListUsersCommand({})), denied)
})

test('only the default version of a managed policy bears', async () => {
  const { iam: user } = await addUser('versioned')
  const PolicyArn = await addPolicy('versions', allow('iam:ListRoles'))
  await iam.send(new AttachUserPolicyCommand({ UserName: 'versioned', PolicyArn }))
  const version = { PolicyArn, PolicyDocument: allow('iam:ListUsers') }
  await iam.send(new CreatePolicyVersionCommand({ ...version, SetAsDefault: false }))
  await assert.rejects(user.send(new ListUsersCommand({})), denied)
  await iam.send(new CreatePolicyVersionCommand({ ...version, SetAsDefault: true }))
  await user.send(new ListUsersCommand({}))
})

test('an explicit deny wins, and a managed policy that denies is named (E-3, M-3)', async () => {
  const { iam: user } = await addUser('guarded')
  await put('guarded', allow('*'))
  const PolicyArn = await addPolicy('guard', policyOf({ Effect: 'Deny', Action: 'iam:ListUsers', Resource: '*' }))
  await iam.send(new AttachUserPolicyCommand({ UserName: 'guarded', PolicyArn }))
  await assert.rejects(user.send(new ListUsersCommand({})), {
    message: new RegExp(`with an explicit deny in an identity-based policy: ${PolicyArn}$`),
  })
})

test('a boundary limits and grants nothing (E-11)', async () => {
  const { iam: user } = await addUser('bounded')
  const PermissionsBoundary = await addPolicy('boundary', allow('iam:List*'))
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'bounded', PermissionsBoundary }))
  await assert.rejects(user.send(new ListUsersCommand({})), { message: /because no identity-based policy allows/ })
  await put('bounded', allow('iam:*'))
  await user.send(new ListUsersCommand({}))
  const own = new GetUserCommand({ UserName: 'bounded' })
  await assert.rejects(user.send(own), { message: /because no permissions boundary allows the iam:GetUser action$/ })
  await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'bounded' }))
  await user.send(own)
})

test('a stored policy that cannot be read denies everything', async () => {
  const { iam: user, id } = await addUser('damaged')
  await put('damaged', allow('*'))
  await user.send(new ListUsersCommand({}))
  const broken = { account, ownerId: id, name: 'broken', document: '{"Version":"2012-10-17","Statement":' }
  await door.store.write(account, ({ inlinePolicies }) => inlinePolicies.put(broken))
  await assert.rejects(user.send(new ListUsersCommand({})), { message: /with an explicit deny in an identity-based/ })
})

test('an attached policy that is not there any more denies everything', async () => {
  const { iam: user, id } = await addUser('dangling')
  await put('dangling', allow('*'))
  const attachment = { account, ownerKind: 'user', ownerId: id, attachedAt: 0 } as const
  const policyArn = 'arn:aws:iam::aws:policy/NoLongerThere'
  await door.store.write(account, ({ attachments }) => attachments.add({ ...attachment, policyArn }))
  await assert.rejects(user.send(new ListUsersCommand({})), { message: /with an explicit deny in an identity-based/ })
})

test('the root needs no policy (S-1)', async () => {
  await door.as(door.root).iam.send(new ListUsersCommand({}))
})

test('conditions see the caller, its tags, the resource with its tags, and the request (9.1, 9.2)', async () => {
  const { iam: user, id } = await addUser('seen')
  await iam.send(new TagUserCommand({ UserName: 'seen', Tags: [{ Key: 'Team', Value: 'red' }] }))
  const own = new GetUserCommand({ UserName: 'seen' })
  const seconds = Math.floor(door.now() / 1000)
  const equal = {
    'aws:username': 'seen',
    'aws:userid': id,
    'aws:PrincipalType': 'User',
    'aws:PrincipalArn': `arn:aws:iam::${account}:user/seen`,
    'aws:PrincipalAccount': account,
    'aws:ResourceAccount': account,
    'aws:PrincipalTag/team': 'red',
    'aws:ResourceTag/team': 'red',
    'iam:ResourceTag/team': 'red',
    'aws:RequestedRegion': 'us-east-1',
    'aws:EpochTime': String(seconds),
    'aws:CurrentTime': new Date(seconds * 1000).toISOString().replace('.000', ''),
  }
  const Condition = {
    StringEquals: equal,
    Bool: { 'aws:SecureTransport': 'false', 'aws:ViaAWSService': 'false', 'aws:PrincipalIsAWSService': 'false' },
    IpAddress: { 'aws:SourceIp': '203.0.113.0/24' },
    StringLike: { 'aws:UserAgent': 'aws-sdk-js/*' },
    Null: { 'aws:TokenIssueTime': 'true', 'aws:MultiFactorAuthPresent': 'true', 'aws:referer': 'true' },
  }
  await put('seen', allow('iam:GetUser', { Condition }))
  await user.send(own)
  for (const key of Object.keys(equal)) {
    const changed = { ...Condition, StringEquals: { ...equal, [key]: 'other' } }
    await put('seen', allow('iam:GetUser', { Condition: changed }))
    await assert.rejects(user.send(own), denied, key)
  }
})

test('a user may be let at itself only, by its name in a variable (V-1)', async () => {
  const { iam: user } = await addUser('self')
  const Resource = `arn:aws:iam::${account}:user/\${aws:username}`
  await put('self', allow('iam:*', { Resource }))
  await user.send(new GetUserCommand({ UserName: 'self' }))
  await assert.rejects(user.send(new GetUserCommand({ UserName: 'ann' })), denied)
  await assert.rejects(user.send(new GetRoleCommand({ RoleName: 'self' })), denied)
})
