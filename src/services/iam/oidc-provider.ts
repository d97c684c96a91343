import { oidcProviderArn } from '#access'
import type { OidcProvider } from '#store'
import { lettersOf } from '../mint.ts'
import type { Scope, Touched, World } from '../operation.ts'
import { dateOf } from './date.ts'
import { iam } from './iam.ts'
import { makeRoom } from './quota.ts'
import { firstTags, requestTags, shownTags } from './tag.ts'

export const CreateOpenIDConnectProvider = iam('CreateOpenIDConnectProvider', {
  resource: ({ Url }, { account }) => oidcProviderArn(account, Url.replace(anyScheme, '')),
  context: ({ Tags }) => requestTags(Tags),

  async run({ Url, ClientIDList = [], ThumbprintList = [], Tags }, world) {
    const { account, tables, now, random } = world
    const clientIds = [...new Set(ClientIDList)]
    if (clientIds.length > 0) makeRoom('ClientIdsPerOpenIdConnectProvider', clientIds.length - 1, world)
    const provider: OidcProvider = {
      account,
      id: `AOIDC${lettersOf(random(17))}`,
      name: nameIn(Url, world),
      path: '/',
      clientIds,
      // DIFFERS: AWS fetches the thumbprint that it is not given; here nothing is fetched, and none is kept.
      thumbprints: checkedThumbprints(ThumbprintList, world),
      tags: firstTags(Tags, world),
      createdAt: now,
    }
    makeRoom('OpenIdConnectProvidersPerAccount', await tables.oidcProviders.count(account), world)
    if (!(await tables.oidcProviders.add(provider)))
      throw world.fault('EntityAlreadyExists', `Provider with url ${Url} already exists.`)
    return { OpenIDConnectProviderArn: arnOf(provider), Tags: shownTags(provider.tags) }
  },
})

export const GetOpenIDConnectProvider = iam('GetOpenIDConnectProvider', {
  resource: ({ OpenIDConnectProviderArn }, scope) => touchedOidcProvider(OpenIDConnectProviderArn, scope),

  async run({ OpenIDConnectProviderArn }, world) {
    const { name, clientIds, thumbprints, tags, createdAt } = await oidcProviderAt(OpenIDConnectProviderArn, world)
    return {
      // QUIRK: the URL is told without its scheme.
      Url: name,
      ClientIDList: [...clientIds],
      ThumbprintList: [...thumbprints],
      CreateDate: dateOf(createdAt),
      Tags: shownTags(tags),
    }
  },
})

export const ListOpenIDConnectProviders = iam('ListOpenIDConnectProviders', {
  resource: () => '*',

  async run(_, { account, tables }) {
    const { items } = await tables.oidcProviders.list(account, { limit: 1000 })
    return { OpenIDConnectProviderList: items.map((provider) => ({ Arn: arnOf(provider) })) }
  },
})

export const AddClientIDToOpenIDConnectProvider = iam('AddClientIDToOpenIDConnectProvider', {
  resource: ({ OpenIDConnectProviderArn }, scope) => touchedOidcProvider(OpenIDConnectProviderArn, scope),

  async run({ OpenIDConnectProviderArn, ClientID }, world) {
    const provider = await oidcProviderAt(OpenIDConnectProviderArn, world)
    if (provider.clientIds.includes(ClientID)) return {}
    makeRoom('ClientIdsPerOpenIdConnectProvider', provider.clientIds.length, world)
    await world.tables.oidcProviders.update({ ...provider, clientIds: [...provider.clientIds, ClientID] })
    return {}
  },
})

export const RemoveClientIDFromOpenIDConnectProvider = iam('RemoveClientIDFromOpenIDConnectProvider', {
  resource: ({ OpenIDConnectProviderArn }, scope) => touchedOidcProvider(OpenIDConnectProviderArn, scope),

  async run({ OpenIDConnectProviderArn, ClientID }, world) {
    const provider = await oidcProviderAt(OpenIDConnectProviderArn, world)
    const clientIds = provider.clientIds.filter((id) => id !== ClientID)
    await world.tables.oidcProviders.update({ ...provider, clientIds })
    return {}
  },
})

