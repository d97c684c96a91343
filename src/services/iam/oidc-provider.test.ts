import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateAccessKeyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteOpenIDConnectProviderCommand,
  GetAccountSummaryCommand,
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  PutUserPolicyCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door
const thumbprint = 'a031c46782e6e6c662c2c87c76da9aa62ccabd8e'

const create = (Url: string, more: object = {}) =>
  iam.send(new CreateOpenIDConnectProviderCommand({ Url, ThumbprintList: [thumbprint], ...more }))

test('a provider has the ARN of its URL, and tells the URL without its scheme', async () => {
  const Tags = [{ Key: 'a', Value: 'b' }]
  const made = await create('https://oidc.example.com/id/ABC', { ClientIDList: ['sts.amazonaws.com'], Tags })
  const arn = `arn:aws:iam::${account}:oidc-provider/oidc.example.com/id/ABC`
  assert.equal(made.OpenIDConnectProviderArn, arn)
  assert.deepEqual(made.Tags, Tags)
  const found = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }))
  assert.equal(found.Url, 'oidc.example.com/id/ABC')
  assert.deepEqual([found.ClientIDList, found.ThumbprintList], [['sts.amazonaws.com'], [thumbprint]])
  assert.deepEqual(found.Tags, Tags)
  assert.equal(found.CreateDate?.getTime(), door.now())
  const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}))
  assert.ok(OpenIDConnectProviderList.some(({ Arn }) => Arn === arn))
})

test('a URL is kept as it is written', async () => {
  for (const url of ['https://Case.Example.com/Path/', 'https://x-1.example.com/a%20b/_~!$&*+,;=:@'])
    assert.equal(
      (await create(url)).OpenIDConnectProviderArn,
      `arn:aws:iam::${account}:oidc-provider/${url.slice('https://'.length)}`,
    )
})

test('a URL has one provider in an account', async () => {
  await create('https://once.example.com')
  await assert.rejects(create('https://once.example.com'), {
    name: 'EntityAlreadyExistsException',
    message: 'Provider with url https://once.example.com already exists.',
  })
})

test('a URL is https with host and path, and nothing else', async () => {
  const wrong = [
    'http://x.example.com',
    'x.example.com',
    'https://x.example.com:8443',
    'https://x.example.com?a=b',
    'https://x.example.com/#f',
    'https://user@x.example.com',
    'https://',
    'https://x.example.com/a b',
    'https://-',
    'https://x.example.com/a/../b',
    'https://x.example.com\\a',
    'https://münchen.example.com',
    `https://${'a'.repeat(64)}.example.com`,
  ]
  for (const url of wrong)
    await assert.rejects(create(url), { name: 'ValidationError', message: 'Invalid Open ID Connect Provider URL' }, url)
})

test('a thumbprint is 40 hexadecimal digits, and there are five at most', async () => {
  const six = Array.from({ length: 6 }, () => thumbprint)
  const cases: readonly string[][] = [six, ['z'.repeat(40)]]
  for (const ThumbprintList of cases)
    await assert.rejects(create('https://thumb.example.com', { ThumbprintList }), { name: 'InvalidInputException' })
  const { OpenIDConnectProviderArn } = await create('https://thumb.example.com', { ThumbprintList: undefined })
  await iam.send(
    new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn, ThumbprintList: [thumbprint] }),
  )
  const found = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
  assert.deepEqual(found.ThumbprintList, [thumbprint])
})

test('client ids are added and taken away once or many times, and are a hundred at most', async () => {
  const ClientIDList = Array.from({ length: 99 }, (_, index) => `client-${index}`)
  const { OpenIDConnectProviderArn } = await create('https://clients.example.com', { ClientIDList })
  const at = { OpenIDConnectProviderArn }
  const add = (ClientID: string) => iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...at, ClientID }))
  await add('the-hundredth')
  await add('the-hundredth')
  await assert.rejects(add('one-more'), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
  })
  for (const _ of [1, 2])
    await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ ...at, ClientID: 'the-hundredth' }))
  const found = await iam.send(new GetOpenIDConnectProviderCommand(at))
  assert.deepEqual(found.ClientIDList, ClientIDList)
  await assert.rejects(create('https://many.example.com', { ClientIDList: [...ClientIDList, 'a', 'b'] }), {
    name: 'LimitExceededException',
  })
})

test('tags of a provider are set, listed and taken away, and decide who may have it', async () => {
  const { OpenIDConnectProviderArn } = await create('https://tags.example.com')
  const at = { OpenIDConnectProviderArn }
  const Tags = [
    { Key: 'a', Value: '1' },
    { Key: 'team', Value: 'x' },
  ]
  await iam.send(new TagOpenIDConnectProviderCommand({ ...at, Tags }))
  await iam.send(new UntagOpenIDConnectProviderCommand({ ...at, TagKeys: ['A'] }))
  const listed = await iam.send(new ListOpenIDConnectProviderTagsCommand(at))
  assert.deepEqual(listed.Tags, [{ Key: 'team', Value: 'x' }])
  const UserName = 'reader'
  await iam.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: 'iam:GetOpenIDConnectProvider',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'x' } },
    },
  })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const reader = door.as({
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  }).iam
  await reader.send(new GetOpenIDConnectProviderCommand(at))
  const other = await create('https://untagged.example.com')
  await assert.rejects(
    reader.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: other.OpenIDConnectProviderArn })),
    { name: 'AccessDenied' },
  )
})

test('a provider that is not there is NoSuchEntity, and its deletion is none the less done', async () => {
  const { OpenIDConnectProviderArn } = await create('https://gone.example.com')
  const before = (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap?.['Providers'] ?? 0
  await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
  await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
  await assert.rejects(iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })), {
    name: 'NoSuchEntityException',
    message: `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
  })
  assert.equal((await iam.send(new GetAccountSummaryCommand({}))).SummaryMap?.['Providers'], before - 1)
  await assert.rejects(
    iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: 'arn:aws:s3:::not-a-provider' })),
    { name: 'InvalidInputException' },
  )
})

test('a trust policy names a provider by its ARN or its host, whether it is there or not', async () => {
  const role = (RoleName: string, Federated: string) => {
    const Statement = { Effect: 'Allow', Principal: { Federated }, Action: 'sts:AssumeRoleWithWebIdentity' }
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
    return iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  }
  await role('by-arn', `arn:aws:iam::${account}:oidc-provider/not-there.example.com/id`)
  await role('by-saml', `arn:aws:iam::${account}:saml-provider/not-there`)
  await role('by-host', 'accounts.google.com')
  for (const wrong of ['nothing', `arn:aws:iam::${account}:role/x`, `arn:aws:iam//${account}:oidc-provider/x`, ''])
    await assert.rejects(role('wrong', wrong), {
      name: 'MalformedPolicyDocumentException',
      message: 'Federated principals must be valid domain names or SAML metadata ARNs',
    })
})
