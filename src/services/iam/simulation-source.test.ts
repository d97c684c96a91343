import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  type ContextEntry,
  type ContextKeyTypeEnum,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  GetGroupCommand,
  GetRoleCommand,
  GetUserCommand,
  ListGroupsForUserCommand,
  ListUsersCommand,
  type PolicyIdentifier,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  SimulatePrincipalPolicyCommand,
  type SimulatePrincipalPolicyCommandInput,
  TagUserCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { type Credentials, openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const entry = (
  ContextKeyName: string,
  ContextKeyType: ContextKeyTypeEnum,
  ...ContextKeyValues: string[]
): ContextEntry => ({
  ContextKeyName,
  ContextKeyType,
  ContextKeyValues,
})

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Action: string | string[], rest: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...rest })
const deny = (Action: string | string[], rest: object = {}) => ({ ...allow(Action, rest), Effect: 'Deny' })
const arn = (kind: string, name: string) => `arn:aws:iam::${account}:${kind}/${name}`
const readOnly = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'

type Input = Partial<SimulatePrincipalPolicyCommandInput>

const simulate = (input: Input) =>
  iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: arn('user', 'team/ada'),
      ActionNames: ['s3:GetObject'],
      ...input,
    }),
  )

async function result(input: Input) {
  const [first] = (await simulate(input)).EvaluationResults ?? []
  assert.ok(first)
  return first
}

const ids = async (input: Input) => (await result(input)).MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId)
const without = (...PolicyExclusionList: PolicyIdentifier[]) => ids({ PolicyExclusionList })

before(async () => {
  await iam.send(new CreateUserCommand({ UserName: 'ada', Path: '/team/' }))
  await iam.send(new CreateGroupCommand({ GroupName: 'devs' }))
  await iam.send(new AddUserToGroupCommand({ UserName: 'ada', GroupName: 'devs' }))
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: 'own', Path: '/x/', PolicyDocument: document(allow('s3:*')) }),
  )
  for (const PolicyArn of [readOnly, Policy?.Arn])
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ada', PolicyArn }))
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'devs', PolicyArn: readOnly }))
  const PolicyDocument = document(allow('s3:Get*'))
  await iam.send(new PutUserPolicyCommand({ UserName: 'ada', PolicyName: 'mine', PolicyDocument }))
  await iam.send(new PutGroupPolicyCommand({ GroupName: 'devs', PolicyName: 'ours', PolicyDocument }))
})

test('all policies of a user count, those of its groups too, and are named by where they are from', async () => {
  const PolicyInputList = [document(allow('s3:*'))]
  const all = ['user_ada_mine', 'AmazonS3ReadOnlyAccess', 'own', 'group_devs_ours']
  assert.deepEqual(new Set(await ids({})), new Set(all))
  assert.equal((await ids({}))?.length, all.length)
  assert.deepEqual(new Set(await ids({ PolicyInputList })), new Set([...all, 'PolicyInputList.1']))
})

test('the policies of a group or a role are simulated by themselves', async () => {
  const found = await ids({ PolicySourceArn: arn('group', 'devs') })
  assert.deepEqual(found, ['group_devs_ours', 'AmazonS3ReadOnlyAccess'])
  const AssumeRolePolicyDocument = document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: account } })
  await iam.send(new CreateRoleCommand({ RoleName: 'job', AssumeRolePolicyDocument }))
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'job', PolicyName: 'p', PolicyDocument: document(allow('s3:*')) }),
  )
  assert.deepEqual(await ids({ PolicySourceArn: arn('role', 'job') }), ['role_job_p'])
})

