import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LambdaClient, ListFunctionsCommand, UntagResourceCommand } from '@aws-sdk/client-lambda'
import fc from 'fast-check'
import { Fault, type HttpRequest } from '#protocol'
import { capturing, requestOf } from '../../../test/captured-request.ts'
import type { Routing } from './index.ts'
import { describe, identifyTarget, isNotCovered, nameTarget } from './index.ts'

const json = { 'content-type': 'application/x-amz-json-1.0' }
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }

function arrived(method: string, url: string, headers: Readonly<Record<string, string>> = {}, body = ''): HttpRequest {
  const [path = '', query = ''] = url.split('?')
  const named = Object.entries({ host: 'localhost:4566', ...headers }).map(([name, value]) => [name, [value]] as const)
  return {
    method,
    path,
    query,
    headers: Object.fromEntries(named),
    body: Buffer.from(body),
    remoteAddress: '',
    secure: false,
  }
}

function routing(services: readonly string[] = [], scope?: string): Routing {
  return { services, bucketDomains: ['s3.localhost'], ...(scope !== undefined && { scope }) }
}

function named(request: HttpRequest, how: Routing = routing()): string {
  const target = identifyTarget(request, how)
  return `${target.service}:${nameTarget(target, request).operation}`
}

function arns(request: HttpRequest, how: Routing): readonly string[] {
  const target = identifyTarget(request, how)
  const { needs } = describe(target, { request, account: '123456789012', region: 'eu-west-1', partition: 'aws' })
  return needs.map(({ action, resource }) => `${action} ${resource}`)
}

test('each protocol is found by what its upstream routes on', () => {
  const target = (name: string) => ({ ...json, 'x-amz-target': name })
  assert.equal(named(arrived('POST', '/', target('DynamoDB_20120810.GetItem'), '{}')), 'dynamodb:GetItem')
  assert.equal(named(arrived('POST', '/', target('TrentService.Encrypt'), '{}')), 'kms:Encrypt')
  assert.equal(named(arrived('POST', '/', target('AmazonSQS.SendMessage'), '{}')), 'sqs:SendMessage')
  assert.equal(named(arrived('POST', '/', form, 'Action=Publish&Version=2010-03-31'), routing(['sns'])), 'sns:Publish')
  assert.equal(
    named(arrived('GET', '/?Action=ListTopics&Version=2010-03-31'), routing(['sns', 's3'])),
    'sns:ListTopics',
  )
  assert.equal(named(arrived('GET', '/2015-03-31/functions/f/policy'), routing(['lambda'])), 'lambda:GetPolicy')
  assert.equal(named(arrived('GET', '/2015-03-31/functions/'), routing(['lambda'])), 'lambda:ListFunctions')
  assert.equal(
    named(arrived('GET', '/2018-10-31/layers?find=LayerVersion&Arn=x'), routing(['lambda'])),
    'lambda:GetLayerVersionByArn',
  )
  assert.equal(named(arrived('GET', '/2018-10-31/layers'), routing(['lambda'])), 'lambda:ListLayers')
})

test('the host of a service or a bucket decides before the path does', () => {
  const path = '/2015-03-31/functions/f'
  assert.equal(named(arrived('GET', path, { host: 'lambda.eu-west-1.localhost' })), 'lambda:GetFunction')
  assert.equal(named(arrived('GET', path, { host: 's3.localhost:9000' })), 's3:GetObject')
  assert.equal(named(arrived('GET', path, { host: 'photos.S3.localhost' })), 's3:GetObject')
  assert.equal(named(arrived('GET', path, { host: 's3.eu-west-1.amazonaws.com' })), 's3:GetObject')
  assert.equal(named(arrived('GET', path, { host: 'photos.s3.dualstack.eu-west-1.amazonaws.com' })), 's3:GetObject')
  const target = { ...json, 'x-amz-target': 'DynamoDB_20120810.ListTables' }
  assert.equal(
    named(arrived('POST', '/', { ...target, host: '123456789012.ddb.eu-west-1.amazonaws.com' }, '{}')),
    'dynamodb:ListTables',
  )
  assert.throws(
    () => named(arrived('POST', '/', { ...target, host: 'sqs.eu-west-1.amazonaws.com' }, '{}')),
    isNotCovered,
  )
  for (const host of [
    'iam.amazonaws.com',
    'x.lambda-url.eu-west-1.on.aws',
    'b.s3-website-eu-west-1.amazonaws.com',
    '1.s3-control.eu-west-1.amazonaws.com',
  ])
    assert.throws(() => named(arrived('GET', path, { host })), isNotCovered, host)
})

