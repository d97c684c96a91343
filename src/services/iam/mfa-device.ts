import { toBuffer } from 'qrcode'
import { acceptPair, mfaArn, seedText } from '#access'
import type { MfaDevice } from '#store'
import type { Scope, Touched, World } from '../operation.ts'
import { dateOf } from './date.ts'
import { touchedUser, userNamed } from './entity.ts'
import { iam } from './iam.ts'
import { bounded, openListing, portion } from './marker.ts'
import { makeRoom } from './quota.ts'
import { type Holder, holderMeant, touchedSelf } from './self.ts'
import { firstTags, requestTags, shownTags } from './tag.ts'
import { listedUser, shownRoot } from './user.ts'

export const CreateVirtualMFADevice = iam('CreateVirtualMFADevice', {
  resource: ({ Path = '/', VirtualMFADeviceName }, { account }) => mfaArn(account, Path, VirtualMFADeviceName),
  context: ({ Tags }) => requestTags(Tags),

  async run({ Path = '/', VirtualMFADeviceName: name, Tags }, world) {
    const { account, tables, now, fault } = world
    const serial = mfaArn(account, Path, name)
    if (serial.length > longestSerial)
      throw fault('InvalidInput', `The serial number ${serial} is longer than ${longestSerial} characters.`)
    const tags = firstTags(Tags, world)
    makeRoom('VirtualMFADevicesPerAccount', (await tables.mfaDevices.count(account)).all, world)
    const seed = world.random(seedBytes)
    const device: MfaDevice = { account, serial, kind: 'virtual', drift: 0, tags, createdAt: now }
    if (!(await tables.mfaDevices.add(device, seed)))
      throw fault('EntityAlreadyExists', 'MFADevice entity at the same path and name already exists.')
    return {
      VirtualMFADevice: { SerialNumber: serial, Tags: shownTags(tags), ...(await shownSeed(name, seed, world)) },
    }
  },
})

export const GetMFADevice = iam('GetMFADevice', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ SerialNumber, UserName }, world) {
    const holder = await holderMeant(UserName, world)
    const { serial, enabledAt, certifications } = await heldDevice(SerialNumber, holder, world)
    return {
      SerialNumber: serial,
      UserName: holder.name,
      EnableDate: enabledAt === undefined ? undefined : dateOf(enabledAt),
      Certifications: certifications && { ...certifications },
    }
  },
})

export const ListMFADevices = iam('ListMFADevices', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, ...page }, world) {
    const { name, userId } = await holderMeant(UserName, world)
    const listing = openListing('ListMFADevices', page, world)
    const found = portion(await world.tables.mfaDevices.ofUser(world.account, userId), serialOf, listing.page)
    const MFADevices = found.items.map(({ serial, enabledAt = 0 }) => ({
      UserName: name,
      SerialNumber: serial,
      EnableDate: dateOf(enabledAt),
    }))
    return { MFADevices, ...listing.end(found, serialOf) }
  },
})

export const ListVirtualMFADevices = iam('ListVirtualMFADevices', {
  resource: () => '*',

  async run({ AssignmentStatus = 'Any', ...page }, world) {
    const listing = openListing('ListVirtualMFADevices', page, world)
    const enabled = AssignmentStatus === 'Any' ? undefined : AssignmentStatus === 'Assigned'
    const found = portion(await world.tables.mfaDevices.list(world.account, enabled), serialOf, listing.page)
    const VirtualMFADevices = await Promise.all(found.items.map((device) => listedDevice(device, world)))
    return { VirtualMFADevices, ...listing.end(found, serialOf) }
  },
})

export const EnableMFADevice = iam('EnableMFADevice', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName, SerialNumber, AuthenticationCode1, AuthenticationCode2 }, world) {
    const { account, tables, now, fault } = world
    const user = await userNamed(UserName, world)
    const device = await virtualDevice(SerialNumber, world)
    if (device.enabledAt !== undefined) throw fault('EntityAlreadyExists', 'MFA Device is already in use.')
    makeRoom('MFADevicesPerUser', (await tables.mfaDevices.ofUser(account, user.id)).length, world)
    await tables.mfaDevices.update({ ...device, userId: user.id, enabledAt: now })
    await checkPair([AuthenticationCode1, AuthenticationCode2], { device, reach: enableReach }, world)
    return {}
  },
})