test('attached policies are left out by type, by ARN or pattern, and by inline name', async () => {
  assert.deepEqual(await without({ PolicyType: 'inline' }), ['AmazonS3ReadOnlyAccess', 'own'])
  assert.deepEqual(await without({ PolicyType: 'aws-managed' }, { PolicyType: 'user-managed' }), [
    'user_ada_mine',
    'group_devs_ours',
  ])
  assert.deepEqual(await without({ PolicyType: 'inline' }, { PolicyArn: readOnly }), ['own'])
  assert.deepEqual(await without({ PolicyType: 'inline' }, { PolicyArn: 'arn:aws:iam::aws:policy/Amazon?3*Access' }), [
    'own',
  ])
  assert.deepEqual(await without({ PolicyType: 'inline' }, { PolicyArn: arn('policy', 'x/o??') }), [
    'AmazonS3ReadOnlyAccess',
  ])
  const inline = (AttachmentType: 'user' | 'group', AttachmentName: string, PolicyName: string) => ({
    InlinePolicyIdentifier: { AttachmentType, AttachmentName, PolicyName },
  })
  const kept = await without(inline('group', 'devs', 'ours'), inline('user', 'devs', 'mine'), {
    PolicyType: 'aws-managed',
  })
  assert.deepEqual(kept, ['user_ada_mine', 'own'])
})

test('what matches nothing attached is ignored, and what is malformed refused', async () => {
  const all = await ids({})
  const others: PolicyIdentifier[] = [
    { PolicyType: 'scp' },
    { PolicyType: 'rcp' },
    { PolicyArn: arn('policy', 'x/other') },
    { PolicyArn: arn('policy', 'own') },
    { PolicyArn: `arn:aws:organizations::${account}:policy/o-1/service_control_policy/p-1` },
    { InlinePolicyIdentifier: { AttachmentType: 'role', AttachmentName: 'ada', PolicyName: 'mine' } },
  ]
  assert.deepEqual(await without(...others), all)
  for (const PolicyArn of [
    arn('user', 'ada'),
    'arn:aws:iam::*:policy/own12',
    arn('policy', '*/own'),
    arn('policy', 'a*b*c'),
    'x'.repeat(20),
  ])
    await assert.rejects(without({ PolicyArn }), {
      name: 'InvalidInputException',
      message: `Invalid policy identifier: ${PolicyArn}`,
    })
})

test('the attached boundary takes part, unless it is replaced or left out', async () => {
  const PermissionsBoundary = 'arn:aws:iam::aws:policy/AmazonSQSFullAccess'
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'ada', PermissionsBoundary }))
  const told = async (input: Input) => {
    const { EvalDecision, PermissionsBoundaryDecisionDetail: detail } = await result(input)
    return [EvalDecision, detail?.AllowedByPermissionsBoundary]
  }
  assert.deepEqual(await told({}), ['implicitDeny', false])
  assert.deepEqual(await told({ PermissionsBoundaryPolicyInputList: [document(allow('s3:*'))] }), ['allowed', true])
  assert.deepEqual(await told({ PolicyExclusionList: [{ PolicyType: 'permission-boundary' }] }), ['allowed', undefined])
  await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'ada' }))
  assert.deepEqual(await told({}), ['allowed', undefined])
})

test('the caller is the one whose policies are simulated, unless another is named', async () => {
  const me = arn('user', 'team/ada')
  const ResourcePolicy = document({ ...deny('s3:*'), Principal: { AWS: me } })
  assert.equal((await result({ ResourcePolicy })).EvalDecision, 'explicitDeny')
  assert.equal((await result({ ResourcePolicy, CallerArn: arn('user', 'bob') })).EvalDecision, 'allowed')
  const message = 'Invalid caller - Caller must be an IAM user in this context.'
  for (const PolicySourceArn of [arn('group', 'devs'), arn('role', 'job')])
    await assert.rejects(simulate({ ResourcePolicy, PolicySourceArn }), { name: 'InvalidInputException', message })
})

