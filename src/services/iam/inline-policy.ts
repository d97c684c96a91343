import type { InlinePolicy, OwnerKind } from '#store'
import type { World } from '../operation.ts'
import { checked, encoded, sizeOf } from './document.ts'
import {
  asGroup,
  asRole,
  asUser,
  boundaryContext,
  type OwnerName,
  ownerNamed,
  touchedGroup,
  touchedRole,
  touchedUser,
} from './entity.ts'
import { iam } from './iam.ts'
import { openListing } from './marker.ts'
import { refuseProtected } from './protected-role.ts'
import { inlineSizes } from './quota.ts'

export const PutUserPolicy = iam('PutUserPolicy', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  context: ({ UserName }, scope) => boundaryContext(asUser(UserName), scope),
  run: ({ UserName, ...input }, world) => put(asUser(UserName), input, world),
})

export const PutGroupPolicy = iam('PutGroupPolicy', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),
  run: ({ GroupName, ...input }, world) => put(asGroup(GroupName), input, world),
})

export const PutRolePolicy = iam('PutRolePolicy', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ RoleName }, scope) => boundaryContext(asRole(RoleName), scope),

  async run({ RoleName, ...input }, world) {
    await refuseProtected(RoleName, world)
    return put(asRole(RoleName), input, world)
  },
})

export const GetUserPolicy = iam('GetUserPolicy', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName, PolicyName }, world) {
    const { owner, policy } = await inlineNamed(asUser(UserName), PolicyName, world)
    return { UserName: owner.name, ...shownInline(policy) }
  },
})

export const GetGroupPolicy = iam('GetGroupPolicy', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),

  async run({ GroupName, PolicyName }, world) {
    const { owner, policy } = await inlineNamed(asGroup(GroupName), PolicyName, world)
    return { GroupName: owner.name, ...shownInline(policy) }
  },
})

export const GetRolePolicy = iam('GetRolePolicy', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),

  async run({ RoleName, PolicyName }, world) {
    const { owner, policy } = await inlineNamed(asRole(RoleName), PolicyName, world)
    return { RoleName: owner.name, ...shownInline(policy) }
  },
})

export const ListUserPolicies = iam('ListUserPolicies', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  run: ({ UserName, ...page }, world) => listInline(asUser(UserName), page, world),
})

export const ListGroupPolicies = iam('ListGroupPolicies', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),
  run: ({ GroupName, ...page }, world) => listInline(asGroup(GroupName), page, world),
})

export const ListRolePolicies = iam('ListRolePolicies', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  run: ({ RoleName, ...page }, world) => listInline(asRole(RoleName), page, world),
})

export const DeleteUserPolicy = iam('DeleteUserPolicy', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  context: ({ UserName }, scope) => boundaryContext(asUser(UserName), scope),
  run: ({ UserName, PolicyName }, world) => remove(asUser(UserName), PolicyName, world),
})

export const DeleteGroupPolicy = iam('DeleteGroupPolicy', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),
  run: ({ GroupName, PolicyName }, world) => remove(asGroup(GroupName), PolicyName, world),
})

export const DeleteRolePolicy = iam('DeleteRolePolicy', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ RoleName }, scope) => boundaryContext(asRole(RoleName), scope),

  async run({ RoleName, PolicyName }, world) {
    await refuseProtected(RoleName, world)
    return remove(asRole(RoleName), PolicyName, world)
  },
})

/** An inline policy as the API shows it. */
export function shownInline({ name, document }: InlinePolicy) {
  return { PolicyName: name, PolicyDocument: encoded(document) }
}

interface Put {
  readonly PolicyName: string
  readonly PolicyDocument: string
}

type PutCode = 'NoSuchEntity' | 'MalformedPolicyDocument' | 'LimitExceeded'

async function put(owner: OwnerName, { PolicyName, PolicyDocument }: Put, world: World<PutCode>) {
  const { account, tables } = world
  const { id, name } = await ownerNamed(owner, world)
  checked(PolicyDocument, 'identity', world)
  const others = (await tables.inlinePolicies.all(id)).filter((policy) => policy.name !== PolicyName)
  const size = others.reduce((sum, { document }) => sum + sizeOf(document), sizeOf(PolicyDocument))
  const most = inlineSizes[owner.kind]
  if (size > most)
    throw world.fault('LimitExceeded', `Maximum policy size of ${most} bytes exceeded for ${owner.kind} ${name}`)
  await tables.inlinePolicies.put({ account, ownerId: id, name: PolicyName, document: PolicyDocument })
  return {}
}

async function inlineNamed(ownerName: OwnerName, policyName: string, world: World<'NoSuchEntity'>) {
  const owner = await ownerNamed(ownerName, world)
  const policy = await world.tables.inlinePolicies.get(owner.id, policyName)
  if (policy === undefined) throw noPolicy(ownerName.kind, policyName, world)
  return { owner, policy }
}

interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

async function listInline(owner: OwnerName, page: PageInput, world: World<'NoSuchEntity'>) {
  const { id } = await ownerNamed(owner, world)
  const listing = openListing(`ListInline:${owner.kind}`, page, world)
  const found = await world.tables.inlinePolicies.list(id, listing.page)
  return { PolicyNames: found.items.map(({ name }) => name), ...listing.end(found, ({ name }) => name) }
}

async function remove(owner: OwnerName, policyName: string, world: World<'NoSuchEntity'>) {
  const { id } = await ownerNamed(owner, world)
  if (!(await world.tables.inlinePolicies.remove(id, policyName))) throw noPolicy(owner.kind, policyName, world)
  return {}
}

function noPolicy(kind: OwnerKind, name: string, world: World<'NoSuchEntity'>) {
  return world.fault('NoSuchEntity', `The ${kind} policy with name ${name} cannot be found.`)
}
