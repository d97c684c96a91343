import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteUserPermissionsBoundaryCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  ListPoliciesCommand,
  type ListPoliciesRequest,
  ListPolicyTagsCommand,
  PutUserPermissionsBoundaryCommand,
  paginateListPolicies,
  TagPolicyCommand,
  UntagPolicyCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const PolicyDocument = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'
const aws = 'arn:aws:iam::aws:policy/ReadOnlyAccess'

async function create(PolicyName: string, Path = '/'): Promise<string> {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, Path, PolicyDocument }))
  return Policy?.Arn ?? ''
}

test('a policy is created with its first version, unused, and described by GetPolicy', async () => {
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: 'Read', Path: '/a/', Description: 'reads', PolicyDocument }),
  )
  assert.match(Policy?.PolicyId ?? '', /^ANPA[A-Z0-9]{17}$/)
  assert.equal(Policy?.Arn, `arn:aws:iam::${account}:policy/a/Read`)
  const found = (await iam.send(new GetPolicyCommand({ PolicyArn: Policy?.Arn }))).Policy
  assert.equal(found?.DefaultVersionId, 'v1')
  assert.equal(found?.AttachmentCount, 0)
  assert.equal(found?.PermissionsBoundaryUsageCount, 0)
  assert.equal(found?.IsAttachable, true)
  assert.equal(found?.Description, 'reads')
  assert.equal(found?.UpdateDate?.getTime(), opening)
})

test('a name is taken, on any path and in any case of letters', async () => {
  await create('Taken')
  await assert.rejects(create('Taken', '/other/'), {
    name: 'EntityAlreadyExistsException',
    message: 'A policy called Taken already exists. Duplicate names are not allowed.',
  })
})

test('an ARN means one path and one case of letters', async () => {
  const arn = await create('Exact', '/p/')
  for (const wrong of [arn.replace('/p/', '/'), arn.replace('Exact', 'exact'), arn.replace(account, '210987654321')])
    await assert.rejects(iam.send(new GetPolicyCommand({ PolicyArn: wrong })), (error: Error) =>
      wrong.includes(account)
        ? error.message === `Policy ${wrong} was not found.` && error.name === 'NoSuchEntityException'
        : error.name === 'AccessDenied',
    )
})

test('what is no ARN of a policy is InvalidInput', async () => {
  for (const PolicyArn of ['not an ARN but twenty characters', `arn:aws:iam::${account}:user/somebody`])
    await assert.rejects(iam.send(new GetPolicyCommand({ PolicyArn })), {
      name: 'InvalidInputException',
      message: `ARN ${PolicyArn} is not valid.`,
    })
})

test('attachments and boundaries are counted apart, and a used policy stays', async () => {
  const PolicyArn = await create('Used')
  const UserName = 'holder'
  await iam.send(new CreateUserCommand({ UserName }))
  const countsNow = async () => {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }))
    return [Policy?.AttachmentCount, Policy?.PermissionsBoundaryUsageCount]
  }
  const conflict = { name: 'DeleteConflictException', message: 'Cannot delete a policy attached to entities.' }
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }))
  assert.deepEqual(await countsNow(), [1, 0])
  await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn })), conflict)
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary: PolicyArn }))
  assert.deepEqual(await countsNow(), [1, 1])
  await iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }))
  await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn })), conflict)
  await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName }))
  await iam.send(new DeletePolicyCommand({ PolicyArn }))
  await assert.rejects(iam.send(new GetPolicyCommand({ PolicyArn })), { name: 'NoSuchEntityException' })
})

test('a policy goes only after all versions but the default one', async () => {
  const PolicyArn = await create('Versions')
  await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument }))
  await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn })), {
    name: 'DeleteConflictException',
    message: /^This policy has more than one version\. Before you delete a policy,/,
  })
  await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
  await iam.send(new DeletePolicyCommand({ PolicyArn }))
})

