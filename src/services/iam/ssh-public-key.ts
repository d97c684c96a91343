import type { SshPublicKey, User } from '#store'
import type { World } from '../operation.ts'
import { dateOf } from './date.ts'
import { touchedUser, userNamed } from './entity.ts'
import { iam } from './iam.ts'
import { openListing, portion } from './marker.ts'
import { makeRoom } from './quota.ts'
import { touchedSelf, userMeant } from './self.ts'
import { asPem, readSshKey } from './ssh-key.ts'
import { newStatus, oldestFirst, shownStatus } from './status.ts'

export const UploadSSHPublicKey = iam('UploadSSHPublicKey', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName, SSHPublicKeyBody }, world) {
    const { account, tables, now, mint, fault } = world
    const user = await userNamed(UserName, world)
    const { fingerprint, body, problem } = readSshKey(SSHPublicKeyBody)
    if (problem !== undefined)
      throw fault(problem, `The public key ${problem === 'InvalidPublicKey' ? malformed : unrecognized}.`)
    makeRoom('SSHPublicKeysPerUser', (await tables.sshPublicKeys.ofUser(user.id)).length, world)
    const key: SshPublicKey = {
      id: mint('APKA'),
      account,
      userId: user.id,
      fingerprint,
      body,
      active: true,
      createdAt: now,
    }
    if (!(await tables.sshPublicKeys.add(key)))
      throw fault('DuplicateSSHPublicKey', 'The SSH public key is already associated with the specified IAM user.')
    return { SSHPublicKey: shownKey(key, user, SSHPublicKeyBody) }
  },
})

export const GetSSHPublicKey = iam('GetSSHPublicKey', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName, SSHPublicKeyId, Encoding }, world) {
    const user = await userNamed(UserName, world)
    const key = await keyOf(user, SSHPublicKeyId, world)
    return { SSHPublicKey: shownKey(key, user, Encoding === 'PEM' ? asPem(key.body) : key.body) }
  },
})

export const ListSSHPublicKeys = iam('ListSSHPublicKeys', {
  resource: ({ UserName }, scope) => touchedSelf(UserName, scope),

  async run({ UserName, ...page }, world) {
    const user = await userMeant(UserName, world)
    const listing = openListing('ListSSHPublicKeys', page, world)
    const found = portion(await world.tables.sshPublicKeys.ofUser(user.id), oldestFirst, listing.page)
    const SSHPublicKeys = found.items.map((key) => listedKey(key, user))
    return { SSHPublicKeys, ...listing.end(found, oldestFirst) }
  },
})

export const UpdateSSHPublicKey = iam('UpdateSSHPublicKey', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName, SSHPublicKeyId, Status }, world) {
    const key = await keyOf(await userNamed(UserName, world), SSHPublicKeyId, world)
    await world.tables.sshPublicKeys.setActive(key.id, newStatus(Status, world))
    return {}
  },
})

export const DeleteSSHPublicKey = iam('DeleteSSHPublicKey', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),

  async run({ UserName, SSHPublicKeyId }, world) {
    const key = await keyOf(await userNamed(UserName, world), SSHPublicKeyId, world)
    await world.tables.sshPublicKeys.remove(key.id)
    return {}
  },
})

const malformed = 'is malformed or otherwise invalid'
const unrecognized = 'encoding format is unsupported or unrecognized'

async function keyOf(user: User, id: string, world: World<'NoSuchEntity'>): Promise<SshPublicKey> {
  const key = (await world.tables.sshPublicKeys.ofUser(user.id)).find((one) => one.id === id)
  if (key === undefined) throw world.fault('NoSuchEntity', `The Public Key with id ${id} cannot be found.`)
  return key
}

function shownKey(key: SshPublicKey, user: User, body: string) {
  return { ...listedKey(key, user), Fingerprint: key.fingerprint, SSHPublicKeyBody: body }
}

function listedKey({ id, active, createdAt }: SshPublicKey, { name }: User) {
  return { UserName: name, SSHPublicKeyId: id, Status: shownStatus(active), UploadDate: dateOf(createdAt) }
}
