import { type Ask, type Call, nameOf, neededText, objectIn, objectsIn, textIn } from './call.ts'
import { type ItemKeys, itemKeys, queryKeys, selectOf } from './dynamodb-key.ts'
import type { JsonObject } from './json.ts'
import { malformed, notCovered } from './refusal.ts'
import { arnOrName } from './resource.ts'
import { also, each, onArn, onEverything, onFirst, onNamed, together } from './rule.ts'
import type { ServiceRules } from './rules.ts'

const onTable = onNamed('TableName', 'table/')
const taggable = ['table/']
const partiQl = 'the tables and attributes of a PartiQL statement cannot be told surely'
const elsewhere = 'it reads or writes S3 beside the table'

/** What restoring does to the table that it makes. Source: "Using IAM with DynamoDB backup and restore". */
const restoring = ['BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem']

export const dynamodbRules: ServiceRules = {
  operations: {
    ...each(
      'CreateBackup DeleteTable DescribeContinuousBackups DescribeKinesisStreamingDestination DescribeTable DescribeTableReplicaAutoScaling DescribeTimeToLive UpdateContinuousBackups UpdateTimeToLive UpdateKinesisStreamingDestination',
      onTable,
    ),
    ...each('GetItem PutItem UpdateItem DeleteItem', item),
    ...each('Query Scan SearchVectors', search),
    ...each('DescribeContributorInsights UpdateContributorInsights', insights),
    ...each(
      'DeleteResourcePolicy GetResourcePolicy ListTagsOfResource PutResourcePolicy TagResource UntagResource',
      onArn('ResourceArn', taggable),
    ),
    ...each(
      'DescribeEndpoints DescribeLimits ListBackups ListContributorInsights ListTables ListGlobalTables',
      onEverything,
    ),
    ...each('EnableKinesisStreamingDestination DisableKinesisStreamingDestination', together(onTable, stream)),
    ...each('ListExports ListImports', onFirst({ TableArn: onArn('TableArn', ['table/']) }, onEverything)),
    BatchGetItem: batchGet,
    BatchWriteItem: batchWrite,
    TransactGetItems: transact,
    TransactWriteItems: transact,
    CreateTable: createTable,
    UpdateTable: updateTable,
    DescribeBackup: onArn('BackupArn', ['table/']),
    DeleteBackup: onArn('BackupArn', ['table/']),
    DescribeExport: onArn('ExportArn', ['table/']),
    DescribeImport: onArn('ImportArn', ['table/']),
    RestoreTableFromBackup: together(onArn('BackupArn', ['table/']), restored),
    RestoreTableToPointInTime: together(
      onFirst({
        SourceTableArn: onArn('SourceTableArn', ['table/']),
        SourceTableName: onNamed('SourceTableName', 'table/'),
      }),
      restored,
    ),
  },
  refused: {
    BatchExecuteStatement: partiQl,
    ExecuteStatement: partiQl,
    ExecuteTransaction: partiQl,
    ExportTableToPointInTime: elsewhere,
    ImportTable: elsewhere,
    StartBulkPutItems: elsewhere,
    UpdateTableReplicaAutoScaling: 'it touches tables of other regions',
    CreateGlobalTable: 'it touches tables of other regions',
    UpdateGlobalTable: 'it touches tables of other regions',
    UpdateGlobalTableSettings: 'it touches tables of other regions',
  },
  keys: () => ({
    settled: [
      'dynamodb:FullTableScan',
      'dynamodb:EnclosingOperation',
      'dynamodb:Attributes',
      'dynamodb:LeadingKeys',
      'dynamodb:Select',
    ],
  }),
}

/** The ARN of a table. Errors: `ValidationException` (400) for what is no name of one. */
function tableArn(call: Call, name: string): string {
  if (!name.startsWith('arn:') && !/^[A-Za-z0-9_.-]{1,255}$/.test(name))
    throw malformed('The name of a table has characters that names have not.', { code: 'ValidationException' })
  const arn = arnOrName(call, name, 'table/')
  if (!/:table\/[A-Za-z0-9_.-]+$/.test(arn)) throw notCovered(nameOf(call), 'the table cannot be told')
  return arn
}

function withItemKeys(action: string, resource: string, keys: ItemKeys): Ask {
  return { action, resource, context: keys.context, unknown: keys.unknown }
}

function item(call: Call): readonly Ask[] {
  const { input, operation } = call
  const resource = tableArn(call, neededText(call, 'TableName'))
  const whole = objectIn(input, operation.name === 'PutItem' ? 'Item' : 'Key')
  if (whole === undefined) throw notCovered(nameOf(call), 'the item is missing')
  const keys = itemKeys([input], [whole], { arn: resource })
  const select = operation.name === 'GetItem' ? selectOf(input) : {}
  return [withItemKeys(operation.name, resource, { ...keys, context: { ...keys.context, ...select } })]
}

function search(call: Call): readonly Ask[] {
  const { input, operation } = call
  const table = tableArn(call, neededText(call, 'TableName'))
  const index = textIn(input, 'IndexName')
  const resource = index === undefined ? table : `${table}/index/${indexName(index)}`
  const keys = operation.name === 'Query' ? queryKeys(input, resource) : itemKeys([input], [], { arn: resource })
  return [withItemKeys(operation.name, resource, { ...keys, context: { ...keys.context, ...selectOf(input) } })]
}

