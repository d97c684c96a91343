import { acceptMfa } from '#access'
import type { Context } from '#engine'
import { Fault } from '#protocol'
import type { Operation } from '#services'
import type { Asked, Unit } from './entry.ts'

/**
 * Verifies the second factor that a call shows.
 * Gives: when it was shown; `undefined` when the call shows none.
 * Errors: `AccessDenied` (403) for one that is not whole, not right, or not the caller's.
 */
export function verifyFactor(asked: Asked, unit: Unit): Promise<number> | undefined {
  const factor = asked.operation.factor(asked.input)
  return factor && verified(factor, asked, unit)
}

async function verified(
  { serial, code }: NonNullable<ReturnType<Operation['factor']>>,
  { caller, entry }: Asked,
  { tables }: Unit,
): Promise<number> {
  if (serial === undefined || code === undefined)
    throw denied('MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.')
  const { kind, account, entityId: userId } = caller
  const claim = { account, userId, serial, code, now: entry.at }
  if ((kind !== 'user' && kind !== 'root') || !(await acceptMfa(claim, tables)))
    throw denied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    )
  return entry.at
}

/** What a second factor that was shown in the call adds to the context of its decision. */
export function factorContext(mfaAt: number | undefined): Context {
  return mfaAt === undefined ? {} : { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' }
}

function denied(message: string): Fault {
  return new Fault({ code: 'AccessDenied', status: 403, message })
}
