import type { Claim } from './claim.ts'
import { echo, requestExpired, signatureDoesNotMatch } from './refusal.ts'
import { terminator, writeMoment } from './signature.ts'

/** What a claim is held against. */
export interface ClaimChecks {
  /** Milliseconds since 1970. */
  readonly now: number
  /** The signing name of the service that was asked. */
  readonly service: string
  /** Regions whose scope is taken; absent: any. */
  readonly regions?: readonly string[]
}

const skew = 15 * 60_000
const region = /^[a-z0-9-]{1,32}$/

/**
 * Checks all of a claim that needs no secret: its scope and its time.
 *
 * Errors: `SignatureDoesNotMatch` (403); `RequestExpired` (400) for a presigned request after its time.
 */
export function checkClaim(claim: Claim, checks: ClaimChecks): void {
  checkScope(claim, checks)
  checkTime(claim, checks.now)
}

function checkScope({ scope, moment }: Claim, { service, regions }: ClaimChecks): void {
  const wrong: string[] = []
  if (!region.test(scope.region) || regions?.includes(scope.region) === false)
    wrong.push('Credential should be scoped to a valid region. ')
  if (scope.service !== service) wrong.push(`Credential should be scoped to correct service: '${service}'. `)
  if (scope.terminator !== terminator)
    wrong.push(
      `Credential should be scoped with a valid terminator: '${terminator}', not '${echo(scope.terminator, 500)}'. `,
    )
  if (scope.day.length !== 8 || !moment.startsWith(scope.day))
    wrong.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${echo(scope.day, 500)}' != '${moment.slice(0, 8)}', from '${moment}'.`,
    )
  if (wrong.length > 0) throw signatureDoesNotMatch(wrong.join(''))
}

function checkTime({ signedAt, moment, form, expiresInSeconds }: Claim, now: number): void {
  if (signedAt > now + skew)
    throw signatureDoesNotMatch(
      `Signature not yet current: ${moment} is still later than ${writeMoment(now + skew)} (${writeMoment(now)} + 15 min.)`,
    )
  // DIFFERS: AWS's STS lets a presigned request live for 15 minutes whatever its `X-Amz-Expires`; here it lives as long as its signer said.
  if (form === 'query' && expiresInSeconds !== undefined) {
    if (now > signedAt + expiresInSeconds * 1000) throw requestExpired()
  } else if (signedAt < now - skew)
    throw signatureDoesNotMatch(
      `Signature expired: ${moment} is now earlier than ${writeMoment(now - skew)} (${writeMoment(now)} - 15 min.)`,
    )
}
