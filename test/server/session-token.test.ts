import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { DeleteRoleCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { openSession, type Session, sealSession } from '#access'
import { createLog } from '#server'
import { endSession } from '#services'
import { type Credentials, type FrontDoor, openFrontDoor } from '../front-door.ts'
import { assume, makeRole, policyOf, temporary } from './role.ts'

const lines: string[] = []
const log = createLog('debug', { write: (line) => lines.push(line) })
const door = await openFrontDoor('111122223333', { log })
const abroad = await openFrontDoor()
after(() => Promise.all([door.close(), abroad.close()]))
const { account, store } = door
const neighbour = door.as(await door.addAccount('444455556666'))

const invalid = { name: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' }
const expired = { name: 'ExpiredToken', message: 'The security token included in the request is expired' }

// What the log says of a token that is refused.
const misspelt = /^the token is cut short, or not spelled as tokens are$/
const formless = /^the token is in no form of a session token$/
const unknownKey = /^the token names the key [0-9a-f]{8}, which this installation does not have, or no more$/
const unopened = /^the token was changed, or another installation sealed it: the key [0-9a-f]{8} does not open it$/
// What comes to stand first is a part of the key's name, which may be a form by chance.
const shifted = /^the token (?:is in no form|names the key [0-9a-f]{8})/
const otherKey = /^the token is that of the key ASIA[A-Z2-7]{16}$/
const noSubject = /^the user or role of the session is gone$/

/** Refused with AWS's code and words; the log says why, and has neither the token nor the secret. */
async function refused(credentials: Credentials, why: RegExp, words: typeof invalid = invalid): Promise<void> {
  lines.length = 0
  await assert.rejects(whoIs(credentials), words)
  const told = lines.map((line): { code?: string; detail?: string } => JSON.parse(line)).find(({ code }) => code)
  assert.equal(told?.code, words.name)
  assert.match(told?.detail ?? '', why)
  const { sessionToken = '', secretAccessKey } = credentials
  const log = lines.join('')
  assert.ok(sessionToken.length < 8 || !log.includes(sessionToken), 'the token is in the log')
  assert.ok(!log.includes(secretAccessKey), 'the secret is in the log')
}

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
  ['the form', 0, formless],
  ['the first byte of the key id', 1, unknownKey],
  ['the last byte of the key id', 4, unknownKey],
  ['the first byte of the nonce', 5, unopened],
  ['the last byte of the nonce', 16, unopened],
  ['the first byte of the session', 17, unopened],
  ['the middle of the session', 120, unopened],
  ['the last byte of the session', -17, unopened],
  ['the first byte of the tag', -16, unopened],
  ['the last byte of the tag', -1, unopened],
] as const

const forms = [
  ['a plain token', plain],
  ['a packed token', packed],
] as const

const changes = forms.flatMap(([form, session]) =>
  regions.flatMap(([region, index, why]) =>
    [1, 128].map((mask) => {
      const changed = { ...session, sessionToken: flipped(session.sessionToken, index, mask) }
      return [`${form}, bit ${mask} of ${region}`, changed, why] as const
    }),
  ),
)

const token = plain.sessionToken
const misspellings = [
  ['cut by a character', token.slice(0, -1), misspelt],
  ['cut by four characters', token.slice(0, -4), unopened],
  ['cut by its tag', cut(token, 0, -16), unopened],
  ['cut to its head', cut(token, 0, 5), misspelt],
  ['cut to head and nonce', cut(token, 0, 17), misspelt],
  ['cut to less than a seal', cut(token, 0, 32), misspelt],
  ['cut to half', cut(token, 0, bytesOf(token).length / 2), unopened],
  ['without its first byte', cut(token, 1, bytesOf(token).length), shifted],
  ['with a byte more', Buffer.concat([bytesOf(token), Buffer.alloc(1)]).toString('base64'), unopened],
  ['twice', Buffer.concat([bytesOf(token), bytesOf(token)]).toString('base64'), unopened],
  ['with four letters more', `${token}AAAA`, misspelt],
  ['with more padding', `${token}=`, misspelt],
  ['as base64 for URLs', `${token.slice(0, 40)}-_${token.slice(42)}`, misspelt],
  ['as base64 of base64', Buffer.from(token).toString('base64'), formless],
  ['as hexadecimal', bytesOf(token).toString('hex'), misspelt],
  ['with a space within', `${token.slice(0, 50)} ${token.slice(50)}`, misspelt],
  ['of another form than it is', flipped(token, 0, 3), unopened],
  ['as a message', flipped(token, 0, 2), formless],
  ['nothing but padding', '====', misspelt],
  ['all zeros', Buffer.alloc(200).toString('base64'), formless],
  [
    'with the head of another',
    Buffer.concat([bytesOf(packed.sessionToken).subarray(0, 5), bytesOf(token).subarray(5)]).toString('base64'),
    unopened,
  ],
  ['as clear text', Buffer.from(JSON.stringify(ours)).toString('base64'), formless],
  ['longer than any', 'A'.repeat(8196), /^the token has 8196 characters, more than the longest$/],
  ['with the key id of an unknown key', sealSession(ours, [{ ...key, id: 'ffffffff' }]), unknownKey],
  ['sealed with another key under our key id', sealSession(ours, [{ ...key, key: new Uint8Array(32) }]), unopened],
] as const

for (const [title, credentials, why] of changes)
  test(`${title} changed is refused, and the log says why`, () => refused(credentials, why))

for (const [title, sessionToken, why] of misspellings)
  test(`a token ${title} is refused, and the log says why`, () => refused({ ...plain, sessionToken }, why))

const swapped = [
  ["another installation's session", foreign, unknownKey],
  ["another installation's token with our key", { ...plain, sessionToken: foreign.sessionToken }, unknownKey],
  ["our token with another installation's key", { ...foreign, sessionToken: plain.sessionToken }, otherKey],
  ["another session's token", { ...plain, sessionToken: packed.sessionToken }, otherKey],
  ["another account's token with our key", { ...plain, sessionToken: theirs.sessionToken }, otherKey],
  ["our token with another account's key", { ...theirs, sessionToken: plain.sessionToken }, otherKey],
  ["another account's key id with our secret and token", { ...plain, accessKeyId: theirs.accessKeyId }, otherKey],
  ['a token with a key of a user', { ...door.administrator, sessionToken: plain.sessionToken }, otherKey],
  ['a token with a key of the root', { ...door.root, sessionToken: plain.sessionToken }, otherKey],
  [
    'the key of a session without its token',
    { accessKeyId: plain.accessKeyId, secretAccessKey: plain.secretAccessKey },
    /^the key is that of a session, and the request carries no session token$/,
  ],
  ['a key id in small letters', { ...plain, accessKeyId: plain.accessKeyId.toLowerCase() }, otherKey],
  [
    'a token that seals another key id',
    { ...plain, sessionToken: sealed({ accessKeyId: theirs.accessKeyId }) },
    otherKey,
  ],
  [
    'a token for an account that its user is not of',
    { ...plain, sessionToken: sealed({ account: '444455556666' }) },
    noSubject,
  ],
  [
    'a token for a user that is not there',
    { ...plain, sessionToken: sealed({ subject: { type: 'user', userId: 'AIDA' } }) },
    noSubject,
  ],
] as const

for (const [title, credentials, why] of swapped)
  test(`${title} is refused, and the log says why`, () => refused(credentials, why))

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
    await refused(session, /^the session ended at 2026-/, expired)
    door.pass(1000)
    await refused(session, /^the session ended at 2026-/, expired)
    const changed = flipped(session.sessionToken ?? '', 60, 1)
    await refused({ ...session, sessionToken: changed }, unopened)
  }
})

test('a token of a moment that is still to come is refused, but for what clocks differ', async () => {
  const session = await sessionOf(door.as(door.administrator))
  door.pass(-240_000)
  await whoIs(session)
  door.pass(-120_000)
  await refused(session, /^the token is good from 2026-\S+ only$/)
  door.pass(360_000)
  await whoIs(session)
})

test('the token of a session that was ended, and of a role that is gone, is refused', async () => {
  const client = door.as(door.administrator)
  const [ended, orphan] = [await assume(client, role), await assume(client, role)]
  await endSession(store, { id: ended.accessKeyId, now: door.now() })
  await refused(ended, /^the session, or one that it follows from, was ended$/)
  await whoIs(orphan)
  await client.iam.send(new DeleteRoleCommand({ RoleName: 'reader' }))
  await refused(orphan, noSubject)
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
