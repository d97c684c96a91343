import type { AccountCaller } from '#access'
import { Fault, missingAuthenticationToken } from '#protocol'
import type { Operation } from '#services'
import type { Asked } from './entry.ts'
import type { House } from './house.ts'
import { statusOf } from './perform.ts'

/**
 * Finds who calls when all is known but that: whoever signed, or whom an identity provider vouches for.
 * It asks identity providers, so it runs outside of any unit of work.
 * Errors: those of the operation for a word that is not genuine, or is refused. The record has the latter.
 */
export function vouchedFor(asked: Omit<Asked, 'caller'>, house: House): AccountCaller | Promise<AccountCaller> {
  const { vouch } = asked.operation
  if (vouch !== undefined) return vouched(vouch, asked, house)
  if (asked.entry.caller === undefined) throw missingAuthenticationToken()
  return asked.entry.caller
}

async function vouched(
  vouch: NonNullable<Operation['vouch']>,
  { entry, call, input }: Omit<Asked, 'caller'>,
  { store, issuers, once, ...house }: House,
): Promise<AccountCaller> {
  const publicUrl = house.publicUrl()
  const { caller, refusal } = await vouch(input, {
    now: entry.at,
    read: (work) => store.read(work),
    issuers,
    ...(once === undefined ? {} : { once: (id, until) => once.take(id, until, entry.at) }),
    onlyOnce: (id, until) => house.onlyOnce.take(id, until, entry.at),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    request: entry.request,
    seen: (subject) => store.seen(subject),
    refuse: (code, message, detail) =>
      new Fault({ code, message, detail, status: statusOf(code, call.service.errors) }),
  })
  entry.caller = caller
  if (refusal !== undefined) throw refusal
  return caller
}
