import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteUserCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  GetAccountSummaryCommand,
  GetMFADeviceCommand,
  ListMFADevicesCommand,
  ListMFADeviceTagsCommand,
  ListVirtualMFADevicesCommand,
  ResyncMFADeviceCommand,
  TagMFADeviceCommand,
  UntagMFADeviceCommand,
} from '@aws-sdk/client-iam'
import { generateSync } from 'otplib'
import { acceptMfa } from '#access'
import { openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

/** A device as its owner holds it: it shows a code for each 30 seconds, by its own clock. */
async function device(name: string, Path?: string) {
  const asked = { VirtualMFADeviceName: name, ...(Path === undefined ? {} : { Path }) }
  const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand(asked))
  const { SerialNumber: serial = '', Base32StringSeed, QRCodePNG } = VirtualMFADevice ?? {}
  const seed = Buffer.from(Base32StringSeed ?? []).toString()
  const code = (steps = 0) => generateSync({ secret: seed, epoch: Math.floor(door.now() / 1000) + 30 * steps })
  return { serial, seed, code, picture: Buffer.from(QRCodePNG ?? []) }
}

async function user(UserName: string) {
  const { User } = await iam.send(new CreateUserCommand({ UserName }))
  return { UserName, userId: User?.UserId }
}

function enable(UserName: string, { serial, code }: Awaited<ReturnType<typeof device>>, at = -1) {
  const codes = { AuthenticationCode1: code(at), AuthenticationCode2: code(at + 1) }
  return iam.send(new EnableMFADeviceCommand({ UserName, SerialNumber: serial, ...codes }))
}

function accept(userId: string | undefined, serial: string, code: string) {
  const claim = { account, userId, serial, code, now: door.now() }
  return door.store.write(account, (tables) => acceptMfa(claim, tables))
}

const wrong = { name: 'InvalidAuthenticationCodeException', message: 'Authentication code for device is not valid.' }

test('a new device shows its seed of 64 letters and a PNG picture, once', async () => {
  const { serial, seed, picture } = await device('shown', '/division/')
  assert.equal(serial, `arn:aws:iam::${account}:mfa/division/shown`)
  assert.match(seed, /^[A-Z2-7]{64}$/)
  assert.deepEqual(picture.subarray(0, 8), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
  const { VirtualMFADevices } = await iam.send(new ListVirtualMFADevicesCommand({}))
  const listed = VirtualMFADevices?.find(({ SerialNumber }) => SerialNumber === serial)
  assert.deepEqual(listed, { SerialNumber: serial })
})

test('a device name is taken in its path, in any case of letters', async () => {
  await device('taken')
  await assert.rejects(device('Taken'), {
    name: 'EntityAlreadyExistsException',
    message: 'MFADevice entity at the same path and name already exists.',
  })
  await device('taken', '/elsewhere/')
})

test('a device is enabled with two codes in a row, and not with others', async () => {
  const { UserName } = await user('enabling')
  const phone = await device('enabling')
  const { serial, code } = phone
  const pair = (first: string, second: string) =>
    iam.send(
      new EnableMFADeviceCommand({
        UserName,
        SerialNumber: serial,
        AuthenticationCode1: first,
        AuthenticationCode2: second,
      }),
    )
  await assert.rejects(pair(code(0), code(0)), wrong)
  await assert.rejects(pair(code(0), code(-1)), wrong)
  await assert.rejects(pair(code(-2), code(0)), wrong)
  await assert.rejects(pair(code(-40), code(-39)), wrong)
  assert.deepEqual((await iam.send(new ListMFADevicesCommand({ UserName }))).MFADevices, [])
  await enable(UserName, phone)
  assert.deepEqual((await iam.send(new ListMFADevicesCommand({ UserName }))).MFADevices, [
    { UserName, SerialNumber: serial, EnableDate: new Date(opening) },
  ])
  const { $metadata: _, ...got } = await iam.send(new GetMFADeviceCommand({ UserName, SerialNumber: serial }))
  assert.deepEqual(got, { UserName, SerialNumber: serial, EnableDate: new Date(opening) })
  await assert.rejects(enable(UserName, phone, 0), {
    name: 'EntityAlreadyExistsException',
    message: 'MFA Device is already in use.',
  })
})

test('what is not there is not found', async () => {
  const { UserName } = await user('searching')
  const serial = `arn:aws:iam::${account}:mfa/none`
  const codes = { AuthenticationCode1: '123456', AuthenticationCode2: '654321' }
  const none = {
    name: 'NoSuchEntityException',
    message: `VirtualMFADevice with serial number ${serial} doesn't exist.`,
  }
  const named = { UserName, SerialNumber: serial }
  await assert.rejects(iam.send(new EnableMFADeviceCommand({ ...named, ...codes })), none)
  await assert.rejects(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serial })), none)
  const invalid = { name: 'NoSuchEntityException', message: 'MFA Device invalid for user.' }
  const { serial: unused } = await device('unused')
  for (const SerialNumber of [serial, unused]) {
    const one = { UserName, SerialNumber }
    await assert.rejects(iam.send(new DeactivateMFADeviceCommand(one)), invalid)
    await assert.rejects(iam.send(new ResyncMFADeviceCommand({ ...one, ...codes })), invalid)
    await assert.rejects(iam.send(new GetMFADeviceCommand(one)), invalid)
  }
})

