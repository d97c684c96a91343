import { Fault } from '#protocol'
import type { Resource, Tables, Tag } from '#store'
import { holderOf } from '../keeper.ts'
import { checkedPolicy } from '../kept/document.ts'
import { putResource } from '../kept/principal.ts'
import { arnIn, type Input, invalid, keysIn, tagsIn, textIn } from './input.ts'

/** Where an operation works. */
export interface World {
  readonly tables: Tables
  readonly account: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly arn: string
}

export interface ResourceOperation {
  /** Without its service: `PutResourcePolicy`. */
  readonly action: string
  readonly readOnly: boolean
  readonly members: readonly string[]
  /** What is touched. */
  arn(input: Input): string
  run(input: Input, world: World): Promise<object>
}

/** By the last part of the path. */
export const resourceOperations: Readonly<Record<string, ResourceOperation>> = {
  'put-policy': {
    action: 'PutResourcePolicy',
    readOnly: false,
    members: ['resourceArn', 'policy'],
    arn: holderIn,
    async run(input, world) {
      const policy = textIn(input, 'policy')
      checkedPolicy(policy, { code: 'MalformedPolicyDocument' })
      await put({ ...(await keptOf(world)), policy }, world)
      return { resourceArn: world.arn }
    },
  },
  'get-policy': {
    action: 'GetResourcePolicy',
    readOnly: true,
    members: ['resourceArn'],
    arn: holderIn,
    async run(_, world) {
      const { policy } = await keptOf(world)
      if (policy === undefined) throw absent(world)
      return { resourceArn: world.arn, policy }
    },
  },
  'delete-policy': {
    action: 'DeleteResourcePolicy',
    readOnly: false,
    members: ['resourceArn'],
    arn: holderIn,
    async run(_, world) {
      const { policy, ...kept } = await keptOf(world)
      if (policy === undefined) throw absent(world)
      await put(kept, world)
      return { resourceArn: world.arn }
    },
  },
  list: {
    action: 'ListResources',
    readOnly: true,
    members: ['after'],
    arn: () => '*',
    async run(input, { tables, account }) {
      const after = input.get('after')
      const page = { limit: 100, ...(after === undefined ? {} : { after: textIn(input, 'after') }) }
      const { items, more } = await tables.resources.list(account, page)
      return { resources: items.map(shown), more }
    },
  },
  tag: {
    action: 'TagResource',
    readOnly: false,
    members: ['resourceArn', 'tags'],
    arn: holderIn,
    async run(input, world) {
      const added = tagsIn(input)
      const kept = await keptOf(world)
      const left = kept.tags.filter(({ key }) => !added.some((one) => one.key === key))
      const tags = [...left, ...added]
      if (tags.length > 50) throw invalid('A resource has at most 50 tags.')
      await put({ ...kept, tags }, world)
      return shown({ ...kept, tags })
    },
  },
  untag: {
    action: 'UntagResource',
    readOnly: false,
    members: ['resourceArn', 'tagKeys'],
    arn: holderIn,
    async run(input, world) {
      const keys = keysIn(input)
      const kept = await keptOf(world)
      const tags = kept.tags.filter(({ key }) => !keys.includes(key))
      await put({ ...kept, tags }, world)
      return shown({ ...kept, tags })
    },
  },
}

/** The ARN of a resource that can have a policy. Errors: `ValidationError` for what is a part of another resource. */
function holderIn(input: Input): string {
  const arn = arnIn(input)
  const holder = holderOf(arn)
  if (holder !== arn) throw invalid(`The policy that bears on ${arn} is that of ${holder}.`)
  return arn
}

async function keptOf({ tables, account, arn, now }: World): Promise<Resource> {
  const found = await tables.resources.byArn(account, arn)
  return found ?? { account, arn, tags: [], updatedAt: now }
}

async function put({ policy, tags }: Resource, { tables, account, arn, now }: World): Promise<void> {
  const before = await tables.resources.byArn(account, arn)
  await putResource({ account, arn, now, before, tags, policy }, { code: 'MalformedPolicyDocument' }, tables)
}

function shown({ arn, policy, tags, updatedAt }: Resource): object {
  return {
    resourceArn: arn,
    ...(policy === undefined ? {} : { policy }),
    tags: Object.fromEntries(tags.map(({ key, value }: Tag) => [key, value])),
    updatedAt: new Date(updatedAt).toISOString(),
  }
}

function absent({ arn }: World): Fault {
  return new Fault({ code: 'NoSuchEntity', status: 404, message: `No policy of ${arn} is kept.` })
}
