import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { DeleteRoleCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { openSession, type Session, sealSession } from '#access'
import { endSession } from '#services'
import { type Credentials, type FrontDoor, openFrontDoor } from '../front-door.ts'
import { assume, makeRole, policyOf, temporary } from './role.ts'

const door = await openFrontDoor()
const abroad = await openFrontDoor()
after(() => Promise.all([door.close(), abroad.close()]))
const { account, store } = door
const neighbour = door.as(await door.addAccount('444455556666'))

const invalid = { name: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' }
const expired = { name: 'ExpiredToken', message: 'The security token included in the request is expired' }

function whoIs(credentials: Credentials, client: Pick<FrontDoor, 'as'> = door) {
  return client.as(credentials).sts.send(new GetCallerIdentityCommand({}))
}

async function sessionOf({ sts }: Pick<FrontDoor, 'sts'>) {
  const { Credentials } = await sts.send(new GetSessionTokenCommand({}))
  return { ...temporary(Credentials), sessionToken: Credentials?.SessionToken ?? '' }
}

const role = await makeRole(door, { name: 'reader', trust: { AWS: account } })
const { Credentials: limited } = await door.sts.send(
  new AssumeRoleCommand({
    RoleArn: role,
    RoleSessionName: 'session',
    Policy: policyOf(
      ...Array.from({ length: 8 }, (_, index) => ({ Effect: 'Allow', Action: `s3:Get${index}*`, Resource: '*' })),
    ),
  }),
)
const plain = await sessionOf(door)
const packed = { ...temporary(limited), sessionToken: limited?.SessionToken ?? '' }
const foreign = await sessionOf(abroad)
const theirs = await sessionOf(neighbour)
const key = store.tokenKeys[0] ?? { id: '', key: new Uint8Array(32) }

function bytesOf(token: string): Buffer {
  return Buffer.from(token, 'base64')
}

/** A token with some of its bytes changed. Takes: an index, from the end when it is negative; a mask. */
function flipped(token: string, index: number, mask: number): string {
  const bytes = bytesOf(token)
  const at = index < 0 ? bytes.length + index : index
  bytes[at] = (bytes[at] ?? 0) ^ mask
  return bytes.toString('base64')
}

function cut(token: string, from: number, to: number): string {
  return bytesOf(token).subarray(from, to).toString('base64')
}

const opened = openSession(plain.sessionToken, store.tokenKeys)
assert.ok(opened)
const ours: Session = opened

/** A token of our ring, for a session that the house did not make. */
function sealed(change: Partial<Session>): string {
  return sealSession({ ...ours, ...change }, store.tokenKeys)
}

// Form, key id, nonce, sealed session and tag take 1, 4, 12, any and 16 bytes.
const regions = [
  ['the form', 0],
  ['the first byte of the key id', 1],
  ['the last byte of the key id', 4],
  ['the first byte of the nonce', 5],
  ['the last byte of the nonce', 16],
  ['the first byte of the session', 17],
  ['the middle of the session', 120],
  ['the last byte of the session', -17],
  ['the first byte of the tag', -16],
  ['the last byte of the tag', -1],
] as const

const forms = [
  ['a plain token', plain],
  ['a packed token', packed],
] as const

const changes = forms.flatMap(([form, session]) =>
  regions.flatMap(([region, index]) =>
    [1, 128].map(
      (mask) => [`${form}, bit ${mask} of ${region}`, session, flipped(session.sessionToken, index, mask)] as const,
    ),
  ),
)

const token = plain.sessionToken
const misspellings = [
  ['cut by a character', token.slice(0, -1)],
  ['cut by four characters', token.slice(0, -4)],
  ['cut by its tag', cut(token, 0, -16)],
  ['cut to its head', cut(token, 0, 5)],
  ['cut to head and nonce', cut(token, 0, 17)],
  ['cut to less than a seal', cut(token, 0, 32)],
  ['cut to half', cut(token, 0, bytesOf(token).length / 2)],
  ['without its first byte', cut(token, 1, bytesOf(token).length)],
  ['with a byte more', Buffer.concat([bytesOf(token), Buffer.alloc(1)]).toString('base64')],
  ['twice', Buffer.concat([bytesOf(token), bytesOf(token)]).toString('base64')],
  ['with four letters more', `${token}AAAA`],
  ['with more padding', `${token}=`],
  ['as base64 for URLs', `${token.slice(0, 40)}-_${token.slice(42)}`],
  ['as base64 of base64', Buffer.from(token).toString('base64')],
  ['as hexadecimal', bytesOf(token).toString('hex')],
  ['with a space within', `${token.slice(0, 50)} ${token.slice(50)}`],
  ['of another form than it is', flipped(token, 0, 3)],
  ['as a message', flipped(token, 0, 2)],
  ['nothing but padding', '===='],
  ['all zeros', Buffer.alloc(200).toString('base64')],
  [
    'with the head of another',
    Buffer.concat([bytesOf(packed.sessionToken).subarray(0, 5), bytesOf(token).subarray(5)]).toString('base64'),
  ],
  ['as clear text', Buffer.from(JSON.stringify(ours)).toString('base64')],
  ['longer than any', 'A'.repeat(8196)],
  ['with the key id of an unknown key', sealSession(ours, [{ ...key, id: 'ffffffff' }])],
  ['sealed with another key under our key id', sealSession(ours, [{ ...key, key: new Uint8Array(32) }])],
] as const

for (const [title, session, sessionToken] of changes)
  test(`${title} changed is refused`, () => assert.rejects(whoIs({ ...session, sessionToken }), invalid))

for (const [title, sessionToken] of misspellings)
  test(`a token ${title} is refused`, () => assert.rejects(whoIs({ ...plain, sessionToken }), invalid))

const swapped = [
  ["another installation's session", foreign],
  ["another installation's token with our key", { ...plain, sessionToken: foreign.sessionToken }],
  ["our token with another installation's key", { ...foreign, sessionToken: plain.sessionToken }],
  ["another session's token", { ...plain, sessionToken: packed.sessionToken }],
  ["another account's token with our key", { ...plain, sessionToken: theirs.sessionToken }],
  ["our token with another account's key", { ...theirs, sessionToken: plain.sessionToken }],
  ["another account's key id with our secret and token", { ...plain, accessKeyId: theirs.accessKeyId }],
  ['a token with a key of a user', { ...door.administrator, sessionToken: plain.sessionToken }],
  ['a token with a key of the root', { ...door.root, sessionToken: plain.sessionToken }],
  [
    'the key of a session without its token',
    { accessKeyId: plain.accessKeyId, secretAccessKey: plain.secretAccessKey },
  ],
  ['a key id in small letters', { ...plain, accessKeyId: plain.accessKeyId.toLowerCase() }],
  ['a token that seals another key id', { ...plain, sessionToken: sealed({ accessKeyId: theirs.accessKeyId }) }],
  ['a token for an account that its user is not of', { ...plain, sessionToken: sealed({ account: '444455556666' }) }],
  [
    'a token for a user that is not there',
    { ...plain, sessionToken: sealed({ subject: { type: 'user', userId: 'AIDA' } }) },
  ],
] as const

for (const [title, credentials] of swapped)
  test(`${title} is refused`, () => assert.rejects(whoIs(credentials), invalid))

test('all the tokens that were changed here were good before', async () => {
  await whoIs(plain)
  await whoIs(packed)
  await whoIs(theirs)
  await whoIs(foreign, abroad)
  await whoIs({ ...plain, sessionToken: sealed({}) })
})

test('a token is good until its last moment, also one that is remembered, and not at the next', async () => {
  for (const known of [true, false]) {
    const { Credentials } = await door
      .as(door.administrator)
      .sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }))
    const session = temporary(Credentials)
    if (known) await whoIs(session)
    door.pass(900_000 - 1)
    if (known) await whoIs(session)
    door.pass(1)
    await assert.rejects(whoIs(session), expired)
    door.pass(1000)
    await assert.rejects(whoIs(session), expired)
    const changed = flipped(session.sessionToken ?? '', 60, 1)
    await assert.rejects(whoIs({ ...session, sessionToken: changed }), invalid)
  }
})

