import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const AssumeRolePolicyDocument =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'

test('a role is created with one hour of session, and shows what it was given', async () => {
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'Web', Path: '/fleet/', Description: 'serves', AssumeRolePolicyDocument }),
  )
  assert.match(Role?.RoleId ?? '', /^AROA[A-Z0-9]{17}$/)
  assert.equal(Role?.Arn, `arn:aws:iam::${account}:role/fleet/Web`)
  const found = (await iam.send(new GetRoleCommand({ RoleName: 'web' }))).Role
  assert.equal(found?.RoleName, 'Web')
  assert.equal(found?.MaxSessionDuration, 3600)
  assert.equal(found?.Description, 'serves')
  assert.deepEqual(found?.RoleLastUsed, {})
  assert.equal(found?.PermissionsBoundary, undefined)
  assert.equal(decodeURIComponent(found?.AssumeRolePolicyDocument ?? ''), AssumeRolePolicyDocument)
})

test('a name is taken in any case of letters', async () => {
  await iam.send(new CreateRoleCommand({ RoleName: 'Once', AssumeRolePolicyDocument }))
  await assert.rejects(iam.send(new CreateRoleCommand({ RoleName: 'oNCE', AssumeRolePolicyDocument })), {
    name: 'EntityAlreadyExistsException',
    message: 'Role with name oNCE already exists.',
  })
})

test('a role that is not there is NoSuchEntity', async () => {
  const expected = { name: 'NoSuchEntityException', message: 'The role with name none cannot be found.' }
  await assert.rejects(iam.send(new GetRoleCommand({ RoleName: 'none' })), expected)
  await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName: 'none' })), expected)
})

test('ListRoles tells description and trust, but neither tags nor last use', async () => {
  const RoleName = 'listed'
  const Tags = [{ Key: 'a', Value: 'b' }]
  await iam.send(
    new CreateRoleCommand({ RoleName, Path: '/listed/', Description: 'd', Tags, AssumeRolePolicyDocument }),
  )
  const { Roles = [] } = await iam.send(new ListRolesCommand({ PathPrefix: '/listed/' }))
  const [role] = Roles
  assert.equal(Roles.length, 1)
  assert.equal(role?.Description, 'd')
  assert.ok(role?.AssumeRolePolicyDocument)
  assert.equal(role?.Tags, undefined)
  assert.equal(role?.RoleLastUsed, undefined)
})

test('UpdateRole leaves a description and a duration that it is not given', async () => {
  const RoleName = 'changing'
  await iam.send(
    new CreateRoleCommand({ RoleName, Description: 'old', MaxSessionDuration: 7200, AssumeRolePolicyDocument }),
  )
  await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 43200 }))
  const longer = (await iam.send(new GetRoleCommand({ RoleName }))).Role
  assert.equal(longer?.Description, 'old')
  assert.equal(longer?.MaxSessionDuration, 43200)
  await iam.send(new UpdateRoleCommand({ RoleName, Description: 'new' }))
  const described = (await iam.send(new GetRoleCommand({ RoleName }))).Role
  assert.equal(described?.Description, 'new')
  assert.equal(described?.MaxSessionDuration, 43200)
  const { Role } = await iam.send(new UpdateRoleDescriptionCommand({ RoleName, Description: '' }))
  assert.equal(Role?.Description, undefined)
})

test('a session lasts between one and twelve hours', async () => {
  for (const MaxSessionDuration of [3599, 43201])
    await assert.rejects(
      iam.send(new CreateRoleCommand({ RoleName: 'long', MaxSessionDuration, AssumeRolePolicyDocument })),
      { name: 'ValidationError' },
    )
})

test('tags of a role are set, listed by key and taken away', async () => {
  const RoleName = 'tagged'
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  const Tags = [
    { Key: 'b', Value: '1' },
    { Key: 'a', Value: '2' },
  ]
  await iam.send(new TagRoleCommand({ RoleName, Tags }))
  assert.deepEqual((await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags, Tags.toReversed())
  await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ['A'] }))
  assert.deepEqual((await iam.send(new GetRoleCommand({ RoleName }))).Role?.Tags, [{ Key: 'b', Value: '1' }])
})

test('a role goes only after its instance profiles and policies', async () => {
  const RoleName = 'retiring'
  const InstanceProfileName = 'retiring'
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }))
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }))
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
  const PolicyDocument = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }))
  const refusedFor = (what: string) =>
    assert.rejects(iam.send(new DeleteRoleCommand({ RoleName })), {
      name: 'DeleteConflictException',
      message: `Cannot delete entity, must ${what} first.`,
    })
  await refusedFor('remove roles from instance profile')
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }))
  await refusedFor('detach all policies')
  await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))
  await refusedFor('delete policies')
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }))
  await iam.send(new DeleteRoleCommand({ RoleName }))
})

test('a role tells when and where its sessions last called', async () => {
  const RoleName = 'observed'
  const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"${account}"},"Action":"sts:AssumeRole"}}`
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }))
  const asked = new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'night' })
  const { Credentials } = await door.sts.send(asked)
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken = '' } = Credentials ?? {}
  const session = door.as({ accessKeyId, secretAccessKey, sessionToken: SessionToken }, 'eu-central-1')
  await session.sts.send(new GetCallerIdentityCommand({}))
  const found = (await iam.send(new GetRoleCommand({ RoleName }))).Role?.RoleLastUsed
  assert.equal(found?.LastUsedDate?.getTime(), door.now())
  assert.equal(found?.Region, 'eu-central-1')
})
