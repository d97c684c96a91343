import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  CreateUserCommand,
  GetGroupCommand,
  ListGroupsForUserCommand,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam } = door

test('GetGroup gives its members in pages', async () => {
  const GroupName = 'crowd'
  await iam.send(new CreateGroupCommand({ GroupName }))
  for (const UserName of ['crowd-b', 'crowd-a', 'crowd-c']) {
    await iam.send(new CreateUserCommand({ UserName }))
    await iam.send(new AddUserToGroupCommand({ GroupName, UserName }))
  }
  const first = await iam.send(new GetGroupCommand({ GroupName, MaxItems: 2 }))
  assert.deepEqual(
    first.Users?.map(({ UserName }) => UserName),
    ['crowd-a', 'crowd-b'],
  )
  const last = await iam.send(new GetGroupCommand({ GroupName, MaxItems: 2, Marker: first.Marker }))
  assert.deepEqual(
    last.Users?.map(({ UserName }) => UserName),
    ['crowd-c'],
  )
  assert.equal(last.IsTruncated, false)
})

test('joining twice and leaving without having joined change nothing', async () => {
  const member = { GroupName: 'steady', UserName: 'steady-user' }
  await iam.send(new CreateGroupCommand(member))
  await iam.send(new CreateUserCommand(member))
  await iam.send(new RemoveUserFromGroupCommand(member))
  await iam.send(new AddUserToGroupCommand(member))
  await iam.send(new AddUserToGroupCommand(member))
  assert.equal((await iam.send(new GetGroupCommand(member))).Users?.length, 1)
  await iam.send(new RemoveUserFromGroupCommand(member))
  assert.equal((await iam.send(new GetGroupCommand(member))).Users?.length, 0)
})

test('a user is in at most ten groups', async () => {
  const UserName = 'joiner'
  await iam.send(new CreateUserCommand({ UserName }))
  for (let at = 0; at <= 10; at += 1) await iam.send(new CreateGroupCommand({ GroupName: `club-${at}` }))
  for (let at = 0; at < 10; at += 1) await iam.send(new AddUserToGroupCommand({ GroupName: `club-${at}`, UserName }))
  await assert.rejects(iam.send(new AddUserToGroupCommand({ GroupName: 'club-10', UserName })), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for GroupsPerUser: 10',
  })
  await iam.send(new AddUserToGroupCommand({ GroupName: 'club-0', UserName }))
  assert.equal((await iam.send(new ListGroupsForUserCommand({ UserName }))).Groups?.length, 10)
})

test('a user or group that is not there is NoSuchEntity, the group first', async () => {
  await iam.send(new CreateGroupCommand({ GroupName: 'empty' }))
  const named = (GroupName: string) => ({ GroupName, UserName: 'nobody' })
  for (const Command of [AddUserToGroupCommand, RemoveUserFromGroupCommand]) {
    await assert.rejects(iam.send(new Command(named('empty'))), {
      name: 'NoSuchEntityException',
      message: 'The user with name nobody cannot be found.',
    })
    await assert.rejects(iam.send(new Command(named('none'))), {
      name: 'NoSuchEntityException',
      message: 'The group with name none cannot be found.',
    })
  }
})
