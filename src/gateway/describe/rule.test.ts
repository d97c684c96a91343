import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as ec2 from '@aws-sdk/client-ec2'
import * as events from '@aws-sdk/client-eventbridge'
import * as kinesis from '@aws-sdk/client-kinesis'
import * as kms from '@aws-sdk/client-kms'
import * as lambda from '@aws-sdk/client-lambda'
import * as secrets from '@aws-sdk/client-secrets-manager'
import * as sfn from '@aws-sdk/client-sfn'
import * as sns from '@aws-sdk/client-sns'
import * as sqs from '@aws-sdk/client-sqs'
import * as ssm from '@aws-sdk/client-ssm'
import { capturing, requestOf } from '../../../test/captured-request.ts'
import { type Described, describe, identifyTarget, isNotCovered, type Lookups, settle } from './index.ts'

const clients = {
  ec2: new ec2.EC2Client(capturing),
  events: new events.EventBridgeClient(capturing),
  kinesis: new kinesis.KinesisClient(capturing),
  kms: new kms.KMSClient(capturing),
  lambda: new lambda.LambdaClient(capturing),
  logs: new logs.CloudWatchLogsClient(capturing),
  secretsmanager: new secrets.SecretsManagerClient(capturing),
  sns: new sns.SNSClient(capturing),
  sqs: new sqs.SQSClient(capturing),
  ssm: new ssm.SSMClient(capturing),
  states: new sfn.SFNClient(capturing),
}

type Service = keyof typeof clients

const account = '123456789012'
const role = `arn:aws:iam::${account}:role/work/er`

async function described(service: Service, command: object): Promise<Described> {
  const request = await requestOf(clients[service], command)
  const target = identifyTarget(request, { services: [], bucketDomains: [], scope: service })
  return describe(target, { request, account, region: 'eu-west-1', partition: 'aws' })
}

/** Needs as `SendMessage jobs`; those of other services with their service and whole ARN. */
function words(service: Service, { needs }: Described): readonly string[] {
  const own = `arn:aws:${service}:eu-west-1:${account}:`
  return needs.map(({ action, resource }) => `${action.replace(`${service}:`, '')} ${resource.replace(own, '')}`)
}

type Row = readonly [Service, object, readonly string[]]

async function assertNeeds(rows: readonly Row[]): Promise<void> {
  for (const [service, command, needs] of rows)
    assert.deepEqual(words(service, await described(service, command)), needs, `${service} ${command.constructor.name}`)
}

async function assertRefused(service: Service, commands: readonly object[]): Promise<void> {
  for (const command of commands)
    await assert.rejects(described(service, command), isNotCovered, `${service} ${command.constructor.name}`)
}

async function firstContext(service: Service, command: object) {
  return (await described(service, command)).needs[0]?.context ?? {}
}

test('queues are named by their URL, and a batch needs what one message needs', async () => {
  const QueueUrl = 'http://localhost:4566/210987654321/jobs.fifo'
  const jobs = 'arn:aws:sqs:eu-west-1:210987654321:jobs.fifo'
  await assertNeeds([
    ['sqs', new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x' }), [`SendMessage ${jobs}`]],
    ['sqs', new sqs.SendMessageBatchCommand({ QueueUrl, Entries: [] }), [`SendMessage ${jobs}`]],
    ['sqs', new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries: [] }), [`DeleteMessage ${jobs}`]],
    ['sqs', new sqs.CreateQueueCommand({ QueueName: 'a', tags: { team: 'x' } }), ['CreateQueue a', 'TagQueue a']],
    ['sqs', new sqs.GetQueueUrlCommand({ QueueName: 'a' }), ['GetQueueUrl a']],
    ['sqs', new sqs.ListQueuesCommand({}), ['ListQueues *']],
  ])
  const tags = await firstContext('sqs', new sqs.TagQueueCommand({ QueueUrl, Tags: { team: 'x' } }))
  assert.deepEqual({ ...tags }, { 'aws:RequestTag/team': 'x', 'aws:TagKeys': ['team'] })
  for (const url of [
    'jobs',
    'http://localhost/jobs',
    'http://localhost/123456789012/a/../b',
    'http://localhost/123456789012/a?b',
  ])
    await assertRefused('sqs', [new sqs.PurgeQueueCommand({ QueueUrl: url })])
})

