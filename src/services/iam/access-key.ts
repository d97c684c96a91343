import { userArn } from '#access'
import type { AccessKey, LastUsed } from '#store'
import { lettersOf } from '../mint.ts'
import type { Scope, Touched, World } from '../operation.ts'
import { dateOf } from './date.ts'
import { iam } from './iam.ts'
import { openListing, portion } from './marker.ts'
import { makeRoom } from './quota.ts'
import { type Holder, holderMeant, touchedSelf } from './self.ts'
import { newStatus, oldestFirst, shownStatus } from './status.ts'

export const CreateAccessKey = iam('CreateAccessKey', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName }, world) {
    const { account, tables, now, random } = world
    const holder = await holderMeant(UserName, world)
    makeRoom('AccessKeysPerUser', (await tables.accessKeys.ofUser(account, holder.userId)).length, world)
    const key: AccessKey = {
      id: `AKIA${lettersOf(random(16))}`,
      account,
      ...(holder.userId === undefined ? {} : { userId: holder.userId }),
      secret: Buffer.from(random(30)).toString('base64'),
      active: true,
      createdAt: now,
    }
    await tables.accessKeys.add(key)
    return { AccessKey: { ...shownKey(key, holder), SecretAccessKey: key.secret } }
  },
})

export const GetAccessKeyLastUsed = iam('GetAccessKeyLastUsed', {
  async resource({ AccessKeyId }, scope) {
    return (await touchedByKey(AccessKeyId, scope)) ?? '*'
  },

  async run({ AccessKeyId }, world) {
    const { tables, caller } = world
    const key = await ownKey(AccessKeyId, world)
    if (key === undefined)
      throw world.fault(
        'AccessDenied',
        `User: ${caller.principal.arn} is not authorized to perform: iam:GetAccessKeyLastUsed ` +
          `on resource: access key ${AccessKeyId}`,
      )
    const user = key.userId === undefined ? undefined : await tables.users.byId(key.userId)
    return { UserName: user?.name, AccessKeyLastUsed: shownUse(await tables.lastUses.get(key.id)) }
  },
})

export const ListAccessKeys = iam('ListAccessKeys', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, ...page }, world) {
    const holder = await holderMeant(UserName, world)
    const listing = openListing('ListAccessKeys', page, world)
    const keys = await world.tables.accessKeys.ofUser(world.account, holder.userId)
    const found = portion(keys, oldestFirst, listing.page)
    const AccessKeyMetadata = found.items.map((key) => shownKey(key, holder))
    return { AccessKeyMetadata, ...listing.end(found, oldestFirst) }
  },
})

export const UpdateAccessKey = iam('UpdateAccessKey', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, AccessKeyId, Status }, world) {
    const key = await heldKey(AccessKeyId, UserName, world)
    await world.tables.accessKeys.setActive(key.id, newStatus(Status, world))
    return {}
  },
})

export const DeleteAccessKey = iam('DeleteAccessKey', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, AccessKeyId }, world) {
    const key = await heldKey(AccessKeyId, UserName, world)
    await world.tables.accessKeys.remove(key.id)
    return {}
  },
})

async function heldKey(id: string, given: string | undefined, world: World<'NoSuchEntity'>): Promise<AccessKey> {
  const holder = await holderMeant(given, world)
  const key = await ownKey(id, world)
  if (key === undefined || key.userId !== holder.userId)
    throw world.fault('NoSuchEntity', `The Access Key with id ${id} cannot be found.`)
  return key
}

/** The key, when it is one of the caller's account. */
async function ownKey(id: string, { account, tables }: Scope): Promise<AccessKey | undefined> {
  const key = await tables.accessKeys.byId(id)
  return key?.account === account ? key : undefined
}

async function touchedByKey(id: string, scope: Scope): Promise<Touched | undefined> {
  const key = await ownKey(id, scope)
  const user = key?.userId === undefined ? undefined : await scope.tables.users.byId(key.userId)
  return user && { arn: userArn(user.account, user.path, user.name), tags: user.tags }
}

function shownKey({ id, active, createdAt }: AccessKey, { name }: Holder) {
  return { UserName: name, AccessKeyId: id, Status: shownStatus(active), CreateDate: dateOf(createdAt) }
}

function shownUse(use: LastUsed | undefined) {
  if (use === undefined) return { LastUsedDate: undefined, ServiceName: 'N/A', Region: 'N/A' }
  return { LastUsedDate: dateOf(use.at), ServiceName: use.service ?? 'N/A', Region: use.region }
}
