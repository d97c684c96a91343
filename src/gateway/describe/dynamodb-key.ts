import type { Context } from '#engine'
import { listIn, objectIn, objectsIn, textIn } from './call.ts'
import type { Unknown } from './described.ts'
import { attributesIn, equalitiesIn } from './dynamodb-expression.ts'
import { isObject, type Json, type JsonObject } from './json.ts'

/** An attribute's value as DynamoDB has it in a key: `{"S": "Acme"}` is `Acme`. */
type Items = readonly JsonObject[]

const expressions = [
  'ProjectionExpression',
  'UpdateExpression',
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
]
const maps = ['Key', 'Item', 'Expected', 'AttributeUpdates', 'KeyConditions', 'QueryFilter', 'ScanFilter']

/** What is known of the condition keys of a call that reads or writes items. */
export interface ItemKeys {
  readonly context: Context
  readonly unknown: readonly Unknown[]
}

/**
 * Keys of a call on one table.
 * Takes: the parts of the request that name attributes of it; the items that it reads or writes, by their key or whole; the
 *   ARN whose partition key is meant; what encloses it.
 */
export function itemKeys(
  parts: Items,
  items: Items,
  { arn, enclosing }: { arn: string; enclosing?: string },
): ItemKeys {
  const attributes = allAttributes(parts)
  const leading = items.length === 0 ? { unknown: [], context: {} } : leadingKeys(items, arn)
  return {
    context: {
      ...(attributes !== undefined && attributes.length > 0 && { 'dynamodb:Attributes': attributes }),
      ...(enclosing !== undefined && { 'dynamodb:EnclosingOperation': enclosing }),
      ...leading.context,
    },
    unknown: [...(attributes === undefined ? [nowhere('dynamodb:Attributes')] : []), ...leading.unknown],
  }
}

/** Keys of a query: its key condition binds the partition key to one value. */
export function queryKeys(input: JsonObject, arn: string): ItemKeys {
  const own = itemKeys([input], [], { arn })
  const bound = boundIn(input)
  if (bound === undefined) return { ...own, unknown: [...own.unknown, nowhere(leadingKey)] }
  const leading = leadingKeys([bound], arn)
  return { context: { ...own.context, ...leading.context }, unknown: [...own.unknown, ...leading.unknown] }
}

/** What a read asks of the attributes: what AWS gives where the request says nothing included. */
export function selectOf(input: JsonObject): Context {
  const given = textIn(input, 'Select')
  const projects = textIn(input, 'ProjectionExpression') !== undefined || listIn(input, 'AttributesToGet').length > 0
  const otherwise = textIn(input, 'IndexName') === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES'
  return { 'dynamodb:Select': given ?? (projects ? 'SPECIFIC_ATTRIBUTES' : otherwise) }
}

const leadingKey = 'dynamodb:LeadingKeys'

/**
 * The values of the partition key. It is known at once where the items have one attribute each; with a sort key or a whole
 * item, which of the attributes it is must be looked up.
 */
function leadingKeys(items: Items, arn: string): ItemKeys {
  const names = new Set(items.flatMap((item) => Object.keys(item)))
  const [only] = names
  const sure = names.size === 1 && only !== undefined ? valuesOf(items, only) : undefined
  if (sure !== undefined) return { context: { [leadingKey]: sure }, unknown: [] }
  const find: Unknown['find'] = async ({ partitionKey }) => {
    const name = await partitionKey?.(arn)
    const values = name === undefined ? undefined : valuesOf(items, name)
    return values && { [leadingKey]: values }
  }
  return { context: {}, unknown: [{ key: leadingKey, find }] }
}

function valuesOf(items: Items, name: string): readonly string[] | undefined {
  const values = items.map((item) => keyText(item[name]))
  const known = values.filter((value) => value !== undefined)
  return known.length === values.length ? [...new Set(known)] : undefined
}

function keyText(value: Json | undefined): string | undefined {
  if (value === undefined || !isObject(value)) return undefined
  const types = Object.keys(value)
  const text = value['S'] ?? value['N'] ?? value['B']
  return types.length === 1 && typeof text === 'string' ? text : undefined
}

/** The attributes that a key condition binds, with their values. */
function boundIn(input: JsonObject): JsonObject | undefined {
  const bound: Record<string, Json | undefined> = Object.create(null)
  const expression = textIn(input, 'KeyConditionExpression')
  const old = objectIn(input, 'KeyConditions')
  if ((expression === undefined) === (old === undefined)) return undefined
  if (expression !== undefined) {
    const values = objectIn(input, 'ExpressionAttributeValues') ?? {}
    const equalities = equalitiesIn(expression, objectIn(input, 'ExpressionAttributeNames') ?? {})
    for (const [attribute, placeholder] of equalities ?? []) bound[attribute] = values[placeholder]
    return equalities === undefined || equalities.length === 0 ? undefined : bound
  }
  for (const name of Object.keys(old ?? {})) {
    const condition = objectIn(old ?? {}, name) ?? {}
    if (textIn(condition, 'ComparisonOperator') === 'EQ') bound[name] = listIn(condition, 'AttributeValueList')[0]
  }
  return Object.keys(bound).length === 0 ? undefined : bound
}

function allAttributes(parts: Items): readonly string[] | undefined {
  const found = new Set<string>()
  for (const part of parts) {
    const names = objectIn(part, 'ExpressionAttributeNames') ?? {}
    for (const map of maps) for (const name of Object.keys(objectIn(part, map) ?? {})) found.add(name)
    for (const name of listIn(part, 'AttributesToGet')) if (typeof name === 'string') found.add(name)
    for (const key of objectsIn(part, 'Keys')) for (const name of Object.keys(key)) found.add(name)
    for (const name of expressions) {
      const attributes = attributesIn(textIn(part, name) ?? '', names)
      if (attributes === undefined) return undefined
      for (const attribute of attributes) found.add(attribute)
    }
  }
  return [...found]
}

/** A key whose value nobody can tell. */
function nowhere(key: string): Unknown {
  return { key, find: async () => undefined }
}
