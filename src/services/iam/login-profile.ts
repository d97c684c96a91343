import type { LoginProfile, User } from '#store'
import type { World } from '../operation.ts'
import { dateOf } from './date.ts'
import { touchedUser, userNamed } from './entity.ts'
import { iam } from './iam.ts'
import { firstHash, withPassword } from './password.ts'
import { touchedSelf, userMeant } from './self.ts'

export const CreateLoginProfile = iam('CreateLoginProfile', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, Password, PasswordResetRequired = false }, world) {
    const { account, tables, now, fault } = world
    if (Password === undefined)
      throw fault(
        'ValidationError',
        "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null",
      )
    const user = await userMeant(UserName, world)
    const taken = fault('EntityAlreadyExists', `Login Profile for user ${user.name} already exists.`)
    if ((await tables.loginProfiles.ofUser(user.id)) !== undefined) throw taken
    const profile: LoginProfile = {
      account,
      userId: user.id,
      hash: await firstHash(Password, world),
      earlier: [],
      resetRequired: PasswordResetRequired,
      createdAt: now,
      changedAt: now,
    }
    if (!(await tables.loginProfiles.add(profile))) throw taken
    return { LoginProfile: shownProfile(profile, user) }
  },
})

export const GetLoginProfile = iam('GetLoginProfile', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName }, world) {
    const user = await userMeant(UserName, world)
    return { LoginProfile: shownProfile(await profileOf(user, world), user) }
  },
})

export const UpdateLoginProfile = iam('UpdateLoginProfile', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName, Password, PasswordResetRequired }, world) {
    const profile = await profileOf(await userNamed(UserName, world), world)
    const changed = Password === undefined ? profile : await withPassword(profile, Password, world)
    const resetRequired = PasswordResetRequired ?? profile.resetRequired
    await world.tables.loginProfiles.update({ ...changed, resetRequired })
    return {}
  },
})

export const DeleteLoginProfile = iam('DeleteLoginProfile', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName }, world) {
    const user = await userMeant(UserName, world)
    await profileOf(user, world)
    await world.tables.loginProfiles.remove(user.id)
    return {}
  },
})

async function profileOf({ id, name }: User, world: World<'NoSuchEntity'>): Promise<LoginProfile> {
  const profile = await world.tables.loginProfiles.ofUser(id)
  if (profile === undefined) throw world.fault('NoSuchEntity', `Login Profile for User ${name} cannot be found.`)
  return profile
}

function shownProfile({ createdAt, resetRequired }: LoginProfile, { name }: User) {
  return { UserName: name, CreateDate: dateOf(createdAt), PasswordResetRequired: resetRequired }
}
