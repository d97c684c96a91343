import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  type ContextEntry,
  type ContextKeyTypeEnum,
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
  SimulateCustomPolicyCommand,
  type SimulateCustomPolicyCommandInput,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const bucket = 'arn:aws:s3:::shop'
const ada = `arn:aws:iam::${account}:user/ada`

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

const simulate = (input: Partial<SimulateCustomPolicyCommandInput>) =>
  iam.send(new SimulateCustomPolicyCommand({ PolicyInputList: [], ActionNames: ['s3:GetObject'], ...input }))

async function results(...input: Parameters<typeof simulate>) {
  return (await simulate(...input)).EvaluationResults ?? []
}

async function result(...input: Parameters<typeof simulate>) {
  const [first, ...others] = await results(...input)
  assert.equal(others.length, 0)
  assert.ok(first)
  return first
}

const refused = (input: Partial<SimulateCustomPolicyCommandInput>, message: string | RegExp) =>
  assert.rejects(simulate(input), { name: 'InvalidInputException', message })

const ids = (matched: readonly { SourcePolicyId?: string | undefined }[] | undefined) =>
  matched?.map(({ SourcePolicyId }) => SourcePolicyId)

test("the positions of AWS's recorded answer come out: after the brace that opens the statement, after the one that closes it", async () => {
  const text =
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
  assert.equal(text.length, 167)
  const ContextEntries = [entry('aws:CurrentTime', 'date', '2019-04-25T11:00:00Z')]
  const input = { PolicyInputList: [text], ActionNames: ['dynamodb:CreateBackup'], ContextEntries }
  assert.deepEqual(await results(input), [
    {
      EvalActionName: 'dynamodb:CreateBackup',
      EvalResourceName: '*',
      EvalDecision: 'allowed',
      MatchedStatements: [
        {
          SourcePolicyId: 'PolicyInputList.1',
          SourcePolicyType: 'IAM Policy',
          StartPosition: { Line: 1, Column: 38 },
          EndPosition: { Line: 1, Column: 167 },
        },
      ],
      MissingContextValues: [],
    },
  ])
})

test('positions count lines and columns of the text as it is given, from the token before each statement on', async () => {
  const text = [
    '{',
    '  "Version": "2012-10-17",',
    '  "Statement": [',
    '    { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },\r',
    '    {',
    '      "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"',
    '    } , {"Effect":"Allow","Action":"sqs:*","Resource":"*"}',
    '  ]',
    '}',
  ].join('\n')
  const { MatchedStatements } = await result({ PolicyInputList: [text] })
  assert.deepEqual(
    MatchedStatements?.map(({ StartPosition, EndPosition }) => [StartPosition, EndPosition]),
    [
      [
        { Line: 3, Column: 17 },
        { Line: 4, Column: 61 },
      ],
      [
        { Line: 4, Column: 61 },
        { Line: 7, Column: 6 },
      ],
    ],
  )
})

test('every action is held against every resource, and each resource has a result of its own', async () => {
  const policy = document(allow('s3:GetObject', { Resource: `${bucket}/*` }), allow('sqs:*'))
  const ResourceArns = [`${bucket}/a`, 'arn:aws:s3:::other/b']
  const found = await results({
    PolicyInputList: [policy],
    ActionNames: ['s3:GetObject', 'sqs:SendMessage'],
    ResourceArns,
  })
  assert.deepEqual(
    found.map(({ EvalActionName, EvalDecision, ResourceSpecificResults }) => [
      EvalActionName,
      EvalDecision,
      ResourceSpecificResults?.map((one) => [one.EvalResourceName, one.EvalResourceDecision]),
    ]),
    [
      [
        's3:GetObject',
        'implicitDeny',
        [
          [`${bucket}/a`, 'allowed'],
          ['arn:aws:s3:::other/b', 'implicitDeny'],
        ],
      ],
      [
        'sqs:SendMessage',
        'allowed',
        [
          [`${bucket}/a`, 'allowed'],
          ['arn:aws:s3:::other/b', 'allowed'],
        ],
      ],
    ],
  )
})

