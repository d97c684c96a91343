import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { after, test } from 'node:test'
import {
  CreateUserCommand,
  DeleteSSHPublicKeyCommand,
  DeleteUserCommand,
  GetSSHPublicKeyCommand,
  ListSSHPublicKeysCommand,
  UpdateSSHPublicKeyCommand,
  UploadSSHPublicKeyCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam } = door

/** A key as `ssh-keygen` would write it, by RFC 4253. */
function openSsh(key: KeyObject) {
  const { n = '', e = '' } = key.export({ format: 'jwk' })
  const fields = [Buffer.from('ssh-rsa'), Buffer.from(e, 'base64url'), Buffer.from(`00${hex(n)}`, 'hex')]
  const blob = Buffer.concat(
    fields.flatMap((field) => {
      const size = Buffer.alloc(4)
      size.writeUInt32BE(field.length)
      return [size, field]
    }),
  )
  return { blob, text: `ssh-rsa ${blob.toString('base64')}` }
}

function hex(base64url: string) {
  return Buffer.from(base64url, 'base64url').toString('hex')
}

function rsa(modulusLength = 2048) {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength })
  return { ...openSsh(publicKey), pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), publicKey }
}

async function user(UserName: string) {
  await iam.send(new CreateUserCommand({ UserName }))
  return UserName
}

function upload(UserName: string, SSHPublicKeyBody: string) {
  return iam.send(new UploadSSHPublicKeyCommand({ UserName, SSHPublicKeyBody }))
}

const key = rsa()

test('a key is answered in both encodings, whichever it came in, with its MD5 fingerprint', async () => {
  const UserName = await user('both')
  const digest = createHash('md5').update(key.blob).digest('hex')
  const { SSHPublicKey } = await upload(UserName, `${key.text} me@example.com\n`)
  const { SSHPublicKeyId = '', Fingerprint } = SSHPublicKey ?? {}
  assert.match(SSHPublicKeyId, /^APKA[A-Z2-7]{17}$/)
  assert.equal(Fingerprint?.replaceAll(':', ''), digest)
  assert.match(Fingerprint ?? '', /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/)
  const read = async (name: string, id: string, Encoding: 'SSH' | 'PEM') => {
    const asked = { UserName: name, SSHPublicKeyId: id, Encoding }
    return (await iam.send(new GetSSHPublicKeyCommand(asked))).SSHPublicKey?.SSHPublicKeyBody
  }
  assert.equal(await read(UserName, SSHPublicKeyId, 'SSH'), `${key.text} me@example.com`)
  assert.equal(await read(UserName, SSHPublicKeyId, 'PEM'), key.pem)
  const other = await user('pem')
  const uploaded = (await upload(other, key.pem)).SSHPublicKey
  assert.equal(uploaded?.Fingerprint, Fingerprint)
  assert.equal(await read(other, uploaded?.SSHPublicKeyId ?? '', 'SSH'), key.text)
})

test('a user has a key once, however it is written', async () => {
  const UserName = await user('twice')
  await upload(UserName, key.text)
  for (const body of [key.text, `${key.text} other comment`, key.pem])
    await assert.rejects(upload(UserName, body), {
      name: 'DuplicateSSHPublicKeyException',
      message: 'The SSH public key is already associated with the specified IAM user.',
    })
})

test('only RSA keys of 2048 bits and more are taken, whole and well formed', async () => {
  const UserName = await user('strict')
  const invalid = {
    name: 'InvalidPublicKeyException',
    message: 'The public key is malformed or otherwise invalid.',
  }
  const encoded = key.blob.toString('base64')
  const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey
  const bodies = [
    rsa(1024).text,
    rsa(1024).pem,
    ec.export({ type: 'spki', format: 'pem' }).toString(),
    `ssh-rsa ${key.blob.subarray(0, -1).toString('base64')}`,
    `ssh-rsa ${Buffer.concat([key.blob, Buffer.from([0, 0, 0, 0])]).toString('base64')}`,
    `ssh-rsa ${encoded.slice(0, 40)}!${encoded.slice(40)}`,
    'ssh-rsa AAAA',
    `ssh-rsa ${Buffer.from([255, 255, 255, 255, 1]).toString('base64')}`,
    key.pem.replace('MII', 'MIJ'),
  ]
  for (const body of bodies) await assert.rejects(upload(UserName, body), invalid)
  const unrecognized = {
    name: 'UnrecognizedPublicKeyEncodingException',
    message: 'The public key encoding format is unsupported or unrecognized.',
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  for (const body of ['hello', 'ssh-ed25519 AAAA', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()])
    await assert.rejects(upload(UserName, body), unrecognized)
})

test('keys are listed, switched off and on, and deleted, and hinder the deletion of their user', async () => {
  const UserName = await user('listing')
  const { SSHPublicKey } = await upload(UserName, key.text)
  const named = { UserName, SSHPublicKeyId: SSHPublicKey?.SSHPublicKeyId }
  await iam.send(new UpdateSSHPublicKeyCommand({ ...named, Status: 'Inactive' }))
  const list = async () => (await iam.send(new ListSSHPublicKeysCommand({ UserName }))).SSHPublicKeys
  assert.deepEqual(await list(), [{ ...named, Status: 'Inactive', UploadDate: new Date(opening) }])
  await assert.rejects(iam.send(new DeleteUserCommand({ UserName })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete entity, must delete referenced objects first.',
  })
  await iam.send(new DeleteSSHPublicKeyCommand(named))
  assert.deepEqual(await list(), [])
  await assert.rejects(iam.send(new DeleteSSHPublicKeyCommand(named)), {
    name: 'NoSuchEntityException',
    message: `The Public Key with id ${named.SSHPublicKeyId} cannot be found.`,
  })
  await iam.send(new DeleteUserCommand({ UserName }))
})

test('a key is found only under its own user', async () => {
  const owner = await user('owner')
  const thief = await user('thief')
  const { SSHPublicKey } = await upload(owner, key.text)
  const { SSHPublicKeyId } = SSHPublicKey ?? {}
  await assert.rejects(iam.send(new DeleteSSHPublicKeyCommand({ UserName: thief, SSHPublicKeyId })), {
    name: 'NoSuchEntityException',
  })
})

test('a user has at most five keys', async () => {
  const UserName = await user('full')
  for (let count = 0; count < 5; count++) await upload(UserName, rsa().text)
  await assert.rejects(upload(UserName, key.text), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for SSHPublicKeysPerUser: 5',
  })
})
