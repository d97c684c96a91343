import { roleNamed, touchedRole } from './entity.ts'
import { iam } from './iam.ts'
import { requestTags, tagKeys, tagListing, withoutTags, withTags } from './tag.ts'

export const ListRoleTags = iam('ListRoleTags', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),

  async run({ RoleName, ...page }, world) {
    const { tags } = await roleNamed(RoleName, world)
    return tagListing('ListRoleTags', { tags, ...page }, world)
  },
})

export const TagRole = iam('TagRole', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ Tags }) => requestTags(Tags),

  async run({ RoleName, Tags }, world) {
    const role = await roleNamed(RoleName, world)
    await world.tables.roles.update({ ...role, tags: withTags(role.tags, Tags, world) })
    return {}
  },
})

export const UntagRole = iam('UntagRole', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ TagKeys }) => tagKeys(TagKeys),

  async run({ RoleName, TagKeys }, world) {
    const role = await roleNamed(RoleName, world)
    await world.tables.roles.update({ ...role, tags: withoutTags(role.tags, TagKeys) })
    return {}
  },
})
