import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as db from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import { Fault } from '#protocol'
import { capturing, requestOf } from '../../../test/captured-request.ts'
import { attributesIn, equalitiesIn } from './dynamodb-expression.ts'
import { type Described, describe, identifyTarget, isNotCovered, type Need } from './index.ts'

const client = new db.DynamoDBClient(capturing)
const TableName = 'Books'
const own = 'arn:aws:dynamodb:eu-west-1:123456789012:table/'

type Command = object

async function described(command: Command): Promise<Described> {
  const request = await requestOf(client, command)
  const target = identifyTarget(request, { services: [], bucketDomains: [], scope: 'dynamodb' })
  return describe(target, { request, account: '123456789012', region: 'eu-west-1', partition: 'aws' })
}

async function needsOf(command: Command): Promise<readonly string[]> {
  return (await described(command)).needs.map(
    ({ action, resource }) => `${action.slice(9)} ${resource.replace(own, '')}`,
  )
}

async function firstNeed(command: Command): Promise<Need> {
  const [need] = (await described(command)).needs
  return need ?? assert.fail()
}

const pk = { S: 'Acme' }

test('an operation on items needs its action on every table that it names, and a query on an index that index', async () => {
  const table: readonly (readonly [Command, readonly string[]])[] = [
    [new db.GetItemCommand({ TableName, Key: { pk } }), ['GetItem Books']],
    [new db.GetItemCommand({ TableName: `${own}Books`, Key: { pk } }), ['GetItem Books']],
    [new db.PutItemCommand({ TableName, Item: { pk } }), ['PutItem Books']],
    [new db.ScanCommand({ TableName }), ['Scan Books']],
    [new db.ScanCommand({ TableName, IndexName: 'ByAuthor' }), ['Scan Books/index/ByAuthor']],
    [new db.QueryCommand({ TableName, IndexName: 'ByAuthor' }), ['Query Books/index/ByAuthor']],
    [
      new db.BatchGetItemCommand({ RequestItems: { Books: { Keys: [{ pk }] }, Authors: { Keys: [{ pk }] } } }),
      ['BatchGetItem Books', 'BatchGetItem Authors'],
    ],
    [
      new db.BatchWriteItemCommand({
        RequestItems: {
          Books: [{ PutRequest: { Item: { pk } } }, { DeleteRequest: { Key: { pk } } }],
          Old: [{ DeleteRequest: { Key: { pk } } }],
        },
      }),
      ['BatchWriteItem Books', 'BatchWriteItem Old'],
    ],
    [
      new db.TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: { pk } } },
          { Update: { TableName: 'Authors', Key: { pk }, UpdateExpression: 'SET a = :a' } },
          { Delete: { TableName, Key: { pk } } },
          { ConditionCheck: { TableName: 'Stock', Key: { pk }, ConditionExpression: 'a > :b' } },
        ],
      }),
      ['PutItem Books', 'UpdateItem Authors', 'DeleteItem Books', 'ConditionCheckItem Stock'],
    ],
    [
      new db.TransactGetItemsCommand({
        TransactItems: [{ Get: { TableName, Key: { pk } } }, { Get: { TableName: 'Authors', Key: { pk } } }],
      }),
      ['GetItem Books', 'GetItem Authors'],
    ],
    [new db.ListTablesCommand(), ['ListTables *']],
    [new db.DescribeTableCommand({ TableName }), ['DescribeTable Books']],
    [
      new db.CreateTableCommand({
        TableName,
        AttributeDefinitions: [],
        KeySchema: [],
        Tags: [{ Key: 'a', Value: 'b' }],
      }),
      ['CreateTable Books', 'TagResource Books'],
    ],
    [
      new db.TagResourceCommand({ ResourceArn: `${own}Books`, Tags: [{ Key: 'a', Value: 'b' }] }),
      ['TagResource Books'],
    ],
    [new db.DeleteBackupCommand({ BackupArn: `${own}Books/backup/1` }), ['DeleteBackup Books/backup/1']],
  ]
  for (const [command, needs] of table) assert.deepEqual(await needsOf(command), needs, command.constructor.name)
})

test('the partition key is known at once where only one attribute can be it', async () => {
  const leading = async (command: Command) => (await firstNeed(command)).context['dynamodb:LeadingKeys']
  assert.deepEqual(await leading(new db.GetItemCommand({ TableName, Key: { pk } })), ['Acme'])
  assert.deepEqual(await leading(new db.DeleteItemCommand({ TableName, Key: { pk: { N: '7' } } })), ['7'])
  const query = {
    TableName,
    ExpressionAttributeNames: { '#p': 'pk' },
    ExpressionAttributeValues: { ':p': pk, ':s': { S: 'x' } },
  }
  for (const KeyConditionExpression of [
    '#p = :p',
    'pk=:p AND begins_with(sk, :s)',
    '(:p = #p) and sk BETWEEN :s AND :s',
  ])
    assert.deepEqual(
      await leading(new db.QueryCommand({ ...query, KeyConditionExpression })),
      ['Acme'],
      KeyConditionExpression,
    )
  const keys = [{ pk: { S: 'a' } }, { pk: { S: 'b' } }]
  assert.deepEqual(await leading(new db.BatchGetItemCommand({ RequestItems: { Books: { Keys: keys } } })), ['a', 'b'])
})

