import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GenerateServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsWithEntitiesCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { type Credentials, openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

async function user(UserName: string, ...Action: string[]): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action, Resource: '*' },
  })
  if (Action.length > 0) await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

const arnOf = (UserName: string) => `arn:aws:iam::${account}:user/${UserName}`

async function report(Arn: string, Granularity?: 'ACTION_LEVEL') {
  await door.store.flush()
  const { JobId } = await iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn, Granularity }))
  assert.match(JobId ?? '', /^[0-9a-f-]{36}$/)
  return iam.send(new GetServiceLastAccessedDetailsCommand({ JobId, MaxItems: 1000 }))
}

test('a report lists the services that the policies grant, and the last call of each', async () => {
  const client = door.as(await user('ada', 's3:Get*', 'iam:List*'), 'eu-central-1')
  await client.iam.send(new ListUsersCommand({}))
  const found = await report(arnOf('ada'))
  assert.deepEqual([found.JobStatus, found.JobType], ['COMPLETED', 'SERVICE_LEVEL'])
  assert.equal(found.JobCompletionDate?.getTime(), opening)
  assert.deepEqual(found.ServicesLastAccessed, [
    {
      ServiceName: 'AWS Identity and Access Management (IAM)',
      ServiceNamespace: 'iam',
      LastAuthenticated: new Date(opening),
      LastAuthenticatedEntity: arnOf('ada'),
      LastAuthenticatedRegion: 'eu-central-1',
      TotalAuthenticatedEntities: 1,
    },
    { ServiceName: 'Amazon S3', ServiceNamespace: 's3', TotalAuthenticatedEntities: 0 },
  ])
})

test('calls that were denied count too', async () => {
  const client = door.as(await user('denied', 'iam:GetUser'))
  await assert.rejects(client.iam.send(new ListUsersCommand({})), { name: 'AccessDenied' })
  const [service] = (await report(arnOf('denied'))).ServicesLastAccessed ?? []
  assert.equal(service?.TotalAuthenticatedEntities, 1)
})

test('a report by action tells the last call of each action', async () => {
  const client = door.as(await user('grace', 'iam:GetUser', 'iam:ListUsers'))
  await client.iam.send(new GetUserCommand({}))
  const [service] = (await report(arnOf('grace'), 'ACTION_LEVEL')).ServicesLastAccessed ?? []
  assert.deepEqual(service?.TrackedActionsLastAccessed, [
    {
      ActionName: 'GetUser',
      LastAccessedTime: new Date(opening),
      LastAccessedEntity: arnOf('grace'),
      LastAccessedRegion: 'us-east-1',
    },
    { ActionName: 'ListUsers' },
  ])
})

test('a role tells of the calls of its sessions', async () => {
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
  })
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument }))
  const { Credentials: given } = await door.sts.send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'session' }),
  )
  const session = door.as({
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  })
  await session.sts.send(new GetCallerIdentityCommand({}))
  await door.store.flush()
  const calls = await door.store.read(({ lastUses }) => lastUses.actionsOf(Role?.RoleId ?? ''))
  assert.deepEqual(
    calls.map(({ action }) => action),
    ['sts:GetCallerIdentity'],
  )
  assert.deepEqual((await report(Role?.Arn ?? '')).ServicesLastAccessed, [])
})

test('a group and a policy tell of everybody who has them, called or not', async () => {
  const first = door.as(await user('first'))
  await user('second')
  await iam.send(new CreateGroupCommand({ GroupName: 'team' }))
  for (const UserName of ['first', 'second']) await iam.send(new AddUserToGroupCommand({ GroupName: 'team', UserName }))
  const PolicyDocument =
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:ListUsers","sqs:*"],"Resource":"*"}}'
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'Team', PolicyDocument }))
  const PolicyArn = Policy?.Arn
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'team', PolicyArn }))
  await iam.send(new AttachUserPolicyCommand({ UserName: 'first', PolicyArn }))
  await first.iam.send(new ListUsersCommand({}))
  await door.store.flush()
  for (const Arn of [`arn:aws:iam::${account}:group/team`, PolicyArn]) {
    const { JobId } = await iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn }))
    const { ServicesLastAccessed } = await iam.send(new GetServiceLastAccessedDetailsCommand({ JobId }))
    assert.deepEqual(
      ServicesLastAccessed?.map(({ ServiceNamespace, TotalAuthenticatedEntities }) => [
        ServiceNamespace,
        TotalAuthenticatedEntities,
      ]),
      [
        ['iam', 1],
        ['sqs', 0],
      ],
    )
    const withEntities = (input: object) =>
      iam.send(new GetServiceLastAccessedDetailsWithEntitiesCommand({ JobId, ServiceNamespace: 'iam', ...input }))
    const { EntityDetailsList = [] } = await withEntities({})
    const shown = EntityDetailsList.map(({ EntityInfo, LastAuthenticated }) => [EntityInfo?.Name, LastAuthenticated])
    assert.deepEqual(Object.fromEntries(shown), { first: new Date(opening), second: undefined })
    const [one] = EntityDetailsList
    assert.deepEqual([one?.EntityInfo?.Type, one?.EntityInfo?.Path], ['USER', '/'])
    const part = await withEntities({ MaxItems: 1 })
    assert.equal(part.IsTruncated, true)
    const rest = await withEntities({ MaxItems: 1, Marker: part.Marker })
    assert.deepEqual([...(part.EntityDetailsList ?? []), ...(rest.EntityDetailsList ?? [])], EntityDetailsList)
    await assert.rejects(withEntities({ ServiceNamespace: 'ec2' }), { name: 'InvalidInputException' })
  }
})

test('an administrator may call every service, in pages', async () => {
  const { JobId } = await iam.send(
    new GenerateServiceLastAccessedDetailsCommand({ Arn: arnOf('administrator'), Granularity: 'ACTION_LEVEL' }),
  )
  const seen: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const page = await iam.send(new GetServiceLastAccessedDetailsCommand({ JobId, Marker }))
    seen.push(...(page.ServicesLastAccessed ?? []).map(({ ServiceNamespace }) => ServiceNamespace))
    Marker = page.Marker
  } while (Marker !== undefined)
  assert.ok(seen.length > 400)
  assert.deepEqual(seen, [...new Set(seen)].sort())
})

test('a report is of something that is there, and a job is one that was begun', async () => {
  const generate = (Arn: string) => iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn }))
  await assert.rejects(generate(arnOf('nobody')), { name: 'NoSuchEntityException' })
  await assert.rejects(generate(`arn:aws:iam::${account}:policy/none`), { name: 'NoSuchEntityException' })
  await assert.rejects(generate('arn:aws:s3:::a-bucket-of-mine'), { name: 'InvalidInputException' })
  const JobId = '00000000-0000-4000-8000-000000000000'
  await assert.rejects(iam.send(new GetServiceLastAccessedDetailsCommand({ JobId })), {
    name: 'NoSuchEntityException',
  })
})
