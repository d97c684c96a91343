import type { SessionSubject } from '#access'
import type { World } from '../operation.ts'
import { issued } from './credential.ts'
import { factorOf } from './factor.ts'
import { sts } from './sts.ts'

/** Seconds. */
const usual = 43_200
const mostOfRoot = 3600

export const GetSessionToken = sts('GetSessionToken', {
  // Needs no permission (rule S-31); who may call it at all is decided by its credentials.
  action: null,
  resource: () => '*',

  factor: factorOf,

  async run({ DurationSeconds = usual, MinimumSessionTokenSize: tokenSize }, world) {
    const { caller, mfaAt } = world
    // QUIRK: a longer session of the root is cut to an hour and not refused.
    const seconds = caller.kind === 'root' ? Math.min(DurationSeconds, mostOfRoot) : DurationSeconds
    const session = {
      account: caller.account,
      subject: subjectOf(world),
      tags: [],
      transitiveTagKeys: [],
      chained: false,
      ...(mfaAt === undefined ? {} : { mfaAt }),
    }
    return issued(session, { seconds, tokenSize }, world)
  },
})

function subjectOf({ caller, fault }: World): SessionSubject {
  const { kind, entityId } = caller
  if (kind === 'root') return { type: 'root' }
  if (kind === 'user' && entityId !== undefined) return { type: 'user', userId: entityId }
  throw fault('AccessDenied', 'Cannot call GetSessionToken with session credentials')
}