test('the scope of the signature chooses between candidates and never makes one', () => {
  const request = arrived('GET', '/2015-03-31/functions/f')
  const both = ['lambda', 's3']
  assert.throws(() => named(request, routing(both)), isNotCovered)
  assert.equal(named(request, routing(both, 'lambda')), 'lambda:GetFunction')
  assert.equal(named(request, routing(both, 's3')), 's3:GetObject')
  assert.throws(() => named(request, routing(both, 'dynamodb')), isNotCovered)
  const item = arrived('POST', '/', { ...json, 'x-amz-target': 'DynamoDB_20120810.GetItem' }, '{}')
  assert.equal(identifyTarget(item, routing([], 's3')).signing, 'dynamodb')
  const action = arrived('POST', '/', form, 'Action=SendMessage')
  assert.throws(() => named(action, routing(['sqs', 'sns'])), isNotCovered)
  assert.equal(named(action, routing(['sqs', 'sns'], 'sqs')), 'sqs:SendMessage')
})

test('what could be routed in two ways is refused', () => {
  const target = { ...json, 'x-amz-target': 'DynamoDB_20120810.GetItem' }
  const refused: readonly HttpRequest[] = [
    arrived('POST', '/', { 'x-amz-target': 'DynamoDB_20120810.GetItem', 'content-type': 'application/x-amz-cbor-1.1' }),
    arrived('POST', '/', { 'x-amz-target': 'DynamoDB_20120810.Nothing', ...json }),
    arrived('POST', '/', { 'x-amz-target': 'DynamoDB_20120810.constructor', ...json }),
    arrived('POST', '/', { 'x-amz-target': 'AWSIdentityManagementV20100508.ListUsers', ...json }),
    arrived('GET', '/', target),
    arrived('POST', '/photos/k', target),
    arrived('POST', '/?Action=ListTopics', target),
    arrived('GET', '/2015-03-31/functions/f', { host: 'lambda.localhost', 'x-amz-target': 'TrentService.Encrypt' }),
    arrived('GET', '/2015-03-31/functions/%2e%2e', { host: 'lambda.localhost' }),
    arrived('GET', '/2015-03-31//functions/f', { host: 'lambda.localhost' }),
    arrived('POST', '/?Action=Publish', { ...form, host: 'sns.localhost' }, 'Action=DeleteTopic'),
    arrived('POST', '/', { ...form, host: 'sns.localhost' }, 'Action=Publish&Action=DeleteTopic'),
    arrived('POST', '/?Action=Publish', { 'content-type': 'text/plain', host: 'sns.localhost' }, 'TopicArn=x'),
    arrived('POST', '/', { ...form, host: 'sns.localhost' }, 'Action=Publish&Version=2012-11-05'),
    arrived('GET', '/', { host: '' }),
    arrived('GET', '/', { host: 'a b' }),
    arrived('POST', '/service/S/operation/O', { 'smithy-protocol': 'rpc-v2-cbor', host: 'dynamodb.localhost' }),
  ]
  for (const request of refused)
    assert.throws(() => named(request), Fault, `${request.method} ${request.path} ${JSON.stringify(request.headers)}`)
  const twice = arrived('POST', '/', target)
  assert.throws(() => named({ ...twice, headers: { ...twice.headers, 'x-amz-target': ['a', 'b'] } }), Fault)
})

test('bodies that readers understand differently are refused', () => {
  const call = (body: string) =>
    arns(arrived('POST', '/', { ...json, 'x-amz-target': 'DynamoDB_20120810.DeleteTable' }, body), routing())
  assert.deepEqual(call('{"TableName":"Books"}'), [
    'dynamodb:DeleteTable arn:aws:dynamodb:eu-west-1:123456789012:table/Books',
  ])
  const refused = [
    '{"TableName":"Books","TableName":"Old"}',
    '{"TableName":"Books","\\u0054ableName":"Old"}',
    '{"TableName":"Books","x":{"a":1,"a":2}}',
    '{"TableName":"Books","__proto__":{}}',
    `{"TableName":"Books","x":${'['.repeat(200)}${']'.repeat(200)}}`,
    '\ufeff{"TableName":"Books"}',
    '{"TableName":["Books"]}',
    '{"TableName":7}',
    '{"TableName":"Books",}',
    '[]',
    'null',
    '',
  ]
  for (const body of refused) assert.throws(() => call(body), Fault, body.slice(0, 60))
})

