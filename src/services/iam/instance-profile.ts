import { instanceProfileArn } from '#access'
import type { InstanceProfile, Tables } from '#store'
import { dateOf } from './date.ts'
import { profileNamed, roleNamed, touchedPath, touchedProfile, touchedRole } from './entity.ts'
import { iam } from './iam.ts'
import { openListing } from './marker.ts'
import { refuseProtected } from './protected-role.ts'
import { makeRoom } from './quota.ts'
import { shownRoles } from './role.ts'
import { firstTags, requestTags, shownTags } from './tag.ts'

export const CreateInstanceProfile = iam('CreateInstanceProfile', {
  resource: ({ Path = '/', InstanceProfileName }, { account }) =>
    instanceProfileArn(account, Path, InstanceProfileName),
  context: ({ Tags }) => requestTags(Tags),

  async run({ InstanceProfileName, Path = '/', Tags }, world) {
    const { account, tables, mint, now } = world
    const profile: InstanceProfile = {
      account,
      id: mint('AIPA'),
      name: InstanceProfileName,
      path: Path,
      tags: firstTags(Tags, world),
      createdAt: now,
    }
    makeRoom('InstanceProfilesPerAccount', await tables.instanceProfiles.count(account), world)
    if (!(await tables.instanceProfiles.add(profile)))
      throw world.fault('EntityAlreadyExists', `Instance Profile ${InstanceProfileName} already exists.`)
    return { InstanceProfile: await wholeProfile(profile, tables) }
  },
})

export const GetInstanceProfile = iam('GetInstanceProfile', {
  resource: ({ InstanceProfileName }, scope) => touchedProfile(InstanceProfileName, scope),

  async run({ InstanceProfileName }, world) {
    const profile = await profileNamed(InstanceProfileName, world)
    return { InstanceProfile: await wholeProfile(profile, world.tables) }
  },
})

export const ListInstanceProfiles = iam('ListInstanceProfiles', {
  resource: ({ PathPrefix }, scope) => touchedPath('instance-profile', PathPrefix, scope),

  async run({ PathPrefix, ...page }, world) {
    const listing = openListing('ListInstanceProfiles', page, world)
    const under = PathPrefix === undefined ? {} : { pathPrefix: PathPrefix }
    const found = await world.tables.instanceProfiles.list(world.account, { ...listing.page, ...under })
    const InstanceProfiles = await shownProfiles(found.items, world.tables)
    return { InstanceProfiles, ...listing.end(found, ({ name }) => name) }
  },
})

export const ListInstanceProfilesForRole = iam('ListInstanceProfilesForRole', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),

  async run({ RoleName, ...page }, world) {
    const role = await roleNamed(RoleName, world)
    const listing = openListing('ListInstanceProfilesForRole', page, world)
    const found = await world.tables.instanceProfiles.ofRole(role.id, listing.page)
    const InstanceProfiles = await shownProfiles(found.items, world.tables)
    return { InstanceProfiles, ...listing.end(found, ({ name }) => name) }
  },
})

export const AddRoleToInstanceProfile = iam('AddRoleToInstanceProfile', {
  resource: ({ InstanceProfileName }, scope) => touchedProfile(InstanceProfileName, scope),

  async run({ InstanceProfileName, RoleName }, world) {
    const passed = await touchedRole(RoleName, world)
    await world.permit('iam:PassRole', passed, { 'iam:PassedToService': 'ec2.amazonaws.com' })
    await refuseProtected(RoleName, world)
    const profile = await profileNamed(InstanceProfileName, world)
    const role = await roleNamed(RoleName, world)
    makeRoom('InstanceSessionsPerInstanceProfile', profile.roleId === undefined ? 0 : 1, world)
    await world.tables.instanceProfiles.update({ ...profile, roleId: role.id })
    return {}
  },
})

export const RemoveRoleFromInstanceProfile = iam('RemoveRoleFromInstanceProfile', {
  resource: ({ InstanceProfileName }, scope) => touchedProfile(InstanceProfileName, scope),

  async run({ InstanceProfileName, RoleName }, world) {
    await refuseProtected(RoleName, world)
    const { roleId, ...profile } = await profileNamed(InstanceProfileName, world)
    const role = await roleNamed(RoleName, world)
    if (roleId !== role.id) throw world.fault('NoSuchEntity', `The role with name ${RoleName} cannot be found.`)
    await world.tables.instanceProfiles.update(profile)
    return {}
  },
})

export const DeleteInstanceProfile = iam('DeleteInstanceProfile', {
  resource: ({ InstanceProfileName }, scope) => touchedProfile(InstanceProfileName, scope),

  async run({ InstanceProfileName }, world) {
    const profile = await profileNamed(InstanceProfileName, world)
    if (profile.roleId !== undefined)
      throw world.fault('DeleteConflict', 'Cannot delete entity, must remove roles from instance profile first.')
    await world.tables.instanceProfiles.remove(profile.id)
    return {}
  },
})

/** Instance profiles as listings show them: without tags. */
export async function shownProfiles(profiles: readonly InstanceProfile[], tables: Tables) {
  const shown: Awaited<ReturnType<typeof listedProfile>>[] = []
  for (const profile of profiles) shown.push(await listedProfile(profile, tables))
  return shown
}

async function wholeProfile(profile: InstanceProfile, tables: Tables) {
  return { ...(await listedProfile(profile, tables)), Tags: shownTags(profile.tags) }
}

async function listedProfile(profile: InstanceProfile, tables: Tables) {
  const role = profile.roleId === undefined ? undefined : await tables.roles.byId(profile.roleId)
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: instanceProfileArn(profile.account, profile.path, profile.name),
    CreateDate: dateOf(profile.createdAt),
    Roles: await shownRoles(role === undefined ? [] : [role], tables),
  }
}
