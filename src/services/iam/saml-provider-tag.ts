import { iam } from './iam.ts'
import { samlProviderAt, touchedSamlProvider } from './saml-provider.ts'
import { requestTags, tagKeys, tagListing, withoutTags, withTags } from './tag.ts'

export const ListSAMLProviderTags = iam('ListSAMLProviderTags', {
  resource: ({ SAMLProviderArn }, scope) => touchedSamlProvider(SAMLProviderArn, scope),

  async run({ SAMLProviderArn, ...page }, world) {
    const { tags } = await samlProviderAt(SAMLProviderArn, world)
    return tagListing('ListSAMLProviderTags', { tags, ...page }, world)
  },
})

export const TagSAMLProvider = iam('TagSAMLProvider', {
  resource: ({ SAMLProviderArn }, scope) => touchedSamlProvider(SAMLProviderArn, scope),
  context: ({ Tags }) => requestTags(Tags),

  async run({ SAMLProviderArn, Tags }, world) {
    const provider = await samlProviderAt(SAMLProviderArn, world)
    await world.tables.samlProviders.update({ ...provider, tags: withTags(provider.tags, Tags, world) })
    return {}
  },
})

export const UntagSAMLProvider = iam('UntagSAMLProvider', {
  resource: ({ SAMLProviderArn }, scope) => touchedSamlProvider(SAMLProviderArn, scope),
  context: ({ TagKeys }) => tagKeys(TagKeys),

  async run({ SAMLProviderArn, TagKeys }, world) {
    const provider = await samlProviderAt(SAMLProviderArn, world)
    await world.tables.samlProviders.update({ ...provider, tags: withoutTags(provider.tags, TagKeys) })
    return {}
  },
})
