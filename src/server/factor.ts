import { acceptMfa } from '#access'
import type { Context } from '#engine'
import { Fault } from '#protocol'
import type { Operation } from '#services'
import type { Asked, Unit } from './entry.ts'
import type { House } from './house.ts'

/**
 * Verifies the second factor that a call shows.
 * Gives: when it was shown; `undefined` when the call shows none.
 * Errors: `AccessDenied` (403) for one that is not whole, not right, or not the caller's.
 */
export function verifyFactor(
  asked: Asked,
  unit: Unit,
  { guesses }: Pick<House, 'guesses'>,
): Promise<number> | undefined {
  const factor = asked.operation.factor(asked.input)
  return factor && verified(factor, asked, { ...unit, guesses })
}

async function verified(
  { serial, code }: NonNullable<ReturnType<Operation['factor']>>,
  { caller, entry }: Asked,
  { tables, guesses }: Unit & Pick<House, 'guesses'>,
): Promise<number> {
  if (serial === undefined || code === undefined)
    throw denied('MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.')
  const { kind, account, entityId: userId } = caller
  if (kind !== 'user' && kind !== 'root') throw denied(notValid)
  const holder = `${account} ${userId ?? 'root'}`
  // INVARIANT: a code is counted before it is looked at, so that guesses that come together are counted too.
  if (!guesses.take(holder, entry.at)) throw denied(notValid, `too many wrong codes of ${holder} lately`)
  if (!(await acceptMfa({ account, userId, serial, code, now: entry.at }, tables))) throw denied(notValid)
  guesses.right(holder)
  return entry.at
}

/** What a second factor that was shown in the call adds to the context of its decision. */
export function factorContext(mfaAt: number | undefined): Context {
  return mfaAt === undefined ? {} : { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' }
}

const notValid =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.'

function denied(message: string, detail?: string): Fault {
  return new Fault({ code: 'AccessDenied', status: 403, message, ...(detail === undefined ? {} : { detail }) })
}
