import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPolicyVersionsCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam } = door

const documentOf = (action: string) =>
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"${action}","Resource":"*"}]}`

async function create(PolicyName: string): Promise<string> {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: documentOf('s3:A') }))
  return Policy?.Arn ?? ''
}

async function add(PolicyArn: string, action: string, SetAsDefault?: boolean) {
  const input = {
    PolicyArn,
    PolicyDocument: documentOf(action),
    ...(SetAsDefault === undefined ? {} : { SetAsDefault }),
  }
  return (await iam.send(new CreatePolicyVersionCommand(input))).PolicyVersion
}

test('a version becomes the default only when that is asked for', async () => {
  const PolicyArn = await create('Default')
  assert.equal((await add(PolicyArn, 's3:B'))?.IsDefaultVersion, false)
  assert.equal((await add(PolicyArn, 's3:C', true))?.IsDefaultVersion, true)
  assert.equal((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.DefaultVersionId, 'v3')
  await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
  assert.equal((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.DefaultVersionId, 'v2')
})

test('a sixth version is refused, the default version stays, and numbers are never used again', async () => {
  const PolicyArn = await create('Five')
  for (const action of ['s3:B', 's3:C', 's3:D', 's3:E']) await add(PolicyArn, action)
  await assert.rejects(add(PolicyArn, 's3:F'), {
    name: 'LimitExceededException',
    message:
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
  })
  await assert.rejects(iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete the default version of a policy.',
  })
  await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' }))
  assert.equal((await add(PolicyArn, 's3:F'))?.VersionId, 'v6')
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))
  assert.deepEqual(
    Versions.map(({ VersionId }) => VersionId),
    ['v6', 'v4', 'v3', 'v2', 'v1'],
  )
})

test('versions are listed in pages, newest first and without documents', async () => {
  const PolicyArn = await create('Paged')
  await add(PolicyArn, 's3:B')
  await add(PolicyArn, 's3:C')
  const first = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, MaxItems: 2 }))
  const last = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, MaxItems: 2, Marker: first.Marker }))
  const shown = [...(first.Versions ?? []), ...(last.Versions ?? [])]
  assert.deepEqual(
    shown.map(({ VersionId, Document }) => [VersionId, Document]),
    [
      ['v3', undefined],
      ['v2', undefined],
      ['v1', undefined],
    ],
  )
})

test('a document comes back URL-encoded by RFC 3986, and byte for byte', async () => {
  const text = `{"Version":"2012-10-17",\r\n "Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*",
    "Condition":{"StringLike":{"aws:PrincipalTag/a!'()*~ é":"ÿ+/&="}}}}`
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'Bytes', PolicyDocument: text }))
  const input = { PolicyArn: Policy?.Arn, VersionId: 'v1' }
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand(input))
  const wire = PolicyVersion?.Document ?? ''
  assert.match(wire, /^[A-Za-z0-9\-._~%]+$/)
  assert.equal(decodeURIComponent(wire), text)
})

test('white space outside strings does not count against the quota', async () => {
  const PolicyArn = await create('Large')
  const filled = (size: number, blank = '') => {
    const empty = documentOf(`s3:`)
    return empty.replace('"s3:"', `${blank}"s3:${'x'.repeat(size - empty.length)}"${blank}`)
  }
  const send = (PolicyDocument: string) => iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument }))
  await send(filled(6144, ' \n\t'.repeat(2000)))
  await assert.rejects(send(filled(6145)), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for PolicySize: 6144',
  })
})

test('a version that is not there is NoSuchEntity', async () => {
  const PolicyArn = await create('Lonely')
  const expected = {
    name: 'NoSuchEntityException',
    message: `Policy ${PolicyArn} version v9 does not exist or is not attachable.`,
  }
  const input = { PolicyArn, VersionId: 'v9' }
  await assert.rejects(iam.send(new GetPolicyVersionCommand(input)), expected)
  await assert.rejects(iam.send(new SetDefaultPolicyVersionCommand(input)), expected)
  await assert.rejects(iam.send(new DeletePolicyVersionCommand(input)), expected)
})

test('an AWS managed policy gives the document of its default version', async () => {
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }))
  const VersionId = Policy?.DefaultVersionId
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }))
  const { Statement } = JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''))
  assert.deepEqual(Statement, [{ Effect: 'Allow', Action: '*', Resource: '*' }])
  assert.equal(PolicyVersion?.IsDefaultVersion, true)
})
