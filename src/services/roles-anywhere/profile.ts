import { readEntityArn } from '#access'
import { parse } from '#engine'
import type { RolesAnywhereProfile } from '#store'
import type { World } from '../operation.ts'
import { uuidOf } from '../uuid.ts'
import { usualMappings } from './attribute.ts'
import { nextToken, pageFrom } from './page.ts'
import { existing, placeOf, touchedById } from './place.ts'
import { rolesAnywhere } from './roles-anywhere.ts'
import { shownProfile } from './show.ts'
import { alsoTagging, firstTags, requestTags } from './tag.ts'

const kind = 'profile'
/** Of an account, in a region. Source: IAM Roles Anywhere, "Quotas". */
const mostProfiles = 250
const usualDuration = 3600

export const CreateProfile = rolesAnywhere('CreateProfile', {
  resource: () => '*',
  context: ({ tags }) => requestTags(tags),
  also: alsoTagging,

  async run({ name, roleArns, sessionPolicy, tags, ...input }, world) {
    const { tables, now, random, caller } = world
    const place = placeOf(world)
    checkPolicy(sessionPolicy, world)
    await passRoles(roleArns, world)
    if ((await tables.rolesAnywhereProfiles.count(place)) >= mostProfiles)
      throw world.fault('ValidationException', `An account has at most ${mostProfiles} profiles in a region.`)
    const profile: RolesAnywhereProfile = {
      ...place,
      id: uuidOf(random(16)),
      name,
      enabled: input.enabled ?? false,
      createdBy: caller.principal.arn,
      roleArns,
      managedPolicyArns: input.managedPolicyArns ?? [],
      ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
      durationSeconds: input.durationSeconds ?? usualDuration,
      requireInstanceProperties: input.requireInstanceProperties ?? false,
      acceptRoleSessionName: input.acceptRoleSessionName ?? false,
      mappings: usualMappings,
      tags: firstTags(tags, world),
      createdAt: now,
      updatedAt: now,
    }
    await tables.rolesAnywhereProfiles.add(profile)
    return { profile: shownProfile(profile) }
  },
})

export const GetProfile = rolesAnywhere('GetProfile', {
  resource: ({ profileId }, scope) => touchedById(kind, profileId, scope),
  run: async ({ profileId }, world) => ({ profile: shownProfile(await profileWith(profileId, world)) }),
})

export const ListProfiles = rolesAnywhere('ListProfiles', {
  resource: () => '*',

  async run(input, world) {
    const found = await world.tables.rolesAnywhereProfiles.list(placeOf(world), pageFrom(input, world))
    return { profiles: found.items.map(shownProfile), nextToken: nextToken(found) }
  },
})

export const UpdateProfile = rolesAnywhere('UpdateProfile', {
  resource: ({ profileId }, scope) => touchedById(kind, profileId, scope),

  async run({ profileId, sessionPolicy, ...input }, world) {
    const profile = await profileWith(profileId, world)
    checkPolicy(sessionPolicy, world)
    if (input.roleArns !== undefined) await passRoles(input.roleArns, world)
    return changedProfile(
      {
        ...profile,
        name: input.name ?? profile.name,
        roleArns: input.roleArns ?? profile.roleArns,
        managedPolicyArns: input.managedPolicyArns ?? profile.managedPolicyArns,
        durationSeconds: input.durationSeconds ?? profile.durationSeconds,
        acceptRoleSessionName: input.acceptRoleSessionName ?? profile.acceptRoleSessionName,
        ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
      },
      world,
    )
  },
})

export const EnableProfile = rolesAnywhere('EnableProfile', {
  resource: ({ profileId }, scope) => touchedById(kind, profileId, scope),
  run: async ({ profileId }, world) =>
    changedProfile({ ...(await profileWith(profileId, world)), enabled: true }, world),
})

export const DisableProfile = rolesAnywhere('DisableProfile', {
  resource: ({ profileId }, scope) => touchedById(kind, profileId, scope),
  run: async ({ profileId }, world) =>
    changedProfile({ ...(await profileWith(profileId, world)), enabled: false }, world),
})

export const DeleteProfile = rolesAnywhere('DeleteProfile', {
  resource: ({ profileId }, scope) => touchedById(kind, profileId, scope),

  async run({ profileId }, world) {
    const profile = await profileWith(profileId, world)
    await world.tables.rolesAnywhereProfiles.remove(profile.id)
    return { profile: shownProfile(profile) }
  },
})

/** Errors: `ResourceNotFoundException`. */
export function profileWith(id: string, world: World<'ResourceNotFoundException'>): Promise<RolesAnywhereProfile> {
  return existing(world.tables.rolesAnywhereProfiles.byId(placeOf(world), id), { kind, id }, world)
}

/** Keeps a profile as it is now, and shows it. */
export async function changedProfile(profile: RolesAnywhereProfile, { tables, now }: World) {
  const whole = { ...profile, updatedAt: now }
  await tables.rolesAnywhereProfiles.update(whole)
  return { profile: shownProfile(whole) }
}

function checkPolicy(text: string | undefined, { fault }: World<'ValidationException'>): void {
  if (text === undefined) return
  const { policy, problems } = parse(text, 'session')
  if (policy === undefined || problems.length > 0)
    throw fault('ValidationException', `The session policy is not valid: ${problems[0]?.message ?? 'syntax errors'}`)
}

/** Asks whether the caller may hand the roles over to the service. Errors: `AccessDenied`, `ValidationException`. */
async function passRoles(arns: readonly string[], world: World<'ValidationException'>): Promise<void> {
  const { account, fault, permit } = world
  for (const arn of new Set(arns)) {
    const { kind: named, account: owner } = readEntityArn(arn) ?? {}
    if (named !== 'role' || owner !== account)
      throw fault('ValidationException', `${arn} is not the ARN of a role of this account.`)
    const known = await world.roleAt(arn)
    const passed = { arn, ...(known === undefined ? {} : { tags: known.role.tags }) }
    await permit('iam:PassRole', passed, { 'iam:PassedToService': 'rolesanywhere.amazonaws.com' })
  }
}
