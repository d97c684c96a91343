import { profileNamed, touchedProfile } from './entity.ts'
import { iam } from './iam.ts'
import { requestTags, tagKeys, tagListing, withoutTags, withTags } from './tag.ts'

export const ListInstanceProfileTags = iam('ListInstanceProfileTags', {
  resource: ({ InstanceProfileName }, scope) => touchedProfile(InstanceProfileName, scope),

  async run({ InstanceProfileName, ...page }, world) {
    const { tags } = await profileNamed(InstanceProfileName, world)
    return tagListing('ListInstanceProfileTags', { tags, ...page }, world)
  },
})

export const TagInstanceProfile = iam('TagInstanceProfile', {
  resource: ({ InstanceProfileName }, scope) => touchedProfile(InstanceProfileName, scope),
  context: ({ Tags }) => requestTags(Tags),

  async run({ InstanceProfileName, Tags }, world) {
    const profile = await profileNamed(InstanceProfileName, world)
    await world.tables.instanceProfiles.update({ ...profile, tags: withTags(profile.tags, Tags, world) })
    return {}
  },
})

export const UntagInstanceProfile = iam('UntagInstanceProfile', {
  resource: ({ InstanceProfileName }, scope) => touchedProfile(InstanceProfileName, scope),
  context: ({ TagKeys }) => tagKeys(TagKeys),

  async run({ InstanceProfileName, TagKeys }, world) {
    const profile = await profileNamed(InstanceProfileName, world)
    await world.tables.instanceProfiles.update({ ...profile, tags: withoutTags(profile.tags, TagKeys) })
    return {}
  },
})