test('topics are named by their ARN, subscriptions stand for their topic, a telephone for everything', async () => {
  const TopicArn = `arn:aws:sns:eu-west-1:${account}:alerts`
  await assertNeeds([
    ['sns', new sns.PublishCommand({ TopicArn, Message: 'x' }), ['Publish alerts']],
    [
      'sns',
      new sns.PublishCommand({ TargetArn: `arn:aws:sns:eu-west-1:${account}:endpoint/GCM/app/1`, Message: 'x' }),
      ['Publish endpoint/GCM/app/1'],
    ],
    ['sns', new sns.PublishCommand({ PhoneNumber: '+15550100', Message: 'x' }), ['Publish *']],
    ['sns', new sns.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [] }), ['Publish alerts']],
    ['sns', new sns.UnsubscribeCommand({ SubscriptionArn: `${TopicArn}:6d0e` }), ['Unsubscribe alerts']],
    [
      'sns',
      new sns.CreateTopicCommand({ Name: 'a', Tags: [{ Key: 'k', Value: 'v' }] }),
      ['CreateTopic a', 'TagResource a'],
    ],
  ])
  const subscribe = await firstContext(
    'sns',
    new sns.SubscribeCommand({ TopicArn, Protocol: 'https', Endpoint: 'https://x.example' }),
  )
  assert.deepEqual({ ...subscribe }, { 'sns:Protocol': 'https', 'sns:Endpoint': 'https://x.example' })
})

test('functions are named in every form, with their version, and what they take is needed too', async () => {
  const FunctionName = 'resize'
  const whole = `arn:aws:lambda:eu-west-1:${account}:function:resize`
  for (const name of [FunctionName, `${account}:function:resize`, `function:resize`, whole]) {
    const rows: readonly Row[] = [
      ['lambda', new lambda.InvokeCommand({ FunctionName: name }), ['InvokeFunction function:resize']],
      [
        'lambda',
        new lambda.InvokeCommand({ FunctionName: name, Qualifier: 'live' }),
        ['InvokeFunction function:resize:live'],
      ],
      ['lambda', new lambda.InvokeCommand({ FunctionName: `${name}:live` }), ['InvokeFunction function:resize:live']],
    ]
    await assertNeeds(rows)
  }
  const Code = { S3Bucket: 'code', S3Key: 'a.zip' }
  const layer = `arn:aws:lambda:eu-west-1:${account}:layer:base:3`
  await assertNeeds([
    ['lambda', new lambda.GetFunctionCommand({ FunctionName }), ['GetFunction function:resize']],
    ['lambda', new lambda.ListFunctionsCommand({}), ['ListFunctions *']],
    [
      'lambda',
      new lambda.CreateFunctionCommand({ FunctionName, Role: role, Code, Layers: [layer], Tags: { a: 'b' } }),
      [
        'CreateFunction function:resize',
        'TagResource function:resize',
        `iam:PassRole ${role}`,
        'GetLayerVersion layer:base:3',
        's3:GetObject arn:aws:s3:::code/a.zip',
      ],
    ],
    [
      'lambda',
      new lambda.UpdateFunctionConfigurationCommand({ FunctionName, Role: role }),
      ['UpdateFunctionConfiguration function:resize', `iam:PassRole ${role}`],
    ],
    [
      'lambda',
      new lambda.GetLayerVersionCommand({ LayerName: 'base', VersionNumber: 3 }),
      ['GetLayerVersion layer:base:3'],
    ],
    [
      'lambda',
      new lambda.DeleteEventSourceMappingCommand({ UUID: 'u-1' }),
      ['DeleteEventSourceMapping event-source-mapping:u-1'],
    ],
  ])
  const passed = (
    await described('lambda', new lambda.UpdateFunctionConfigurationCommand({ FunctionName, Role: role }))
  ).needs[1]
  assert.equal(passed?.context['iam:PassedToService'], 'lambda.amazonaws.com')
  await assertRefused('lambda', [
    new lambda.InvokeCommand({ FunctionName: `${FunctionName}:1`, Qualifier: '2' }),
    new lambda.InvokeCommand({ FunctionName: 'a/b' }),
    new lambda.UpdateFunctionConfigurationCommand({ FunctionName, Role: 'worker' }),
  ])
})

