import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeleteUserCommand,
  DetachUserPolicyCommand,
  GetAccountAuthorizationDetailsCommand,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  type ListEntitiesForPolicyRequest,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const PolicyDocument = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
const AssumeRolePolicyDocument = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"${account}"},"Action":"sts:AssumeRole"}}`

async function policy(PolicyName: string, Path = '/'): Promise<string> {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, Path, PolicyDocument }))
  return Policy?.Arn ?? ''
}

test('a policy is attached to users, groups and roles, once, and listed there', async () => {
  const PolicyArn = await policy('Everywhere')
  await iam.send(new CreateUserCommand({ UserName: 'u' }))
  await iam.send(new CreateGroupCommand({ GroupName: 'g' }))
  await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument }))
  for (let twice = 0; twice < 2; twice += 1) {
    await iam.send(new AttachUserPolicyCommand({ UserName: 'u', PolicyArn }))
    await iam.send(new AttachGroupPolicyCommand({ GroupName: 'g', PolicyArn }))
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'r', PolicyArn }))
  }
  const expected = [{ PolicyName: 'Everywhere', PolicyArn }]
  const answers = [
    await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'u' })),
    await iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: 'g' })),
    await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'r' })),
  ]
  for (const { AttachedPolicies } of answers) assert.deepEqual(AttachedPolicies, expected)
})

test('only a policy of the account or of AWS can be attached', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'choosy' }))
  for (const PolicyArn of [
    `arn:aws:iam::${account}:policy/Missing`,
    'arn:aws:iam::aws:policy/Missing',
    'arn:aws:iam::210987654321:policy/Everywhere',
  ])
    await assert.rejects(iam.send(new AttachUserPolicyCommand({ UserName: 'choosy', PolicyArn })), {
      name: 'NoSuchEntityException',
      message: `Policy ${PolicyArn} does not exist or is not attachable.`,
    })
  const PolicyArn = 'arn:aws:iam::aws:user/choosy'
  await assert.rejects(iam.send(new AttachUserPolicyCommand({ UserName: 'choosy', PolicyArn })), {
    name: 'InvalidInputException',
    message: `ARN ${PolicyArn} is not valid.`,
  })
})

test('a policy of a service-linked role is attached to nothing else', async () => {
  await iam.send(new CreateRoleCommand({ RoleName: 'customer', AssumeRolePolicyDocument }))
  const PolicyArn = 'arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy'
  await assert.rejects(iam.send(new AttachRolePolicyCommand({ RoleName: 'customer', PolicyArn })), {
    name: 'PolicyNotAttachableException',
    message: 'Cannot attach a Service Role Policy to a Customer Role.',
  })
})

test('what is not attached cannot be detached', async () => {
  const PolicyArn = await policy('Loose')
  await iam.send(new CreateUserCommand({ UserName: 'bare' }))
  await assert.rejects(iam.send(new DetachUserPolicyCommand({ UserName: 'bare', PolicyArn })), {
    name: 'NoSuchEntityException',
    message: `Policy ${PolicyArn} was not found.`,
  })
})

test('a user has at most ten managed policies, in pages and by path', async () => {
  const UserName = 'collector'
  await iam.send(new CreateUserCommand({ UserName }))
  const arns: string[] = []
  for (let at = 0; at <= 10; at += 1) arns.push(await policy(`Item${at}`, at % 2 === 0 ? '/even/' : '/odd/'))
  for (const PolicyArn of arns.slice(0, 10)) await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }))
  await assert.rejects(iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: arns[10] })), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for PoliciesPerUser: 10',
  })
  const first = await iam.send(new ListAttachedUserPoliciesCommand({ UserName, MaxItems: 6 }))
  const last = await iam.send(new ListAttachedUserPoliciesCommand({ UserName, MaxItems: 6, Marker: first.Marker }))
  const names = [...(first.AttachedPolicies ?? []), ...(last.AttachedPolicies ?? [])]
  assert.equal(new Set(names.map(({ PolicyArn }) => PolicyArn)).size, 10)
  const odd = await iam.send(new ListAttachedUserPoliciesCommand({ UserName, PathPrefix: '/odd/' }))
  assert.equal(odd.AttachedPolicies?.length, 5)
})

test('of many who attach the last policies that there is room for, no more than ten succeed', async () => {
  const UserName = 'contended'
  await iam.send(new CreateUserCommand({ UserName }))
  const arns: string[] = []
  for (let at = 0; at < 14; at += 1) arns.push(await policy(`Race${at}`))
  const attempts = arns.map((PolicyArn) => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })))
  const outcomes = await Promise.allSettled(attempts)
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 10)
  assert.equal((await iam.send(new ListAttachedUserPoliciesCommand({ UserName }))).AttachedPolicies?.length, 10)
})

test('a storm of creating, attaching, detaching and deleting the same names leaves nothing inconsistent', async () => {
  const PolicyArn = await policy('Storm')
  const UserName = 'storm'
  const deeds = [
    () => iam.send(new CreateUserCommand({ UserName })),
    () => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
    () => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
    () => iam.send(new DeleteUserCommand({ UserName })),
    () => iam.send(new DeletePolicyCommand({ PolicyArn })),
    () => iam.send(new CreatePolicyCommand({ PolicyName: 'Storm', PolicyDocument })),
  ]
  const expected = ['NoSuchEntityException', 'EntityAlreadyExistsException', 'DeleteConflictException']
  const outcomes = await Promise.allSettled(Array.from({ length: 120 }, (_, at) => deeds[(at * 7) % 6]?.()))
  for (const outcome of outcomes) if (outcome.status === 'rejected') assert.ok(expected.includes(outcome.reason.name))
  const details = await iam.send(new GetAccountAuthorizationDetailsCommand({}))
  const found = details.Policies?.find(({ Arn }) => Arn === PolicyArn)
  const held = details.UserDetailList?.flatMap(({ AttachedManagedPolicies = [] }) => AttachedManagedPolicies) ?? []
  const times = held.filter((attached) => attached.PolicyArn === PolicyArn).length
  assert.equal(found?.AttachmentCount ?? 0, times)
})

test('ListEntitiesForPolicy knows kinds, paths and uses, and gives each entity once', async () => {
  const PolicyArn = await policy('Known')
  const PermissionsBoundary = PolicyArn
  await iam.send(new CreateUserCommand({ UserName: 'known-both', Path: '/in/', PermissionsBoundary }))
  await iam.send(new AttachUserPolicyCommand({ UserName: 'known-both', PolicyArn }))
  await iam.send(new CreateGroupCommand({ GroupName: 'known-group', Path: '/out/' }))
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'known-group', PolicyArn }))
  const role = { RoleName: 'known-role', Path: '/in/', PermissionsBoundary, AssumeRolePolicyDocument }
  await iam.send(new CreateRoleCommand(role))
  const names = async (input: Omit<ListEntitiesForPolicyRequest, 'PolicyArn'>) => {
    const found = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, ...input }))
    const { PolicyUsers = [], PolicyGroups = [], PolicyRoles = [] } = found
    return [
      ...PolicyUsers.map(({ UserName }) => UserName),
      ...PolicyGroups.map(({ GroupName }) => GroupName),
      ...PolicyRoles.map(({ RoleName }) => RoleName),
    ]
  }
  assert.deepEqual(await names({}), ['known-both', 'known-group', 'known-role'])
  assert.deepEqual(await names({ EntityFilter: 'Role' }), ['known-role'])
  assert.deepEqual(await names({ PathPrefix: '/in/' }), ['known-both', 'known-role'])
  assert.deepEqual(await names({ PolicyUsageFilter: 'PermissionsPolicy' }), ['known-both', 'known-group'])
  assert.deepEqual(await names({ PolicyUsageFilter: 'PermissionsBoundary' }), ['known-both', 'known-role'])
  const first = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, MaxItems: 1 }))
  assert.deepEqual(
    first.PolicyGroups?.map(({ GroupName }) => GroupName),
    ['known-group'],
  )
  assert.equal(first.IsTruncated, true)
  assert.equal((await names({ Marker: first.Marker })).length, 2)
})

test('who may attach only one policy, to users with a boundary only, attaches no other (iam:PolicyARN)', async () => {
  const allowed = await policy('Allowed')
  const other = await policy('Other')
  const UserName = 'delegate'
  const Condition = { ArnEquals: { 'iam:PolicyARN': allowed }, StringLike: { 'iam:PermissionsBoundary': '*Allowed' } }
  const Statement = [{ Effect: 'Allow', Action: 'iam:AttachUserPolicy', Resource: '*', Condition }]
  await iam.send(new CreateUserCommand({ UserName }))
  const document = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument: document }))
  await iam.send(new CreateUserCommand({ UserName: 'fenced', PermissionsBoundary: allowed }))
  await iam.send(new CreateUserCommand({ UserName: 'unfenced' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  const delegate = door.as({ accessKeyId, secretAccessKey }).iam
  await delegate.send(new AttachUserPolicyCommand({ UserName: 'fenced', PolicyArn: allowed }))
  for (const input of [
    { UserName: 'fenced', PolicyArn: other },
    { UserName: 'unfenced', PolicyArn: allowed },
  ])
    await assert.rejects(delegate.send(new AttachUserPolicyCommand(input)), { name: 'AccessDenied' })
})