test('older clients of SQS send a form, at the root or at the path of the queue', () => {
  const queue = 'arn:aws:sqs:eu-west-1:000000000000:jobs'
  const sqs = routing(['sqs', 's3', 'sns'], 'sqs')
  const send = 'Action=SendMessage&Version=2012-11-05&MessageBody=x'
  assert.deepEqual(arns(arrived('POST', '/000000000000/jobs', form, send), sqs), [`sqs:SendMessage ${queue}`])
  const url = encodeURIComponent('http://localhost:4566/000000000000/jobs')
  assert.deepEqual(arns(arrived('POST', '/', form, `${send}&QueueUrl=${url}`), sqs), [`sqs:SendMessage ${queue}`])
  assert.deepEqual(arns(arrived('GET', `/000000000000/jobs?${send}`), sqs), [`sqs:SendMessage ${queue}`])
  assert.throws(() => arns(arrived('POST', '/000000000000/other', form, `${send}&QueueUrl=${url}`), sqs), Fault)
  const made = arns(arrived('POST', '/', form, 'Action=CreateQueue&QueueName=a&Tag.1.Key=team&Tag.1.Value=x'), sqs)
  assert.deepEqual(made, [
    'sqs:CreateQueue arn:aws:sqs:eu-west-1:123456789012:a',
    'sqs:TagQueue arn:aws:sqs:eu-west-1:123456789012:a',
  ])
})

test('a form that does not fit its operation is refused', () => {
  const sns = routing(['sns'])
  const call = (body: string) => arns(arrived('POST', '/', form, body), sns)
  const arn = encodeURIComponent('arn:aws:sns:eu-west-1:123456789012:alerts')
  assert.deepEqual(call(`Action=Publish&TopicArn=${arn}&Message=x`), [
    'sns:Publish arn:aws:sns:eu-west-1:123456789012:alerts',
  ])
  for (const rest of [
    `TopicArn=${arn}&TargetArn=${arn}`,
    `TopicArn=${arn}&Unheard=1`,
    `TopicArn.1=${arn}`,
    `ResourceArn=${arn}`,
  ])
    assert.throws(() => call(`Action=Publish&Message=x&${rest}`), Fault, rest)
  const tags = (names: string) => call(`Action=TagResource&ResourceArn=${arn}&${names}`)
  assert.equal(tags('Tags.member.1.Key=a&Tags.member.1.Value=b').length, 1)
  for (const names of ['Tags.member.2.Key=a&Tags.member.2.Value=b', 'Tags.1.Key=a&Tags.1.Value=b', 'Tags.member.1=a'])
    assert.throws(() => tags(names), Fault, names)
})

test('a REST path is read as the SDK writes it', async () => {
  const lambda = new LambdaClient(capturing)
  const Resource = 'arn:aws:lambda:eu-west-1:123456789012:function:f'
  const untag = await requestOf(lambda, new UntagResourceCommand({ Resource, TagKeys: ['a', 'b'] }))
  assert.deepEqual(arns(untag, routing(['lambda'])), [`lambda:UntagResource ${Resource}`])
  const list = await requestOf(lambda, new ListFunctionsCommand({}))
  assert.deepEqual(arns(list, routing(['lambda'])), ['lambda:ListFunctions *'])
  assert.throws(() => arns({ ...list, query: 'Qualifier=1&unheard=2' }, routing(['lambda'])), isNotCovered)
})

test('no request makes anything but a target or a refusal', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('/', '/photos/k', '/2015-03-31/functions', 'Action=Publish', 'sns.localhost', 'a.s3.localhost'),
  )
  const headers = fc.dictionary(
    fc.constantFrom('host', 'x-amz-target', 'content-type', 'authorization', 'x-amz-copy-source'),
    fc.array(text, { maxLength: 2 }),
  )
  fc.assert(
    fc.property(fc.constantFrom('GET', 'POST', 'PUT'), text, text, headers, (method, path, query, found) => {
      const request = { ...arrived(method, '/', form, query), path, query, headers: { host: ['localhost'], ...found } }
      try {
        assert.ok(named(request).includes(':'))
      } catch (error) {
        assert.ok(error instanceof Fault && error.status < 500, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