test('a device in use is not deleted, nor its user; after it was deactivated both can go', async () => {
  const { UserName } = await user('leaving')
  const phone = await device('leaving')
  const SerialNumber = phone.serial
  await enable(UserName, phone)
  await assert.rejects(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber })), {
    name: 'DeleteConflictException',
    message: 'MFA VirtualDevice in use. Must deactivate first.',
  })
  await assert.rejects(iam.send(new DeleteUserCommand({ UserName })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete entity, must delete MFA device first.',
  })
  await iam.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }))
  await iam.send(new DeleteUserCommand({ UserName }))
  await iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }))
})

test('a code is accepted once, from its own user, and not much too early or too late', async () => {
  const { UserName, userId } = await user('coding')
  const other = await user('other')
  const phone = await device('coding')
  const { serial, code } = phone
  assert.equal(await accept(userId, serial, code()), false)
  await enable(UserName, phone)
  assert.equal(await accept(userId, serial, code()), false, 'the second code of enabling was used')
  door.pass(60_000)
  assert.equal(await accept(other.userId, serial, code()), false)
  assert.equal(await accept(undefined, serial, code()), false)
  assert.equal(await accept(userId, serial, code(2)), false)
  assert.equal(await accept(userId, serial, '000000'), code() === '000000')
  assert.equal(await accept(userId, serial, code()), true)
  assert.equal(await accept(userId, serial, code()), false)
  assert.equal(await accept(userId, serial, code(-1)), false, 'one that is older than the newest')
  assert.equal(await accept(userId, serial, code(1)), true)
})

test('of many who show the same code at once, one is believed', async () => {
  const { UserName, userId } = await user('racing')
  const phone = await device('racing')
  await enable(UserName, phone)
  door.pass(60_000)
  const answers = await Promise.all(Array.from({ length: 20 }, () => accept(userId, phone.serial, phone.code())))
  assert.equal(answers.filter(Boolean).length, 1)
})

test('a device whose clock went wrong is brought back in step, but never with codes that were used', async () => {
  const { UserName, userId } = await user('drifting')
  const phone = await device('drifting')
  const { serial, code } = phone
  await enable(UserName, phone)
  door.pass(60_000)
  const ahead = 60
  const resync = (at: number) =>
    iam.send(
      new ResyncMFADeviceCommand({
        UserName,
        SerialNumber: serial,
        AuthenticationCode1: code(at),
        AuthenticationCode2: code(at + 1),
      }),
    )
  assert.equal(await accept(userId, serial, code(ahead)), false)
  await assert.rejects(resync(500), wrong)
  await resync(ahead)
  await assert.rejects(resync(ahead), wrong)
  door.pass(60_000)
  assert.equal(await accept(userId, serial, code(ahead + 1)), true)
  assert.equal(await accept(userId, serial, code()), false)
})

test('a device that was deactivated still refuses the codes that it accepted', async () => {
  const { UserName } = await user('returning')
  const phone = await device('returning')
  const SerialNumber = phone.serial
  await enable(UserName, phone)
  await iam.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }))
  await assert.rejects(enable(UserName, phone), wrong)
  await enable(UserName, phone, 1)
})

test('devices are listed by whether somebody has them, with their users, and page by page', async () => {
  const { account: other, iam: admin, close } = await openFrontDoor('444455556666')
  for (const VirtualMFADeviceName of ['c', 'a', 'b'])
    await admin.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName }))
  const pages: (string | undefined)[][] = []
  let Marker: string | undefined
  do {
    const page = await admin.send(new ListVirtualMFADevicesCommand({ MaxItems: 2, Marker }))
    pages.push((page.VirtualMFADevices ?? []).map(({ SerialNumber }) => SerialNumber?.split('/')[1]))
    Marker = page.Marker
  } while (Marker !== undefined)
  assert.deepEqual(pages, [['a', 'b'], ['c']])
  assert.equal(other, '444455556666')
  await close()
  const { UserName, userId } = await user('listed')
  await enable(UserName, await device('listed'))
  const assigned = await iam.send(new ListVirtualMFADevicesCommand({ AssignmentStatus: 'Assigned' }))
  assert.ok(assigned.VirtualMFADevices?.every(({ User, EnableDate }) => User !== undefined && EnableDate !== undefined))
  assert.ok(assigned.VirtualMFADevices?.some(({ User }) => User?.UserId === userId && User?.UserName === 'listed'))
  const free = await iam.send(new ListVirtualMFADevicesCommand({ AssignmentStatus: 'Unassigned' }))
  assert.ok(free.VirtualMFADevices?.every(({ User }) => User === undefined))
})

