import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  PutUserPolicyCommand,
  paginateGetAccountAuthorizationDetails,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam } = door

const PolicyDocument = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
const AssumeRolePolicyDocument =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}'

test('the summary counts what is there beside what may be', async () => {
  const before = (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap ?? {}
  await iam.send(new CreateUserCommand({ UserName: 'counted' }))
  await iam.send(new CreatePolicyCommand({ PolicyName: 'Counted', PolicyDocument }))
  const now = (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap ?? {}
  assert.equal(now['Users'], (before['Users'] ?? 0) + 1)
  assert.equal(now['Policies'], (before['Policies'] ?? 0) + 1)
  assert.equal(now['PolicyVersionsInUse'], (before['PolicyVersionsInUse'] ?? 0) + 1)
  assert.equal(now['AccountAccessKeysPresent'], 1)
  assert.equal(now['UsersQuota'], 5000)
})

test('the authorization details tell all of an account', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'detailed', Tags: [{ Key: 'k', Value: 'v' }] }))
  await iam.send(new PutUserPolicyCommand({ UserName: 'detailed', PolicyName: 'inline', PolicyDocument }))
  await iam.send(new CreateGroupCommand({ GroupName: 'detailed' }))
  await iam.send(new AddUserToGroupCommand({ GroupName: 'detailed', UserName: 'detailed' }))
  await iam.send(new CreateRoleCommand({ RoleName: 'detailed', AssumeRolePolicyDocument }))
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'detailed', PolicyArn }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'detailed' }))
  const held = { InstanceProfileName: 'detailed', RoleName: 'detailed' }
  await iam.send(new AddRoleToInstanceProfileCommand(held))
  const details = await iam.send(new GetAccountAuthorizationDetailsCommand({}))
  const user = details.UserDetailList?.find(({ UserName }) => UserName === 'detailed')
  assert.deepEqual(user?.GroupList, ['detailed'])
  assert.deepEqual(user?.Tags, [{ Key: 'k', Value: 'v' }])
  assert.equal(decodeURIComponent(user?.UserPolicyList?.[0]?.PolicyDocument ?? ''), PolicyDocument)
  const role = details.RoleDetailList?.find(({ RoleName }) => RoleName === 'detailed')
  assert.deepEqual(role?.AttachedManagedPolicies, [{ PolicyName: 'ReadOnlyAccess', PolicyArn }])
  assert.equal(role?.InstanceProfileList?.[0]?.InstanceProfileName, 'detailed')
  const policies = details.Policies?.map(({ PolicyName }) => PolicyName) ?? []
  assert.ok(policies.includes('ReadOnlyAccess') && policies.includes('Counted'))
  assert.equal(details.Policies?.find(({ Arn }) => Arn === PolicyArn)?.PolicyVersionList?.length, 1)
})

test('the authorization details are filtered by kind, and paged over all kinds', async () => {
  const roles = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'] }))
  assert.deepEqual([roles.UserDetailList, roles.GroupDetailList, roles.Policies], [[], [], []])
  assert.equal(roles.RoleDetailList?.length, 1)
  const whole = await iam.send(new GetAccountAuthorizationDetailsCommand({}))
  const namesIn = (page: typeof whole) => [
    ...(page.UserDetailList ?? []).map(({ UserId }) => UserId),
    ...(page.GroupDetailList ?? []).map(({ GroupId }) => GroupId),
    ...(page.RoleDetailList ?? []).map(({ RoleId }) => RoleId),
    ...(page.Policies ?? []).map(({ PolicyId }) => PolicyId),
  ]
  for (const pageSize of [1, 2, 3, 100]) {
    const seen: (string | undefined)[] = []
    for await (const page of paginateGetAccountAuthorizationDetails({ client: iam, pageSize }, {}))
      seen.push(...namesIn(page))
    assert.deepEqual(seen, namesIn(whole))
  }
})