test('whose policies are simulated must be a user, group or role of the account that is there', async () => {
  const refused = (PolicySourceArn: string, name: string, message: string) =>
    assert.rejects(simulate({ PolicySourceArn }), { name, message })
  const session = `arn:aws:sts::${account}:assumed-role/job/x`
  for (const wrong of [session, `arn:aws:iam::${account}:root`, arn('policy', 'x/own')])
    await refused(
      wrong,
      'InvalidInputException',
      `Invalid Entity Arn: ${wrong} does not clearly define entity type and name.`,
    )
  await refused(
    'arn:aws:iam::444455556666:user/ada',
    'InvalidInputException',
    `Invalid Policy Source Arn: caller's account ${account} does not have access to policies in account 444455556666`,
  )
  await refused(arn('user', 'nobody'), 'NoSuchEntityException', 'The user with name nobody cannot be found.')
  await refused(arn('user', 'ada'), 'NoSuchEntityException', 'The user with name ada cannot be found.')
  await refused(arn('role', 'nobody'), 'NoSuchEntityException', 'The role with name nobody cannot be found.')
})

async function userWith(UserName: string, ...statements: object[]): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName }))
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument: document(...statements) }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

test('whoever simulates the policies of a user needs the permission for that user', async () => {
  const key = await userWith('auditor', allow('iam:SimulatePrincipalPolicy', { Resource: arn('user', 'team/*') }))
  const ask = (PolicySourceArn: string) =>
    door.as(key).iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ['s3:GetObject'] }))
  assert.equal((await ask(arn('user', 'team/ada'))).EvaluationResults?.length, 1)
  const message =
    /is not authorized to perform: iam:SimulatePrincipalPolicy on resource: arn:aws:iam::\d+:group\/devs because/
  await assert.rejects(ask(arn('group', 'devs')), { name: 'AccessDenied', message })
  await assert.rejects(ask(arn('user', 'nobody')), { name: 'AccessDenied' })
})

test('what the simulation says of a user is what happens when the user calls', async () => {
  const key = await userWith(
    'caller',
    allow('iam:Get*', { Resource: [arn('user', '*'), arn('group', '*')] }),
    allow(['iam:ListUsers', 'iam:TagUser'], { Condition: { StringEquals: { 'aws:username': '${aws:username}' } } }),
    allow('iam:PutUserPolicy', { Resource: arn('user', '${aws:username}') }),
    allow('iam:DeleteUserPolicy'),
    deny('iam:*', { Resource: arn('group', 'devs') }),
    deny('iam:DeleteUserPolicy', { Condition: { StringNotLike: { 'aws:PrincipalArn': '*admin*' } } }),
  )
  const mine = door.as(key)
  const self = arn('user', 'caller')
  const PolicyDocument = document(allow('s3:*'))
  const calls: readonly (readonly [string, string, () => Promise<unknown>])[] = [
    ['iam:GetUser', arn('user', 'team/ada'), () => mine.iam.send(new GetUserCommand({ UserName: 'ada' }))],
    ['iam:GetGroup', arn('group', 'devs'), () => mine.iam.send(new GetGroupCommand({ GroupName: 'devs' }))],
    ['iam:GetRole', arn('role', 'job'), () => mine.iam.send(new GetRoleCommand({ RoleName: 'job' }))],
    ['iam:ListUsers', arn('user', ''), () => mine.iam.send(new ListUsersCommand({}))],
    ['iam:ListGroupsForUser', self, () => mine.iam.send(new ListGroupsForUserCommand({ UserName: 'caller' }))],
    [
      'iam:TagUser',
      self,
      () => mine.iam.send(new TagUserCommand({ UserName: 'caller', Tags: [{ Key: 'a', Value: 'b' }] })),
    ],
    [
      'iam:PutUserPolicy',
      self,
      () => mine.iam.send(new PutUserPolicyCommand({ UserName: 'caller', PolicyName: 'q', PolicyDocument })),
    ],
    [
      'iam:PutUserPolicy',
      arn('user', 'team/ada'),
      () => mine.iam.send(new PutUserPolicyCommand({ UserName: 'ada', PolicyName: 'q', PolicyDocument })),
    ],
    [
      'iam:DeleteUserPolicy',
      self,
      () => mine.iam.send(new DeleteUserPolicyCommand({ UserName: 'caller', PolicyName: 'p' })),
    ],
    ['sts:GetCallerIdentity', '*', () => mine.sts.send(new GetCallerIdentityCommand({}))],
  ]
  const ContextEntries = [entry('aws:username', 'string', 'caller'), entry('aws:PrincipalArn', 'string', self)]
  const said: string[] = []
  for (const [action, resource, call] of calls) {
    const input = { PolicySourceArn: self, ActionNames: [action], ResourceArns: [resource], ContextEntries }
    const { EvalDecision } = await result(input)
    said.push(`${EvalDecision}`)
    const denied = await call().then(
      () => undefined,
      (error: Error) => error,
    )
    assert.equal(denied?.name, EvalDecision === 'allowed' ? undefined : 'AccessDenied', `${action} on ${resource}`)
    assert.equal(
      /explicit deny/.test(denied?.message ?? ''),
      EvalDecision === 'explicitDeny',
      `${action} on ${resource}`,
    )
  }
  assert.equal(new Set(said).size, 3)
})