test('keys of KMS are named by id and ARN, and looked up by alias and by what they sealed', async () => {
  const id = '1234abcd-12ab-34cd-56ef-1234567890ab'
  const key = `key/${id}`
  const arn = `arn:aws:kms:eu-west-1:${account}:${key}`
  const EncryptionContext = { app: 'x' }
  const CiphertextBlob = Buffer.from('sealed')
  const Plaintext = Buffer.from('x')
  await assertNeeds([
    ['kms', new kms.EncryptCommand({ KeyId: id, Plaintext }), [`Encrypt ${key}`]],
    ['kms', new kms.EncryptCommand({ KeyId: arn, Plaintext }), [`Encrypt ${key}`]],
    [
      'kms',
      new kms.ReEncryptCommand({
        SourceKeyId: id,
        DestinationKeyId: 'arn:aws:kms:us-east-1:210987654321:key/b',
        CiphertextBlob,
      }),
      [`ReEncryptFrom ${key}`, 'ReEncryptTo arn:aws:kms:us-east-1:210987654321:key/b'],
    ],
    [
      'kms',
      new kms.CreateAliasCommand({ AliasName: 'alias/app', TargetKeyId: id }),
      ['CreateAlias alias/app', `CreateAlias ${key}`],
    ],
    ['kms', new kms.CreateKeyCommand({}), ['CreateKey *']],
  ])
  const context = await firstContext('kms', new kms.DecryptCommand({ KeyId: id, CiphertextBlob, EncryptionContext }))
  assert.equal(context['kms:EncryptionContext:app'], 'x')
  assert.deepEqual(context['kms:EncryptionContextKeys'], ['app'])
  const lookups: Lookups = {
    keyOfAlias: async (alias) => (alias === `arn:aws:kms:eu-west-1:${account}:alias/app` ? arn : undefined),
    keyOfCiphertext: async ({ blob, encryptionContext }) =>
      blob === 'c2VhbGVk' && encryptionContext['app'] === 'x' ? arn : undefined,
  }
  const byAlias = await described('kms', new kms.EncryptCommand({ KeyId: 'alias/app', Plaintext }))
  assert.equal(byAlias.needs[0]?.context['kms:RequestAlias'], 'alias/app')
  const sealed = await described('kms', new kms.DecryptCommand({ CiphertextBlob, EncryptionContext }))
  for (const one of [byAlias, sealed]) {
    assert.deepEqual(
      (await settle(one, lookups)).needs.map(({ resource }) => resource),
      [arn],
    )
    await assert.rejects(async () => settle(one, {}), isNotCovered)
  }
  const made = await firstContext('kms', new kms.CreateKeyCommand({}))
  assert.equal(made['kms:KeySpec'], 'SYMMETRIC_DEFAULT')
  const data = await described('kms', new kms.GenerateDataKeyCommand({ KeyId: id, KeySpec: 'AES_256' }))
  assert.equal(data.needs[0]?.context['kms:KeySpec'], undefined)
  assert.ok(data.needs[0]?.unknown?.some((one) => one.key === 'kms:KeySpec'))
  await assertRefused('kms', [
    new kms.EncryptCommand({ KeyId: 'alias/a*', Plaintext }),
    new kms.EncryptCommand({ KeyId: 'arn:aws:s3:::x', Plaintext }),
  ])
})

