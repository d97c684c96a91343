import type { Context } from '#engine'
import type { Tagging } from './tag.ts'

/** The claims of a token whose signature is genuine. */
export type Claims = Readonly<Record<string, unknown>>

/** Who a token is for, as the condition keys say it. */
export interface Audience {
  readonly aud: string
  /** The token's own audience, where `azp` stands in its place. */
  readonly oaud?: string
}

/**
 * The audience of a token: `azp` where it has one, else that of its audiences which the provider is registered with.
 * Gives: `undefined` when the provider is registered with none of them.
 * Takes: the client ids; absent: the provider is one that every account knows, and its trust policies check the audience.
 */
export function audienceOf(claims: Claims, clientIds: readonly string[] | undefined): Audience | undefined {
  const { azp } = claims
  const listed = audiencesIn(claims)
  const asked = azp === undefined ? listed : typeof azp === 'string' ? [azp] : []
  const aud = clientIds === undefined ? asked[0] : asked.find((one) => clientIds.includes(one))
  if (aud === undefined) return undefined
  const [oaud] = listed
  return azp === undefined || oaud === undefined ? { aud } : { aud, oaud }
}

/** The `aud` of a token, as a list. */
export function audiencesIn({ aud }: Claims): readonly string[] {
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return list.filter((one): one is string => typeof one === 'string' && one !== '')
}

/**
 * The claims as condition keys: `token.actions.githubusercontent.com:sub`.
 * Texts, numbers and truths have one value, lists of texts several. What is one level deeper has a key of both names:
 * `accounts.google.com:google/organization_number`. Other claims make no key.
 * Takes: the provider's URL without its scheme.
 */
export function claimKeys(provider: string, claims: Claims, audience: Audience): Context {
  const values: Record<string, string | readonly string[]> = {}
  for (const [name, claim] of [...deeper(claims), ...Object.entries(claims)]) {
    const value = keyValue(claim)
    // A colon would make the key of another provider.
    if (value !== undefined && !name.includes(':')) values[`${provider}:${name}`] = value
  }
  delete values[`${provider}:oaud`]
  values[`${provider}:aud`] = audience.aud
  if (audience.oaud !== undefined) values[`${provider}:oaud`] = audience.oaud
  return values
}

function deeper(claims: Claims): readonly (readonly [string, unknown])[] {
  return Object.entries(claims).flatMap(([name, claim]) =>
    typeof claim === 'object' && claim !== null && !Array.isArray(claim)
      ? Object.entries(claim).map(([inner, value]) => [`${name}/${inner}`, value] as const)
      : [],
  )
}

function keyValue(claim: unknown): string | readonly string[] | undefined {
  if (typeof claim === 'string') return claim
  if (typeof claim === 'boolean' || Number.isSafeInteger(claim)) return String(claim)
  if (Array.isArray(claim) && claim.every((one) => typeof one === 'string')) return claim
  return undefined
}

/** A name of a claim that differs from another's by the case of its letters at most: condition keys could not tell them apart. */
export function doubleClaim(claims: Claims): string | undefined {
  const seen = new Set<string>()
  for (const [name] of [...Object.entries(claims), ...deeper(claims)]) {
    const folded = name.toLowerCase()
    if (seen.has(folded)) return name
    seen.add(folded)
  }
  return undefined
}

/** What a token says of the session that is to be made. */
export interface SessionClaims extends Tagging {
  readonly Tags: NonNullable<Tagging['Tags']>
  readonly TransitiveTagKeys: NonNullable<Tagging['TransitiveTagKeys']>
  readonly sourceIdentity?: string
}

const tagsClaim = 'https://aws.amazon.com/tags'
const sourceIdentityClaim = 'https://aws.amazon.com/source_identity'

/** Reads the tags and the source identity in a token. Gives: what is wrong with them, as a text. */
export function sessionClaims(claims: Claims): SessionClaims | string {
  const tags = tagsIn(claims)
  if (typeof tags === 'string') return tags
  const transitive = listOf(nestedOrFlat(claims, 'transitive_tag_keys') ?? [])
  if (transitive === undefined) return `${tagsClaim} has transitive_tag_keys that are no list of texts`
  const { [sourceIdentityClaim]: sourceIdentity } = claims
  const session = { Tags: tags, TransitiveTagKeys: transitive }
  if (sourceIdentity === undefined) return session
  if (typeof sourceIdentity !== 'string' || !/^[\w+=,.@-]{2,64}$/.test(sourceIdentity))
    return `${sourceIdentityClaim} is no source identity`
  return { ...session, sourceIdentity }
}

function tagsIn(claims: Claims): SessionClaims['Tags'] | string {
  const flat = `${tagsClaim}/principal_tags/`
  const nested = nestedOrFlat(claims, 'principal_tags') ?? {}
  if (typeof nested !== 'object' || nested === null || Array.isArray(nested))
    return `${tagsClaim} has principal_tags that are no object`
  const flattened = Object.entries(claims).filter(([name]) => name.startsWith(flat))
  const pairs = [
    ...Object.entries(nested),
    ...flattened.map(([name, value]) => [name.slice(flat.length), value] as const),
  ]
  const tags: { readonly Key: string; readonly Value: string }[] = []
  for (const [Key, given] of pairs) {
    const values: readonly unknown[] = Array.isArray(given) ? given : [given]
    const [Value] = values
    if (values.length !== 1 || typeof Value !== 'string') return `${tagsClaim} has no single text for the tag ${Key}`
    if (!tagKey.test(Key) || !tagValue.test(Value)) return `${tagsClaim} has a tag that is none: ${Key}`
    tags.push({ Key, Value })
  }
  return tags
}

/** `https://aws.amazon.com/tags` holds both, or each has a claim of its own. */
function nestedOrFlat(claims: Claims, name: string): unknown {
  const nested = claims[tagsClaim]
  if (typeof nested === 'object' && nested !== null && Object.hasOwn(nested, name)) return Reflect.get(nested, name)
  return claims[`${tagsClaim}/${name}`]
}

function listOf(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.every((one): one is string => typeof one === 'string') ? list : undefined
}

const tagKey = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const tagValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u
