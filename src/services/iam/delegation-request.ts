import type { Delegation, DelegationState } from '#store'
import { uuidOf } from '../uuid.ts'
import { dateOf } from './date.ts'
import {
  current,
  delegationArn,
  delegationWith,
  grant,
  move,
  ownerContext,
  touchedDelegation,
  unassignedLifetime,
} from './delegation.ts'
import { approverOf } from './delegation-approver.ts'
import { delegatedPolicy, parametersIn, permissionCheck } from './delegation-policy.ts'
import { iam } from './iam.ts'
import { openListing } from './marker.ts'

export const CreateDelegationRequest = iam('CreateDelegationRequest', {
  resource: (_, { account }) => delegationArn(account, '*'),
  context: ({ Permissions, NotificationChannel, SessionDuration }) => ({
    'iam:TemplateArn': Permissions.PolicyTemplateArn,
    'iam:NotificationChannel': NotificationChannel,
    'iam:DelegationDuration': String(SessionDuration),
  }),

  // DIFFERS: AWS lets only registered partners in; here whoever has the permission may ask.
  async run({ Permissions, OwnerAccountId, RequestorWorkflowId, ...input }, world) {
    const { account, tables, now, random, fault } = world
    if (!topicArn.test(input.NotificationChannel))
      throw fault('InvalidInput', 'The notification channel must be the ARN of an SNS topic.')
    const template = Permissions.PolicyTemplateArn
    if (template === undefined) throw fault('InvalidInput', 'The permissions must name a policy template.')
    const parameters = parametersIn(Permissions.Parameters ?? [], world)
    const id = `dr-${uuidOf(random(16))}`
    const delegation: Delegation = {
      id,
      requestor: account,
      workflow: RequestorWorkflowId,
      ...(OwnerAccountId === undefined ? {} : { ownerAccount: OwnerAccountId }),
      state: 'UNASSIGNED',
      detail: { ...detailOf(input), template, parameters, policy: await delegatedPolicy(template, parameters, world) },
      createdAt: now,
      updatedAt: now,
      expiresAt: now + unassignedLifetime,
    }
    if (!(await tables.delegations.add(delegation)))
      throw fault('EntityAlreadyExists', `A delegation request for the workflow ${RequestorWorkflowId} already exists.`)
    return { DelegationRequestId: id }
  },
})

export const GetDelegationRequest = iam('GetDelegationRequest', {
  resource: ({ DelegationRequestId }, scope) =>
    touchedDelegation(DelegationRequestId, 'iam:GetDelegationRequest', scope),
  context: ({ DelegationRequestId }, scope) => ownerContext(DelegationRequestId, scope),

  async run({ DelegationRequestId, DelegationPermissionCheck }, world) {
    const delegation = await delegationWith(DelegationRequestId, world)
    const DelegationRequest = shownDelegation(delegation)
    if (DelegationPermissionCheck !== true) return { DelegationRequest }
    const PermissionCheckResult = await permissionCheck(delegation.detail.policy, world)
    return { DelegationRequest, PermissionCheckStatus: 'COMPLETE' as const, PermissionCheckResult }
  },
})

export const ListDelegationRequests = iam('ListDelegationRequests', {
  resource: ({ OwnerId }, scope) => {
    const own = OwnerId === scope.caller.principal.arn
    return own ? { arn: '*', policy: grant('iam:ListDelegationRequests', '*', scope) } : '*'
  },
  context: ({ OwnerId }) => ({ 'iam:DelegationRequestOwner': OwnerId }),

  async run({ OwnerId, ...page }, world) {
    const listing = openListing('ListDelegationRequests', page, world)
    const by = OwnerId === undefined ? {} : { ownerArn: OwnerId }
    const found = await world.tables.delegations.list(world.account, { ...listing.page, ...by })
    const DelegationRequests = found.items.map((delegation) => shownDelegation(current(delegation, world)))
    const { IsTruncated, ...end } = listing.end(found, ({ id }) => id)
    return { DelegationRequests, isTruncated: IsTruncated, ...end }
  },
})

export const AssociateDelegationRequest = iam('AssociateDelegationRequest', {
  resource: ({ DelegationRequestId }, scope) =>
    touchedDelegation(DelegationRequestId, 'iam:AssociateDelegationRequest', scope),
  context: ({ DelegationRequestId }, scope) => ownerContext(DelegationRequestId, scope),

  async run({ DelegationRequestId }, world) {
    const delegation = await delegationWith(DelegationRequestId, world)
    if (delegation.state !== 'UNASSIGNED') throw world.fault('InvalidInput', wrongState(delegation, 'associated'))
    const owner = { ownerAccount: world.account, ownerArn: world.caller.principal.arn }
    await move({ ...delegation, ...owner }, 'ASSIGNED', world)
    return {}
  },
})

export const UpdateDelegationRequest = iam('UpdateDelegationRequest', {
  resource: ({ DelegationRequestId }, scope) =>
    touchedDelegation(DelegationRequestId, 'iam:UpdateDelegationRequest', scope),
  context: ({ DelegationRequestId }, scope) => ownerContext(DelegationRequestId, scope),

  async run({ DelegationRequestId, Notes }, world) {
    const delegation = await delegationWith(DelegationRequestId, world)
    if (!waiting.has(delegation.state)) throw world.fault('InvalidInput', wrongState(delegation, 'updated'))
    const detail = { ...delegation.detail, ...(Notes === undefined ? {} : { notes: Notes }) }
    await move({ ...delegation, detail }, 'PENDING_APPROVAL', world)
    return {}
  },
})

