import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DisableOrganizationsRootCredentialsManagementCommand,
  DisableOrganizationsRootSessionsCommand,
  DisableOutboundWebIdentityFederationCommand,
  EnableOrganizationsRootCredentialsManagementCommand,
  EnableOrganizationsRootSessionsCommand,
  EnableOutboundWebIdentityFederationCommand,
  GenerateOrganizationsAccessReportCommand,
  GetAccountPropertiesCommand,
  GetAccountSummaryCommand,
  GetOrganizationsAccessReportCommand,
  GetOutboundWebIdentityFederationInfoCommand,
  ListOrganizationsFeaturesCommand,
  PutAccountPropertiesCommand,
  PutUserPolicyCommand,
  SetSecurityTokenServicePreferencesCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam } = door

const put = (Properties: Record<string, string>, client = iam) =>
  client.send(new PutAccountPropertiesCommand({ Properties }))

test('the summary tells the version of session tokens that was asked for', async () => {
  const version = async () =>
    (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap?.['GlobalEndpointTokenVersion']
  assert.equal(await version(), 1)
  const set = (GlobalEndpointTokenVersion: 'v1Token' | 'v2Token') =>
    iam.send(new SetSecurityTokenServicePreferencesCommand({ GlobalEndpointTokenVersion }))
  await set('v2Token')
  assert.equal(await version(), 2)
  await set('v1Token')
  assert.equal(await version(), 1)
})

test('account properties are kept by namespace and name', async () => {
  assert.deepEqual((await iam.send(new GetAccountPropertiesCommand({}))).Properties ?? {}, {})
  await put({ 'RoleManager/Enabled': 'true', 'RoleManager/Mode': 'a' })
  await put({ 'RoleManager/Mode': 'b' })
  const { Properties } = await iam.send(new GetAccountPropertiesCommand({}))
  assert.deepEqual(Properties, { 'RoleManager/Enabled': 'true', 'RoleManager/Mode': 'b' })
})

test('the model lists no error for account-property.ts: a wrong property is InvalidInput none the less', async () => {
  const wrong: Record<string, string>[] = [
    { Enabled: 'true' },
    { 'a/b/c': 'x' },
    { '/a': 'x' },
    { 'a/': 'x' },
    { 'a/b': 'x', 'c/d': 'y' },
    { 'a/b': 'x'.repeat(1025) },
    { [`a/${'b'.repeat(60)}`]: 'x' },
  ]
  for (const properties of wrong) await assert.rejects(put(properties), { name: 'InvalidInputException' })
})

test('who may set properties of one namespace only sets no other (iam:AccountPropertyNamespaces)', async () => {
  const UserName = 'setter'
  await iam.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: 'iam:PutAccountProperties',
      Resource: '*',
      Condition: { 'ForAllValues:StringEquals': { 'iam:AccountPropertyNamespaces': 'RoleManager' } },
    },
  })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const setter = door.as({
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  }).iam
  await put({ 'RoleManager/Enabled': 'false' }, setter)
  await assert.rejects(put({ 'Other/Enabled': 'false' }, setter), { name: 'AccessDenied' })
})

test('outbound federation is enabled once, and its issuer stays the same', async () => {
  const info = () => iam.send(new GetOutboundWebIdentityFederationInfoCommand({}))
  await assert.rejects(info(), { name: 'FeatureDisabledException' })
  await assert.rejects(iam.send(new DisableOutboundWebIdentityFederationCommand({})), {
    name: 'FeatureDisabledException',
  })
  const { IssuerIdentifier } = await iam.send(new EnableOutboundWebIdentityFederationCommand({}))
  assert.match(IssuerIdentifier ?? '', /^https:\/\/[0-9a-f-]{36}\.tokens\.sts\.global\.api\.aws$/)
  await assert.rejects(iam.send(new EnableOutboundWebIdentityFederationCommand({})), {
    name: 'FeatureEnabledException',
  })
  const { $metadata: _, ...found } = await info()
  assert.deepEqual(found, { IssuerIdentifier, JwtVendingEnabled: true })
  await iam.send(new DisableOutboundWebIdentityFederationCommand({}))
  await assert.rejects(info(), { name: 'FeatureDisabledException' })
  const again = await iam.send(new EnableOutboundWebIdentityFederationCommand({}))
  assert.equal(again.IssuerIdentifier, IssuerIdentifier)
})

test('an account without an organization has none of its features', async () => {
  const none = { name: 'OrganizationNotFoundException' }
  await assert.rejects(iam.send(new EnableOrganizationsRootCredentialsManagementCommand({})), none)
  await assert.rejects(iam.send(new DisableOrganizationsRootCredentialsManagementCommand({})), none)
  await assert.rejects(iam.send(new EnableOrganizationsRootSessionsCommand({})), none)
  await assert.rejects(iam.send(new DisableOrganizationsRootSessionsCommand({})), none)
  await assert.rejects(iam.send(new ListOrganizationsFeaturesCommand({})), none)
  const EntityPath = 'o-a1b2c3d4e5/r-f6g7/ou-1a2b-34567890'
  await assert.rejects(iam.send(new GenerateOrganizationsAccessReportCommand({ EntityPath })), {
    name: 'AccessDenied',
  })
  const JobId = '00000000-0000-4000-8000-000000000000'
  await assert.rejects(iam.send(new GetOrganizationsAccessReportCommand({ JobId })), {
    name: 'NoSuchEntityException',
  })
})