test('which of two attributes is the partition key is looked up, and is never guessed', async () => {
  const commands = [
    new db.GetItemCommand({ TableName, Key: { pk, sk: { S: 'x' } } }),
    new db.PutItemCommand({ TableName, Item: { pk, title: { S: 'x' } } }),
    new db.QueryCommand({
      TableName,
      KeyConditionExpression: 'sk = :s AND pk = :p',
      ExpressionAttributeValues: { ':p': pk, ':s': { S: 'x' } },
    }),
  ]
  for (const command of commands) {
    const { context, unknown } = await firstNeed(command)
    assert.equal(context['dynamodb:LeadingKeys'], undefined)
    const leading = unknown?.find(({ key }) => key === 'dynamodb:LeadingKeys')
    const found = await leading?.find({ partitionKey: async (arn) => (arn === `${own}Books` ? 'pk' : undefined) })
    assert.deepEqual(found, { 'dynamodb:LeadingKeys': ['Acme'] })
    assert.equal(await leading?.find({}), undefined)
    assert.equal(await leading?.find({ partitionKey: async () => 'another' }), undefined)
  }
  const { unknown } = await firstNeed(new db.QueryCommand({ TableName, KeyConditionExpression: 'pk > :p' }))
  assert.ok(unknown?.some(({ key }) => key === 'dynamodb:LeadingKeys'))
})

test('a scan names no partition key, and what reads everything says so', async () => {
  const { context, unknown = [] } = await firstNeed(new db.ScanCommand({ TableName }))
  assert.equal(context['dynamodb:Select'], 'ALL_ATTRIBUTES')
  assert.ok(!unknown.some(({ key }) => key === 'dynamodb:LeadingKeys'))
  const some = await firstNeed(
    new db.GetItemCommand({
      TableName,
      Key: { pk },
      ProjectionExpression: 'a.b, #c[0]',
      ExpressionAttributeNames: { '#c': 'C' },
    }),
  )
  assert.equal(some.context['dynamodb:Select'], 'SPECIFIC_ATTRIBUTES')
  assert.deepEqual(some.context['dynamodb:Attributes'], ['pk', 'a', 'C'])
})

test('the attributes of every part of a request are listed', async () => {
  const update = new db.UpdateItemCommand({
    TableName,
    Key: { pk },
    UpdateExpression: 'SET price = if_not_exists(price, :z) + :a, #n.x = :b REMOVE old[1] ADD seen :c',
    ConditionExpression: 'attribute_exists(pk) AND size(tags) > :z AND stock IN (:a, :b)',
    ExpressionAttributeNames: { '#n': 'note' },
    ExpressionAttributeValues: { ':a': pk, ':b': pk, ':c': pk, ':z': pk },
    ReturnValues: 'ALL_NEW',
  })
  const { context } = await firstNeed(update)
  assert.deepEqual(context['dynamodb:Attributes'], ['pk', 'price', 'note', 'old', 'seen', 'tags', 'stock'])
  assert.equal(context['dynamodb:ReturnValues'], 'ALL_NEW')
  const { needs } = await described(
    new db.TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: { pk, a: pk } } }] }),
  )
  assert.equal(needs[0]?.context['dynamodb:EnclosingOperation'], 'TransactWriteItems')
  assert.deepEqual(needs[0]?.context['dynamodb:Attributes'], ['pk', 'a'])
})

test('an expression that is not understood leaves its attributes unknown', () => {
  for (const text of ['a = "b"', 'a; b', '#x = :a', 'a ∧ b', 'a = $b'])
    assert.equal(attributesIn(text, {}), undefined, text)
  for (const text of ['a = :a OR b = :b', 'NOT a = :a', 'a = b', '#x = :a'])
    assert.equal(equalitiesIn(text, {}), undefined, text)
  fc.assert(fc.property(fc.string(), (text) => void [attributesIn(text, {}), equalitiesIn(text, {})]))
})

test('statements in PartiQL, other regions and what writes to S3 are refused', async () => {
  const refused: readonly Command[] = [
    new db.ExecuteStatementCommand({ Statement: 'SELECT * FROM Books' }),
    new db.BatchExecuteStatementCommand({ Statements: [{ Statement: 'SELECT * FROM Books' }] }),
    new db.ExportTableToPointInTimeCommand({ TableArn: `${own}Books`, S3Bucket: 'x' }),
    new db.UpdateTableCommand({ TableName, ReplicaUpdates: [{ Create: { RegionName: 'us-east-1' } }] }),
    new db.GetItemCommand({ TableName: 'arn:aws:dynamodb:eu-west-1:123456789012:table/Books/index/x', Key: { pk } }),
    new db.GetItemCommand({ TableName: 'arn:aws-cn:dynamodb:eu-west-1:123456789012:table/Books', Key: { pk } }),
    new db.TagResourceCommand({ ResourceArn: 'arn:aws:s3:::books', Tags: [] }),
  ]
  for (const command of refused) await assert.rejects(described(command), isNotCovered, command.constructor.name)
  for (const TableName of ['a/b', '*', 'a b', '']) {
    await assert.rejects(described(new db.GetItemCommand({ TableName, Key: { pk } })), Fault, TableName)
  }
})
