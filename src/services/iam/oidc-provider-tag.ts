import { iam } from './iam.ts'
import { oidcProviderAt, touchedOidcProvider } from './oidc-provider.ts'
import { requestTags, tagKeys, tagListing, withoutTags, withTags } from './tag.ts'

export const ListOpenIDConnectProviderTags = iam('ListOpenIDConnectProviderTags', {
  resource: ({ OpenIDConnectProviderArn }, scope) => touchedOidcProvider(OpenIDConnectProviderArn, scope),

  async run({ OpenIDConnectProviderArn, ...page }, world) {
    const { tags } = await oidcProviderAt(OpenIDConnectProviderArn, world)
    return tagListing('ListOpenIDConnectProviderTags', { tags, ...page }, world)
  },
})

export const TagOpenIDConnectProvider = iam('TagOpenIDConnectProvider', {
  resource: ({ OpenIDConnectProviderArn }, scope) => touchedOidcProvider(OpenIDConnectProviderArn, scope),
  context: ({ Tags }) => requestTags(Tags),

  async run({ OpenIDConnectProviderArn, Tags }, world) {
    const provider = await oidcProviderAt(OpenIDConnectProviderArn, world)
    await world.tables.oidcProviders.update({ ...provider, tags: withTags(provider.tags, Tags, world) })
    return {}
  },
})

export const UntagOpenIDConnectProvider = iam('UntagOpenIDConnectProvider', {
  resource: ({ OpenIDConnectProviderArn }, scope) => touchedOidcProvider(OpenIDConnectProviderArn, scope),
  context: ({ TagKeys }) => tagKeys(TagKeys),

  async run({ OpenIDConnectProviderArn, TagKeys }, world) {
    const provider = await oidcProviderAt(OpenIDConnectProviderArn, world)
    await world.tables.oidcProviders.update({ ...provider, tags: withoutTags(provider.tags, TagKeys) })
    return {}
  },
})
