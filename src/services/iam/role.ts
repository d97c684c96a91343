import { roleArn } from '#access'
import type { Role, Tables } from '#store'
import type { World } from '../operation.ts'
import { attachableBoundary, shownBoundary } from './boundary.ts'
import { dateOf } from './date.ts'
import { encoded } from './document.ts'
import { asRole, boundaryContext, roleNamed, touchedPath, touchedRole } from './entity.ts'
import { iam } from './iam.ts'
import { openListing } from './marker.ts'
import { isProtectedPath, refuseProtected } from './protected-role.ts'
import { makeRoom } from './quota.ts'
import { firstTags, requestTags, shownTags } from './tag.ts'
import { readBack, trusting } from './trust.ts'

/** Seconds that a session lasts at most, when nothing else is said. */
const defaultSessionDuration = 3600

export const CreateRole = iam('CreateRole', {
  resource: ({ Path = '/', RoleName }, { account }) => roleArn(account, Path, RoleName),
  context: ({ PermissionsBoundary, Tags }) => ({
    'iam:PermissionsBoundary': PermissionsBoundary,
    ...requestTags(Tags),
  }),

  async run({ RoleName, Path = '/', Description, MaxSessionDuration, ...input }, world) {
    const { account, tables, mint, now } = world
    if (isProtectedPath(Path))
      throw world.fault('InvalidInput', `The path ${Path} is reserved for roles that AWS makes.`)
    const role: Role = {
      account,
      id: mint('AROA'),
      name: RoleName,
      path: Path,
      ...described(Description),
      maxSessionDuration: MaxSessionDuration ?? defaultSessionDuration,
      tags: firstTags(input.Tags, world),
      createdAt: now,
      ...(await trusting(input.AssumeRolePolicyDocument, world)),
      ...(await attachableBoundary(input.PermissionsBoundary, world)),
    }
    makeRoom('RolesPerAccount', await tables.roles.count(account), world)
    if (!(await tables.roles.add(role)))
      throw world.fault('EntityAlreadyExists', `Role with name ${RoleName} already exists.`)
    return { Role: await wholeRole(role, tables) }
  },
})

export const GetRole = iam('GetRole', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ RoleName }, scope) => boundaryContext(asRole(RoleName), scope),

  async run({ RoleName }, world) {
    const role = await roleNamed(RoleName, world)
    return { Role: { ...(await wholeRole(role, world.tables)), RoleLastUsed: await lastUse(role, world.tables) } }
  },
})

export const ListRoles = iam('ListRoles', {
  resource: ({ PathPrefix }, scope) => touchedPath('role', PathPrefix, scope),

  async run({ PathPrefix, ...page }, world) {
    const { account, tables } = world
    const listing = openListing('ListRoles', page, world)
    const under = PathPrefix === undefined ? {} : { pathPrefix: PathPrefix }
    const found = await tables.roles.list(account, { ...listing.page, ...under })
    const Roles = await shownRoles(found.items, tables)
    return { Roles, ...listing.end(found, ({ name }) => name) }
  },
})

export const UpdateRole = iam('UpdateRole', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ RoleName }, scope) => boundaryContext(asRole(RoleName), scope),

  async run({ RoleName, Description, MaxSessionDuration }, world) {
    if (MaxSessionDuration !== undefined) await refuseProtected(RoleName, world)
    const role = await roleNamed(RoleName, world)
    const changed = Description === undefined ? role : withDescription(role, Description)
    // QUIRK: what is not given stays; the page says that an absent duration becomes one hour.
    const maxSessionDuration = MaxSessionDuration ?? role.maxSessionDuration
    await world.tables.roles.update({ ...changed, maxSessionDuration })
    return {}
  },
})

export const UpdateRoleDescription = iam('UpdateRoleDescription', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ RoleName }, scope) => boundaryContext(asRole(RoleName), scope),

  async run({ RoleName, Description }, world) {
    const role = withDescription(await roleNamed(RoleName, world), Description)
    await world.tables.roles.update(role)
    return { Role: await wholeRole(role, world.tables) }
  },
})

export const UpdateAssumeRolePolicy = iam('UpdateAssumeRolePolicy', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ RoleName }, scope) => boundaryContext(asRole(RoleName), scope),

  async run({ RoleName, PolicyDocument }, world) {
    await refuseProtected(RoleName, world)
    const role = await roleNamed(RoleName, world)
    await world.tables.roles.update({ ...role, ...(await trusting(PolicyDocument, world)) })
    return {}
  },
})

export const DeleteRole = iam('DeleteRole', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ RoleName }, scope) => boundaryContext(asRole(RoleName), scope),

  async run({ RoleName }, world) {
    await refuseProtected(RoleName, world)
    const role = await roleNamed(RoleName, world)
    const reason = await hindrance(role, world)
    if (reason !== undefined) throw world.fault('DeleteConflict', `Cannot delete entity, must ${reason} first.`)
    await world.tables.roles.remove(role.id)
    return {}
  },
})

/** A role as the operations answer that tell all of it, but for its last use. */
export async function wholeRole(role: Role, tables: Tables) {
  return { ...(await listedRole(role, tables)), ...shownBoundary(role.boundary), Tags: shownTags(role.tags) }
}

/** Roles as listings show them: without tags, boundary and last use. */
export async function shownRoles(roles: readonly Role[], tables: Tables) {
  const shown: Awaited<ReturnType<typeof listedRole>>[] = []
  for (const role of roles) shown.push(await listedRole(role, tables))
  return shown
}

/** When and where a role's session last called; an empty structure when none ever did. */
export async function lastUse(role: Role, tables: Tables) {
  const use = await tables.lastUses.get(role.id)
  const at = use?.at ?? role.lastUsedAt
  if (at === undefined) return {}
  return { LastUsedDate: dateOf(at), Region: use?.region ?? role.lastUsedRegion }
}

async function listedRole(role: Role, tables: Tables) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(role.account, role.path, role.name),
    CreateDate: dateOf(role.createdAt),
    AssumeRolePolicyDocument: encoded(await readBack(role, tables)),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
  }
}

function described(description: string | undefined): Pick<Role, 'description'> {
  return description === undefined || description === '' ? {} : { description }
}

function withDescription({ description: _, ...role }: Role, description: string): Role {
  return { ...role, ...described(description) }
}

/** What must be done before the role can go. */
async function hindrance({ id }: Role, { tables }: World): Promise<string | undefined> {
  if ((await tables.instanceProfiles.ofRole(id, { limit: 1 })).items.length > 0)
    return 'remove roles from instance profile'
  if ((await tables.attachments.ofOwner(id)).length > 0) return 'detach all policies'
  if ((await tables.inlinePolicies.all(id)).length > 0) return 'delete policies'
  return undefined
}
