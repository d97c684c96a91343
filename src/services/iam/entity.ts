import { groupArn, instanceProfileArn, roleArn, userArn } from '#access'
import type { Group, InstanceProfile, OwnerKind, Role, Tag, User } from '#store'
import type { LooseContext } from '../define.ts'
import type { Scope, Touched, World } from '../operation.ts'

/** The user of that name, in any case of letters. Errors: `NoSuchEntity`. */
export async function userNamed(name: string, world: World<'NoSuchEntity'>): Promise<User> {
  return (await world.tables.users.byName(world.account, name)) ?? missing('user', name, world)
}

/** The group of that name, in any case of letters. Errors: `NoSuchEntity`. */
export async function groupNamed(name: string, world: World<'NoSuchEntity'>): Promise<Group> {
  return (await world.tables.groups.byName(world.account, name)) ?? missing('group', name, world)
}

/** The role of that name, in any case of letters. Errors: `NoSuchEntity`. */
export async function roleNamed(name: string, world: World<'NoSuchEntity'>): Promise<Role> {
  return (await world.tables.roles.byName(world.account, name)) ?? missing('role', name, world)
}

/** The instance profile of that name, in any case of letters. Errors: `NoSuchEntity`. */
export async function profileNamed(name: string, world: World<'NoSuchEntity'>): Promise<InstanceProfile> {
  const profile = await world.tables.instanceProfiles.byName(world.account, name)
  if (profile === undefined) throw world.fault('NoSuchEntity', `Instance Profile ${name} cannot be found.`)
  return profile
}

/** What is touched when a user is named: at its own path where it is there, else at the path `/`. */
export async function touchedUser(name: string, { account, tables }: Scope): Promise<Touched> {
  const user = await tables.users.byName(account, name)
  return user === undefined ? { arn: userArn(account, '/', name) } : found(userArn, user)
}

/** What is touched when a group is named: at its own path where it is there, else at the path `/`. */
export async function touchedGroup(name: string, { account, tables }: Scope): Promise<Touched> {
  const group = await tables.groups.byName(account, name)
  return group === undefined ? { arn: groupArn(account, '/', name) } : found(groupArn, { ...group, tags: [] })
}

/** What is touched when a role is named: at its own path where it is there, else at the path `/`. */
export async function touchedRole(name: string, { account, tables }: Scope): Promise<Touched> {
  const role = await tables.roles.byName(account, name)
  return role === undefined ? { arn: roleArn(account, '/', name), exists: false } : found(roleArn, role)
}

/** What is touched when an instance profile is named: at its own path where it is there, else at the path `/`. */
export async function touchedProfile(name: string, { account, tables }: Scope): Promise<Touched> {
  const profile = await tables.instanceProfiles.byName(account, name)
  return profile === undefined ? { arn: instanceProfileArn(account, '/', name) } : found(instanceProfileArn, profile)
}

/** A user, group or role that holds policies, named as its operations name it. */
export interface OwnerName {
  readonly kind: OwnerKind
  readonly name: string
}

export const asUser = (name: string): OwnerName => ({ kind: 'user', name })
export const asGroup = (name: string): OwnerName => ({ kind: 'group', name })
export const asRole = (name: string): OwnerName => ({ kind: 'role', name })

/** The user, group or role. Errors: `NoSuchEntity`. */
export function ownerNamed({ kind, name }: OwnerName, world: World<'NoSuchEntity'>): Promise<User | Group | Role> {
  return { user: userNamed, group: groupNamed, role: roleNamed }[kind](name, world)
}

/** What is touched when a user, group or role is named. */
export function touchedOwner({ kind, name }: OwnerName, scope: Scope): Promise<Touched> {
  return { user: touchedUser, group: touchedGroup, role: touchedRole }[kind](name, scope)
}

/** The boundary that the user or role has now, as `iam:PermissionsBoundary`. */
export async function boundaryContext({ kind, name }: OwnerName, scope: Scope): Promise<LooseContext> {
  if (kind === 'group') return {}
  const table = kind === 'user' ? scope.tables.users : scope.tables.roles
  return { 'iam:PermissionsBoundary': (await table.byName(scope.account, name))?.boundary }
}

/** What is touched by a listing of all that lies below a path: `arn:aws:iam::A:user/` and the rest of the path. */
export function touchedPath(kind: PathKind, prefix: string | undefined, { account }: Scope): string {
  return `arn:aws:iam::${account}:${kind}${prefix ?? '/'}`
}

type PathKind = 'user' | 'group' | 'role' | 'instance-profile'

function missing(kind: OwnerKind, name: string, world: World<'NoSuchEntity'>): never {
  throw world.fault('NoSuchEntity', `The ${kind} with name ${name} cannot be found.`)
}

function found(
  arnOf: (account: string, path: string, name: string) => string,
  { account, path, name, tags }: { account: string; path: string; name: string; tags: readonly Tag[] },
): Touched {
  return { arn: arnOf(account, path, name), tags }
}
