import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  BatchGetItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { openRig, openTables, type Rig } from './rig.ts'

let upstream: Awaited<ReturnType<typeof openTables>>
let rig: Rig

const table = 'arn:aws:dynamodb:us-east-1:111122223333:table'

before(async () => {
  upstream = await openTables()
  rig = await openRig({ services: new Map([['dynamodb', upstream.url]]) })
  for (const TableName of ['cats', 'dogs']) {
    await rig.dynamodb().send(
      new CreateTableCommand({
        TableName,
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
    for (let status: string | undefined; status !== 'ACTIVE'; )
      status = (await rig.dynamodb().send(new DescribeTableCommand({ TableName }))).Table?.TableStatus
  }
})

after(async () => {
  await rig.close()
  await upstream.close()
})

const Item = { id: { S: 'tom' }, age: { N: '3' } }

test('an item is written and read through the gateway', async () => {
  await rig.dynamodb().send(new PutItemCommand({ TableName: 'cats', Item }))
  const { Item: found } = await rig
    .dynamodb()
    .send(new GetItemCommand({ TableName: 'cats', Key: { id: { S: 'tom' } } }))
  assert.deepEqual(found, Item)
})

test('a refusal is an exception of DynamoDB, which says what is missing', async () => {
  const reader = await rig.user('reader', { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: `${table}/cats` })
  const client = rig.dynamodb(reader)
  await client.send(new GetItemCommand({ TableName: 'cats', Key: { id: { S: 'tom' } } }))
  await assert.rejects(client.send(new PutItemCommand({ TableName: 'cats', Item })), {
    name: 'AccessDeniedException',
    message: /dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table\/cats/,
  })
  const forger = rig.dynamodb({ ...reader, secretAccessKey: 'x' })
  await assert.rejects(forger.send(new PutItemCommand({ TableName: 'cats', Item })), {
    name: 'InvalidSignatureException',
  })
})

test('a batch and a transaction over several tables need each of them', async () => {
  const one = await rig.user('one', {
    Effect: 'Allow',
    Action: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
    Resource: `${table}/cats`,
  })
  const keys = { Keys: [{ id: { S: 'tom' } }] }
  const client = rig.dynamodb(one)
  await client.send(new BatchGetItemCommand({ RequestItems: { cats: keys } }))
  await assert.rejects(client.send(new BatchGetItemCommand({ RequestItems: { cats: keys, dogs: keys } })), {
    name: 'AccessDeniedException',
    message: /table\/dogs/,
  })
  const put = (TableName: string) => ({ Put: { TableName, Item: { id: { S: 'rex' } } } })
  await assert.rejects(client.send(new TransactWriteItemsCommand({ TransactItems: [put('cats'), put('dogs')] })), {
    name: 'AccessDeniedException',
  })
  const { Item: found } = await rig
    .dynamodb()
    .send(new GetItemCommand({ TableName: 'cats', Key: { id: { S: 'rex' } } }))
  assert.equal(found, undefined)
})

test('a policy on the leading key lets a caller reach its own items only', async () => {
  const own = await rig.user('own', {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    Resource: `${table}/cats`,
    Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['${aws:username}'] } },
  })
  const client = rig.dynamodb(own)
  await client.send(new PutItemCommand({ TableName: 'cats', Item: { id: { S: 'own' } } }))
  await client.send(new GetItemCommand({ TableName: 'cats', Key: { id: { S: 'own' } } }))
  await assert.rejects(client.send(new GetItemCommand({ TableName: 'cats', Key: { id: { S: 'tom' } } })), {
    name: 'AccessDeniedException',
  })
})

test('a table of another account is refused, for the upstream would take it for its own', async () => {
  const TableName = 'arn:aws:dynamodb:us-east-1:999988887777:table/cats'
  await assert.rejects(rig.dynamodb().send(new GetItemCommand({ TableName, Key: { id: { S: 'tom' } } })), {
    name: 'AccessDeniedException',
    message: /no resources of the account 999988887777/,
  })
})
