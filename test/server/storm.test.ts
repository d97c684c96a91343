import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import * as sdk from '@aws-sdk/client-iam'
import { createAccess } from '#access'
import { createHouse, type Listening, listen } from '#server'
import { createAccount, operations } from '#services'
import { openStore, type Store } from '#store'

const folder = mkdtempSync(join(tmpdir(), 'cardea-storm-'))
const writers = 50
const document = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } })
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
})

let store: Store
let listening: Listening
let clients: readonly sdk.IAMClient[]
let account: string

before(async () => {
  store = await openStore({ kind: 'folder', path: join(folder, 'data') })
  const house = createHouse({ store, access: createAccess({ store }), operations })
  const created = await createAccount(store, { name: 'a', email: 'a@example.com', rootKey: false, now: Date.now() })
  account = created.account
  listening = await listen(house, { host: '127.0.0.1', port: 0 })
  clients = Array.from(
    { length: writers },
    () =>
      new sdk.IAMClient({
        region: 'us-east-1',
        endpoint: listening.url,
        credentials: created.administrator,
        maxAttempts: 1,
      }),
  )
})
after(async () => {
  for (const client of clients) client.destroy()
  await listening.stop()
  rmSync(folder, { recursive: true })
})

/** What all writers do at once: how many succeed, and how the others were refused. */
async function atOnce(deed: (client: sdk.IAMClient, writer: number) => Promise<unknown>) {
  const outcomes = await Promise.allSettled(clients.map(deed))
  const refusals = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason)
  for (const { $metadata, message } of refusals)
    assert.ok($metadata?.httpStatusCode < 500, `${$metadata?.httpStatusCode}: ${message}`)
  return { won: writers - refusals.length, refused: [...new Set(refusals.map(({ name }) => name))] }
}

test('of fifty who create the same name, in any case of letters, exactly one wins', async () => {
  const spelt = (name: string, writer: number) => (writer % 2 === 0 ? name : name.toUpperCase())
  const refused = ['EntityAlreadyExistsException']
  const user = await atOnce((client, writer) =>
    client.send(new sdk.CreateUserCommand({ UserName: spelt('one', writer) })),
  )
  assert.deepEqual(user, { won: 1, refused })
  const group = await atOnce((client, writer) =>
    client.send(new sdk.CreateGroupCommand({ GroupName: spelt('one', writer) })),
  )
  assert.deepEqual(group, { won: 1, refused })
  const role = await atOnce((client, writer) =>
    client.send(new sdk.CreateRoleCommand({ RoleName: spelt('one', writer), AssumeRolePolicyDocument: trust })),
  )
  assert.deepEqual(role, { won: 1, refused })
  const policy = await atOnce((client) =>
    client.send(new sdk.CreatePolicyCommand({ PolicyName: 'one', PolicyDocument: document })),
  )
  assert.deepEqual(policy, { won: 1, refused })
  const profile = await atOnce((client, writer) =>
    client.send(new sdk.CreateInstanceProfileCommand({ InstanceProfileName: spelt('one', writer) })),
  )
  assert.deepEqual(profile, { won: 1, refused })
})

test('quotas hold when fifty ask for the last places at once', async () => {
  const [first] = clients
  await first?.send(new sdk.CreateUserCommand({ UserName: 'keys' }))
  const keys = await atOnce((client) => client.send(new sdk.CreateAccessKeyCommand({ UserName: 'keys' })))
  assert.deepEqual(keys, { won: 2, refused: ['LimitExceededException'] })
})

