import { hashPassword, saltBytes, verifyPassword } from '#access'
import type { LoginProfile } from '#store'
import type { World } from '../operation.ts'
import { userNamed } from './entity.ts'
import { iam } from './iam.ts'
import { checkPassword, grantedToUsers } from './password-policy.ts'
import { touchedSelf } from './self.ts'

export const ChangePassword = iam('ChangePassword', {
  resource: async (_, scope) => grantedToUsers(await touchedSelf(undefined, scope), 'iam:ChangePassword', scope),

  async run({ OldPassword, NewPassword }, world) {
    const { caller, tables, fault } = world
    if (caller.kind !== 'user') throw fault('InvalidUserType', 'Only IAM Users can change their own password.')
    const user = await userNamed(caller.name, world)
    const profile = await tables.loginProfiles.ofUser(user.id)
    if (profile === undefined) throw fault('NoSuchEntity', `Login Profile for User ${user.name} cannot be found.`)
    if (!(await verifyPassword(OldPassword, profile.hash)))
      throw fault('AccessDenied', 'The old password was incorrect.')
    await tables.loginProfiles.update({ ...(await withPassword(profile, NewPassword, world)), resetRequired: false })
    return {}
  },
})

/**
 * The hash of a first password.
 * Errors: `PasswordPolicyViolation`.
 */
export async function firstHash(password: string, world: World<'PasswordPolicyViolation'>): Promise<string> {
  await checkPassword(password, world)
  return hashPassword(password, world.random(saltBytes))
}

/** Hashes that are kept: with the present one, as many as a policy can ask a new password to differ from. */
const mostEarlier = 23

/**
 * The profile with another password.
 * Errors: `PasswordPolicyViolation`, also for a password that was in use not long ago.
 * Cost: one hash for each password that the policy asks it to differ from.
 */
export async function withPassword(
  profile: LoginProfile,
  password: string,
  world: World<'PasswordPolicyViolation'>,
): Promise<LoginProfile> {
  const hash = await firstHash(password, world)
  const used = [profile.hash, ...profile.earlier]
  const policy = await world.tables.passwordPolicies.of(world.account)
  for (const one of used.slice(0, policy?.reusePrevention ?? 0))
    if (await verifyPassword(password, one))
      throw world.fault(
        'PasswordPolicyViolation',
        'Policy constraint violation with password reuse prevention during password change.',
      )
  return { ...profile, hash, earlier: used.slice(0, mostEarlier), changedAt: world.now }
}
