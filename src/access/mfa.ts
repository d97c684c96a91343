import { timingSafeEqual } from 'node:crypto'
import { generateSync, ScureBase32Plugin } from 'otplib'
import type { MfaDevice, Tables } from '#store'

/** Milliseconds for which a code is shown. */
const stepLength = 30_000
/** Steps by which a code may be early or late. */
const tolerance = 1
const base32 = new ScureBase32Plugin()

/** The seed as authenticator apps take it. */
export function seedText(seed: Uint8Array): string {
  return base32.encode(seed)
}

/**
 * Verifies two codes that an enabled device showed one right after the other, and keeps step with it from then on.
 * Takes: how many steps the device's clock may be ahead or behind; tables of a write.
 * Gives: `false` when it did not show them so, or when one of this step or of a later one was accepted before.
 * Cost: grows with `reach`.
 */
export async function acceptPair(
  codes: readonly [string, string],
  { device, reach, now }: { readonly device: MfaDevice; readonly reach: number; readonly now: number },
  tables: Tables,
): Promise<boolean> {
  const seed = await tables.mfaDevices.seed(device.account, device.serial)
  const step = seed && secondOf(codes, { seed, first: stepAt(now) - reach, last: stepAt(now) + reach })
  return step !== undefined && tables.mfaDevices.accept(device.serial, { step, drift: step - stepAt(now) })
}

/** A user, or the root where there is no user id, who shows a code. */
export interface MfaClaim {
  readonly account: string
  readonly userId: string | undefined
  readonly serial: string
  readonly code: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * Verifies the code of a second factor that its holder has enabled. A code is accepted once.
 * Takes: tables of a write to the holder's account, which remember that the code was used.
 * Gives: `false` for a wrong, used or outdated code, and for a device that is not theirs or shows no codes.
 */
export async function acceptMfa({ account, userId, serial, code, now }: MfaClaim, tables: Tables): Promise<boolean> {
  const device = await tables.mfaDevices.bySerial(account, serial)
  const theirs = device?.enabledAt !== undefined && device.userId === userId
  const seed = theirs ? await tables.mfaDevices.seed(account, serial) : undefined
  if (device === undefined || seed === undefined) return false
  const expected = stepAt(now) + device.drift
  for (let step = expected - tolerance; step <= expected + tolerance; step++)
    if (same(codeOf(seed, step), code) && (await tables.mfaDevices.accept(serial, { step, drift: step - stepAt(now) })))
      return true
  return false
}

/** The step in which the second of two codes was shown right after the first. */
function secondOf(
  codes: readonly [string, string],
  { seed, first, last }: { readonly seed: Uint8Array; readonly first: number; readonly last: number },
): number | undefined {
  let found: number | undefined
  let before = codeOf(seed, first - 1)
  for (let step = first; step <= last; step++) {
    const code = codeOf(seed, step)
    if (same(before, codes[0]) && same(code, codes[1])) found = step
    before = code
  }
  return found
}

function stepAt(now: number): number {
  return Math.floor(now / stepLength)
}

function codeOf(seed: Uint8Array, step: number): string {
  return step < 0 ? '' : generateSync({ strategy: 'hotp', secret: seed, counter: step })
}

function same(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)]
  return left.length === right.length && timingSafeEqual(left, right)
}