test('a user has at most eight devices', async () => {
  const { UserName } = await user('crowded')
  for (let index = 0; index < 8; index++) await enable(UserName, await device(`crowded-${index}`))
  await assert.rejects(enable(UserName, await device('crowded-8')), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for MFADevicesPerUser: 8',
  })
})

test('a security key is listed with its certifications, shows no codes, and is gone when it is deactivated', async () => {
  const { UserName, userId = '' } = await user('keyed')
  const serial = `arn:aws:iam::${account}:u2f/user/keyed/key-4711`
  const key = {
    account,
    serial,
    kind: 'fido',
    userId,
    enabledAt: opening,
    drift: 0,
    tags: [],
    createdAt: opening,
  } as const
  await door.store.write(account, ({ mfaDevices }) =>
    mfaDevices.add({ ...key, certifications: { 'FIDO-FIPS-140-2': 'L1' } }),
  )
  const named = { UserName, SerialNumber: serial }
  const { MFADevices } = await iam.send(new ListMFADevicesCommand({ UserName }))
  assert.deepEqual(MFADevices, [{ ...named, EnableDate: new Date(opening) }])
  const { Certifications } = await iam.send(new GetMFADeviceCommand(named))
  assert.deepEqual(Certifications, { 'FIDO-FIPS-140-2': 'L1' })
  assert.equal(await accept(userId, serial, '123456'), false)
  const { VirtualMFADevices } = await iam.send(new ListVirtualMFADevicesCommand({ MaxItems: 1000 }))
  assert.equal(
    VirtualMFADevices?.some(({ SerialNumber }) => SerialNumber === serial),
    false,
  )
  await iam.send(new DeactivateMFADeviceCommand(named))
  assert.deepEqual((await iam.send(new ListMFADevicesCommand({ UserName }))).MFADevices, [])
})

test('devices have tags', async () => {
  const Tags = [{ Key: 'Team', Value: 'a' }]
  const asked = { VirtualMFADeviceName: 'tagged', Tags }
  const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand(asked))
  assert.deepEqual(VirtualMFADevice?.Tags, Tags)
  const { SerialNumber } = VirtualMFADevice ?? {}
  await iam.send(new TagMFADeviceCommand({ SerialNumber, Tags: [{ Key: 'Cost', Value: '1' }] }))
  const list = async () => (await iam.send(new ListMFADeviceTagsCommand({ SerialNumber }))).Tags
  assert.deepEqual(await list(), [{ Key: 'Cost', Value: '1' }, ...Tags])
  await iam.send(new UntagMFADeviceCommand({ SerialNumber, TagKeys: ['Team'] }))
  assert.deepEqual(await list(), [{ Key: 'Cost', Value: '1' }])
  await assert.rejects(iam.send(new ListMFADeviceTagsCommand({ SerialNumber: `${SerialNumber}x` })), {
    name: 'NoSuchEntityException',
  })
})

test('the seed is nowhere in the store as it is', async () => {
  const { seed, serial } = await device('sealed')
  const shown = await door.store.read(({ mfaDevices }) => mfaDevices.bySerial(account, serial))
  assert.equal(JSON.stringify(shown).includes(seed), false)
  const records = await door.store.read(({ audit }) => audit.list(account, { limit: 1000 }))
  assert.equal(JSON.stringify(records).includes(seed), false)
})

test('the summary of the account counts its devices and those in use', async () => {
  const counts = async () => {
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}))
    return [SummaryMap?.MFADevices ?? 0, SummaryMap?.MFADevicesInUse ?? 0, SummaryMap?.AccountMFAEnabled]
  }
  const [all = 0, used = 0] = await counts()
  const { UserName } = await user('counted')
  const phone = await device('counted')
  assert.deepEqual(await counts(), [all + 1, used, 0])
  await enable(UserName, phone)
  assert.deepEqual(await counts(), [all + 1, used + 1, 0])
})

test('of many who make a device of the same name, one makes it', async () => {
  const made = await Promise.allSettled(Array.from({ length: 20 }, () => device('contested')))
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1)
})
