import { instanceProfileArn, roleArn } from '#access'
import { Fault } from '#protocol'
import type { Instance, InstanceProfile, Role, Tables } from '#store'
import { endFollowing } from '../live-session.ts'
import { checkMembers, numberIn, optionalTextIn, type Shape, tagsIn, textIn } from './input.ts'
import { joinToken } from './join-token.ts'
import { instanceArn } from './operation.ts'
import { instanceOf, shown } from './show.ts'
import type { Signed, SignedOperation } from './signed.ts'

const profileName: Shape = { pattern: /^[\w+=,.@-]{1,128}$/, wants: 'the name of an instance profile' }
const instanceName: Shape = { pattern: /^[^\p{Cc}]{1,128}$/u, wants: 'a text of 1–128 characters' }
const instanceId: Shape = { pattern: /^i-[0-9a-f]{17}$/, wants: 'the id of an instance, i-…' }

/** Seconds. The longest is what EC2 gives. */
const session = { least: 15, most: 21_600, usual: 21_600 } as const
const joinable = { least: 60, most: 86_400, usual: 900 } as const

/** Hands a role over to something outside, as `RunInstances` does. */
export const RegisterInstance: SignedOperation = {
  event: 'RegisterInstance',
  readOnly: false,
  async run(signed) {
    const { input, account, caller, now, tables } = signed
    checkMembers(input, ['profile', 'name', 'tags', 'sessionSeconds', 'joinSeconds'])
    const name = optionalTextIn(input, 'name', instanceName)
    const wanted = textIn(input, 'profile', profileName)
    const tags = tagsIn(input)
    const sessionSeconds = numberIn(input, 'sessionSeconds', session)
    const joinSeconds = numberIn(input, 'joinSeconds', joinable)
    const id = `i-${Buffer.from(signed.random(9)).toString('hex').slice(1)}`
    const place = { id, account, region: caller.region }
    const arn = instanceArn(place)
    signed.tell({ profile: wanted, ...(name === undefined ? {} : { name }), tags, sessionSeconds })
    const context = {
      'aws:TagKeys': tags.map(({ key }) => key),
      ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
    }
    await signed.permit('cardea:RegisterInstance', { arn }, context)
    const { profile, profileArn } = await passedProfile(await profileNamed(wanted, signed), arn, signed)
    const { token, join } = joinToken(id, { now, seconds: joinSeconds, random: signed.random })
    const named = name === undefined ? {} : { name }
    const from = { profileId: profile.id, profileArn, createdAt: now, createdBy: caller.principal.arn }
    const instance: Instance = { ...place, ...named, ...from, tags, sessionSeconds, join }
    await tables.instances.add(instance)
    return { instance: shown(instance), joinToken: token, joinUntil: new Date(join.expiresAt).toISOString() }
  },
}

/** Gives a new join token: whoever joins with it takes the place of the agent before. */
export const RejoinInstance: SignedOperation = {
  event: 'RejoinInstance',
  readOnly: false,
  async run(signed) {
    const { input, now, tables } = signed
    checkMembers(input, ['instance', 'joinSeconds'])
    const joinSeconds = numberIn(input, 'joinSeconds', joinable)
    const { instance, arn } = await permitted('cardea:RejoinInstance', signed)
    const profile = await tables.instanceProfiles.byId(instance.profileId)
    if (profile === undefined) throw noProfile(instance.profileArn)
    await passedProfile(profile, arn, signed)
    const { token, join } = joinToken(instance.id, { now, seconds: joinSeconds, random: signed.random })
    await tables.instances.update({ ...instance, join })
    return { instance: shown(instance), joinToken: token, joinUntil: new Date(join.expiresAt).toISOString() }
  },
}

interface Deregistered {
  readonly instance: object
  /** Ids of sessions. */
  readonly ended: readonly string[]
}

