import type { Delegation, DelegationState } from '#store'
import type { LooseContext } from '../define.ts'
import type { Scope, Touched, World } from '../operation.ts'

/** Milliseconds after which a request expires that nobody has taken up. */
export const unassignedLifetime = 24 * 3_600_000
/** Milliseconds after which a request expires whose state does not change. */
const lifetime = 7 * unassignedLifetime

/**
 * The request of that id, when the caller's account may know of it: its own, and one that is for any account.
 * Errors: `NoSuchEntity`.
 */
export async function delegationWith(id: string, world: World<'NoSuchEntity'>): Promise<Delegation> {
  const delegation = await visible(id, world)
  if (delegation === undefined)
    throw world.fault('NoSuchEntity', `The delegation request with id ${id} cannot be found.`)
  return current(delegation, world)
}

/** A request in the state that it has now. */
export function current(delegation: Delegation, { now }: World): Delegation {
  return now < delegation.expiresAt ? delegation : { ...delegation, state: 'EXPIRED' }
}

/** What is touched when a request is named. Whoever has taken it up may do some things with it by that. */
export async function touchedDelegation(id: string, action: string, scope: Scope): Promise<Touched> {
  const arn = delegationArn(scope.account, id)
  const delegation = await visible(id, scope)
  if (delegation === undefined || !isGranted(delegation, action, scope)) return { arn }
  return { arn, policy: grant(action, arn, scope) }
}

/** What a request adds to the context. */
export async function ownerContext(id: string, scope: Scope): Promise<LooseContext> {
  return { 'iam:DelegationRequestOwner': (await visible(id, scope))?.ownerArn }
}

/** A policy that grants the caller an action, so that an explicit denial still counts. */
export function grant(action: string, resource: string, { caller }: Scope): Exclude<Touched['policy'], undefined> {
  const Statement = { Effect: 'Allow', Principal: { AWS: caller.principal.arn }, Action: action, Resource: resource }
  return { type: 'resource', text: JSON.stringify({ Version: '2012-10-17', Statement }) }
}

export function delegationArn(account: string, id: string): string {
  return `arn:aws:iam::${account}:delegation-request/${id}`
}

/** Puts a request into another state, which begins now. */
export async function move(delegation: Delegation, state: DelegationState, { tables, now }: World): Promise<void> {
  await tables.delegations.update({ ...delegation, state, updatedAt: now, expiresAt: now + lifetime })
}

/** What whoever has taken up a request may do with it. Source: IAM User Guide, "Managing permissions". */
const ownersActions = new Set([
  'iam:AssociateDelegationRequest',
  'iam:GetDelegationRequest',
  'iam:GetHumanReadableSummary',
  'iam:RejectDelegationRequest',
  'iam:SendDelegationToken',
  'iam:UpdateDelegationRequest',
])

/** What anybody may do with a request that nobody has taken up. */
const anyonesActions = new Set([
  'iam:AssociateDelegationRequest',
  'iam:GetDelegationRequest',
  'iam:GetHumanReadableSummary',
])

function isGranted({ ownerArn }: Delegation, action: string, { caller }: Scope): boolean {
  return ownerArn === undefined
    ? anyonesActions.has(action)
    : ownerArn === caller.principal.arn && ownersActions.has(action)
}

async function visible(id: string, { account, tables }: Scope): Promise<Delegation | undefined> {
  const delegation = await tables.delegations.byId(id)
  const owner = delegation?.ownerAccount
  return owner === undefined || owner === account ? delegation : undefined
}