export const ResyncMFADevice = iam('ResyncMFADevice', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName, SerialNumber, AuthenticationCode1, AuthenticationCode2 }, world) {
    const device = await heldDevice(SerialNumber, await holderMeant(UserName, world), world)
    await checkPair([AuthenticationCode1, AuthenticationCode2], { device, reach: resyncReach }, world)
    return {}
  },
})

export const DeactivateMFADevice = iam('DeactivateMFADevice', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, SerialNumber }, world) {
    const { mfaDevices } = world.tables
    const held = await heldDevice(SerialNumber, await holderMeant(UserName, world), world)
    // A security key is nothing without its user; a virtual device is there to be enabled again.
    if (held.kind === 'fido') await mfaDevices.remove(held.serial)
    const { userId: _, enabledAt: __, ...device } = held
    if (held.kind === 'virtual') await mfaDevices.update(device)
    return {}
  },
})

export const DeleteVirtualMFADevice = iam('DeleteVirtualMFADevice', {
  resource: ({ SerialNumber }, scope) => touchedDevice(SerialNumber, scope),

  async run({ SerialNumber }, world) {
    const { serial, enabledAt } = await virtualDevice(SerialNumber, world)
    if (enabledAt !== undefined) throw world.fault('DeleteConflict', 'MFA VirtualDevice in use. Must deactivate first.')
    await world.tables.mfaDevices.remove(serial)
    return {}
  },
})

/** The virtual device with that serial number. Errors: `NoSuchEntity`. */
export async function virtualDevice(serial: string, world: World<'NoSuchEntity'>): Promise<MfaDevice> {
  const device = await world.tables.mfaDevices.bySerial(world.account, serial)
  if (device?.kind !== 'virtual')
    throw world.fault('NoSuchEntity', `VirtualMFADevice with serial number ${serial} doesn't exist.`)
  return device
}

/** What is touched when a device is named by its serial number. */
export async function touchedDevice(serial: string, { account, tables }: Scope): Promise<Touched> {
  const known = new RegExp(`^arn:aws:iam::${account}:(?:mfa|sms-mfa)/.`).test(serial)
  const tags = (await tables.mfaDevices.bySerial(account, serial))?.tags ?? []
  return { arn: known ? serial : mfaArn(account, '/', serial), tags }
}

const longestSerial = 256
const seedBytes = 40
/** Steps of 30 seconds that a device's clock may be off, when it is enabled and when it is brought back in step. */
const enableReach = 10
const resyncReach = 120

/** The device, when that user or the root has enabled it. Errors: `NoSuchEntity`. */
async function heldDevice(serial: string, { userId }: Holder, world: World<'NoSuchEntity'>): Promise<MfaDevice> {
  const device = await world.tables.mfaDevices.bySerial(world.account, serial)
  if (device?.enabledAt === undefined || device.userId !== userId)
    throw world.fault('NoSuchEntity', 'MFA Device invalid for user.')
  return device
}

/** Errors: `InvalidAuthenticationCode`. */
async function checkPair(
  codes: readonly [string, string],
  { device, reach }: { readonly device: MfaDevice; readonly reach: number },
  world: World<'InvalidAuthenticationCode'>,
): Promise<void> {
  if (!(await acceptPair(codes, { device, reach, now: world.now }, world.tables)))
    throw world.fault('InvalidAuthenticationCode', 'Authentication code for device is not valid.')
}

/** The seed as text, and as a picture for authenticator apps. It is never shown again. */
async function shownSeed(name: string, seed: Uint8Array, { account, tables }: Scope) {
  const text = seedText(seed)
  const owner = (await tables.accounts.byId(account))?.alias ?? account
  const label = `${encodeURIComponent(name)}@${owner}`
  return {
    Base32StringSeed: new TextEncoder().encode(text),
    QRCodePNG: await toBuffer(`otpauth://totp/${label}?secret=${text}`, { type: 'png', errorCorrectionLevel: 'M' }),
  }
}

async function listedDevice({ serial, userId, enabledAt }: MfaDevice, world: World) {
  const bare = { SerialNumber: serial }
  if (enabledAt === undefined) return bare
  const user = userId === undefined ? undefined : await world.tables.users.byId(userId)
  return {
    ...bare,
    EnableDate: dateOf(enabledAt),
    User: user === undefined ? await shownRoot(world) : listedUser(user),
  }
}

/** Serial numbers are longer than a marker can tell. */
function serialOf({ serial }: MfaDevice): string {
  return bounded(serial)
}
