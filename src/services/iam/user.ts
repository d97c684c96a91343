import { rootArn, userArn } from '#access'
import type { User } from '#store'
import type { Scope, World } from '../operation.ts'
import { attachableBoundary, shownBoundary } from './boundary.ts'
import { dateOf } from './date.ts'
import { touchedPath, touchedUser, userNamed } from './entity.ts'
import { iam } from './iam.ts'
import { openListing } from './marker.ts'
import { makeRoom } from './quota.ts'
import { callersName, touchedSelf } from './self.ts'
import { firstTags, requestTags, shownTags } from './tag.ts'

export const CreateUser = iam('CreateUser', {
  resource: ({ Path = '/', UserName }, { account }) => userArn(account, Path, UserName),
  context: ({ PermissionsBoundary, Tags }) => ({
    'iam:PermissionsBoundary': PermissionsBoundary,
    ...requestTags(Tags),
  }),

  async run({ UserName, Path = '/', PermissionsBoundary, Tags }, world) {
    const { account, tables, mint, now } = world
    const user: User = {
      account,
      id: mint('AIDA'),
      name: UserName,
      path: Path,
      tags: firstTags(Tags, world),
      createdAt: now,
      ...(await attachableBoundary(PermissionsBoundary, world)),
    }
    makeRoom('UsersPerAccount', await tables.users.count(account), world)
    if (!(await tables.users.add(user)))
      throw world.fault('EntityAlreadyExists', `User with name ${UserName} already exists.`)
    return { User: shownUser(user) }
  },
})

export const GetUser = iam('GetUser', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName }, world) {
    const name = UserName ?? callersName(world)
    return { User: name === undefined ? await shownRoot(world) : shownUser(await userNamed(name, world)) }
  },
})

export const ListUsers = iam('ListUsers', {
  resource: ({ PathPrefix }, scope) => touchedPath('user', PathPrefix, scope),

  async run({ PathPrefix, ...page }, world) {
    const listing = openListing('ListUsers', page, world)
    const under = PathPrefix === undefined ? {} : { pathPrefix: PathPrefix }
    const found = await world.tables.users.list(world.account, { ...listing.page, ...under })
    return { Users: found.items.map(listedUser), ...listing.end(found, ({ name }) => name) }
  },
})

export const UpdateUser = iam('UpdateUser', {
  async resource({ UserName, NewUserName, NewPath }, scope) {
    const old = await touchedUser(UserName, scope)
    const user = await scope.tables.users.byName(scope.account, UserName)
    const path = NewPath ?? user?.path ?? '/'
    const arn = userArn(scope.account, path, NewUserName ?? user?.name ?? UserName)
    return arn === old.arn ? old : [old, { ...old, arn }]
  },

  async run({ UserName, NewUserName, NewPath }, world) {
    const user = await userNamed(UserName, world)
    const moved = { ...user, name: NewUserName ?? user.name, path: NewPath ?? user.path }
    if (!(await world.tables.users.update(moved)))
      throw world.fault('EntityAlreadyExists', `User with name ${moved.name} already exists.`)
    return {}
  },
})

export const DeleteUser = iam('DeleteUser', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName }, world) {
    const user = await userNamed(UserName, world)
    const reason = await hindrance(user, world)
    if (reason !== undefined) throw world.fault('DeleteConflict', `Cannot delete entity, must ${reason} first.`)
    await world.tables.users.remove(user.id)
    return {}
  },
})

/** A user as the operations answer that tell all of it. */
export function shownUser(user: User) {
  return { ...listedUser(user), ...shownBoundary(user.boundary), Tags: shownTags(user.tags) }
}

/** A user as listings show it: without tags and boundary. */
export function listedUser(user: User) {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: userArn(user.account, user.path, user.name),
    CreateDate: dateOf(user.createdAt),
    PasswordLastUsed: user.passwordLastUsedAt === undefined ? undefined : dateOf(user.passwordLastUsedAt),
  }
}

/** The root user: it has neither a name nor a path. */
export async function shownRoot({ account, tables, now }: Scope & { now: number }) {
  const createdAt = (await tables.accounts.byId(account))?.createdAt ?? now
  const bare = { Path: undefined, UserName: undefined }
  return { ...bare, UserId: account, Arn: rootArn(account), CreateDate: dateOf(createdAt) }
}

/** What must be done before the user can go. */
async function hindrance(user: User, { tables, account }: World): Promise<string | undefined> {
  if ((await tables.loginProfiles.ofUser(user.id)) !== undefined) return 'delete login profile'
  if ((await tables.accessKeys.ofUser(account, user.id)).length > 0) return 'delete access keys'
  if ((await tables.mfaDevices.ofUser(account, user.id)).length > 0) return 'delete MFA device'
  if ((await tables.signingCertificates.ofUser(account, user.id)).length > 0) return 'delete signing certificates'
  if ((await tables.sshPublicKeys.ofUser(user.id)).length > 0) return 'delete referenced objects'
  if ((await tables.serviceCredentials.ofUser(user.id)).length > 0) return 'delete referenced objects'
  if ((await tables.attachments.ofOwner(user.id)).length > 0) return 'detach all policies'
  if ((await tables.inlinePolicies.all(user.id)).length > 0) return 'delete policies'
  if ((await tables.memberships.countGroups(user.id)) > 0) return 'remove users from group'
  return undefined
}