function indexName(name: string): string {
  if (/^[A-Za-z0-9_.-]{1,255}$/.test(name)) return name
  throw malformed('The name of an index has characters that names have not.', { code: 'ValidationException' })
}

function insights(call: Call): readonly Ask[] {
  const asks = onTable(call)
  const index = textIn(call.input, 'IndexName')
  if (index === undefined) return asks
  return asks.flatMap((ask) => [ask, { ...ask, resource: `${ask.resource}/index/${indexName(index)}` }])
}

function batchGet(call: Call): readonly Ask[] {
  return byTable(call).map(([table, request]) => {
    const arn = tableArn(call, table)
    const part = asObject(call, request)
    const keys = itemKeys([part], objectsIn(part, 'Keys'), { arn })
    return withItemKeys('BatchGetItem', arn, { ...keys, context: { ...keys.context, ...selectOf(part) } })
  })
}

function batchWrite(call: Call): readonly Ask[] {
  const tables = objectIn(call.input, 'RequestItems') ?? {}
  return byTable(call).map(([table]) => {
    const arn = tableArn(call, table)
    const writes = objectsIn(tables, table).map((write) => {
      const [put, removal] = [objectIn(write, 'PutRequest'), objectIn(write, 'DeleteRequest')]
      const one = put === undefined ? objectIn(removal ?? {}, 'Key') : objectIn(put, 'Item')
      if (one === undefined || (put !== undefined && removal !== undefined)) throw unclear(call)
      return one
    })
    const parts = writes.map((one) => ({ Item: one }))
    return withItemKeys('BatchWriteItem', arn, itemKeys(parts, writes, { arn }))
  })
}

function byTable(call: Call): readonly (readonly [table: string, request: JsonObject[string]])[] {
  const tables = Object.entries(objectIn(call.input, 'RequestItems') ?? {})
  if (tables.length === 0) throw notCovered(nameOf(call), 'it names no table')
  return tables
}

const transactions: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
}

function transact(call: Call): readonly Ask[] {
  const items = objectsIn(call.input, 'TransactItems')
  if (items.length === 0) throw notCovered(nameOf(call), 'it names no table')
  return items.map((entry) => {
    const kinds = Object.keys(entry).filter((kind) => entry[kind] !== null)
    const [kind = ''] = kinds
    const action = Object.hasOwn(transactions, kind) ? transactions[kind] : undefined
    const part = objectIn(entry, kind)
    if (kinds.length !== 1 || action === undefined || part === undefined) throw unclear(call)
    const arn = tableArn(call, textIn(part, 'TableName') ?? '')
    const one = objectIn(part, kind === 'Put' ? 'Item' : 'Key')
    if (one === undefined) throw unclear(call)
    const keys = itemKeys([part], [one], { arn, enclosing: call.operation.name })
    const select = kind === 'Get' ? selectOf(part) : {}
    return withItemKeys(action, arn, { ...keys, context: { ...keys.context, ...select } })
  })
}

function createTable(call: Call): readonly Ask[] {
  const { input } = call
  if (textIn(input, 'GlobalTableSourceArn') !== undefined)
    throw notCovered(nameOf(call), 'it copies a table of another place')
  const resource = tableArn(call, neededText(call, 'TableName'))
  const beside = [
    ...((input['Tags'] ?? undefined) === undefined ? [] : ['TagResource']),
    ...(textIn(input, 'ResourcePolicy') === undefined ? [] : ['PutResourcePolicy']),
  ]
  return ['CreateTable', ...beside].map((action) => ({ action, resource }))
}

function updateTable(call: Call): readonly Ask[] {
  for (const member of [
    'ReplicaUpdates',
    'GlobalTableWitnessUpdates',
    'MultiRegionConsistency',
    'GlobalTableSettingsReplicationMode',
  ])
    if ((call.input[member] ?? undefined) !== undefined)
      throw notCovered(nameOf(call), 'it touches tables of other regions')
  return [{ action: 'UpdateTable', resource: tableArn(call, neededText(call, 'TableName')) }]
}

function restored(call: Call): readonly Ask[] {
  const resource = tableArn(call, neededText(call, 'TargetTableName'))
  return also([{ action: '', resource }], [call.operation.name, ...restoring])
}

function stream(call: Call): readonly Ask[] {
  const resource = neededText(call, 'StreamArn')
  if (!/^arn:aws:kinesis:[a-z0-9-]+:\d{12}:stream\/[A-Za-z0-9_.-]+$/.test(resource))
    throw notCovered(nameOf(call), 'StreamArn is not the ARN of a stream')
  return call.operation.name.startsWith('Disable')
    ? []
    : also([{ action: '', resource }], ['kinesis:DescribeStream', 'kinesis:PutRecord', 'kinesis:PutRecords'])
}

function asObject(call: Call, value: JsonObject[string]): JsonObject {
  const found = objectIn({ value }, 'value')
  if (found === undefined) throw unclear(call)
  return found
}

function unclear(call: Call) {
  return malformed(`A part of ${nameOf(call)} cannot be read.`, { code: 'ValidationException' })
}
