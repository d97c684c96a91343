import type { Store, Tag } from '#store'
import { objectIn, objectsIn, textIn, textsIn } from '../describe/call.ts'
import type { JsonObject } from '../describe/json.ts'
import { tagsInBody } from '../describe/s3-body.ts'
import { holderOf } from '../keeper.ts'
import { checkedPolicy } from './document.ts'
import { inputOf, type Keeping } from './keep.ts'
import { putResource } from './principal.ts'

/** What is kept of a resource: its policy and its tags. */
export interface Mirrored {
  readonly policy?: string
  readonly tags: readonly Tag[]
}

/** What becomes of what is kept of a resource once the upstream has done a call. */
export type Mirror = (before: Mirrored) => Mirrored

type Reading = (input: JsonObject, keeping: Keeping) => Mirror | undefined

const nothing: Mirrored = { tags: [] }
const forgetting: Mirror = () => nothing
const forget: Reading = () => forgetting

/**
 * Operations of the upstreams after which something else is kept, by service and name.
 * QUIRK: `CreateBucket` is none: some stores answer with success for a bucket that is there already.
 */
const readings: Readonly<Record<string, Reading>> = {
  's3:DeleteBucket': forget,
  's3:DeleteBucketTagging': () => (before) => ({ ...before, tags: [] }),
  's3:PutBucketTagging': (_, { request }) => {
    const tags = tagsInBody(request.body).map(([key, value]) => ({ key, value }))
    return (before) => ({ ...before, tags })
  },
  'dynamodb:CreateTable': created,
  'dynamodb:DeleteTable': forget,
  'dynamodb:TagResource': tagged,
  'dynamodb:UntagResource': untagged,
  'kinesis:CreateStream': created,
  'kinesis:DeleteStream': forget,
  'kms:TagResource': tagged,
  'kms:UntagResource': untagged,
  'lambda:CreateFunction': created,
  'lambda:DeleteFunction': (input) => (textIn(input, 'Qualifier') === undefined ? forgetting : undefined),
  'lambda:TagResource': tagged,
  'lambda:UntagResource': untagged,
  'secretsmanager:TagResource': tagged,
  'secretsmanager:UntagResource': untagged,
  'sns:CreateTopic': (input) => orTagged(input, policyIn(input, 'Attributes')),
  'sns:DeleteTopic': forget,
  'sns:SetTopicAttributes': (input) =>
    textIn(input, 'AttributeName') === 'Policy' ? withPolicy(textIn(input, 'AttributeValue') ?? '') : undefined,
  'sns:TagResource': tagged,
  'sns:UntagResource': untagged,
  'sqs:CreateQueue': (input) => orTagged(input, policyIn(input, 'Attributes')),
  'sqs:DeleteQueue': forget,
  'sqs:SetQueueAttributes': (input) => policyIn(input, 'Attributes'),
  'sqs:TagQueue': tagged,
  'sqs:UntagQueue': untagged,
}

/**
 * What becomes of what is kept once the upstream has done a call.
 * Takes: whether the call goes on although it is not allowed: then it changes nothing that decisions are made by.
 * Gives: `undefined` for calls that change nothing of it. Errors: the service's own for a policy that it could not take.
 */
export function mirrorOf(keeping: Keeping, isWaived: boolean): Mirror | undefined {
  const { service, operation } = keeping.described
  const name = `${service}:${operation}`
  const found = Object.hasOwn(readings, name) ? readings[name]?.(inputOf(keeping), keeping) : undefined
  return isWaived && found !== forgetting ? undefined : found
}

/** Keeps what a call that the upstream has done changed. */
export async function mirror(change: Mirror, { described, account, now }: Keeping, store: Store): Promise<void> {
  const { needs, service, operation } = described
  const need = needs.find(({ action }) => action === `${service}:${operation}`) ?? needs[0]
  const arn = holderOf(need?.resource ?? '*')
  if (/[*?]/.test(arn)) return
  await store.write(account, async (tables) => {
    const before = await tables.resources.byArn(account, arn)
    const { policy, tags = [] } = before ?? {}
    const after = change({ tags, ...(policy === undefined ? {} : { policy }) })
    const putting = { account, arn, now, before, tags: after.tags, policy: after.policy }
    await putResource(putting, { code: 'InvalidParameterValue' }, tables)
  })
}

/** A new resource has none of what one of the same name had. */
function created(input: JsonObject): Mirror {
  const tags = tagsIn(input)
  return () => ({ tags })
}

/** QUIRK: to create a queue or a topic that is there already changes nothing and succeeds, so what is kept of it stays. */
function orTagged(input: JsonObject, policy: Mirror | undefined): Mirror {
  const tags = tagsIn(input)
  return (before) => {
    const next = policy?.(before) ?? before
    return tags.length === 0 ? next : { ...next, tags }
  }
}

function tagged(input: JsonObject): Mirror {
  const added = tagsIn(input)
  const isAdded = (key: string) => added.some((tag) => tag.key === key)
  return ({ tags, ...rest }) => ({ ...rest, tags: [...tags.filter(({ key }) => !isAdded(key)), ...added] })
}

function untagged(input: JsonObject): Mirror {
  const keys = [...textsIn(input, 'TagKeys'), ...textsIn(input, 'tagKeys')]
  return ({ tags, ...rest }) => ({ ...rest, tags: tags.filter(({ key }) => !keys.includes(key)) })
}

function withPolicy(text: string): Mirror {
  if (text === '') return ({ tags }) => ({ tags })
  checkedPolicy(text, { code: 'InvalidParameterValue' })
  return ({ tags }) => ({ tags, policy: text })
}

function policyIn(input: JsonObject, member: string): Mirror | undefined {
  const policy = objectIn(input, member)?.['Policy']
  return typeof policy === 'string' ? withPolicy(policy) : undefined
}

/** Tags in any of the forms that the services have: a map, or a list whose members have names of three kinds. */
function tagsIn(input: JsonObject): readonly Tag[] {
  const given = input['Tags'] ?? input['tags'] ?? undefined
  if (given === undefined) return []
  const name = input['Tags'] === undefined || input['Tags'] === null ? 'tags' : 'Tags'
  if (!Array.isArray(given)) {
    const pairs = Object.entries(objectIn(input, name) ?? {})
    return pairs.map(([key, value]) => ({ key, value: String(value ?? '') }))
  }
  return objectsIn(input, name).map((tag) => ({
    key: textIn(tag, 'Key') ?? textIn(tag, 'TagKey') ?? textIn(tag, 'key') ?? '',
    value: textIn(tag, 'Value') ?? textIn(tag, 'TagValue') ?? textIn(tag, 'value') ?? '',
  }))
}