test('a secret that is named is looked up, for its ARN ends with chance; a new one has any end', async () => {
  const arn = `arn:aws:secretsmanager:eu-west-1:${account}:secret:db/main-AbCdEf`
  await assertNeeds([
    ['secretsmanager', new secrets.GetSecretValueCommand({ SecretId: arn }), ['GetSecretValue secret:db/main-AbCdEf']],
    [
      'secretsmanager',
      new secrets.CreateSecretCommand({ Name: 'db/main', SecretString: 'x' }),
      ['CreateSecret secret:db/main-??????'],
    ],
    ['secretsmanager', new secrets.ListSecretsCommand({}), ['ListSecrets *']],
  ])
  const named = await described('secretsmanager', new secrets.GetSecretValueCommand({ SecretId: 'db/main' }))
  const resourceWith = async (secretArn: Lookups['secretArn']) =>
    (await settle(named, secretArn ? { secretArn } : {})).needs[0]?.resource
  assert.equal(await resourceWith(async () => arn), arn)
  assert.match((await resourceWith(async () => null)) ?? '', /secret:db\/main-\?{6}$/)
  await assert.rejects(resourceWith(undefined), isNotCovered)
  const context = await firstContext(
    'secretsmanager',
    new secrets.GetSecretValueCommand({ SecretId: arn, VersionStage: 'AWSCURRENT' }),
  )
  assert.equal(context['secretsmanager:SecretId'], arn)
  assert.equal(context['secretsmanager:VersionStage'], 'AWSCURRENT')
})

test('parameters are named with or without a slash, a version or a label', async () => {
  await assertNeeds([
    ['ssm', new ssm.GetParameterCommand({ Name: '/app/db' }), ['GetParameter parameter/app/db']],
    ['ssm', new ssm.GetParameterCommand({ Name: 'app:3' }), ['GetParameter parameter/app']],
    [
      'ssm',
      new ssm.GetParametersCommand({ Names: ['/a', `arn:aws:ssm:eu-west-1:${account}:parameter/b:live`] }),
      ['GetParameters parameter/a', 'GetParameters parameter/b'],
    ],
    ['ssm', new ssm.GetParametersByPathCommand({ Path: '/app/' }), ['GetParametersByPath parameter/app/']],
    [
      'ssm',
      new ssm.PutParameterCommand({ Name: 'a', Value: 'x', Tags: [{ Key: 'k', Value: 'v' }] }),
      ['PutParameter parameter/a', 'AddTagsToResource parameter/a'],
    ],
    [
      'ssm',
      new ssm.SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: ['i-0123456789abcdef0'],
        ServiceRoleArn: role,
      }),
      [
        'SendCommand arn:aws:ssm:eu-west-1::document/AWS-RunShellScript',
        `SendCommand arn:aws:ec2:eu-west-1:${account}:instance/i-0123456789abcdef0`,
        `iam:PassRole ${role}`,
      ],
    ],
    [
      'ssm',
      new ssm.AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: '/a', Tags: [] }),
      ['AddTagsToResource parameter/a'],
    ],
  ])
  const context = await firstContext('ssm', new ssm.PutParameterCommand({ Name: 'a', Value: 'x', Overwrite: true }))
  assert.equal(context['ssm:Overwrite'], 'true')
})

