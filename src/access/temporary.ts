import { Fault, invalidClientTokenId } from '#protocol'
import type { AccountCaller } from './caller.ts'

/**
 * Refuses what certain credentials may not call, whatever the policies say.
 * Errors: `AccessDenied` and `InvalidClientTokenId`, both 403.
 * Source: policy semantics, section 8.4 and rule S-4.
 */
export function refuseCredentials({ kind, session }: AccountCaller, service: string, operation: string): void {
  if (kind === 'root' && operation === 'AssumeRole' && service === 'sts')
    throw denied('Roles may not be assumed by root accounts.')
  if (kind === 'root' && operation === 'AssumeRoot' && service === 'sts')
    throw denied('AssumeRoot cannot be called with the credentials of a root user.')
  if (session === undefined) return
  if (service === 'iam') {
    // QUIRK: AWS's IAM does not know these tokens at all, instead of denying.
    if (session.delegation !== undefined) return
    if (kind === 'federatedUser') throw invalidClientTokenId('a session of a federated user may not call IAM')
    if (kind !== 'assumedRole' && session.mfaAt === undefined)
      throw invalidClientTokenId('a session that was asked for without a second factor may not call IAM')
    return
  }
  if (service !== 'sts' || always.has(operation)) return
  const barred =
    kind === 'assumedRole' || session.delegation !== undefined
      ? operation === 'GetSessionToken' || operation === 'GetFederationToken'
      : kind === 'federatedUser' || operation !== 'AssumeRole'
  if (barred) throw denied(`Cannot call ${operation} with session credentials`)
}

/** What any session may call of STS, as far as its credentials go. */
const always: ReadonlySet<string> = new Set(['GetCallerIdentity', 'GetScopedCredentials'])

function denied(message: string): Fault {
  return new Fault({ code: 'AccessDenied', status: 403, message })
}
