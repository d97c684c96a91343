import { openTradeIn } from '#access'
import { Fault } from '#protocol'
import type { Delegation, DelegationApprover } from '#store'
import type { World } from '../operation.ts'
import { issued } from './credential.ts'
import { sts } from './sts.ts'

type Trading = World<'ExpiredTradeInTokenException'>

/** A delegation whose token is good. */
interface Traded {
  readonly delegation: Delegation
  readonly account: string
  readonly principal: string
  readonly approver: DelegationApprover
  /** Milliseconds since 1970. */
  readonly until: number
}

export const GetDelegatedAccessToken = sts('GetDelegatedAccessToken', {
  writes: false,
  resource: () => '*',

  async run({ TradeInToken }, world) {
    const { caller, now } = world
    const { delegation, account, principal, approver, until } = await tradedIn(TradeInToken, world)
    const { scopes = [], ...own } = approver
    const session = {
      account,
      ...own,
      scopes: [...scopes, delegation.detail.policy],
      delegation: delegation.id,
      chained: false,
    }
    // The session does not follow from that of whoever trades the token in.
    const asking = { ...world, caller: { principal: caller.principal }, user: principal }
    const { Credentials } = issued(session, { seconds: Math.ceil((until - now) / 1000) }, asking)
    return { Credentials, AssumedPrincipal: principal }
  },
})

/** Errors: `ExpiredTradeInTokenException`; `ValidationError` for a token that is none, or is not for the caller. */
async function tradedIn(token: string, world: Trading): Promise<Traded> {
  const { store, tables, account: requestor, now } = world
  const said = openTradeIn(token, store.tokenKeys)
  if (said === undefined) throw invalid('the token was changed, or another installation made it')
  const delegation = await tables.delegations.byId(said.delegation)
  if (delegation === undefined) throw invalid(`the delegation request ${said.delegation} is not there`)
  const { state, updatedAt, ownerAccount, detail } = delegation
  if (delegation.requestor !== requestor) throw invalid(`the token was sent to the account ${delegation.requestor}`)
  if (state !== 'FINALIZED' || updatedAt !== said.sentAt) throw invalid(`the delegation request is ${state}`)
  const until = Math.floor(updatedAt / 1000) * 1000 + detail.sessionDuration * 1000
  if (now >= until)
    throw world.fault(
      'ExpiredTradeInTokenException',
      'The trade-in token provided in the request has expired and can no longer be exchanged for credentials.',
    )
  const { approver, approverArn } = detail
  if (approver === undefined || approverArn === undefined || ownerAccount === undefined)
    throw invalid('nobody noted who accepted the delegation request')
  if (!(await isThere(approver, world))) throw invalid(`${approverArn}, who accepted the delegation request, is gone`)
  return { delegation, account: ownerAccount, principal: approverArn, approver, until }
}

async function isThere({ subject }: DelegationApprover, { tables }: Trading): Promise<boolean> {
  if (subject.type === 'root') return true
  const found = subject.type === 'user' ? tables.users.byId(subject.userId) : tables.roles.byId(subject.roleId)
  return (await found) !== undefined
}

function invalid(detail: string): Fault {
  return new Fault({ code: 'ValidationError', status: 400, message: 'The trade-in token is not valid.', detail })
}
