import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const reading = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'

/** A user with one inline policy, and a client of theirs. */
async function become(UserName: string, statements: readonly object[]): Promise<IAMClient> {
  await iam.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  assert.ok(AccessKey?.AccessKeyId && AccessKey.SecretAccessKey)
  return door.as({ accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey }).iam
}

test('a user is created with an id, an ARN below its path, a date in whole seconds, and its tags', async () => {
  const created = await iam.send(
    new CreateUserCommand({ UserName: 'alice', Path: '/division/team/', Tags: [{ Key: 'Team', Value: 'blue' }] }),
  )
  const { User } = created
  assert.match(User?.UserId ?? '', /^AIDA[A-Z0-9]{17}$/)
  assert.equal(User?.Arn, `arn:aws:iam::${account}:user/division/team/alice`)
  assert.equal(User?.CreateDate?.getTime(), opening)
  assert.deepEqual(User?.Tags, [{ Key: 'Team', Value: 'blue' }])
  assert.deepEqual((await iam.send(new GetUserCommand({ UserName: 'alice' }))).User, User)
})

test('a name is taken, and found, in any case of letters', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'Carol' }))
  await assert.rejects(iam.send(new CreateUserCommand({ UserName: 'cAROL', Path: '/elsewhere/' })), {
    name: 'EntityAlreadyExistsException',
    message: 'User with name cAROL already exists.',
  })
  assert.equal((await iam.send(new GetUserCommand({ UserName: 'carol' }))).User?.UserName, 'Carol')
})

test('of fifty who create one name at once exactly one wins', async () => {
  const attempts = Array.from({ length: 50 }, (_, at) =>
    iam.send(new CreateUserCommand({ UserName: at % 2 === 0 ? 'wanted' : 'WANTED' })),
  )
  const outcomes = await Promise.allSettled(attempts)
  const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.equal(lost.length, 49)
  for (const { reason } of lost) assert.equal(reason.name, 'EntityAlreadyExistsException')
})

test('a user that is not there is NoSuchEntity', async () => {
  const expected = { name: 'NoSuchEntityException', message: 'The user with name nobody cannot be found.' }
  await assert.rejects(iam.send(new GetUserCommand({ UserName: 'nobody' })), expected)
  await assert.rejects(iam.send(new UpdateUserCommand({ UserName: 'nobody', NewPath: '/a/' })), expected)
  await assert.rejects(iam.send(new DeleteUserCommand({ UserName: 'nobody' })), expected)
})

test('GetUser without a name tells who calls, and of the root the account id and no name', async () => {
  assert.equal((await iam.send(new GetUserCommand({}))).User?.UserName, 'administrator')
  const { User } = await door.as(door.root).iam.send(new GetUserCommand({}))
  assert.equal(User?.Arn, `arn:aws:iam::${account}:root`)
  assert.equal(User?.UserId, account)
  assert.equal(User?.UserName, undefined)
})

test('ListUsers gives what lies below the path prefix, without tags, in the order of names', async () => {
  for (const [UserName, Path] of [
    ['zed', '/list/'],
    ['Yan', '/list/deep/'],
    ['xi', '/lists/'],
  ])
    await iam.send(new CreateUserCommand({ UserName, Path, Tags: [{ Key: 'k', Value: 'v' }] }))
  const { Users = [], IsTruncated } = await iam.send(new ListUsersCommand({ PathPrefix: '/list/' }))
  assert.deepEqual(
    Users.map(({ UserName }) => UserName),
    ['Yan', 'zed'],
  )
  assert.ok(Users.every(({ Tags }) => Tags === undefined))
  assert.equal(IsTruncated, false)
})

test('a renamed and moved user keeps id, keys, policies and groups under the new name', async () => {
  const UserName = 'bob'
  const { User } = await iam.send(new CreateUserCommand({ UserName }))
  await iam.send(new CreateGroupCommand({ GroupName: 'movers' }))
  await iam.send(new AddUserToGroupCommand({ GroupName: 'movers', UserName }))
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'read', PolicyDocument: reading }))
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'moving', PolicyDocument: reading }))
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: Policy?.Arn }))
  await iam.send(new UpdateUserCommand({ UserName, NewUserName: 'robert', NewPath: '/staff/' }))
  const moved = { UserName: 'robert' }
  const now = (await iam.send(new GetUserCommand(moved))).User
  assert.equal(now?.Arn, `arn:aws:iam::${account}:user/staff/robert`)
  assert.equal(now?.UserId, User?.UserId)
  assert.equal((await iam.send(new ListGroupsForUserCommand(moved))).Groups?.length, 1)
  assert.equal((await iam.send(new ListAttachedUserPoliciesCommand(moved))).AttachedPolicies?.length, 1)
  assert.equal((await iam.send(new GetUserPolicyCommand({ ...moved, PolicyName: 'read' }))).UserName, 'robert')
  await assert.rejects(iam.send(new GetUserCommand({ UserName })), { name: 'NoSuchEntityException' })
})

