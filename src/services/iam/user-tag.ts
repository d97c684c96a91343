import { touchedUser, userNamed } from './entity.ts'
import { iam } from './iam.ts'
import { requestTags, tagKeys, tagListing, withoutTags, withTags } from './tag.ts'

export const ListUserTags = iam('ListUserTags', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName, ...page }, world) {
    const { tags } = await userNamed(UserName, world)
    return tagListing('ListUserTags', { tags, ...page }, world)
  },
})

export const TagUser = iam('TagUser', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  context: ({ Tags }) => requestTags(Tags),

  async run({ UserName, Tags }, world) {
    const user = await userNamed(UserName, world)
    await world.tables.users.update({ ...user, tags: withTags(user.tags, Tags, world) })
    return {}
  },
})

export const UntagUser = iam('UntagUser', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  context: ({ TagKeys }) => tagKeys(TagKeys),

  async run({ UserName, TagKeys }, world) {
    const user = await userNamed(UserName, world)
    await world.tables.users.update({ ...user, tags: withoutTags(user.tags, TagKeys) })
    return {}
  },
})
