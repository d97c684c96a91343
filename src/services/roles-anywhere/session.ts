import { trustNobody } from '#access'
import type { Role } from '#store'
import type { Touched } from '../operation.ts'
import { roleSession } from '../role-session.ts'
import { regionalArn } from './arn.ts'
import { placeOf } from './place.ts'
import { presentedIn, vouchedBy } from './presented.ts'
import { rolesAnywhere } from './roles-anywhere.ts'
import { subjectSeen } from './seen.ts'
import { requestTags } from './tag.ts'

// INVARIANT: a call is decided and performed on one state of the store, so the role that was found is the role.
const found = new WeakMap<object, Role>()

export const CreateSession = rolesAnywhere('CreateSession', {
  action: 'sts:AssumeRole',
  certified: true,
  writes: false,
  vouch: (input, vouching) => vouchedBy(input, vouching),

  async resource(input, scope): Promise<Touched> {
    const { roleArn: arn } = input
    const known = await scope.roleAt(arn)
    if (known === undefined) return { arn, exists: false, policy: { type: 'trust', text: trustNobody } }
    found.set(input, known.role)
    return { arn, tags: known.role.tags, policy: known.policy }
  },

  context(input) {
    const presented = presentedIn(input)
    return {
      'sts:RoleSessionName': presented?.sessionName,
      'sts:SourceIdentity': presented?.sourceIdentity,
      ...requestTags(presented?.tags),
    }
  },

  also(input) {
    const { tags = [], sourceIdentity } = presentedIn(input) ?? {}
    return [
      ...(tags.length > 0 ? ['sts:TagSession'] : []),
      ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ]
  },

  async run(input, world) {
    const presented = presentedIn(input)
    const role = found.get(input)
    // The decision has refused already in both cases.
    if (presented === undefined || role === undefined)
      throw world.fault('AccessDeniedException', `Unable to assume role for ${input.roleArn}`)
    const { profile, tags, sessionName, sourceIdentity } = presented
    const place = placeOf(world)
    const { certificate } = presented
    const seen = subjectSeen({ certificate, place, at: world.now, failed: false, properties: input.instanceProperties })
    world.store.seen(seen)
    const by = regionalArn('subject', place, seen.id)
    const { durationSeconds: most, managedPolicyArns, sessionPolicy } = profile
    const session = await roleSession(
      {
        ...{ role, sessionName, tags, managedPolicyArns, by },
        seconds: Math.min(input.durationSeconds ?? most, most, role.maxSessionDuration),
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
        ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
      },
      world,
    )
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = session.credentials
    return {
      credentialSet: [
        {
          assumedRoleUser: { arn: session.arn, assumedRoleId: session.assumedRoleId },
          credentials: {
            accessKeyId: AccessKeyId,
            secretAccessKey: SecretAccessKey,
            sessionToken: SessionToken,
            expiration: `${Expiration.toISOString().slice(0, 19)}Z`,
          },
          packedPolicySize: session.share,
          roleArn: input.roleArn,
          sourceIdentity,
        },
      ],
      subjectArn: by,
    }
  },
})
