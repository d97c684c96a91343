import type { World } from '../operation.ts'

/**
 * Refuses a call that names a multi-factor device.
 * DIFFERS: there are no devices yet, so none is the caller's.
 */
export function refuseDevice(given: string | undefined, { fault }: World): void {
  if (given === undefined) return
  throw fault(
    'AccessDenied',
    'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
  )
}
