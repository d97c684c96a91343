import type { Session } from '#access'
import { Fault } from '#protocol'
import type { World } from '../operation.ts'
import { issued } from './credential.ts'
import { sessionPolicies } from './policy.ts'
import { sts } from './sts.ts'

/** Seconds. */
const longest = 129_600
const mostScopes = 3
const longestDescription = 256

export const GetScopedCredentials = sts('GetScopedCredentials', {
  resource: () => '*',

  async run({ Policy, DurationSeconds, MinimumSessionTokenSize: tokenSize, ScopedSessionDescription = '' }, world) {
    const { now, caller, fault } = world
    const { session } = caller
    if (session === undefined)
      throw fault('AccessDenied', 'GetScopedCredentials can only be called with temporary credentials.')
    if (Policy === undefined && DurationSeconds === undefined)
      throw fault('ValidationError', 'Either Policy or DurationSeconds must be provided.')
    if (ScopedSessionDescription.length > longestDescription)
      throw fault('ValidationError', `ScopedSessionDescription must have at most ${longestDescription} characters.`)
    const { policies: added = [] } = await sessionPolicies({ Policy }, session.account, { ...world, fault: malformed })
    const scopes = [...(session.scopes ?? []), ...added]
    if (scopes.length > mostScopes && added.length > 0)
      throw fault('AccessDenied', `A session has at most ${mostScopes} scope down policies.`)
    const seconds = DurationSeconds ?? Math.ceil((session.expiresAt - now) / 1000)
    checkDuration(seconds, session, world)
    const { accessKeyId: _key, secret: _secret, issuedAt: _at, expiresAt: _end, parent: _parent, ...same } = session
    return {
      // DIFFERS: the session that is narrowed goes on; the narrowed one ends with it.
      ...issued({ ...same, ...(scopes.length === 0 ? {} : { scopes }) }, { seconds, tokenSize }, world),
      SessionInfo: { ScopedSessionId: caller.userId, Arn: caller.principal.arn },
      ScopedPoliciesCount: scopes.length,
      SourceIdentity: session.sourceIdentity,
    }
  },
})

/** Its page tells of errors that its model does not list. */
function malformed(code: string, message: string): Fault {
  return new Fault({ code, message, status: 400 })
}

function checkDuration(seconds: number, { expiresAt }: Session, { now, fault }: World): void {
  if (seconds < 1 || seconds > longest)
    throw fault('ValidationError', `DurationSeconds must be between 1 and ${longest}.`)
  if (now + seconds * 1000 > expiresAt + 999)
    throw fault('ValidationError', 'The requested DurationSeconds exceeds what remains of the calling session.')
}
