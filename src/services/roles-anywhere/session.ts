import { hash } from 'node:crypto'
import { trustNobody } from '#access'
import type { Role } from '#store'
import type { Touched, World } from '../operation.ts'
import { roleSession } from '../role-session.ts'
import { uuidOf } from '../uuid.ts'
import { regionalArn } from './arn.ts'
import type { Certificate } from './certificate.ts'
import { placeOf } from './place.ts'
import { type Presented, presentedIn, vouchedBy } from './presented.ts'
import { rolesAnywhere } from './roles-anywhere.ts'
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
    const by = seenNow(presented, input.instanceProperties, world)
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

/** Notes that a subject showed a certificate. Gives: the subject's ARN. */
function seenNow(
  { certificate }: Presented,
  properties: Readonly<Record<string, string>> | undefined,
  world: World,
): string {
  const { now, store } = world
  const place = placeOf(world)
  const x509Subject = subjectName(certificate)
  const { serial, issuer, der } = certificate
  const text = JSON.stringify([place.account, place.region, x509Subject])
  const id = uuidOf(hash('sha256', text, 'buffer').subarray(0, 16))
  const seen = { seenAt: now, failed: false }
  store.seen({
    ...place,
    id,
    x509Subject,
    credential: { serialNumber: serial, issuer, certificate: Buffer.from(der).toString('base64'), ...seen },
    ...(properties === undefined ? {} : { instanceProperties: { properties: { ...properties }, ...seen } }),
  })
  return regionalArn('subject', place, id)
}

/** A certificate without a subject is known by the first URI that it is for, as identities of SPIFFE are. */
function subjectName({ subject, alternatives }: Certificate): string {
  if (subject !== '') return subject
  return alternatives.uri[0] === undefined ? '' : `URI=${alternatives.uri[0]}`
}
