import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteServiceLinkedRoleCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from '@aws-sdk/client-iam'
import { awsManagedPolicy } from '#models'
import { openFrontDoor } from '../../../test/front-door.ts'
import { linkedServices } from './linked-service.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const create = (AWSServiceName: string, more: object = {}) =>
  iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName, ...more }))

test('a service-linked role lies on the path of its service, trusts it, and has its policy', async () => {
  const { Role } = await create('ecs.amazonaws.com', { Description: 'd' })
  const RoleName = 'AWSServiceRoleForECS'
  assert.equal(Role?.RoleName, RoleName)
  assert.equal(Role?.Arn, `arn:aws:iam::${account}:role/aws-service-role/ecs.amazonaws.com/${RoleName}`)
  const found = (await iam.send(new GetRoleCommand({ RoleName }))).Role
  assert.equal(found?.Description, 'd')
  const trust = JSON.parse(decodeURIComponent(found?.AssumeRolePolicyDocument ?? ''))
  assert.deepEqual(trust.Statement[0].Principal, { Service: 'ecs.amazonaws.com' })
  const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))
  const PolicyArn = 'arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy'
  assert.deepEqual(AttachedPolicies, [{ PolicyName: 'AmazonECSServiceRolePolicy', PolicyArn }])
})

test('a service has one such role, and several only where it lets suffixes in', async () => {
  await create('autoscaling.amazonaws.com')
  await assert.rejects(create('autoscaling.amazonaws.com'), {
    name: 'InvalidInputException',
    message:
      'Service role name AWSServiceRoleForAutoScaling has been taken in this account, please try a different suffix.',
  })
  const { Role } = await create('autoscaling.amazonaws.com', { CustomSuffix: 'blue' })
  assert.equal(Role?.RoleName, 'AWSServiceRoleForAutoScaling_blue')
  await assert.rejects(create('es.amazonaws.com', { CustomSuffix: 'blue' }), {
    name: 'InvalidInputException',
    message: 'Custom suffix is not allowed for es.amazonaws.com',
  })
  await assert.rejects(create('example.com'), { name: 'InvalidInputException' })
  await assert.rejects(create('autoscaling.amazonaws.com', { CustomSuffix: 'x'.repeat(64) }), {
    name: 'InvalidInputException',
  })
})

test('every service that is known names a policy that AWS has', () => {
  const roles = new Set<string>()
  for (const { service, roleName, policyName } of linkedServices()) {
    assert.ok(awsManagedPolicy(`arn:aws:iam::aws:policy/aws-service-role/${policyName}`), `${service}: ${policyName}`)
    roles.add(roleName)
  }
  assert.equal(roles.size, linkedServices().length)
})

test('only its description and its tags are changed by anybody but AWS', async () => {
  await create('rds.amazonaws.com')
  const RoleName = 'AWSServiceRoleForRDS'
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  const PolicyDocument = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'p' }))
  const refused = [
    new AttachRolePolicyCommand({ RoleName, PolicyArn }),
    new DetachRolePolicyCommand({ RoleName, PolicyArn }),
    new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }),
    new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }),
    new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: PolicyArn }),
    new DeleteRolePermissionsBoundaryCommand({ RoleName }),
    new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }),
    new UpdateRoleCommand({ RoleName, MaxSessionDuration: 7200 }),
    new AddRoleToInstanceProfileCommand({ RoleName, InstanceProfileName: 'p' }),
    new DeleteRoleCommand({ RoleName: 'awsservicerolEforrds' }),
  ]
  for (const command of refused)
    await assert.rejects(send(command), {
      name: 'UnmodifiableEntityException',
      message: `Cannot perform the operation on the protected role '${RoleName}' - this role is only modifiable by AWS`,
    })
  await iam.send(new UpdateRoleCommand({ RoleName, Description: 'mine' }))
  await iam.send(new UpdateRoleDescriptionCommand({ RoleName, Description: 'ours' }))
  await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'a', Value: 'b' }] }))
  assert.equal((await iam.send(new GetRoleCommand({ RoleName }))).Role?.Description, 'ours')
})

test('nobody makes such a role by another way', async () => {
  const AssumeRolePolicyDocument =
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}'
  for (const Path of ['/aws-service-role/ecs.amazonaws.com/', '/aws-reserved/sso.amazonaws.com/'])
    await assert.rejects(
      iam.send(new CreateRoleCommand({ RoleName: 'AWSServiceRoleForMe', Path, AssumeRolePolicyDocument })),
      { name: 'InvalidInputException' },
    )
})

test('a service-linked role is deleted by a task that tells how it ended', async () => {
  await create('spot.amazonaws.com')
  const RoleName = 'AWSServiceRoleForEC2Spot'
  const { DeletionTaskId } = await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }))
  assert.match(
    DeletionTaskId ?? '',
    /^task\/aws-service-role\/spot\.amazonaws\.com\/AWSServiceRoleForEC2Spot\/[0-9a-f-]{36}$/,
  )
  const { Status } = await iam.send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId }))
  assert.equal(Status, 'SUCCEEDED')
  await assert.rejects(iam.send(new GetRoleCommand({ RoleName })), { name: 'NoSuchEntityException' })
  await create('spot.amazonaws.com')
  await assert.rejects(iam.send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId: 'x' })), {
    name: 'InvalidInputException',
  })
  const unknown = DeletionTaskId?.replace(/.{4}$/, '0000')
  await assert.rejects(iam.send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId: unknown })), {
    name: 'NoSuchEntityException',
  })
})

test('DeleteServiceLinkedRole deletes no other role', async () => {
  const AssumeRolePolicyDocument =
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}'
  await iam.send(new CreateRoleCommand({ RoleName: 'ordinary', AssumeRolePolicyDocument }))
  for (const RoleName of ['ordinary', 'none'])
    await assert.rejects(iam.send(new DeleteServiceLinkedRoleCommand({ RoleName })), { name: 'NoSuchEntityException' })
})

type Command = Parameters<IAMClient['send']>[0]

function send(command: unknown) {
  // Commands of many kinds: the client's type takes one kind at a time.
  return iam.send(command as Command)
}
