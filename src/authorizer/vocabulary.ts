import type { ConditionKeyType } from '#models'
import { fitsTemplate } from './arn-template.ts'
import type { OwnAction, ServiceDefinition } from './definition.ts'

/** What is known of an action, whoever defined it. */
export interface Vocabulary {
  /** As its service spells it: `acme:GetPhoto`. */
  readonly action: string
  /** The service of the credential scope of whoever asks for it. */
  readonly signingName: string
  readonly unsignedPayload: boolean
  /** The registration, where it is a service of the account's own. */
  readonly own?: ServiceDefinition
  /** Whether the action may be asked for on a resource. */
  touches(resource: string): boolean
  /** The type of a condition key that is not of every request. Gives: `undefined` for one that there is not. */
  keyType(key: string): ConditionKeyType | undefined
}

/** The services of an account's own, by prefix. */
export type OwnServices = ReadonlyMap<string, ServiceDefinition>

const known = new WeakMap<ServiceDefinition, Map<string, Vocabulary>>()

/**
 * What is known of an action of the account's own services.
 * Gives: `undefined` for one that none has. Takes: it in any case of letters.
 */
export function ownVocabularyOf(action: string, services: OwnServices): Vocabulary | undefined {
  const colon = action.indexOf(':')
  const own = services.get(action.slice(0, Math.max(0, colon)).toLowerCase())
  if (own === undefined) return undefined
  const name = action.slice(colon + 1).toLowerCase()
  const kept = known.get(own) ?? new Map<string, Vocabulary>()
  known.set(own, kept)
  const there = kept.get(name)
  const found = own.actions.get(name)
  if (there !== undefined || found === undefined) return there
  const vocabulary = ownVocabulary(own, found)
  kept.set(name, vocabulary)
  return vocabulary
}

function ownVocabulary(own: ServiceDefinition, { name, resourceTypes, conditionKeys }: OwnAction): Vocabulary {
  const { prefix, signingName, unsignedPayload } = own
  const keys = new Map<string, ConditionKeyType>()
  for (const key of conditionKeys) keys.set(key, own.conditionKeys.get(key) ?? 'String')
  return {
    action: `${prefix}:${name}`,
    signingName,
    unsignedPayload,
    own,
    touches: (arn) =>
      resourceTypes.length === 0 ? arn === '*' : resourceTypes.some((type) => fitsTemplate(type.arn, arn)),
    keyType: (key) => keyTypeIn(keys, key),
  }
}

/** The type of a condition key of a service. Gives: `undefined` for one that it has not. */
export function conditionKeyIn({ conditionKeys }: ServiceDefinition, key: string): ConditionKeyType | undefined {
  return keyTypeIn(conditionKeys, key)
}

/** Names of condition keys ignore case (rule K-1); those with a variable part end with `${Name}`. */
function keyTypeIn(keys: ReadonlyMap<string, ConditionKeyType>, key: string): ConditionKeyType | undefined {
  const exact = keys.get(key)
  if (exact !== undefined) return exact
  const folded = key.toLowerCase()
  for (const [name, type] of keys) {
    const at = name.indexOf('${')
    if (
      at < 0 ? name.toLowerCase() === folded : folded.length > at && folded.startsWith(name.slice(0, at).toLowerCase())
    )
      return type
  }
  return undefined
}

/** Keys of every request that whoever asks may give, beside those of the service: it alone knows them. */
const given: ReadonlyMap<string, ConditionKeyType> = new Map([
  ['aws:sourceip', 'IPAddress'],
  ['aws:securetransport', 'Bool'],
  ['aws:useragent', 'String'],
  ['aws:referer', 'String'],
  ['aws:requestedregion', 'String'],
  ['aws:sourcevpc', 'String'],
  ['aws:sourcevpce', 'String'],
  ['aws:vpcsourceip', 'IPAddress'],
  ['aws:tagkeys', 'ArrayOfString'],
])

/** Of a request whose signature is verified, these come from the request itself. */
const fromRequest = new Set([
  'aws:sourceip',
  'aws:securetransport',
  'aws:useragent',
  'aws:referer',
  'aws:requestedregion',
])

/**
 * The type of a key of every request that whoever asks may give.
 * Gives: `undefined` for those that say who the caller is, when it asks and what it touches: they are worked out here.
 */
export function givenKeyType(key: string, { signed }: { readonly signed: boolean }): ConditionKeyType | undefined {
  const folded = key.toLowerCase()
  if (signed && fromRequest.has(folded)) return undefined
  if (/^aws:(?:requesttag|resourcetag)\/./s.test(folded)) return 'String'
  return given.get(folded)
}

/** Whether a resource belongs to an account, or its ARN does not say to whom. */
export function belongsTo(arn: string, account: string): boolean {
  if (arn === '*') return true
  let from = 0
  for (let colons = 0; colons < 4; colons += 1) {
    from = arn.indexOf(':', from) + 1
    if (from === 0) return false
  }
  const end = arn.indexOf(':', from)
  return end === from || (end - from === account.length && arn.startsWith(account, from))
}
