import { groupNamed, touchedGroup, touchedUser, userNamed } from './entity.ts'
import { shownGroup } from './group.ts'
import { iam } from './iam.ts'
import { openListing } from './marker.ts'
import { makeRoom } from './quota.ts'

export const AddUserToGroup = iam('AddUserToGroup', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),

  async run({ GroupName, UserName }, world) {
    const { account, tables } = world
    const group = await groupNamed(GroupName, world)
    const user = await userNamed(UserName, world)
    const { items } = await tables.memberships.groupsOf(user.id, { limit: 1000 })
    if (items.some(({ id }) => id === group.id)) return {}
    makeRoom('GroupsPerUser', items.length, world)
    await tables.memberships.add(account, user.id, group.id)
    return {}
  },
})

export const ListGroupsForUser = iam('ListGroupsForUser', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName, ...page }, world) {
    const user = await userNamed(UserName, world)
    const listing = openListing('ListGroupsForUser', page, world)
    const found = await world.tables.memberships.groupsOf(user.id, listing.page)
    return { Groups: found.items.map(shownGroup), ...listing.end(found, ({ name }) => name) }
  },
})

export const RemoveUserFromGroup = iam('RemoveUserFromGroup', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),

  async run({ GroupName, UserName }, world) {
    const group = await groupNamed(GroupName, world)
    const user = await userNamed(UserName, world)
    // QUIRK: taking away somebody who is not a member is no error.
    await world.tables.memberships.remove(user.id, group.id)
    return {}
  },
})
