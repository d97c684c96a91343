import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddRoleToInstanceProfileCommand,
  CreateAccessKeyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteInstanceProfileCommand,
  GetInstanceProfileCommand,
  ListInstanceProfilesCommand,
  ListInstanceProfilesForRoleCommand,
  ListInstanceProfileTagsCommand,
  PutUserPolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  UntagInstanceProfileCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const AssumeRolePolicyDocument =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}'
await iam.send(new CreateRoleCommand({ RoleName: 'web', Path: '/fleet/', AssumeRolePolicyDocument }))
await iam.send(new CreateRoleCommand({ RoleName: 'db', AssumeRolePolicyDocument }))

async function create(InstanceProfileName: string, Path = '/') {
  return (await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Path }))).InstanceProfile
}

test('an instance profile is created empty, and its name is taken in any case of letters', async () => {
  const profile = await create('Plain', '/p/')
  assert.match(profile?.InstanceProfileId ?? '', /^AIPA[A-Z0-9]{17}$/)
  assert.equal(profile?.Arn, `arn:aws:iam::${account}:instance-profile/p/Plain`)
  assert.deepEqual(profile?.Roles, [])
  await assert.rejects(create('PLAIN'), {
    name: 'EntityAlreadyExistsException',
    message: 'Instance Profile PLAIN already exists.',
  })
})

test('an instance profile that is not there is NoSuchEntity', async () => {
  const InstanceProfileName = 'none'
  const expected = { name: 'NoSuchEntityException', message: 'Instance Profile none cannot be found.' }
  await assert.rejects(iam.send(new GetInstanceProfileCommand({ InstanceProfileName })), expected)
  await assert.rejects(iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })), expected)
})

test('an instance profile holds one role, which several profiles may hold', async () => {
  const InstanceProfileName = 'holder'
  await create(InstanceProfileName)
  await create('holder-too')
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'web' }))
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'holder-too', RoleName: 'web' }))
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }))
  assert.equal(InstanceProfile?.Roles?.[0]?.Arn, `arn:aws:iam::${account}:role/fleet/web`)
  await assert.rejects(iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'db' })), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
  })
  const held = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: 'web' }))
  assert.deepEqual(
    held.InstanceProfiles?.map((profile) => profile.InstanceProfileName),
    ['holder', 'holder-too'],
  )
})

test('an instance profile goes only after its role was removed', async () => {
  const InstanceProfileName = 'going'
  await create(InstanceProfileName)
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'db' }))
  await assert.rejects(iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete entity, must remove roles from instance profile first.',
  })
  await assert.rejects(iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: 'web' })), {
    name: 'NoSuchEntityException',
  })
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: 'db' }))
  await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }))
})

test('ListInstanceProfiles gives what lies below a path', async () => {
  await create('below-b', '/below/')
  await create('below-a', '/below/deep/')
  const { InstanceProfiles = [] } = await iam.send(new ListInstanceProfilesCommand({ PathPrefix: '/below/' }))
  assert.deepEqual(
    InstanceProfiles.map(({ InstanceProfileName }) => InstanceProfileName),
    ['below-a', 'below-b'],
  )
})

test('tags of an instance profile are set, listed and taken away', async () => {
  const InstanceProfileName = 'tagged'
  await create(InstanceProfileName)
  await iam.send(new TagInstanceProfileCommand({ InstanceProfileName, Tags: [{ Key: 'k', Value: 'v' }] }))
  const listing = new ListInstanceProfileTagsCommand({ InstanceProfileName })
  assert.deepEqual((await iam.send(listing)).Tags, [{ Key: 'k', Value: 'v' }])
  await iam.send(new UntagInstanceProfileCommand({ InstanceProfileName, TagKeys: ['k'] }))
  assert.deepEqual((await iam.send(listing)).Tags, [])
})

test('who puts a role into an instance profile must be allowed to pass it to EC2', async () => {
  const UserName = 'passer'
  await create('passed')
  const Statement = [
    { Effect: 'Allow', Action: 'iam:*InstanceProfile', Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: `arn:aws:iam::${account}:role/fleet/*`,
      Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
  ]
  await iam.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  const passer = door.as({ accessKeyId, secretAccessKey }).iam
  const InstanceProfileName = 'passed'
  await assert.rejects(passer.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'db' })), {
    name: 'AccessDenied',
    message:
      `User: arn:aws:iam::${account}:user/passer is not authorized to perform: iam:PassRole on resource: ` +
      `arn:aws:iam::${account}:role/db because no identity-based policy allows the iam:PassRole action`,
  })
  await passer.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'web' }))
})