test('a token of a moment that is still to come is refused, but for what clocks differ', async () => {
  const session = await sessionOf(door.as(door.administrator))
  door.pass(-240_000)
  await whoIs(session)
  door.pass(-120_000)
  await assert.rejects(whoIs(session), invalid)
  door.pass(360_000)
  await whoIs(session)
})

test('the token of a session that was ended, and of a role that is gone, is refused', async () => {
  const client = door.as(door.administrator)
  const [ended, orphan] = [await assume(client, role), await assume(client, role)]
  await endSession(store, { id: ended.accessKeyId, now: door.now() })
  await assert.rejects(whoIs(ended), invalid)
  await whoIs(orphan)
  await client.iam.send(new DeleteRoleCommand({ RoleName: 'reader' }))
  await assert.rejects(whoIs(orphan), invalid)
})

test('a token has at most 4 KB, with the longest session policies, tags, names and chain that there can be', async () => {
  const client = door.as(door.administrator)
  const name = 'r'.repeat(64)
  const arn = await makeRole(door.as(door.administrator), {
    name,
    path: `/${'p'.repeat(500)}/`,
    trust: { AWS: account },
    may: ['sts:*'],
  })
  const bare = await assume(client, arn, { RoleSessionName: 's'.repeat(64), SourceIdentity: 'i'.repeat(64) })
  assert.ok((bare.sessionToken ?? '').length < 1500)
  let fitting = 0
  for (let size = 1; size <= 50; size++) {
    const Tags = Array.from({ length: size }, (_, index) => ({
      Key: `${index}${chance(index, 60)}`,
      Value: chance(index + 50, 120),
    }))
    const asked = { RoleArn: arn, RoleSessionName: 's'.repeat(64), SourceIdentity: 'i'.repeat(64), Tags }
    const answer = await door
      .as(bare)
      .sts.send(new AssumeRoleCommand(asked))
      .catch((cause: Error) => cause)
    if (answer instanceof Error) {
      assert.equal(answer.name, 'PackedPolicyTooLargeException')
      break
    }
    fitting = size
    assert.ok((answer.Credentials?.SessionToken ?? '').length <= 4096)
    assert.ok((answer.PackedPolicySize ?? 0) <= 100)
  }
  assert.ok(fitting > 5 && fitting < 50)
})

/** Letters that do not compress, the same at each run. */
function chance(seed: number, length: number): string {
  let state = seed * 2_654_435_761 + 1
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[state >>> 26]
  }).join('')
}