test('the trust policy of a role of the account is honoured as when the role is assumed', async () => {
  const key = await userWith('visitor', allow('sts:AssumeRole'))
  const self = arn('user', 'visitor')
  const trust = (statement: object) => document({ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement })
  const condition = { StringEquals: { 'sts:ExternalId': 'e-1' } }
  const roles: readonly (readonly [string, string])[] = [
    ['named', trust({ Principal: { AWS: self } })],
    ['delegated', trust({ Principal: { AWS: account }, Condition: condition })],
    ['closed', trust({ Principal: { Service: 'ec2.amazonaws.com' } })],
    [
      'barred',
      document(
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' },
        { Effect: 'Deny', Action: 'sts:*', Principal: { AWS: [self] } },
      ),
    ],
  ]
  const said: Record<string, string | undefined> = {}
  for (const [RoleName, AssumeRolePolicyDocument] of roles) {
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
    const ResourceArns = [arn('role', RoleName)]
    const id = entry('sts:ExternalId', 'string', 'e-1')
    const input = { PolicySourceArn: self, ActionNames: ['sts:AssumeRole'], ResourceArns, ContextEntries: [id] }
    const { EvalDecision } = await result(input)
    said[RoleName] = EvalDecision
    const { sts } = door.as(key)
    const assumed = sts.send(
      new AssumeRoleCommand({ RoleArn: arn('role', RoleName), RoleSessionName: 'it', ExternalId: 'e-1' }),
    )
    if (EvalDecision === 'allowed') assert.ok((await assumed).Credentials)
    else await assert.rejects(assumed, { name: 'AccessDenied' })
  }
  assert.deepEqual(said, { named: 'allowed', delegated: 'allowed', closed: 'implicitDeny', barred: 'explicitDeny' })
  const barred = await result({
    PolicySourceArn: self,
    ActionNames: ['sts:AssumeRole'],
    ResourceArns: [arn('role', 'barred')],
  })
  const start = roles[3]?.[1].indexOf('},{"Effect":"Deny"') ?? 0
  assert.deepEqual(
    barred.MatchedStatements?.map(({ SourcePolicyId, StartPosition }) => [SourcePolicyId, StartPosition?.Column]),
    [['ResourcePolicy', start + 2]],
  )
  const delegated = { PolicySourceArn: self, ActionNames: ['sts:AssumeRole'], ResourceArns: [arn('role', 'delegated')] }
  const lacking = await result(delegated)
  assert.deepEqual([lacking.EvalDecision, lacking.MissingContextValues], ['implicitDeny', ['sts:ExternalId']])
})

test('for a role that is not there, or of another account, only the policies of the caller count', async () => {
  const ResourceArns = [arn('role', 'to-be-made'), 'arn:aws:iam::444455556666:role/theirs']
  const input = { PolicySourceArn: arn('user', 'visitor'), ActionNames: ['sts:AssumeRole'], ResourceArns }
  const found = await result(input)
  assert.equal(found.EvalDecision, 'allowed')
  assert.deepEqual(found.ResourceSpecificResults?.[1]?.EvalDecisionDetails, { 'IAM Policy': 'allowed' })
  assert.equal((await result({ ...input, PolicySourceArn: arn('user', 'team/ada') })).EvalDecision, 'implicitDeny')
})
