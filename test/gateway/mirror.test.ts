import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import { GetKeyPolicyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms'
import { AddPermissionCommand, GetPolicyCommand, LambdaClient, RemovePermissionCommand } from '@aws-sdk/client-lambda'
import { PublishCommand, SetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns'
import {
  DeleteQueueCommand,
  AddPermissionCommand as PermitQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
} from '@aws-sdk/client-sqs'
import { createAccount } from '#services'
import type { Credentials } from '../front-door.ts'
import { closed, openRig, type Rig, urlOf } from './rig.ts'

/** Answers every operation as if it were done. */
let upstream: Server
let answer: { status: number; type: string; body: string } = {
  status: 200,
  type: 'application/x-amz-json-1.0',
  body: '{}',
}
let rig: Rig
let other: Credentials

const otherAccount = '444455556666'
const QueueUrl = 'http://sqs.us-east-1.localhost/111122223333/orders'
const TopicArn = 'arn:aws:sns:us-east-1:111122223333:news'

before(async () => {
  upstream = createServer((incoming, outgoing) => {
    incoming.resume()
    outgoing.writeHead(answer.status, { 'content-type': answer.type })
    outgoing.end(answer.body)
  })
  const url = await urlOf(upstream)
  rig = await openRig({ services: new Map(['sqs', 'sns', 'kms', 'lambda'].map((name) => [name, url])) })
  const created = await createAccount(rig.store, {
    id: otherAccount,
    name: 'other',
    email: 'other@example.com',
    rootKey: false,
    now: Date.now(),
  })
  other = created.administrator
})

after(async () => {
  await rig.close()
  await closed(upstream)
})

function configOf(credentials: Credentials) {
  return { region: 'us-east-1', endpoint: rig.url, credentials, maxAttempts: 1 }
}

const sqs = (credentials = rig.administrator) =>
  new SQSClient({ ...configOf(credentials), useQueueUrlAsEndpoint: false, md5: false })

const statement = {
  Effect: 'Allow',
  Principal: { AWS: otherAccount },
  Action: '*',
  Resource: 'arn:aws:sqs:us-east-1:111122223333:orders',
}

function document(Statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

const sendTo = (credentials: Credentials) =>
  sqs(credentials).send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }))

test('the policy of a queue is kept when its attributes are set, and goes with the queue', async () => {
  await assert.rejects(sendTo(other), { name: 'AccessDenied' })
  const Policy = document({ ...statement, Action: 'sqs:SendMessage' })
  await sqs().send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }))
  await sendTo(other)
  await sqs().send(new DeleteQueueCommand({ QueueUrl }))
  await assert.rejects(sendTo(other), { name: 'AccessDenied' })
})

test('a policy that the upstream did not take is not kept, and one that nobody could take is not sent', async () => {
  answer = { ...answer, status: 500 }
  const Policy = document({ ...statement, Action: 'sqs:SendMessage' })
  await assert.rejects(sqs().send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } })))
  answer = { ...answer, status: 200 }
  await assert.rejects(sendTo(other), { name: 'AccessDenied' })
  const bad = new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: '{"Statement":1}' } })
  await assert.rejects(sqs().send(bad), { name: 'InvalidParameterValue' })
})

test('a permission that is added to a queue is a statement of its policy', async () => {
  const permit = { QueueUrl, Label: 'send', AWSAccountIds: [otherAccount], Actions: ['SendMessage'] }
  await sqs().send(new PermitQueueCommand(permit))
  await sendTo(other)
  await assert.rejects(sqs().send(new PermitQueueCommand(permit)), { name: 'InvalidParameterValue' })
})

test('tags of a queue are those that policies see', async () => {
  const tagged = await rig.user('tagged', {
    Effect: 'Allow',
    Action: 'sqs:SendMessage',
    Resource: '*',
    Condition: { StringEquals: { 'aws:ResourceTag/stage': 'test' } },
  })
  await assert.rejects(sendTo(tagged), { name: 'AccessDenied' })
  await sqs().send(new TagQueueCommand({ QueueUrl, Tags: { stage: 'test' } }))
  await sendTo(tagged)
})

test('the policy of a topic is kept when its attribute is set', async () => {
  answer = {
    status: 200,
    type: 'text/xml',
    body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult/></PublishResponse>',
  }
  const sns = (credentials = rig.administrator) => new SNSClient(configOf(credentials))
  const publish = new PublishCommand({ TopicArn, Message: 'hello' })
  await assert.rejects(sns(other).send(publish), { name: 'AuthorizationErrorException' })
  const AttributeValue = document({ ...statement, Action: 'sns:Publish', Resource: TopicArn })
  await sns().send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }))
  await sns(other).send(publish)
})

test('the policy of a key is kept and shown, and a key without one has the usual one', async () => {
  const kms = new KMSClient(configOf(rig.administrator))
  const KeyId = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
  const usual = await kms.send(new GetKeyPolicyCommand({ KeyId }))
  assert.match(usual.Policy ?? '', /arn:aws:iam::111122223333:root/)
  const Policy = document({ ...statement, Principal: { AWS: rig.account }, Action: 'kms:*', Resource: '*' })
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }))
  assert.equal((await kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy, Policy)
  await assert.rejects(kms.send(new PutKeyPolicyCommand({ KeyId, Policy: '{}' })), {
    name: 'MalformedPolicyDocumentException',
  })
})

test('the permissions of a function are statements of its policy', async () => {
  const lambda = new LambdaClient(configOf(rig.administrator))
  const permit = { FunctionName: 'resize', StatementId: 's3', Action: 'lambda:InvokeFunction', Principal: otherAccount }
  await assert.rejects(lambda.send(new GetPolicyCommand({ FunctionName: 'resize' })), {
    name: 'ResourceNotFoundException',
  })
  await lambda.send(new AddPermissionCommand(permit))
  await assert.rejects(lambda.send(new AddPermissionCommand(permit)), { name: 'ResourceConflictException' })
  const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName: 'resize' }))
  assert.deepEqual(JSON.parse(Policy).Statement, [
    {
      Sid: 's3',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${otherAccount}:root` },
      Action: 'lambda:InvokeFunction',
      Resource: 'arn:aws:lambda:us-east-1:111122223333:function:resize',
    },
  ])
  await lambda.send(new RemovePermissionCommand({ FunctionName: 'resize', StatementId: 's3' }))
  await assert.rejects(lambda.send(new GetPolicyCommand({ FunctionName: 'resize' })), {
    name: 'ResourceNotFoundException',
  })
})