test('log groups are named as policies name them, by what is under them', async () => {
  const logGroupName = '/aws/app'
  await assertNeeds([
    [
      'logs',
      new logs.CreateLogGroupCommand({ logGroupName, tags: { a: 'b' } }),
      ['CreateLogGroup log-group:/aws/app:log-stream:', 'TagResource log-group:/aws/app'],
    ],
    [
      'logs',
      new logs.PutLogEventsCommand({ logGroupName, logStreamName: 's', logEvents: [] }),
      ['PutLogEvents log-group:/aws/app:log-stream:s'],
    ],
    ['logs', new logs.DescribeLogGroupsCommand({}), ['DescribeLogGroups log-group::log-stream:']],
    [
      'logs',
      new logs.StartQueryCommand({ logGroupNames: ['a', 'b'], startTime: 0, endTime: 1, queryString: 'x' }),
      ['StartQuery log-group:a:log-stream:', 'StartQuery log-group:b:log-stream:'],
    ],
    [
      'logs',
      new logs.PutSubscriptionFilterCommand({
        logGroupName,
        filterName: 'f',
        filterPattern: '',
        destinationArn: `arn:aws:kinesis:eu-west-1:${account}:stream/s`,
        roleArn: role,
      }),
      ['PutSubscriptionFilter log-group:/aws/app:log-stream:', `iam:PassRole ${role}`],
    ],
  ])
  const query = (queryString: string) =>
    new logs.StartQueryCommand({ logGroupName, startTime: 0, endTime: 1, queryString })
  await assertNeeds([
    ['logs', query('fields @message | filter sourceIp = 1'), ['StartQuery log-group:/aws/app:log-stream:']],
  ])
  await assertRefused('logs', [
    query("SOURCE logGroups(namePrefix: ['x'])"),
    query('# a\n source "other" | fields @message'),
    new logs.GetQueryResultsCommand({ queryId: 'q' }),
    new logs.CreateLogGroupCommand({ logGroupName: 'a*' }),
  ])
})

test('each event is decided on by its bus, its source and its type', async () => {
  const Entries = [
    { Source: 'a', DetailType: 't', Detail: '{}' },
    { Source: 'b', DetailType: 't', Detail: '{}', EventBusName: 'app' },
    { Source: 'b', DetailType: 't', Detail: '{}', EventBusName: `arn:aws:events:us-east-1:210987654321:event-bus/far` },
  ]
  await assertNeeds([
    [
      'events',
      new events.PutEventsCommand({ Entries }),
      [
        'PutEvents event-bus/default',
        'PutEvents event-bus/app',
        'PutEvents arn:aws:events:us-east-1:210987654321:event-bus/far',
      ],
    ],
    ['events', new events.PutRuleCommand({ Name: 'r', RoleArn: role }), ['PutRule rule/r', `iam:PassRole ${role}`]],
    ['events', new events.DeleteRuleCommand({ Name: 'r', EventBusName: 'app' }), ['DeleteRule rule/app/r']],
    [
      'events',
      new events.PutTargetsCommand({ Rule: 'r', Targets: [{ Id: '1', Arn: 'arn:aws:x:::y', RoleArn: role }] }),
      ['PutTargets rule/r', `iam:PassRole ${role}`],
    ],
  ])
  const { needs } = await described('events', new events.PutEventsCommand({ Entries }))
  assert.deepEqual(
    needs.map(({ context }) => context['events:source']),
    ['a', 'b', 'b'],
  )
})

test('streams are named by name, by ARN, or by both where they agree', async () => {
  const StreamARN = `arn:aws:kinesis:eu-west-1:${account}:stream/clicks`
  const record = { Data: Buffer.from('x'), PartitionKey: 'k' }
  await assertNeeds([
    ['kinesis', new kinesis.PutRecordCommand({ ...record, StreamName: 'clicks' }), ['PutRecord stream/clicks']],
    ['kinesis', new kinesis.PutRecordCommand({ ...record, StreamARN }), ['PutRecord stream/clicks']],
    [
      'kinesis',
      new kinesis.PutRecordCommand({ ...record, StreamARN, StreamName: 'clicks' }),
      ['PutRecord stream/clicks'],
    ],
    ['kinesis', new kinesis.ListStreamsCommand({}), ['ListStreams *']],
  ])
  await assertRefused('kinesis', [
    new kinesis.PutRecordCommand({ ...record, StreamARN, StreamName: 'other' }),
    new kinesis.GetRecordsCommand({ ShardIterator: 'x' }),
  ])
})

