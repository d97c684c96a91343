import { sealTradeIn } from '#access'
import { Fault } from '#protocol'
import type { Store } from '#store'
import { operatorRecord } from './operator-record.ts'

/** A token that is to be handed to whoever asked for a delegation. */
export interface DelegationToken {
  readonly token: string
  /** The account that may trade it in. */
  readonly account: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/**
 * Makes the trade-in token of a delegation request whose token was sent.
 * Errors: `NoSuchEntity` (404) where there is no such request; `ValidationError` for one in another state, or that is over.
 */
export async function delegationToken(
  store: Store,
  { id, now }: { readonly id: string; readonly now: number },
): Promise<DelegationToken> {
  const found = await store.read(({ delegations }) => delegations.byId(id))
  if (found === undefined)
    throw new Fault({
      code: 'NoSuchEntity',
      status: 404,
      message: `There is no delegation request ${id.slice(0, 128)}.`,
    })
  const { state, updatedAt: sentAt, requestor: account, ownerAccount, detail } = found
  const expiresAt = sentAt + detail.sessionDuration * 1000
  if (state !== 'FINALIZED' || now >= expiresAt) {
    const message = `The delegation request ${id} has no token: ${state === 'FINALIZED' ? 'it is over' : `it is ${state}`}.`
    throw new Fault({ code: 'ValidationError', status: 400, message })
  }
  const named = { delegationRequestId: id, requestor: account }
  store.record(
    operatorRecord(
      'ShowDelegationToken',
      now,
      ownerAccount === undefined ? named : { ...named, account: ownerAccount },
    ),
  )
  return { token: sealTradeIn({ delegation: id, sentAt }, store.tokenKeys), account, expiresAt }
}
