import type { AccountCaller } from '#access'
import type { Tag } from '#store'
import type { LooseContext } from '../define.ts'
import type { World } from '../operation.ts'

/** The tags of a call that makes a session. */
export interface Tagging {
  readonly Tags?: readonly { readonly Key: string | undefined; readonly Value: string | undefined }[] | undefined
  readonly TransitiveTagKeys?: readonly string[] | undefined
}

export interface SessionTags {
  readonly tags: readonly Tag[]
  readonly transitiveTagKeys: readonly string[]
}

const most = 50

/** The tags that go along the chain, from the caller's session to the next. */
export function inheritedTags({ session }: AccountCaller): readonly Tag[] {
  if (session === undefined || session.transitiveTagKeys.length === 0) return []
  const transitive = new Set(session.transitiveTagKeys.map((key) => key.toLowerCase()))
  return session.tags.filter(({ key }) => transitive.has(key.toLowerCase()))
}

/** What passed tags add to the context. */
export function requestTags({ Tags = [], TransitiveTagKeys = [] }: Tagging): LooseContext {
  const values = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value]))
  return {
    ...values,
    ...(Tags.length === 0 ? {} : { 'aws:TagKeys': Tags.map(({ Key = '' }) => Key) }),
    ...(TransitiveTagKeys.length === 0 ? {} : { 'sts:TransitiveTagKeys': TransitiveTagKeys }),
  }
}

/**
 * The tags of the new session: those that are passed, and those that are inherited (rule S-24).
 * Errors: `InvalidParameterValue`, `ValidationError`.
 */
export function sessionTags({ Tags = [], TransitiveTagKeys = [] }: Tagging, world: World): SessionTags {
  const { caller, fault } = world
  const passed = Tags.map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }))
  const keys = new Set(passed.map(({ key }) => key.toLowerCase()))
  if (keys.size < passed.length)
    throw fault('InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.')
  if (passed.some(({ key }) => /^aws:/i.test(key)))
    throw fault('InvalidParameterValue', 'Tag keys that begin with aws: are reserved for system use.')
  const inherited = inheritedTags(caller)
  if (inherited.some(({ key }) => keys.has(key.toLowerCase())))
    throw fault(
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    )
  if (TransitiveTagKeys.some((key) => !keys.has(key.toLowerCase())))
    throw fault('InvalidParameterValue', 'The specified transitive tag key must be included in the requested tags.')
  const tags = [...inherited, ...passed]
  if (tags.length > most) throw fault('ValidationError', `A session has at most ${most} tags.`)
  return { tags, transitiveTagKeys: [...inherited.map(({ key }) => key), ...TransitiveTagKeys] }
}