test('policies of AWS are read and not changed', async () => {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: aws }))
  assert.equal(Policy?.PolicyName, 'ReadOnlyAccess')
  assert.match(Policy?.DefaultVersionId ?? '', /^v\d+$/)
  const refused = { name: 'AccessDenied' }
  await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn: aws })), refused)
  await assert.rejects(iam.send(new CreatePolicyVersionCommand({ PolicyArn: aws, PolicyDocument })), refused)
  await assert.rejects(iam.send(new TagPolicyCommand({ PolicyArn: aws, Tags: [{ Key: 'a', Value: 'b' }] })), refused)
})

async function listed(asked: ListPoliciesRequest): Promise<readonly (string | undefined)[]> {
  const names: (string | undefined)[] = []
  for await (const { Policies = [] } of paginateListPolicies({ client: iam, pageSize: 400 }, asked))
    names.push(...Policies.map(({ PolicyName }) => PolicyName))
  return names
}

test('ListPolicies knows the scopes, paths and uses, and shows neither description nor tags', async () => {
  const attached = await create('ListAttached', '/listing/')
  const boundary = await create('ListBoundary', '/listing/')
  await create('ListIdle', '/listing/')
  const UserName = 'lister'
  await iam.send(new CreateUserCommand({ UserName, PermissionsBoundary: boundary }))
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: attached }))
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: aws }))
  const own = { Scope: 'Local', PathPrefix: '/listing/' } as const
  assert.deepEqual(await listed(own), ['ListAttached', 'ListBoundary', 'ListIdle'])
  assert.deepEqual(await listed({ ...own, OnlyAttached: true }), ['ListAttached', 'ListBoundary'])
  assert.deepEqual(await listed({ ...own, PolicyUsageFilter: 'PermissionsPolicy' }), ['ListAttached'])
  assert.deepEqual(await listed({ ...own, PolicyUsageFilter: 'PermissionsBoundary' }), ['ListBoundary'])
  const attachedAws = await listed({ Scope: 'AWS', OnlyAttached: true })
  assert.deepEqual(attachedAws, ['AdministratorAccess', 'ReadOnlyAccess'])
  const { Policies: [first] = [] } = await iam.send(new ListPoliciesCommand(own))
  assert.equal(first?.AttachmentCount, 1)
  assert.equal(first?.Description, undefined)
  assert.equal(first?.Tags, undefined)
})

test('all pages of all policies give each once, whatever the size of a page', async () => {
  const all = await listed({})
  const local = await listed({ Scope: 'Local' })
  const managed = await listed({ Scope: 'AWS' })
  assert.ok(managed.length > 1000)
  assert.equal(all.length, local.length + managed.length)
  assert.equal(new Set(all).size, all.length)
})

test('tags of a policy are set, listed and taken away', async () => {
  const PolicyArn = await create('Tagged')
  await iam.send(new TagPolicyCommand({ PolicyArn, Tags: [{ Key: 'a', Value: '1' }] }))
  await iam.send(new TagPolicyCommand({ PolicyArn, Tags: [{ Key: 'A', Value: '2' }] }))
  assert.deepEqual((await iam.send(new ListPolicyTagsCommand({ PolicyArn }))).Tags, [{ Key: 'A', Value: '2' }])
  await iam.send(new UntagPolicyCommand({ PolicyArn, TagKeys: ['a'] }))
  assert.deepEqual((await iam.send(new ListPolicyTagsCommand({ PolicyArn }))).Tags, [])
})

test('a document is refused in the words of its first problem', async () => {
  for (const [text, message] of [
    ['{"Version":"2012-10-17"}', 'Syntax errors in policy.'],
    [
      '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
      'Policy document must be version 2012-10-17 or greater.',
    ],
    [
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}',
      'Policy document should not specify a principal.',
    ],
  ] as const)
    await assert.rejects(iam.send(new CreatePolicyCommand({ PolicyName: 'bad', PolicyDocument: text })), {
      name: 'MalformedPolicyDocumentException',
      message,
    })
})
