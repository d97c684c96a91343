import { assumedRoleArn, overlaid, roleArn, trustNobody } from '#access'
import { Fault } from '#protocol'
import type { Role } from '#store'
import type { LooseContext } from '../define.ts'
import type { Scope, Touched, World } from '../operation.ts'
import { issued } from './credential.ts'
import { factorOf } from './factor.ts'
import { packedShare, sessionPolicies } from './policy.ts'
import { sts } from './sts.ts'
import { inheritedTags, requestTags, sessionTags } from './tag.ts'

/** Seconds. */
const usual = 3600
const mostChained = 3600

// INVARIANT: a call is decided and performed on one state of the store, so the role that was found is the role.
const found = new WeakMap<object, Role>()
const nobody = { type: 'trust', text: trustNobody } as const

export const AssumeRole = sts('AssumeRole', {
  writes: false,
  resource: (input, scope) => touchedRole(input, scope),
  context: (input, { caller }): LooseContext => ({
    'sts:ExternalId': input.ExternalId,
    'sts:RoleSessionName': input.RoleSessionName,
    'sts:SourceIdentity': input.SourceIdentity ?? caller.session?.sourceIdentity,
    ...requestTags(input),
  }),
  factor: factorOf,
  also({ Tags = [], SourceIdentity }, { caller }) {
    const tagged = Tags.length > 0 || inheritedTags(caller).length > 0
    const named = SourceIdentity !== undefined || caller.session?.sourceIdentity !== undefined
    return [...(tagged ? ['sts:TagSession'] : []), ...(named ? ['sts:SetSourceIdentity'] : [])]
  },

  async run(input, world) {
    const { RoleSessionName, SourceIdentity, DurationSeconds = usual } = input
    if ((input.ProvidedContexts ?? []).length > 0)
      throw world.fault('ValidationError', 'ProvidedContexts are not supported.')
    const role = assumedRole(input, world)
    const { account, id, name, path } = role
    checkDuration(DurationSeconds, role, world)
    const sourceIdentity = sourceIdentityOf(SourceIdentity, world)
    const limits = { ...(await sessionPolicies(input, account, world)), ...sessionTags(input, world) }
    const share = packedShare(limits)
    const session = {
      account,
      subject: { type: 'assumedRole', roleId: id, roleArn: roleArn(account, path, name), sessionName: RoleSessionName },
      ...limits,
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      chained: world.caller.kind === 'assumedRole',
    } as const
    return {
      ...issued(session, { seconds: DurationSeconds, tokenSize: input.MinimumSessionTokenSize }, world),
      AssumedRoleUser: {
        AssumedRoleId: `${id}:${RoleSessionName}`,
        Arn: assumedRoleArn(account, name, RoleSessionName),
      },
      PackedPolicySize: share,
      SourceIdentity: sourceIdentity,
    }
  },
})

/** A role with its trust policy; a role that is not there is one that nobody may assume. */
export async function touchedRole(input: { readonly RoleArn: string }, scope: Scope): Promise<Touched> {
  const { RoleArn: arn } = input
  const account = accountIn(arn)
  const asked = scope.roleAt(arn)
  const known = asked instanceof Promise ? await asked : asked
  if (known === undefined) return { arn, account, exists: false, policy: nobody }
  const { role, policy } = known
  found.set(input, role)
  // Transitive tags stand in for the role's own when its trust policy is evaluated (rule S-24).
  const tags = overlaid(role.tags, inheritedTags(scope.caller))
  return { arn, account, tags, policy }
}

/** The role that the decision was about. */
export function assumedRole(input: { readonly RoleArn: string }, world: World): Role {
  const role = found.get(input)
  // The decision has refused already for a role that is not there.
  if (role === undefined) throw world.fault('AccessDenied', 'The role is not there.')
  return role
}

/** Errors: `ValidationError` for what names no account. */
export function accountIn(arn: string): string {
  const account = /^arn:aws:iam::(\d{12}):./.exec(arn)?.[1]
  if (account !== undefined) return account
  throw new Fault({ code: 'ValidationError', status: 400, message: `${arn} is invalid` })
}

/** Rules S-23 and S-26. */
export function checkDuration(seconds: number, role: Role, { caller, fault }: World): void {
  if (caller.kind === 'assumedRole' && seconds > mostChained)
    throw fault(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
  if (seconds > role.maxSessionDuration)
    throw fault('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
}

/** A source identity is set once, and stays along the chain (rule S-25). */
function sourceIdentityOf(asked: string | undefined, { caller, fault }: World): string | undefined {
  const inherited = caller.session?.sourceIdentity
  if (inherited !== undefined && asked !== undefined && asked !== inherited)
    throw fault('AccessDenied', 'The source identity of a session cannot be changed by a session that follows from it.')
  return inherited ?? asked
}
