import type { Tag } from '#store'
import type { LooseContext } from '../define.ts'
import type { Scope, Touched, World } from '../operation.ts'
import { type Pointed, readRegionalArn } from './arn.ts'
import { placeOf, retag, tableOf } from './place.ts'
import { rolesAnywhere } from './roles-anywhere.ts'

const mostTags = 200

export const ListTagsForResource = rolesAnywhere('ListTagsForResource', {
  // QUIRK: AWS publishes no resource for it, so that only a statement on * lets somebody list tags.
  resource: () => '*',

  async run({ resourceArn }, world) {
    const pointed = pointedBy(resourceArn, world)
    const found = await tableOf(pointed.kind, world.tables).byId(pointed, pointed.id)
    if (found === undefined) throw notFound(resourceArn, world)
    return { tags: found.tags }
  },
})

export const TagResource = rolesAnywhere('TagResource', {
  resource: ({ resourceArn }, scope) => touchedByArn(resourceArn, scope),
  context: ({ tags }) => requestTags(tags),

  async run({ resourceArn, tags }, world) {
    const pointed = pointedBy(resourceArn, world)
    if (!(await retag(pointed, world.tables, (present) => merged(present, tags, world))))
      throw notFound(resourceArn, world)
    return {}
  },
})

export const UntagResource = rolesAnywhere('UntagResource', {
  resource: ({ resourceArn }, scope) => touchedByArn(resourceArn, scope),
  context: ({ tagKeys }) => (tagKeys.length === 0 ? {} : { 'aws:TagKeys': tagKeys }),

  async run({ resourceArn, tagKeys }, world) {
    const pointed = pointedBy(resourceArn, world)
    const without = (present: readonly Tag[]) => present.filter(({ key }) => !tagKeys.includes(key))
    if (!(await retag(pointed, world.tables, without))) throw notFound(resourceArn, world)
    return {}
  },
})

/** What a request that sets tags adds to the context. */
export function requestTags(tags: readonly Tag[] | undefined): LooseContext {
  if (tags === undefined || tags.length === 0) return {}
  const values = tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])
  return { ...Object.fromEntries(values), 'aws:TagKeys': tags.map(({ key }) => key) }
}

/** Who makes something with tags is asked for the permission to tag it too. */
export function alsoTagging({ tags = [] }: { readonly tags?: readonly Tag[] | undefined }): readonly string[] {
  return tags.length === 0 ? [] : ['rolesanywhere:TagResource']
}

/** The tags that a new resource begins with. Errors: `ValidationException`. */
export function firstTags(tags: readonly Tag[] = [], world: World<'ValidationException'>): readonly Tag[] {
  checkKeys(tags, world)
  return tags
}

function merged(
  present: readonly Tag[],
  given: readonly Tag[],
  world: World<'ValidationException' | 'TooManyTagsException'>,
): readonly Tag[] {
  checkKeys(given, world)
  const tags = new Map([...present, ...given].map(({ key, value }) => [key, { key, value }]))
  if (tags.size > mostTags) throw world.fault('TooManyTagsException', `A resource has at most ${mostTags} tags.`)
  return [...tags.values()]
}

function checkKeys(tags: readonly Tag[], { fault }: World<'ValidationException'>): void {
  if (new Set(tags.map(({ key }) => key)).size < tags.length)
    throw fault('ValidationException', 'A tag key was given more than once.')
  if (tags.some(({ key }) => /^aws:/i.test(key)))
    throw fault('ValidationException', 'Tag keys that begin with aws: are reserved.')
}

/** INVARIANT: what is in another account or region is not looked at. */
function pointedBy(arn: string, world: World<'ValidationException' | 'ResourceNotFoundException'>): Pointed {
  const pointed = readRegionalArn(arn)
  if (pointed === undefined)
    throw world.fault('ValidationException', `${arn} is not the ARN of a resource of this service.`)
  const { account, region } = placeOf(world)
  if (pointed.account !== account || pointed.region !== region) throw notFound(arn, world)
  return pointed
}

async function touchedByArn(arn: string, scope: Scope): Promise<Touched> {
  const pointed = readRegionalArn(arn)
  const { account, region } = placeOf(scope)
  if (pointed === undefined || pointed.account !== account || pointed.region !== region) return { arn }
  const found = await tableOf(pointed.kind, scope.tables).byId(pointed, pointed.id)
  return { arn, ...(found === undefined ? {} : { tags: found.tags }) }
}

function notFound(arn: string, { fault }: World<'ResourceNotFoundException'>) {
  return fault('ResourceNotFoundException', `The resource ${arn} was not found.`)
}
