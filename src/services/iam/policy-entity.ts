import type { OwnerKind } from '#store'
import type { World } from '../operation.ts'
import { iam } from './iam.ts'
import { openListing, portion } from './marker.ts'
import { readPolicy, touchedPolicy } from './policy-arn.ts'

export const ListEntitiesForPolicy = iam('ListEntitiesForPolicy', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),

  async run({ PolicyArn, EntityFilter, PathPrefix = '/', PolicyUsageFilter, ...page }, world) {
    await readPolicy(PolicyArn, world)
    const listing = openListing('ListEntitiesForPolicy', page, world)
    const users = await usersOf(PolicyArn, { usage: PolicyUsageFilter, world })
    const wanted = users.filter(({ ownerKind }) => EntityFilter === undefined || kindOf[EntityFilter] === ownerKind)
    const below = (await named(wanted, world)).filter(({ path }) => path.startsWith(PathPrefix))
    const found = portion(below, ({ sortKey }) => sortKey, listing.page)
    const of = (kind: OwnerKind) => found.items.filter(({ ownerKind }) => ownerKind === kind)
    return {
      PolicyGroups: of('group').map(({ name, ownerId }) => ({ GroupName: name, GroupId: ownerId })),
      PolicyUsers: of('user').map(({ name, ownerId }) => ({ UserName: name, UserId: ownerId })),
      PolicyRoles: of('role').map(({ name, ownerId }) => ({ RoleName: name, RoleId: ownerId })),
      ...listing.end(found, ({ sortKey }) => sortKey),
    }
  },
})

type EntityFilter = 'User' | 'Group' | 'Role' | 'LocalManagedPolicy' | 'AWSManagedPolicy'

const kindOf: Readonly<Record<EntityFilter, OwnerKind | undefined>> = {
  User: 'user',
  Group: 'group',
  Role: 'role',
  LocalManagedPolicy: undefined,
  AWSManagedPolicy: undefined,
}

interface PolicyUser {
  readonly ownerKind: OwnerKind
  readonly ownerId: string
}

interface Use {
  readonly usage: 'PermissionsPolicy' | 'PermissionsBoundary' | undefined
  readonly world: World
}

/** Who has the policy attached, or as a boundary, each once. */
async function usersOf(arn: string, { usage, world }: Use): Promise<readonly PolicyUser[]> {
  const { account, tables } = world
  const attached = usage === 'PermissionsBoundary' ? [] : await tables.attachments.ofPolicy(account, arn)
  const bounded = usage === 'PermissionsPolicy' ? [] : await tables.attachments.boundariesOf(account, arn)
  const all = [...attached, ...bounded].map(({ ownerKind, ownerId }) => [ownerId, { ownerKind, ownerId }] as const)
  return [...new Map(all).values()]
}

async function named(users: readonly PolicyUser[], { tables }: World) {
  const found: (PolicyUser & { name: string; path: string; sortKey: string })[] = []
  const tableOf = { user: tables.users, group: tables.groups, role: tables.roles }
  for (const user of users) {
    const entity = await tableOf[user.ownerKind].byId(user.ownerId)
    const sortKey = `${user.ownerKind}:${user.ownerId}`
    if (entity !== undefined) found.push({ ...user, name: entity.name, path: entity.path, sortKey })
  }
  return found
}
