import { oidcProviderArn } from '#access'
import type { Tables } from '#store'
import { type FoundKey, type Issuers, keySet, selectKey, type Wanted } from '../issuer.ts'

/** An identity provider that an account trusts. */
export interface Trusted {
  /** The URL that its tokens carry as `iss`. */
  readonly issuer: string
  /** The same without its scheme: what condition keys begin with. */
  readonly name: string
  /** As trust policies name it: its ARN, or the host of one that every account knows. */
  readonly principal: string
  /** Absent: the account did not register it, and its trust policies check the audience. */
  readonly clientIds?: readonly string[]
  /** The key set that an operator pinned to it, as text. Absent: its keys are those that it publishes. */
  readonly pinned?: string
}

/** Providers whose host names stand in trust policies without having been registered (rule P-14). */
const everybodys = new Set(['accounts.google.com', 'cognito-identity.amazonaws.com'])

/** Whose condition keys those of a provider with such a name would be. */
const taken = /^(?!localhost$)[a-z0-9-]+$/i

/** Finds the provider in an account whose tokens carry an issuer. */
export async function providerFor(
  issuer: string,
  account: string,
  { tables, issuers }: { readonly tables: Tables; readonly issuers: Issuers },
): Promise<Trusted | undefined> {
  const [, name] = /^https?:\/\/(.+)$/.exec(issuer) ?? []
  // INVARIANT: a provider stands for one issuer, to the letter; another scheme or a slash more is another issuer.
  if (name === undefined || issuers.urlOf(name) !== issuer || taken.test(name)) return undefined
  const provider = await tables.oidcProviders.byName(account, name)
  if (provider === undefined || provider.name !== name)
    return everybodys.has(name) ? { issuer, name, principal: name } : undefined
  const { id, clientIds } = provider
  const pinned = await tables.settings.get(account, pinnedKeys(id))
  const principal = oidcProviderArn(account, name)
  return { issuer, name, principal, clientIds, ...(pinned === undefined ? {} : { pinned }) }
}

/** The name of the setting that holds the key set pinned to a provider. */
export function pinnedKeys(providerId: string): string {
  return `oidcKeys/${providerId}`
}

/** The key of a provider that a token names. */
export function keyOf(
  { issuer, pinned }: Trusted,
  wanted: Wanted,
  { issuers, now }: { readonly issuers: Issuers; readonly now: number },
): Promise<FoundKey> {
  if (pinned === undefined) return issuers.find(issuer, wanted, now)
  // Only a key set that could be read was pinned.
  const keys = keySet(JSON.parse(pinned))
  return 'set' in keys ? selectKey(keys.set, wanted) : Promise.resolve(keys)
}