export const AcceptDelegationRequest = iam('AcceptDelegationRequest', {
  resource: ({ DelegationRequestId }, scope) =>
    touchedDelegation(DelegationRequestId, 'iam:AcceptDelegationRequest', scope),
  context: ({ DelegationRequestId }, scope) => ownerContext(DelegationRequestId, scope),

  async run({ DelegationRequestId }, world) {
    const { caller, fault } = world
    const delegation = await delegationWith(DelegationRequestId, world)
    if (!waiting.has(delegation.state)) throw fault('ValidationError', wrongState(delegation, 'accepted'))
    if (caller.kind === 'root' && delegation.detail.sessionDuration > longestByRoot)
      throw fault(
        'AccessDenied',
        'The root user can only accept delegation requests with a duration of 4 hours or less.',
      )
    const detail = { ...delegation.detail, approverArn: caller.principal.arn, ...approverOf(caller) }
    await move({ ...delegation, detail }, 'ACCEPTED', world)
    return {}
  },
})

export const RejectDelegationRequest = iam('RejectDelegationRequest', {
  resource: ({ DelegationRequestId }, scope) =>
    touchedDelegation(DelegationRequestId, 'iam:RejectDelegationRequest', scope),
  context: ({ DelegationRequestId }, scope) => ownerContext(DelegationRequestId, scope),

  async run({ DelegationRequestId, Notes }, world) {
    const delegation = await delegationWith(DelegationRequestId, world)
    if (!waiting.has(delegation.state) && delegation.state !== 'ACCEPTED')
      throw world.fault('InvalidInput', wrongState(delegation, 'rejected'))
    const detail = { ...delegation.detail, ...(Notes === undefined ? {} : { rejectionReason: Notes }) }
    await move({ ...delegation, detail }, 'REJECTED', world)
    return {}
  },
})

export const SendDelegationToken = iam('SendDelegationToken', {
  resource: ({ DelegationRequestId }, scope) =>
    touchedDelegation(DelegationRequestId, 'iam:SendDelegationToken', scope),
  context: ({ DelegationRequestId }, scope) => ownerContext(DelegationRequestId, scope),

  async run({ DelegationRequestId }, world) {
    const { caller, fault } = world
    const delegation = await delegationWith(DelegationRequestId, world)
    if (delegation.state !== 'ACCEPTED') throw fault('InvalidInput', wrongState(delegation, 'sent'))
    if (delegation.detail.onlySendByOwner && delegation.ownerArn !== caller.principal.arn)
      throw fault('AccessDenied', 'Only the owner of the delegation request can send its token.')
    // DIFFERS: there is no SNS to send the token with; the operator hands it over.
    await move(delegation, 'FINALIZED', world)
    return {}
  },
})

const topicArn = /^arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(?:\.fifo)?$/
/** Seconds. */
const longestByRoot = 4 * 3600
/** The states in which somebody in the owner's account has to decide. */
const waiting: ReadonlySet<DelegationState> = new Set(['ASSIGNED', 'PENDING_APPROVAL'])

interface Described {
  readonly Description: string
  readonly RequestMessage?: string | undefined
  readonly NotificationChannel: string
  readonly SessionDuration: number
  readonly RedirectUrl?: string | undefined
  readonly OnlySendByOwner?: boolean | undefined
}

function detailOf(input: Described) {
  return {
    description: input.Description,
    ...(input.RequestMessage === undefined ? {} : { message: input.RequestMessage }),
    notificationChannel: input.NotificationChannel,
    sessionDuration: input.SessionDuration,
    ...(input.RedirectUrl === undefined ? {} : { redirectUrl: input.RedirectUrl }),
    onlySendByOwner: input.OnlySendByOwner ?? false,
  }
}

function wrongState({ id, state }: Delegation, done: string): string {
  return `The delegation request ${id} is in the state ${state} and cannot be ${done}.`
}

function shownDelegation({ id, requestor, ownerAccount, ownerArn, state, detail, ...moments }: Delegation) {
  return {
    DelegationRequestId: id,
    OwnerAccountId: ownerAccount,
    OwnerId: ownerArn,
    ApproverId: detail.approverArn,
    RequestorId: requestor,
    State: state,
    Description: detail.description,
    RequestMessage: detail.message,
    Permissions: {
      PolicyTemplateArn: detail.template,
      Parameters: detail.parameters.map(({ name, values, type }) => ({ Name: name, Values: [...values], Type: type })),
    },
    PermissionPolicy: detail.policy,
    SessionDuration: detail.sessionDuration,
    RedirectUrl: detail.redirectUrl,
    Notes: detail.notes,
    RejectionReason: detail.rejectionReason,
    OnlySendByOwner: detail.onlySendByOwner,
    CreateDate: dateOf(moments.createdAt),
    UpdatedTime: dateOf(moments.updatedAt),
    ExpirationTime: dateOf(moments.expiresAt),
  }
}