test('a stream that is encrypted needs the same action on its key, but for a key of AWS’s own', async () => {
  const start = (KeyId: string) =>
    new kinesis.StartStreamEncryptionCommand({ StreamName: 'clicks', EncryptionType: 'KMS', KeyId })
  await assertNeeds([
    [
      'kinesis',
      start('k-1'),
      ['StartStreamEncryption stream/clicks', `StartStreamEncryption arn:aws:kms:eu-west-1:${account}:key/k-1`],
    ],
    ['kinesis', start('alias/aws/kinesis'), ['StartStreamEncryption stream/clicks']],
  ])
})

test('keys of the reference that a call does not tell are named, those of tags by their start, and can be looked up', async () => {
  const arn = `arn:aws:secretsmanager:eu-west-1:${account}:secret:a-AbCdEf`
  const [need] = (await described('secretsmanager', new secrets.GetSecretValueCommand({ SecretId: arn }))).needs
  const unknown = need?.unknown?.find(({ key }) => key === 'secretsmanager:ResourceTag/')
  const resourceTags: Lookups['resourceTags'] = async (asked) => (asked === arn ? { team: 'x' } : undefined)
  assert.deepEqual(await unknown?.find({ resourceTags }), { 'secretsmanager:ResourceTag/team': 'x' })
  assert.equal(await unknown?.find({}), undefined)
  const keys = need?.unknown?.map(({ key }) => key) ?? []
  assert.ok(keys.includes('secretsmanager:SecretPrimaryRegion'))
  for (const told of ['secretsmanager:SecretId', 'secretsmanager:VersionId', 'secretsmanager:VersionStage'])
    assert.ok(!keys.includes(told), told)
})

test('a state machine is given its role by whoever makes it', async () => {
  const stateMachineArn = `arn:aws:states:eu-west-1:${account}:stateMachine:order`
  await assertNeeds([
    [
      'states',
      new sfn.CreateStateMachineCommand({ name: 'order', definition: '{}', roleArn: role }),
      ['CreateStateMachine stateMachine:order', `iam:PassRole ${role}`],
    ],
    ['states', new sfn.StartExecutionCommand({ stateMachineArn }), ['StartExecution stateMachine:order']],
    [
      'states',
      new sfn.UpdateStateMachineCommand({ stateMachineArn, publish: true }),
      ['UpdateStateMachine stateMachine:order', 'PublishStateMachineVersion stateMachine:order'],
    ],
    [
      'states',
      new sfn.StopExecutionCommand({ executionArn: `arn:aws:states:eu-west-1:${account}:execution:order:1` }),
      ['StopExecution execution:order:1'],
    ],
  ])
  const context = await firstContext(
    'states',
    new sfn.StartExecutionCommand({ stateMachineArn: `${stateMachineArn}:live` }),
  )
  assert.equal(context['states:StateMachineQualifier'], 'live')
  await assertRefused('states', [
    new sfn.StartExecutionCommand({ stateMachineArn: `arn:aws:states:eu-west-1:${account}:activity:order` }),
  ])
})