export const UpdateOpenIDConnectProviderThumbprint = iam('UpdateOpenIDConnectProviderThumbprint', {
  resource: ({ OpenIDConnectProviderArn }, scope) => touchedOidcProvider(OpenIDConnectProviderArn, scope),

  async run({ OpenIDConnectProviderArn, ThumbprintList }, world) {
    const provider = await oidcProviderAt(OpenIDConnectProviderArn, world)
    const thumbprints = checkedThumbprints(ThumbprintList, world)
    await world.tables.oidcProviders.update({ ...provider, thumbprints })
    return {}
  },
})

export const DeleteOpenIDConnectProvider = iam('DeleteOpenIDConnectProvider', {
  resource: ({ OpenIDConnectProviderArn }, scope) => touchedOidcProvider(OpenIDConnectProviderArn, scope),

  async run({ OpenIDConnectProviderArn }, world) {
    // QUIRK: nothing is said about a provider that is not there.
    const provider = await oidcProviderIn(OpenIDConnectProviderArn, world)
    if (provider !== undefined) await world.tables.oidcProviders.remove(provider.id)
    return {}
  },
})

/** What is touched when a provider's ARN is given. */
export async function touchedOidcProvider(arn: string, scope: Scope): Promise<Touched> {
  const tags = (await oidcProviderIn(arn, scope))?.tags
  return tags === undefined ? { arn } : { arn, tags }
}

/** The provider with that ARN. Errors: `InvalidInput` for another thing's ARN; `NoSuchEntity`. */
export async function oidcProviderAt(
  arn: string,
  world: World<'InvalidInput' | 'NoSuchEntity'>,
): Promise<OidcProvider> {
  if (!providerArn.test(arn)) throw world.fault('InvalidInput', `ARN ${arn} is not valid.`)
  const provider = await oidcProviderIn(arn, world)
  if (provider === undefined) throw world.fault('NoSuchEntity', `OpenIDConnect Provider not found for arn ${arn}`)
  return provider
}

const host = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/
const scheme = /^https:\/\//
const anyScheme = /^https?:\/\//
const providerArn = /^arn:aws:iam::(\d{12}):oidc-provider\/([!-~]+)$/
const thumbprintsPerProvider = 5

async function oidcProviderIn(arn: string, { account, tables }: Scope): Promise<OidcProvider | undefined> {
  const [, owner, name] = providerArn.exec(arn) ?? []
  if (name === undefined || owner !== account) return undefined
  const provider = await tables.oidcProviders.byName(account, name)
  return provider?.name === name ? provider : undefined
}

function arnOf({ account, name }: OidcProvider): string {
  return oidcProviderArn(account, name)
}

/** A URL without its scheme. Errors: `ValidationError` for what AWS lets no provider have. */
function nameIn(url: string, world: World): string {
  // DIFFERS: what the operator marked for local use may have no TLS, and a port.
  if (world.issuers.isLocal(url)) return url.replace(anyScheme, '')
  const { href, hostname } = URL.parse(url) ?? {}
  const [, given] = /^https:\/\/([^/?#@:\\]+)(?:\/[^?#\\]*)?$/.exec(url) ?? []
  // A URL that the parser changes, but for the case of its host, is not written as issuers write theirs.
  const same = href !== undefined && [url, `${url}/`].some((one) => one.toLowerCase() === href.toLowerCase())
  if (!same || hostname === undefined || given?.toLowerCase() !== hostname || !host.test(hostname))
    throw world.fault('ValidationError', 'Invalid Open ID Connect Provider URL')
  return url.replace(scheme, '')
}

function checkedThumbprints(list: readonly string[], world: World<'InvalidInput'>): readonly string[] {
  if (list.length > thumbprintsPerProvider)
    throw world.fault('InvalidInput', `Thumbprint list must contain at most ${thumbprintsPerProvider} entries.`)
  const wrong = list.find((thumbprint) => !/^[0-9a-fA-F]{40}$/.test(thumbprint))
  if (wrong !== undefined) throw world.fault('InvalidInput', `Thumbprint ${wrong} is not 40 hexadecimal digits.`)
  return list
}