test('the answer for all resources names the template of the type that is touched, or a star', async () => {
  const name = async (action: string, ...ResourceArns: string[]) =>
    (await result({ ActionNames: [action], ResourceArns })).EvalResourceName
  assert.equal(await name('s3:GetObject', `${bucket}/a`), 'arn:aws:s3:::${BucketName}/${ObjectName}')
  assert.equal(
    await name('iam:PassRole', `arn:aws:iam::${account}:role/x`),
    'arn:aws:iam::${Account}:role/${RoleNameWithPath}',
  )
  assert.equal(
    await name('iam:SimulatePrincipalPolicy', `arn:aws:iam::${account}:group/x`),
    'arn:aws:iam::${Account}:group/${GroupNameWithPath}',
  )
  assert.equal(await name('iam:ListUsers', ada), '*')
  assert.equal(await name('s3:GetObject'), '*')
  assert.equal(await name('nothing:Known', ada), '*')
})

test('action names without a service, or with wildcards, are refused', async () => {
  for (const action of ['s3:*', 's3:Get?bject', 'GetObject', 's3:Get Object', ':Get'])
    await refused({ ActionNames: ['s3:GetObject', action] }, `Invalid Input Actions: [${action}]`)
})

test('what is no ARN is refused as a resource', async () => {
  for (const arn of ['14a050d4-021e', 'arn:aws:s3', 'arn::s3:::x', 'arn:aws:s3:::', 's3:::x:y:z:1'])
    await refused({ ResourceArns: [bucket, arn] }, `ResourceNames are not in a valid ARN format: ${arn}.`)
})

test('policies that cannot be read, or that AWS would refuse, are invalid input; an old version is not', async () => {
  await refused(
    { PolicyInputList: [document(allow('s3:*')), '{'] },
    /^Invalid policy PolicyInputList\.2: Syntax errors in policy\./,
  )
  await refused({ PolicyInputList: [document(allow('s3'))] }, /prefaced by a vendor/)
  await refused({ PolicyInputList: [document({ ...allow('s3:*'), Principal: '*' })] }, /should not specify a principal/)
  const ResourcePolicy = document(allow('s3:*'))
  await refused({ ResourcePolicy, CallerArn: ada }, /^Invalid policy ResourcePolicy: Missing required field Principal/)
  const levels = [{ ServiceControlPolicyInputList: ['[]'] }]
  await refused(
    { OrderedOrganizationPolicyInputList: levels },
    /^Invalid policy OrderedOrganizationPolicyInputList\.1\./,
  )
  const old = document(allow('s3:*')).replace('2012', '2008')
  assert.equal((await result({ PolicyInputList: [old] })).EvalDecision, 'allowed')
})

test('an explicit deny tells only the statements that deny, an implicit one none', async () => {
  const PolicyInputList = [document(allow('s3:*'), deny('s3:GetObject')), document(deny('s3:Get*'))]
  const denied = await result({ PolicyInputList })
  assert.equal(denied.EvalDecision, 'explicitDeny')
  assert.deepEqual(ids(denied.MatchedStatements), ['PolicyInputList.1', 'PolicyInputList.2'])
  const open = await result({ PolicyInputList, ActionNames: ['sqs:SendMessage'] })
  assert.deepEqual([open.EvalDecision, open.MatchedStatements], ['implicitDeny', []])
})

test('over several resources the most restrictive decision counts, with the statements that led to it', async () => {
  const PolicyInputList = [document(allow('s3:*')), document(deny('s3:*', { Resource: `${bucket}/b` }))]
  const found = await result({ PolicyInputList, ResourceArns: [`${bucket}/a`, `${bucket}/b`] })
  assert.equal(found.EvalDecision, 'explicitDeny')
  assert.deepEqual(ids(found.MatchedStatements), ['PolicyInputList.2'])
  const [a, b] = found.ResourceSpecificResults ?? []
  assert.deepEqual(
    [ids(a?.MatchedStatements), ids(b?.MatchedStatements)],
    [['PolicyInputList.1'], ['PolicyInputList.2']],
  )
})

