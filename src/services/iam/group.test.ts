import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DetachGroupPolicyCommand,
  GetGroupCommand,
  ListGroupsCommand,
  PutGroupPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateGroupCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

test('a group is created, found in any case of letters, and taken once', async () => {
  const { Group } = await iam.send(new CreateGroupCommand({ GroupName: 'Readers', Path: '/a/' }))
  assert.match(Group?.GroupId ?? '', /^AGPA[A-Z0-9]{17}$/)
  assert.equal(Group?.Arn, `arn:aws:iam::${account}:group/a/Readers`)
  assert.deepEqual((await iam.send(new GetGroupCommand({ GroupName: 'readers' }))).Group, Group)
  await assert.rejects(iam.send(new CreateGroupCommand({ GroupName: 'READERS' })), {
    name: 'EntityAlreadyExistsException',
    message: 'Group with name READERS already exists.',
  })
})

test('a group that is not there is NoSuchEntity', async () => {
  const expected = { name: 'NoSuchEntityException', message: 'The group with name none cannot be found.' }
  await assert.rejects(iam.send(new GetGroupCommand({ GroupName: 'none' })), expected)
  await assert.rejects(iam.send(new DeleteGroupCommand({ GroupName: 'none' })), expected)
  await assert.rejects(iam.send(new AddUserToGroupCommand({ GroupName: 'none', UserName: 'nobody' })), expected)
})

test('a renamed and moved group keeps id and members', async () => {
  const { Group } = await iam.send(new CreateGroupCommand({ GroupName: 'old-name' }))
  await iam.send(new CreateUserCommand({ UserName: 'loyal' }))
  await iam.send(new AddUserToGroupCommand({ GroupName: 'old-name', UserName: 'loyal' }))
  await iam.send(new UpdateGroupCommand({ GroupName: 'old-name', NewGroupName: 'new-name', NewPath: '/moved/' }))
  const now = await iam.send(new GetGroupCommand({ GroupName: 'new-name' }))
  assert.equal(now.Group?.Arn, `arn:aws:iam::${account}:group/moved/new-name`)
  assert.equal(now.Group?.GroupId, Group?.GroupId)
  assert.equal(now.Users?.length, 1)
  const below = await iam.send(new ListGroupsCommand({ PathPrefix: '/moved/' }))
  assert.equal(below.Groups?.length, 1)
})

test('a group goes only after its members and policies', async () => {
  const GroupName = 'closing'
  await iam.send(new CreateGroupCommand({ GroupName }))
  await iam.send(new CreateUserCommand({ UserName: 'closer' }))
  await iam.send(new AddUserToGroupCommand({ GroupName, UserName: 'closer' }))
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  await iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn }))
  const PolicyDocument = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
  await iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: 'p', PolicyDocument }))
  const refusedFor = (what: string) =>
    assert.rejects(iam.send(new DeleteGroupCommand({ GroupName })), {
      name: 'DeleteConflictException',
      message: `Cannot delete entity, must ${what} first.`,
    })
  await refusedFor('remove users from group')
  await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName: 'closer' }))
  await refusedFor('detach all policies')
  await iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn }))
  await refusedFor('delete policies')
  await iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName: 'p' }))
  await iam.send(new DeleteGroupCommand({ GroupName }))
})
