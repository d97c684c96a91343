import { assumedRoleArn, roleArn } from '#access'
import type { Role, Tag } from '#store'
import { issueTo } from './issue.ts'
import type { World } from './operation.ts'
import { packedShare, sessionPolicies } from './sts/policy.ts'

/** A session of a role that a service makes for somebody whom it has verified itself. */
export interface RoleSession {
  readonly role: Role
  readonly sessionName: string
  readonly seconds: number
  readonly tags: readonly Tag[]
  readonly sourceIdentity?: string
  readonly sessionPolicy?: string
  readonly managedPolicyArns: readonly string[]
  /** ARN of whom it is for. */
  readonly by: string
}

/**
 * Makes the credentials of a role's session just as STS does, and remembers for whom.
 * Errors: those of STS for session policies.
 */
export async function roleSession(asked: RoleSession, world: World) {
  const { role, sessionName, tags, sourceIdentity, seconds, by } = asked
  const { account, id, name, path } = role
  const wanted = {
    ...(asked.sessionPolicy === undefined ? {} : { Policy: asked.sessionPolicy }),
    PolicyArns: asked.managedPolicyArns.map((arn) => ({ arn })),
  }
  const limits = { ...(await sessionPolicies(wanted, account, world)), tags, transitiveTagKeys: [] }
  const share = packedShare(limits)
  const session = {
    account,
    subject: { type: 'assumedRole', roleId: id, roleArn: roleArn(account, path, name), sessionName },
    ...limits,
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    chained: false,
  } as const
  const credentials = issueTo(session, { seconds, now: world.now, store: world.store, by })
  return {
    credentials,
    arn: assumedRoleArn(account, name, sessionName),
    assumedRoleId: `${id}:${sessionName}`,
    ...(share === undefined ? {} : { share }),
  }
}