/** Takes an instance away, and ends the sessions that it was given and those that follow from them. */
export const DeregisterInstance: SignedOperation<Deregistered> = {
  event: 'DeregisterInstance',
  readOnly: false,
  looksAtSessions: true,
  async run(signed) {
    const { input, now, tables } = signed
    checkMembers(input, ['instance'])
    const { instance } = await permitted('cardea:DeregisterInstance', signed)
    const ended = await endSessions(instance, now, tables)
    await tables.instances.remove(instance.id)
    return { instance: shown(instance), ended }
  },
  afterwards: async ({ instance, ended }, { store, now }) => ({
    instance,
    ended: [...ended, ...(await endFollowing(store, { ids: ended, now }))],
  }),
}

/** Shows the instances of an account. */
export const ListInstances: SignedOperation = {
  event: 'ListInstances',
  readOnly: true,
  async run(signed) {
    const { input, account, tables } = signed
    checkMembers(input, ['after', 'limit'])
    const after = optionalTextIn(input, 'after', instanceId)
    const limit = numberIn(input, 'limit', { least: 1, most: 1000, usual: 1000 })
    await signed.permit('cardea:ListInstances', { arn: '*' })
    const page = await tables.instances.list(account, { limit, ...(after === undefined ? {} : { after }) })
    return { instances: page.items.map(shown), more: page.more }
  },
}

/** The instance that a request names, when the caller may do this to it. */
async function permitted(
  action: string,
  signed: Signed,
): Promise<{ readonly instance: Instance; readonly arn: string }> {
  const id = textIn(signed.input, 'instance', instanceId)
  const { account, caller } = signed
  const instance = await instanceOf(id, account, signed.tables)
  const arn = instanceArn(instance ?? { id, account, region: caller.region })
  signed.tell({ instance: id })
  await signed.permit(action, { arn, ...(instance === undefined ? {} : { tags: instance.tags }) })
  if (instance === undefined)
    throw new Fault({
      code: 'InvalidInstanceID.NotFound',
      status: 404,
      message: `The instance ID '${id}' does not exist`,
    })
  return { instance, arn }
}

async function profileNamed(name: string, { tables, account }: Signed): Promise<InstanceProfile> {
  const profile = await tables.instanceProfiles.byName(account, name)
  if (profile === undefined) throw noProfile(name)
  return profile
}

function noProfile(name: string): Fault {
  return new Fault({ code: 'NoSuchEntity', status: 404, message: `Instance Profile ${name} cannot be found.` })
}

/** Asks whether the caller may hand the role of a profile over. */
async function passedProfile(profile: InstanceProfile, arn: string, { tables, permit }: Signed) {
  const role: Role | undefined = await tables.roles.byId(profile.roleId ?? '')
  const profileArn = instanceProfileArn(profile.account, profile.path, profile.name)
  if (role === undefined)
    throw new Fault({
      code: 'InvalidParameterValue',
      status: 400,
      message: `The instance profile ${profileArn} has no role.`,
    })
  const context = { 'iam:PassedToService': 'ec2.amazonaws.com', 'iam:AssociatedResourceArn': arn }
  await permit('iam:PassRole', { arn: roleArn(role.account, role.path, role.name), tags: role.tags }, context)
  return { profile, profileArn }
}

/** The most sessions of an account that are looked through for those of an instance. */
const mostLooked = 100_000

async function endSessions({ id, account, agent }: Instance, now: number, tables: Tables): Promise<readonly string[]> {
  const live = await tables.sessions.live(now, { account, limit: mostLooked })
  const own = live.filter(({ principal, kind }) => kind === 'assumedRole' && principal.endsWith(`/${id}`))
  const ends = new Map(own.map((one) => [one.id, one.expiresAt]))
  // Of the last one nobody may have taken note yet.
  if (agent?.sessionId !== undefined) ends.set(agent.sessionId, now + session.most * 1000)
  for (const [sessionId, expiresAt] of ends)
    await tables.sessions.end({ id: sessionId, account, endedAt: now, expiresAt })
  return [...ends.keys()]
}
