import { awsManagedPolicy } from '#models'
import type { Attachment, OwnerKind } from '#store'
import type { LooseContext } from '../define.ts'
import type { Scope, World } from '../operation.ts'
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
import { bounded, openListing, portion } from './marker.ts'
import { partsOf, policyExists, refuseOtherText } from './policy-arn.ts'
import { refuseProtected } from './protected-role.ts'
import { makeRoom } from './quota.ts'

export const AttachUserPolicy = iam('AttachUserPolicy', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  context: ({ UserName, PolicyArn }, scope) => attaching(asUser(UserName), { PolicyArn, scope }),
  run: ({ UserName, PolicyArn }, world) => attach(asUser(UserName), { PolicyArn, world }),
})

export const AttachGroupPolicy = iam('AttachGroupPolicy', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),
  context: ({ GroupName, PolicyArn }, scope) => attaching(asGroup(GroupName), { PolicyArn, scope }),
  run: ({ GroupName, PolicyArn }, world) => attach(asGroup(GroupName), { PolicyArn, world }),
})

export const AttachRolePolicy = iam('AttachRolePolicy', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ RoleName, PolicyArn }, scope) => attaching(asRole(RoleName), { PolicyArn, scope }),

  async run({ RoleName, PolicyArn }, world) {
    await refuseProtected(RoleName, world)
    return attach(asRole(RoleName), { PolicyArn, world })
  },
})

export const ListAttachedUserPolicies = iam('ListAttachedUserPolicies', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  run: ({ UserName, ...input }, world) => listAttached(asUser(UserName), input, world),
})

export const ListAttachedGroupPolicies = iam('ListAttachedGroupPolicies', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),
  run: ({ GroupName, ...input }, world) => listAttached(asGroup(GroupName), input, world),
})

export const ListAttachedRolePolicies = iam('ListAttachedRolePolicies', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  run: ({ RoleName, ...input }, world) => listAttached(asRole(RoleName), input, world),
})

export const DetachUserPolicy = iam('DetachUserPolicy', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  context: ({ UserName, PolicyArn }, scope) => attaching(asUser(UserName), { PolicyArn, scope }),
  run: ({ UserName, PolicyArn }, world) => detach(asUser(UserName), { PolicyArn, world }),
})

export const DetachGroupPolicy = iam('DetachGroupPolicy', {
  resource: ({ GroupName }, scope) => touchedGroup(GroupName, scope),
  context: ({ GroupName, PolicyArn }, scope) => attaching(asGroup(GroupName), { PolicyArn, scope }),
  run: ({ GroupName, PolicyArn }, world) => detach(asGroup(GroupName), { PolicyArn, world }),
})

export const DetachRolePolicy = iam('DetachRolePolicy', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ RoleName, PolicyArn }, scope) => attaching(asRole(RoleName), { PolicyArn, scope }),

  async run({ RoleName, PolicyArn }, world) {
    await refuseProtected(RoleName, world)
    return detach(asRole(RoleName), { PolicyArn, world })
  },
})

/** An attached policy as the API shows it. */
export function shownAttachment({ policyArn }: Attachment) {
  return { PolicyName: partsOf(policyArn).name, PolicyArn: policyArn }
}

const quotaOf = { user: 'PoliciesPerUser', group: 'PoliciesPerGroup', role: 'PoliciesPerRole' } as const
const nounOf: Readonly<Record<OwnerKind, string>> = { user: 'User', group: 'Group', role: 'Role' }

async function attaching(
  owner: OwnerName,
  { PolicyArn, scope }: { PolicyArn: string; scope: Scope },
): Promise<LooseContext> {
  return { 'iam:PolicyARN': PolicyArn, ...(await boundaryContext(owner, scope)) }
}

type AttachCode = 'InvalidInput' | 'NoSuchEntity' | 'LimitExceeded' | 'PolicyNotAttachable'

async function attach(owner: OwnerName, { PolicyArn, world }: { PolicyArn: string; world: World<AttachCode> }) {
  const { account, tables, now } = world
  refuseOtherText(PolicyArn, world)
  const { id } = await ownerNamed(owner, world)
  if (!(await policyExists(PolicyArn, world)))
    throw world.fault('NoSuchEntity', `Policy ${PolicyArn} does not exist or is not attachable.`)
  if (awsManagedPolicy(PolicyArn)?.path.startsWith('/aws-service-role/') === true)
    throw world.fault('PolicyNotAttachable', `Cannot attach a Service Role Policy to a Customer ${nounOf[owner.kind]}.`)
  const attached = await tables.attachments.ofOwner(id)
  if (attached.some(({ policyArn }) => policyArn === PolicyArn)) return {}
  makeRoom(quotaOf[owner.kind], attached.length, world)
  const attachment = { account, ownerKind: owner.kind, ownerId: id, policyArn: PolicyArn, attachedAt: now }
  await tables.attachments.add(attachment)
  return {}
}

interface AttachedInput {
  readonly PathPrefix?: string | undefined
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

async function listAttached(
  owner: OwnerName,
  { PathPrefix = '/', ...page }: AttachedInput,
  world: World<'NoSuchEntity'>,
) {
  const { id } = await ownerNamed(owner, world)
  const listing = openListing(`ListAttached:${owner.kind}`, page, world)
  const attached = await world.tables.attachments.ofOwner(id)
  const below = attached.filter(({ policyArn }) => partsOf(policyArn).path.startsWith(PathPrefix))
  const found = portion(below, byMoment, listing.page)
  return { AttachedPolicies: found.items.map(shownAttachment), ...listing.end(found, byMoment) }
}

async function detach(
  owner: OwnerName,
  { PolicyArn, world }: { PolicyArn: string; world: World<'InvalidInput' | 'NoSuchEntity'> },
) {
  refuseOtherText(PolicyArn, world)
  const { id } = await ownerNamed(owner, world)
  if (!(await world.tables.attachments.remove(id, PolicyArn)))
    throw world.fault('NoSuchEntity', `Policy ${PolicyArn} was not found.`)
  return {}
}

/** Sorts by the moment of attaching, and then by name. */
function byMoment({ attachedAt, policyArn }: Attachment): string {
  return `${String(attachedAt).padStart(15, '0')}${bounded(`${partsOf(policyArn).name} ${policyArn}`)}`
}
