import { federatedUserArn, type SessionSubject } from '#access'
import type { World } from '../operation.ts'
import { issued } from './credential.ts'
import { packedShare, sessionPolicies } from './policy.ts'
import { sts } from './sts.ts'
import { requestTags, sessionTags } from './tag.ts'

/** Seconds. */
const usual = 43_200
const mostOfRoot = 3600

export const GetFederationToken = sts('GetFederationToken', {
  resource: ({ Name }, { account }) => federatedUserArn(account, Name),
  context: (input) => ({ ...requestTags(input) }),
  also: ({ Tags = [] }) => (Tags.length > 0 ? ['sts:TagSession'] : []),

  async run(input, world) {
    const { Name, DurationSeconds = usual, MinimumSessionTokenSize: tokenSize } = input
    const { account, caller } = world
    const subject = subjectOf(Name, world)
    const limits = { ...(await sessionPolicies(input, account, world)), ...sessionTags(input, world) }
    const share = packedShare(limits)
    // QUIRK: a longer session that the root asks for is cut to an hour and not refused.
    const seconds = caller.kind === 'root' ? Math.min(DurationSeconds, mostOfRoot) : DurationSeconds
    return {
      ...issued({ account, subject, ...limits, chained: false }, { seconds, tokenSize }, world),
      FederatedUser: { FederatedUserId: `${account}:${Name}`, Arn: federatedUserArn(account, Name) },
      PackedPolicySize: share,
    }
  },
})

function subjectOf(name: string, { caller, fault }: World): SessionSubject {
  const { principal, session } = caller
  if (session === undefined && (principal.type === 'user' || principal.type === 'root'))
    return { type: 'federatedUser', name, creator: principal }
  throw fault('AccessDenied', 'Cannot call GetFederationToken with session credentials')
}