test('creating, renaming, joining, attaching, detaching and deleting the same names leaves the tables whole', async () => {
  const name = (writer: number) => `storm-${writer % 5}`
  const arn = `arn:aws:iam::${account}:policy/one`
  const deeds: ((client: sdk.IAMClient, writer: number) => Promise<unknown>)[] = [
    (client, writer) => client.send(new sdk.CreateUserCommand({ UserName: name(writer) })),
    (client, writer) => client.send(new sdk.AttachUserPolicyCommand({ UserName: name(writer), PolicyArn: arn })),
    (client, writer) => client.send(new sdk.AddUserToGroupCommand({ UserName: name(writer), GroupName: 'one' })),
    (client, writer) =>
      client.send(new sdk.PutUserPolicyCommand({ UserName: name(writer), PolicyName: 'p', PolicyDocument: document })),
    (client, writer) =>
      client.send(new sdk.UpdateUserCommand({ UserName: name(writer), NewUserName: name(writer + 1) })),
    (client, writer) => client.send(new sdk.CreateAccessKeyCommand({ UserName: name(writer) })),
    (client, writer) => client.send(new sdk.DetachUserPolicyCommand({ UserName: name(writer), PolicyArn: arn })),
    (client, writer) => client.send(new sdk.RemoveUserFromGroupCommand({ UserName: name(writer), GroupName: 'one' })),
    (client, writer) => client.send(new sdk.DeleteUserPolicyCommand({ UserName: name(writer), PolicyName: 'p' })),
    (client, writer) => client.send(new sdk.DeleteUserCommand({ UserName: name(writer) })),
    (client) =>
      client.send(new sdk.CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: document, SetAsDefault: true })),
    (client) => client.send(new sdk.DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: 'v2' })),
    (client) => client.send(new sdk.AddRoleToInstanceProfileCommand({ InstanceProfileName: 'one', RoleName: 'one' })),
    (client) =>
      client.send(new sdk.RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: 'one', RoleName: 'one' })),
  ]
  let won = 0
  for (let round = 0; round < 6; round++)
    won += (await atOnce(async (client, writer) => deeds[(writer * 5 + round) % deeds.length]?.(client, writer))).won
  assert.ok(won > 0)
  await store.close()
  assert.deepEqual(violations(join(folder, 'data', 'cardea.db')), [])
})

/** What must be true of the tables whatever was done; each query finds what breaks it. */
const invariants: Readonly<Record<string, string>> = {
  'every policy has its default version':
    'SELECT p.id FROM policy p LEFT JOIN policyVersion v ON v.policyId = p.id AND v.version = p.defaultVersion WHERE v.version IS NULL',
  'no policy has more than five versions': 'SELECT policyId FROM policyVersion GROUP BY policyId HAVING count(*) > 5',
  'no version number is beyond the next':
    'SELECT p.id FROM policy p JOIN policyVersion v ON v.policyId = p.id WHERE v.version >= p.nextVersion',
  'every owner is a user, a group or a role':
    'SELECT id FROM owner WHERE id NOT IN (SELECT id FROM user UNION SELECT id FROM "group" UNION SELECT id FROM role)',
  'every user, group and role is an owner':
    'SELECT id FROM (SELECT id FROM user UNION SELECT id FROM "group" UNION SELECT id FROM role) WHERE id NOT IN (SELECT id FROM owner)',
  'every key of a user has its user':
    'SELECT id FROM accessKey WHERE userId IS NOT NULL AND userId NOT IN (SELECT id FROM user)',
  'no user has more than two keys': 'SELECT userId FROM accessKey GROUP BY account, userId HAVING count(*) > 2',
  'attachments are of policies that are there': `SELECT a.policyArn FROM attachment a WHERE a.policyArn NOT LIKE 'arn:aws:iam::aws:%' AND a.policyArn NOT IN
      (SELECT 'arn:aws:iam::' || account || ':policy' || path || name FROM policy)`,
  'the tally of users is their number':
    "SELECT t.total FROM tally t WHERE t.kind = 'user' AND t.total <> (SELECT count(*) FROM user u WHERE u.account = t.account)",
  'names are kept with their key': 'SELECT id FROM user WHERE nameKey <> lower(name)',
}

function violations(path: string): readonly string[] {
  const database = new DatabaseSync(path)
  try {
    const broken = Object.entries(invariants).filter(([, query]) => database.prepare(query).all().length > 0)
    const keys = database.prepare('PRAGMA foreign_key_check').all()
    const damage = database.prepare('PRAGMA integrity_check').all()
    return [
      ...broken.map(([name]) => name),
      ...keys.map((row) => `foreign key: ${JSON.stringify(row)}`),
      ...damage.filter((row) => row['integrity_check'] !== 'ok').map((row) => JSON.stringify(row)),
    ]
  } finally {
    database.close()
  }
}

test('the invariants find what they are for', () => {
  const path = join(folder, 'data', 'cardea.db')
  const database = new DatabaseSync(path)
  database.exec(
    "PRAGMA foreign_keys = OFF; DELETE FROM policyVersion; UPDATE tally SET total = 999 WHERE kind = 'user'",
  )
  database.exec("INSERT INTO owner (id, kind) VALUES ('AIDANOBODY', 'user')")
  database.close()
  assert.deepEqual(violations(path), [
    'every policy has its default version',
    'every owner is a user, a group or a role',
    'the tally of users is their number',
  ])
})
