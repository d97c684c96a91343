import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteUserPermissionsBoundaryCommand,
  GetRoleCommand,
  GetUserCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const AssumeRolePolicyDocument = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"${account}"},"Action":"sts:AssumeRole"}}`
const PolicyDocument = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}'
const fence = `arn:aws:iam::${account}:policy/Fence`
await iam.send(new CreatePolicyCommand({ PolicyName: 'Fence', PolicyDocument }))

test('a boundary is set when a user is made or later, shown, and taken off', async () => {
  const UserName = 'bounded'
  await iam.send(new CreateUserCommand({ UserName, PermissionsBoundary: fence }))
  const boundary = async () => (await iam.send(new GetUserCommand({ UserName }))).User?.PermissionsBoundary
  // The model of the SDK calls the type otherwise than AWS answers it.
  assert.deepEqual({ ...(await boundary()) }, { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: fence })
  const other = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary: other }))
  assert.equal((await boundary())?.PermissionsBoundaryArn, other)
  await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName }))
  assert.equal(await boundary(), undefined)
})

test('a role has a boundary in the same way', async () => {
  const RoleName = 'bounded'
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: fence }))
  const boundary = async () => (await iam.send(new GetRoleCommand({ RoleName }))).Role?.PermissionsBoundary
  assert.equal((await boundary())?.PermissionsBoundaryArn, fence)
  await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }))
  assert.equal(await boundary(), undefined)
})

test('a boundary that is not there is NoSuchEntity, for CreateRole too', async () => {
  const PermissionsBoundary = `arn:aws:iam::${account}:policy/Missing`
  const message = `Scope ARN: ${PermissionsBoundary} does not exist or is not attachable.`
  const role = { RoleName: 'unbounded', PermissionsBoundary, AssumeRolePolicyDocument }
  await assert.rejects(iam.send(new CreateRoleCommand(role)), { name: 'NoSuchEntityException', message })
  await assert.rejects(iam.send(new CreateUserCommand({ UserName: 'unbounded', PermissionsBoundary })), { message })
})

test('who may create users with one boundary only creates none without it or with another', async () => {
  const UserName = 'delegate'
  const Condition = { StringEquals: { 'iam:PermissionsBoundary': fence } }
  const Statement = [{ Effect: 'Allow', Action: 'iam:CreateUser', Resource: '*', Condition }]
  await iam.send(new CreateUserCommand({ UserName }))
  const document = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument: document }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  const delegate = door.as({ accessKeyId, secretAccessKey }).iam
  await delegate.send(new CreateUserCommand({ UserName: 'inside', PermissionsBoundary: fence }))
  const PermissionsBoundary = 'arn:aws:iam::aws:policy/AdministratorAccess'
  for (const input of [{ UserName: 'outside' }, { UserName: 'outside', PermissionsBoundary }])
    await assert.rejects(delegate.send(new CreateUserCommand(input)), { name: 'AccessDenied' })
})