test('running an instance touches all that it is made of, and its tags and role need permissions of their own', async () => {
  const run = new ec2.RunInstancesCommand({
    ImageId: 'ami-1',
    MinCount: 1,
    MaxCount: 1,
    InstanceType: 't3.micro',
    SubnetId: 'subnet-1',
    SecurityGroupIds: ['sg-1', 'sg-2'],
    KeyName: 'me',
    IamInstanceProfile: { Name: 'web' },
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'team', Value: 'x' }] }],
  })
  const described_ = await settle(await described('ec2', run), { roleOfProfile: async () => role })
  assert.deepEqual(words('ec2', described_), [
    ...[
      'instance/*',
      'volume/*',
      'arn:aws:ec2:eu-west-1::image/ami-1',
      'network-interface/*',
      'security-group/sg-1',
      'security-group/sg-2',
    ].map((name) => `RunInstances ${name}`),
    'RunInstances subnet/subnet-1',
    'RunInstances key-pair/me',
    'CreateTags instance/*',
    `iam:PassRole ${role}`,
  ])
  assert.equal(described_.needs[0]?.context['ec2:InstanceType'], 't3.micro')
  assert.equal(described_.needs[0]?.context['aws:RequestTag/team'], 'x')
  assert.equal(described_.needs[1]?.context['aws:RequestTag/team'], undefined)
  const tag = described_.needs.find(({ action }) => action === 'ec2:CreateTags')
  assert.equal(tag?.context['ec2:CreateAction'], 'RunInstances')
  await assertRefused('ec2', [
    new ec2.RunInstancesCommand({ MinCount: 1, MaxCount: 1, LaunchTemplate: { LaunchTemplateId: 'lt-1' } }),
    new ec2.RunInstancesCommand({ MinCount: 1, MaxCount: 1, ImageId: 'ami-1', SecurityGroups: ['web'] }),
  ])
})

test('other operations of EC2 touch the resources whose ids they have, and what they make is any of its type', async () => {
  await assertNeeds([
    [
      'ec2',
      new ec2.TerminateInstancesCommand({ InstanceIds: ['i-1', 'i-2'] }),
      ['TerminateInstances instance/i-1', 'TerminateInstances instance/i-2'],
    ],
    [
      'ec2',
      new ec2.AttachVolumeCommand({ InstanceId: 'i-1', VolumeId: 'vol-1', Device: 'x' }),
      ['AttachVolume instance/i-1', 'AttachVolume volume/vol-1'],
    ],
    [
      'ec2',
      new ec2.AssociateRouteTableCommand({ RouteTableId: 'rtb-1', GatewayId: 'igw-2' }),
      ['AssociateRouteTable route-table/rtb-1', 'AssociateRouteTable internet-gateway/igw-2'],
    ],
    [
      'ec2',
      new ec2.ModifyVpcEndpointCommand({
        VpcEndpointId: 'vpce-1',
        AddSubnetIds: ['subnet-1'],
        RemoveSecurityGroupIds: ['sg-1'],
      }),
      [
        'ModifyVpcEndpoint security-group/sg-1',
        'ModifyVpcEndpoint subnet/subnet-1',
        'ModifyVpcEndpoint vpc-endpoint/vpce-1',
      ],
    ],
    [
      'ec2',
      new ec2.CopySnapshotCommand({ SourceRegion: 'eu-west-1', SourceSnapshotId: 'snap-1' }),
      ['CopySnapshot arn:aws:ec2:eu-west-1::snapshot/snap-1', 'CopySnapshot arn:aws:ec2:eu-west-1::snapshot/*'],
    ],
    ['ec2', new ec2.DescribeInstancesCommand({}), ['DescribeInstances *']],
    [
      'ec2',
      new ec2.CreateVolumeCommand({ AvailabilityZone: 'eu-west-1a', SnapshotId: 'snap-1' }),
      ['CreateVolume arn:aws:ec2:eu-west-1::snapshot/snap-1', 'CreateVolume volume/*'],
    ],
    [
      'ec2',
      new ec2.CreateTagsCommand({ Resources: ['i-0a', 'ami-0b'], Tags: [{ Key: 'a', Value: 'b' }] }),
      ['CreateTags instance/i-0a', 'CreateTags arn:aws:ec2:eu-west-1::image/ami-0b'],
    ],
    [
      'ec2',
      new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: 'sg-1' }),
      ['AuthorizeSecurityGroupIngress security-group/sg-1'],
    ],
  ])
  await assertRefused('ec2', [
    new ec2.CreateTagsCommand({ Resources: ['thing'], Tags: [] }),
    new ec2.AuthorizeSecurityGroupIngressCommand({ GroupName: 'web' }),
  ])
})