test('keys that the context lacks are told once, whatever their case, also those of variables; SCPs and boundaries do not count', async () => {
  const own = document(
    allow('s3:*', {
      Condition: { StringEquals: { 'aws:SourceVpc': 'x', 'aws:PrincipalTag/Team': '${aws:username}' } },
    }),
    allow('sqs:*', {
      Resource: 'arn:aws:sqs:*:*:${aws:PrincipalTag/Queue}',
      Condition: { Bool: { 'AWS:sourcevpc': 'true' } },
    }),
  )
  const other = document(allow('*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }))
  const resource = document({
    ...allow('s3:*'),
    Principal: '*',
    Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
  })
  const input = {
    PolicyInputList: [own],
    ResourcePolicy: resource,
    CallerArn: ada,
    PermissionsBoundaryPolicyInputList: [other],
    OrderedOrganizationPolicyInputList: [{ ServiceControlPolicyInputList: [other, document(allow('*'))] }],
    ContextEntries: [entry('AWS:UserName', 'string', 'ada')],
  }
  const missing = ['aws:SourceVpc', 'aws:PrincipalTag/Team', 'aws:PrincipalTag/Queue', 'aws:SourceIp']
  assert.deepEqual(new Set((await result(input)).MissingContextValues), new Set(missing))
  const found = await result({ ...input, ResourceArns: [bucket, `${bucket}/a`] })
  assert.equal(found.MissingContextValues?.length, missing.length)
  for (const one of found.ResourceSpecificResults ?? [])
    assert.deepEqual(new Set(one.MissingContextValues), new Set(missing))
})

test('the context comes from the entries alone', async () => {
  const PolicyInputList = [
    document(allow('s3:*', { Condition: { Null: { 'aws:CurrentTime': 'true', 'aws:PrincipalArn': 'true' } } })),
  ]
  assert.equal((await result({ PolicyInputList })).EvalDecision, 'allowed')
})

test('a list is a key of several values, everything else a key of one', async () => {
  const some = document(allow('s3:*', { Condition: { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['b'] } } }))
  const plain = document(allow('s3:*', { Condition: { StringEquals: { 'aws:TagKeys': ['b'] } } }))
  const tags = (type: ContextKeyTypeEnum, ...values: string[]) => ({
    ContextEntries: [entry('aws:TagKeys', type, ...values)],
  })
  const decision = async (...[policy, entries]: [string, ReturnType<typeof tags>]) =>
    (await result({ PolicyInputList: [policy], ...entries })).EvalDecision
  assert.equal(await decision(some, tags('stringList', 'a', 'b')), 'allowed')
  assert.equal(await decision(some, tags('stringList', 'a')), 'implicitDeny')
  assert.equal(await decision(plain, tags('stringList', 'b')), 'implicitDeny')
  assert.equal(await decision(plain, tags('string', 'b')), 'allowed')
})

test('values of context entries must be of their type', async () => {
  const entries = (type: ContextKeyTypeEnum, ...values: string[]) => ({
    ContextEntries: [entry('aws:Key', type, ...values)],
  })
  const right: readonly (readonly [ContextKeyTypeEnum, ...string[]])[] = [
    ['string', 'anything ${at} *all'],
    ['stringList', 'a', ''],
    ['numeric', '-10.5'],
    ['numericList', '1', '2e3'],
    ['boolean', 'TRUE'],
    ['booleanList', 'true', 'false'],
    ['ip', '2001:db8::1'],
    ['ipList', '10.0.0.1', '::1'],
    ['binary', 'QUJD'],
    ['date', '2018-08-16T12:00:00Z'],
    ['dateList', '1534420800', '2018-08-16'],
  ]
  for (const [type, ...values] of right) await simulate(entries(type, ...values))
  const wrong: readonly (readonly [ContextKeyTypeEnum, ...string[]])[] = [
    ['numeric', '10abc'],
    ['numericList', '1', 'NaN'],
    ['boolean', 'yes'],
    ['ip', '10.0.0.0/8'],
    ['ipList', '10.0.0.1', 'example.com'],
    ['date', '2018-02-30T00:00:00Z'],
    ['dateList', '*'],
    ['binary', '***'],
  ]
  for (const [type, ...values] of wrong)
    await refused(entries(type, ...values), `Value ${values.at(-1)} of context key aws:Key is not of type ${type}.`)
  await refused(entries('string', 'a', 'b'), 'Context key aws:Key of type string must have exactly one value.')
  await refused(
    { ContextEntries: [{ ContextKeyName: 'aws:Key', ContextKeyValues: ['a'] }] },
    'Context key aws:Key has no type.',
  )
  await refused({ ContextEntries: [entry('noprefix', 'string', 'a')] }, 'Invalid context key name: noprefix')
  const twice = [entry('aws:Key', 'string', 'a'), entry('AWS:key', 'string', 'a')]
  await refused({ ContextEntries: twice }, 'Context key AWS:key is given more than once.')
})

test('a boundary grants nothing, and the answer tells whether it allows', async () => {
  const boundary = (text: string) => ({ PermissionsBoundaryPolicyInputList: [text] })
  const PolicyInputList = [document(allow('s3:*'))]
  for (const [text, decision, allowed] of [
    [document(allow('s3:Get*')), 'allowed', true],
    [document(allow('sqs:*')), 'implicitDeny', false],
    [document(allow('*'), deny('s3:Get*')), 'explicitDeny', false],
  ] as const) {
    const found = await result({ PolicyInputList, ...boundary(text), ResourceArns: [bucket] })
    const detail = { AllowedByPermissionsBoundary: allowed }
    assert.equal(found.EvalDecision, decision)
    assert.deepEqual(found.PermissionsBoundaryDecisionDetail, detail)
    assert.deepEqual(found.ResourceSpecificResults?.[0]?.PermissionsBoundaryDecisionDetail, detail)
    assert.deepEqual(ids(found.MatchedStatements), allowed ? ['PolicyInputList.1'] : [])
  }
  assert.equal((await result({ ...boundary(document(allow('*'))) })).EvalDecision, 'implicitDeny')
  assert.equal((await result({ PolicyInputList })).PermissionsBoundaryDecisionDetail, undefined)
  const two = { PermissionsBoundaryPolicyInputList: [document(allow('*')), document(allow('*'))] }
  await refused({ PolicyInputList, ...two }, 'PermissionsBoundaryPolicyInputList can have only one policy.')
})

test('every level of an organization must allow; where one denies, evaluation ends and no statement is told', async () => {
  const levels = (...texts: string[][]) => ({
    PolicyInputList: [document(allow('s3:*'))],
    PermissionsBoundaryPolicyInputList: [document(allow('*'))],
    OrderedOrganizationPolicyInputList: texts.map((level) => ({ ServiceControlPolicyInputList: level })),
    ResourceArns: [bucket],
  })
  const full = document(allow('*'))
  const open = await result(levels([full], [document(deny('sqs:*')), full]))
  assert.deepEqual([open.EvalDecision, open.OrganizationsDecisionDetail], ['allowed', { AllowedByOrganizations: true }])
  assert.deepEqual(ids(open.MatchedStatements), ['PolicyInputList.1'])
  for (const [input, decision] of [
    [levels([full], [document(allow('sqs:*'))]), 'implicitDeny'],
    [levels([full], [document(deny('s3:*')), full]), 'explicitDeny'],
  ] as const) {
    const found = await result(input)
    assert.deepEqual(
      [found.EvalDecision, found.OrganizationsDecisionDetail],
      [decision, { AllowedByOrganizations: false }],
    )
    assert.deepEqual(found.MatchedStatements, [])
    assert.equal(found.EvalDecisionDetails, undefined)
    assert.equal(found.PermissionsBoundaryDecisionDetail, undefined)
  }
  assert.equal((await result({ ...levels(), ResourceArns: [] })).OrganizationsDecisionDetail, undefined)
  const eight = levels(...Array.from({ length: 8 }, () => [full]))
  await assert.rejects(simulate(eight), { name: 'ValidationError' })
})

test('the policy of a resource grants by itself to a user of the account that it names, and limits where it denies', async () => {
  const to = (AWS: string, more: object = {}) => document({ ...allow('s3:*'), Principal: { AWS }, ...more })
  const found = await result({ ResourcePolicy: to(ada), CallerArn: ada, ResourceArns: [bucket] })
  assert.equal(found.EvalDecision, 'allowed')
  assert.deepEqual(found.MatchedStatements, [
    {
      SourcePolicyId: 'ResourcePolicy',
      SourcePolicyType: 'Resource Policy',
      StartPosition: { Line: 1, Column: 38 },
      EndPosition: { Line: 1, Column: 38 + JSON.stringify({ ...allow('s3:*'), Principal: { AWS: ada } }).length },
    },
  ])
  const PolicyInputList = [document(allow('s3:*'))]
  const decision = async (ResourcePolicy: string, CallerArn = ada, ResourceArns = [bucket]) =>
    (await result({ PolicyInputList, ResourcePolicy, CallerArn, ResourceArns })).EvalDecision
  assert.equal(await decision(to(ada.replace('ada', 'bob'))), 'allowed')
  assert.equal(await decision(to(ada, { Effect: 'Deny' })), 'explicitDeny')
  assert.equal(await decision(to(ada, { Effect: 'Deny' }), ada.replace('ada', 'bob')), 'allowed')
  assert.equal(await decision(to(ada, { Effect: 'Deny' }), ada, [`${bucket}/a`, `${bucket}/b`]), 'explicitDeny')
})

test('the policy of a resource needs a caller, and that must be a user', async () => {
  const ResourcePolicy = document({ ...allow('s3:*'), Principal: '*' })
  await refused({ ResourcePolicy }, 'Invalid caller - Caller cannot be null or empty.')
  for (const kind of ['role', 'group'])
    await refused(
      { ResourcePolicy, CallerArn: `arn:aws:iam::${account}:${kind}/x` },
      'Invalid caller - Caller must be an IAM user in this context.',
    )
  for (const CallerArn of [
    `arn:aws:sts::${account}:assumed-role/x/y`,
    `arn:aws:sts::${account}:federated-user/x`,
    `arn:aws:iam::${account}:root`,
    'ec2.amazonaws.com',
  ])
    await refused({ CallerArn }, `Invalid Entity Arn: ${CallerArn} does not clearly define entity type and name.`)
})

test('across accounts both sides must allow, and the answer tells what each type of policy says', async () => {
  const PolicyInputList = [document(allow('s3:Get*'))]
  const ResourcePolicy = document({ ...allow('s3:GetObject'), Principal: { AWS: ada } })
  const input = { PolicyInputList, ResourcePolicy, CallerArn: ada, ResourceOwner: '444455556666' }
  const both = await result({ ...input, ResourceArns: [bucket] })
  assert.equal(both.EvalDecision, 'allowed')
  assert.deepEqual(both.EvalDecisionDetails, { 'IAM Policy': 'allowed', 'Resource Policy': 'allowed' })
  const two = await result({
    ...input,
    PermissionsBoundaryPolicyInputList: [document(allow('*'), deny('s3:*', { Resource: `${bucket}/b` }))],
    ActionNames: ['s3:GetBucketPolicy'],
    ResourceArns: [bucket, `${bucket}/b`],
  })
  assert.equal(two.EvalDecision, 'explicitDeny')
  const details = {
    'IAM Policy': 'allowed',
    'Resource Policy': 'implicitDeny',
    'Permissions Boundary Policy': 'allowed',
  }
  const [first, second] = two.ResourceSpecificResults ?? []
  assert.deepEqual(first?.EvalDecisionDetails, details)
  assert.deepEqual(second?.EvalDecisionDetails, { ...details, 'Permissions Boundary Policy': 'explicitDeny' })
  assert.deepEqual(two.EvalDecisionDetails, { ...details, 'Permissions Boundary Policy': 'explicitDeny' })
  const queue = 'arn:aws:sqs:us-east-1:444455556666:q'
  const alone = await result({
    PolicyInputList: [document(allow('*'))],
    ActionNames: ['sqs:SendMessage'],
    ResourceArns: [queue],
  })
  assert.equal(alone.EvalDecision, 'implicitDeny')
  assert.deepEqual(alone.EvalDecisionDetails, { 'IAM Policy': 'allowed', 'Resource Policy': 'implicitDeny' })
})

test('within an account the details are there but empty, and absent for all resources', async () => {
  const PolicyInputList = [document(allow('s3:*'))]
  const found = await result({ PolicyInputList, ResourceArns: [bucket] })
  assert.deepEqual(found.EvalDecisionDetails, {})
  assert.equal(found.ResourceSpecificResults?.[0]?.EvalDecisionDetails, undefined)
  for (const ResourceArns of [undefined, ['*']]) {
    const all = await result({ PolicyInputList, ResourceArns })
    assert.deepEqual([all.EvalDecisionDetails, all.ResourceSpecificResults], [undefined, undefined])
  }
})

test('the owner of resources is an account or its ARN, and counts only where the ARN names none', async () => {
  const PolicyInputList = [document(allow('*'))]
  const decision = async (ResourceOwner: string, arn: string) =>
    (await result({ PolicyInputList, ResourceOwner, ResourceArns: [arn] })).EvalDecision
  assert.equal(await decision('444455556666', bucket), 'implicitDeny')
  assert.equal(await decision('arn:aws:iam::444455556666:root', bucket), 'implicitDeny')
  assert.equal(await decision(account, bucket), 'allowed')
  assert.equal(await decision('444455556666', `arn:aws:sqs:us-east-1:${account}:q`), 'allowed')
  for (const owner of ['1234-5678-9012', 'me', `${account}:root`, `arn:aws:iam::${account}:user/x`])
    await refused({ ResourceOwner: owner, ResourceArns: [bucket] }, `'${owner}' is not a valid as a Resource Owner.`)
})

test('a key of KMS whose policy is not given is taken to leave the decision to its account', async () => {
  const ResourceArns = [`arn:aws:kms:us-east-1:${account}:key/1`]
  const input = { PolicyInputList: [document(allow('kms:*'))], ActionNames: ['kms:Decrypt'], ResourceArns }
  const found = await result(input)
  assert.deepEqual([found.EvalDecision, ids(found.MatchedStatements)], ['allowed', ['PolicyInputList.1']])
  const ResourcePolicy = document({ ...allow('kms:Encrypt'), Principal: { AWS: account } })
  assert.equal((await result({ ...input, ResourcePolicy, CallerArn: ada })).EvalDecision, 'implicitDeny')
})

test('a trust policy that is given is honoured', async () => {
  const ResourceArns = ['arn:aws:iam::444455556666:role/deploy']
  const input = {
    PolicyInputList: [document(allow('sts:*'))],
    ActionNames: ['sts:AssumeRole'],
    CallerArn: ada,
    ResourceArns,
  }
  const trust = (Effect: string) =>
    document({
      Effect,
      Action: 'sts:AssumeRole',
      Principal: { AWS: ada },
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    })
  const ContextEntries = [entry('aws:MultiFactorAuthPresent', 'boolean', 'true')]
  const decision = async (more: object) => (await result({ ...input, ...more })).EvalDecision
  assert.equal(await decision({}), 'allowed')
  assert.equal(await decision({ ResourcePolicy: trust('Allow') }), 'implicitDeny')
  assert.equal(await decision({ ResourcePolicy: trust('Allow'), ContextEntries }), 'allowed')
  assert.equal(await decision({ ResourcePolicy: trust('Deny'), ContextEntries }), 'explicitDeny')
})

test('a kind of simulation for EC2 needs its resources', async () => {
  const ec2 = (...types: string[]) => types.map((type) => `arn:aws:ec2:us-east-1:${account}:${type}/x-1`)
  const input = { PolicyInputList: [document(allow('ec2:*'))], ActionNames: ['ec2:RunInstances'] }
  const ResourceArns = ec2('instance', 'image', 'security-group', 'network-interface')
  const whole = await result({ ...input, ResourceHandlingOption: 'EC2-VPC-InstanceStore', ResourceArns })
  assert.equal(whole.ResourceSpecificResults?.length, 4)
  await refused(
    { ...input, ResourceHandlingOption: 'EC2-VPC-EBS-Subnet', ResourceArns },
    /requires resources: subnet, volume$/,
  )
  await refused({ ...input, ResourceHandlingOption: 'constructor' }, 'Invalid resource handling option: constructor')
})

test('answers come in pages, in the order of the actions', async () => {
  const ActionNames = Array.from({ length: 120 }, (_, index) => `s3:Action${index % 119}`)
  const input = { PolicyInputList: [document(allow('s3:*'))], ActionNames }
  const names: (string | undefined)[] = []
  const sizes: number[] = []
  for (let Marker: string | undefined, more = true; more; ) {
    const page = await simulate({ ...input, Marker, ...(sizes.length === 1 ? { MaxItems: 7 } : {}) })
    sizes.push(page.EvaluationResults?.length ?? 0)
    names.push(...(page.EvaluationResults?.map(({ EvalActionName }) => EvalActionName) ?? []))
    Marker = page.Marker
    more = page.IsTruncated ?? false
    assert.equal(more, Marker !== undefined)
  }
  assert.deepEqual(names, ActionNames)
  assert.deepEqual(sizes, [100, 7, 13])
  await assert.rejects(simulate({ ...input, Marker: 'made-up' }), { message: 'Invalid Marker.' })
})

test('a simulation that would be too large is cut into pages, or refused when one action is too much', async () => {
  const many = document(...Array.from({ length: 1500 }, () => allow('s3:*', { Sid: '' })))
  const ActionNames = Array.from({ length: 30 }, (_, index) => `s3:Action${index}`)
  const page = await simulate({ PolicyInputList: [many], ActionNames })
  assert.equal(page.EvaluationResults?.length, 13)
  assert.equal(page.IsTruncated, true)
  const ResourceArns = Array.from({ length: 300 }, (_, index) => `${bucket}/${index}`)
  await refused({ PolicyInputList: [many], ResourceArns }, /^The simulation is too large/)
  await refused({ PolicyInputList: [many], ResourceArns: ResourceArns.slice(0, 20) }, /^The simulation is too large/)
  const wide = document(allow('s3:*', { Resource: ResourceArns }), ...Array.from({ length: 200 }, () => allow('sqs:*')))
  assert.equal((await simulate({ PolicyInputList: [wide], ResourceArns })).IsTruncated, false)
  const ContextEntries = [entry('aws:Key', 'string', 'x'.repeat(10_000))]
  await refused({ PolicyInputList: [wide], ResourceArns, ContextEntries }, /^The simulation is too large/)
})

test('whoever simulates policies that are given needs the permission for all resources', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'tester' }))
  const policy = (PolicyDocument: string) =>
    iam.send(new PutUserPolicyCommand({ UserName: 'tester', PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'tester' }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  const mine = door.as({ accessKeyId, secretAccessKey }).iam
  const ask = () =>
    mine.send(new SimulateCustomPolicyCommand({ PolicyInputList: [document(allow('*'))], ActionNames: ['a:B'] }))
  await policy(document(allow('iam:SimulateCustomPolicy', { Resource: `arn:aws:iam::${account}:*` })))
  await assert.rejects(ask(), {
    name: 'AccessDenied',
    message: /perform: iam:SimulateCustomPolicy because no identity-based/,
  })
  await policy(document(allow('iam:SimulateCustomPolicy')))
  assert.equal((await ask()).EvaluationResults?.[0]?.EvalDecision, 'allowed')
})
