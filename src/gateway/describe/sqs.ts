import type { SurfaceOperation } from '#models'
import { type HttpRequest, readForm } from '#protocol'
import { type Ask, type Call, nameOf, neededText, objectIn, ownArn, textIn, textsIn } from './call.ts'
import { decodeOnce } from './field.ts'
import type { Json, JsonObject } from './json.ts'
import { malformed, notCovered, shown } from './refusal.ts'
import { each, onArn, onEverything, together } from './rule.ts'
import type { ServiceRules } from './rules.ts'
import { requestTags, tagKeys } from './tag.ts'

const queueName = /^[A-Za-z0-9_-]{1,80}(?:\.fifo)?$/

/** Actions of another name than their operation: a batch needs what one message needs. */
const batches: Readonly<Record<string, string>> = {
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  DeleteMessageBatch: 'DeleteMessage',
  SendMessageBatch: 'SendMessage',
}

export const sqsRules: ServiceRules = {
  operations: {
    ...each(
      'AddPermission ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch DeleteQueue GetQueueAttributes ListDeadLetterSourceQueues ListQueueTags PurgeQueue ReceiveMessage RemovePermission SendMessage SendMessageBatch SetQueueAttributes TagQueue UntagQueue',
      onQueue,
    ),
    CreateQueue: createQueue,
    GetQueueUrl: getQueueUrl,
    ListQueues: onEverything,
    ListMessageMoveTasks: onArn('SourceArn', ['']),
    StartMessageMoveTask: together(onArn('SourceArn', ['']), moving),
  },
  refused: { CancelMessageMoveTask: 'the queue that it touches cannot be told from the handle' },
}

/**
 * Reads the form that older clients of SQS send, in which lists and maps are flat: `Tag.1.Key`.
 * Takes: a request whose path may be the queue's.
 * Gives: what says which queue is meant, and its tags.
 */
export function readSqsForm(request: HttpRequest, { name }: SurfaceOperation): JsonObject {
  const form = readForm(request)
  const input: Record<string, Json> = Object.create(null)
  for (const member of [
    'QueueUrl',
    'QueueName',
    'QueueOwnerAWSAccountId',
    'QueueNamePrefix',
    'SourceArn',
    'DestinationArn',
    'TaskHandle',
  ]) {
    const value = form.get(member)
    if (value !== undefined) input[member] = value
  }
  const path = request.path === '/' || request.path === '' ? undefined : request.path
  if (path !== undefined) {
    const url = input['QueueUrl']
    if (typeof url === 'string' && queueIn(url).join('/') !== queueIn(path).join('/'))
      throw malformed('The path of the request and its QueueUrl name two queues.')
    input['QueueUrl'] = path
  }
  const tags = numbered(form, 'Tag')
  if (name === 'UntagQueue') input['TagKeys'] = textsUnder(form, 'TagKey')
  else if (tags.size > 0) input[name === 'CreateQueue' ? 'tags' : 'Tags'] = Object.fromEntries(tags)
  return input
}

function numbered(form: ReturnType<typeof readForm>, name: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (let index = 1; form.get(`${name}.${index}.Key`) !== undefined; index += 1)
    found.set(form.get(`${name}.${index}.Key`) ?? '', form.get(`${name}.${index}.Value`) ?? '')
  for (const field of form.names())
    if (/^Tag\./.test(field) && !(Number(field.split('.')[1]) <= found.size))
      throw malformed('The tags of the request cannot be read.')
  return found
}

function textsUnder(form: ReturnType<typeof readForm>, name: string): readonly string[] {
  const found: string[] = []
  for (let index = 1; form.get(`${name}.${index}`) !== undefined; index += 1)
    found.push(form.get(`${name}.${index}`) ?? '')
  return found
}

function onQueue(call: Call): readonly Ask[] {
  const { name } = call.operation
  const context = name === 'UntagQueue' ? tagKeys(textsIn(call.input, 'TagKeys')) : {}
  return [{ action: batches[name] ?? name, resource: queueArn(call, neededText(call, 'QueueUrl')), context }]
}

/** A queue's ARN by its URL, whose path ends with the account and the name. */
function queueArn(call: Call, url: string): string {
  const [account = '', name = ''] = queueIn(url)
  if (!queueName.test(name) || !/^\d{12}$/.test(account))
    throw notCovered(nameOf(call), `${shown(url)} is not the URL of a queue`)
  const { partition, region } = call.arrived
  return `arn:${partition}:sqs:${region}:${account}:${name}`
}

/** The last two parts of the path: emulators put others before them. */
function queueIn(url: string): readonly string[] {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '')
  if (/[?#\\\s]|\/\/|\/\.{1,2}(?:\/|$)/.test(path)) return []
  return path
    .split('/')
    .slice(-2)
    .map((part) => decodeOnce(part) ?? '')
}

function createQueue(call: Call): readonly Ask[] {
  const resource = namedQueue(call, call.arrived.account)
  const tags = Object.entries(objectIn(call.input, 'tags') ?? {}).map(([key, value]) => [key, String(value)] as const)
  const context = requestTags(tags)
  const actions = ['CreateQueue', ...(tags.length > 0 ? ['TagQueue'] : [])]
  return actions.map((action) => ({ action, resource, context }))
}

function getQueueUrl(call: Call): readonly Ask[] {
  return [
    {
      action: 'GetQueueUrl',
      resource: namedQueue(call, textIn(call.input, 'QueueOwnerAWSAccountId') ?? call.arrived.account),
    },
  ]
}

function namedQueue(call: Call, account: string): string {
  const name = neededText(call, 'QueueName')
  if (!queueName.test(name) || !/^\d{12}$/.test(account))
    throw notCovered(nameOf(call), `${shown(name)} is not the name of a queue`)
  return ownArn({ ...call, arrived: { ...call.arrived, account } }, name)
}

/** Messages are taken out of one queue and put into another. */
function moving(call: Call): readonly Ask[] {
  const source = neededText(call, 'SourceArn')
  const target = textIn(call.input, 'DestinationArn')
  if (target === undefined) throw notCovered(nameOf(call), 'the queues that messages go back to cannot be told')
  return [
    { action: 'ReceiveMessage', resource: source },
    { action: 'DeleteMessage', resource: source },
    { action: 'GetQueueAttributes', resource: source },
    ...onArn('DestinationArn', [''], 'SendMessage')(call),
  ]
}
