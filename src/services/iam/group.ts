import { groupArn } from '#access'
import type { Group } from '#store'
import type { World } from '../operation.ts'
import { dateOf } from './date.ts'
import { groupNamed, touchedGroup, touchedPath } from './entity.ts'
import { iam } from './iam.ts'
import { openListing } from './marker.ts'
import { makeRoom } from './quota.ts'
import { listedUser } from './user.ts'

export const CreateGroup = iam('CreateGroup', {
  resource: ({ Path = '/', GroupName }, { account }) => groupArn(account, Path, GroupName),

  async run({ GroupName, Path = '/' }, world) {
    const { account, tables, mint, now } = world
    makeRoom('GroupsPerAccount', await tables.groups.count(account), world)
    const group: Group = { account, id: mint('AGPA'), name: GroupName, path: Path, createdAt: now }
    if (!(await tables.groups.add(group)))
      throw world.fault('EntityAlreadyExists', `Group with name ${GroupName} already exists.`)
    return { Group: shownGroup(group) }
  },
})

export const GetGroup = iam('GetGroup', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),

  async run({ GroupName, ...page }, world) {
    const group = await groupNamed(GroupName, world)
    const listing = openListing('GetGroup', page, world)
    const found = await world.tables.memberships.usersOf(group.id, listing.page)
    return {
      Group: shownGroup(group),
      Users: found.items.map(listedUser),
      ...listing.end(found, ({ name }) => name),
    }
  },
})

export const ListGroups = iam('ListGroups', {
  resource: ({ PathPrefix }, scope) => touchedPath('group', PathPrefix, scope),

  async run({ PathPrefix, ...page }, world) {
    const listing = openListing('ListGroups', page, world)
    const under = PathPrefix === undefined ? {} : { pathPrefix: PathPrefix }
    const found = await world.tables.groups.list(world.account, { ...listing.page, ...under })
    return { Groups: found.items.map(shownGroup), ...listing.end(found, ({ name }) => name) }
  },
})

export const UpdateGroup = iam('UpdateGroup', {
  async resource({ GroupName, NewGroupName, NewPath }, scope) {
    const old = await touchedGroup(GroupName, scope)
    const group = await scope.tables.groups.byName(scope.account, GroupName)
    const path = NewPath ?? group?.path ?? '/'
    const arn = groupArn(scope.account, path, NewGroupName ?? group?.name ?? GroupName)
    return arn === old.arn ? old : [old, { ...old, arn }]
  },

  async run({ GroupName, NewGroupName, NewPath }, world) {
    const group = await groupNamed(GroupName, world)
    const moved = { ...group, name: NewGroupName ?? group.name, path: NewPath ?? group.path }
    if (!(await world.tables.groups.update(moved)))
      throw world.fault('EntityAlreadyExists', `Group with name ${moved.name} already exists.`)
    return {}
  },
})

export const DeleteGroup = iam('DeleteGroup', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),

  async run({ GroupName }, world) {
    const group = await groupNamed(GroupName, world)
    const reason = await hindrance(group, world)
    if (reason !== undefined) throw world.fault('DeleteConflict', `Cannot delete entity, must ${reason} first.`)
    await world.tables.groups.remove(group.id)
    return {}
  },
})

/** A group as the API shows it. */
export function shownGroup(group: Group) {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: groupArn(group.account, group.path, group.name),
    CreateDate: dateOf(group.createdAt),
  }
}

/** What must be done before the group can go. */
async function hindrance({ id }: Group, { tables }: World): Promise<string | undefined> {
  if ((await tables.memberships.countUsers(id)) > 0) return 'remove users from group'
  if ((await tables.attachments.ofOwner(id)).length > 0) return 'detach all policies'
  if ((await tables.inlinePolicies.all(id)).length > 0) return 'delete policies'
  return undefined
}