test('a rename to a name that is taken is refused, and one to another case of the same name is not', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'first' }))
  await iam.send(new CreateUserCommand({ UserName: 'second' }))
  await assert.rejects(iam.send(new UpdateUserCommand({ UserName: 'first', NewUserName: 'SECOND' })), {
    name: 'EntityAlreadyExistsException',
    message: 'User with name SECOND already exists.',
  })
  await iam.send(new UpdateUserCommand({ UserName: 'first', NewUserName: 'First' }))
  assert.equal((await iam.send(new GetUserCommand({ UserName: 'first' }))).User?.UserName, 'First')
})

test('a rename needs the permission on the old and on the new ARN', async () => {
  const mover = await become('mover', [
    { Effect: 'Allow', Action: 'iam:UpdateUser', Resource: `arn:aws:iam::${account}:user/from-*` },
  ])
  await iam.send(new CreateUserCommand({ UserName: 'from-a' }))
  await assert.rejects(mover.send(new UpdateUserCommand({ UserName: 'from-a', NewUserName: 'to-a' })), {
    name: 'AccessDenied',
    message:
      `User: arn:aws:iam::${account}:user/mover is not authorized to perform: iam:UpdateUser on resource: ` +
      `arn:aws:iam::${account}:user/to-a because no identity-based policy allows the iam:UpdateUser action`,
  })
  await mover.send(new UpdateUserCommand({ UserName: 'from-a', NewUserName: 'from-b' }))
})

test('authorization looks at the ARN as it is stored, whatever case the caller writes the name in', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'Guarded' }))
  const deleter = await become('deleter', [
    { Effect: 'Allow', Action: 'iam:DeleteUser', Resource: '*' },
    { Effect: 'Deny', Action: 'iam:*', Resource: `arn:aws:iam::${account}:user/Guarded` },
  ])
  await assert.rejects(deleter.send(new DeleteUserCommand({ UserName: 'gUARDED' })), { name: 'AccessDenied' })
})

test('a denied listing names the path that was asked for', async () => {
  const poor = await become('poor', [{ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' }])
  const sentence = (resource: string) =>
    `User: arn:aws:iam::${account}:user/poor is not authorized to perform: iam:ListUsers on resource: ` +
    `arn:aws:iam::${account}:user${resource} because no identity-based policy allows the iam:ListUsers action`
  await assert.rejects(poor.send(new ListUsersCommand({})), { name: 'AccessDenied', message: sentence('/') })
  await assert.rejects(poor.send(new ListUsersCommand({ PathPrefix: '/a/' })), { message: sentence('/a/') })
})

test('a user goes only after its keys, attached and inline policies and groups', async () => {
  const UserName = 'leaver'
  await iam.send(new CreateUserCommand({ UserName }))
  await iam.send(new CreateGroupCommand({ GroupName: 'leavers' }))
  await iam.send(new AddUserToGroupCommand({ GroupName: 'leavers', UserName }))
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'read', PolicyDocument: reading }))
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const refusedFor = (what: string) =>
    assert.rejects(iam.send(new DeleteUserCommand({ UserName })), {
      name: 'DeleteConflictException',
      message: `Cannot delete entity, must ${what} first.`,
    })
  await refusedFor('delete access keys')
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: AccessKey?.AccessKeyId }))
  await refusedFor('detach all policies')
  await iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }))
  await refusedFor('delete policies')
  await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'read' }))
  await refusedFor('remove users from group')
  await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'leavers', UserName }))
  await iam.send(new DeleteUserCommand({ UserName }))
  await assert.rejects(iam.send(new GetUserCommand({ UserName })), { name: 'NoSuchEntityException' })
})

test('accounts do not see each other', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'private' }))
  const other = door.as(await door.addAccount('999988887777')).iam
  await assert.rejects(other.send(new GetUserCommand({ UserName: 'private' })), { name: 'NoSuchEntityException' })
  await other.send(new CreateUserCommand({ UserName: 'private' }))
})
