/**
 * A large account beside an empty one: the same calls to both, in turn, and the ratio of their medians.
 * Must reach: `GetUser`, `ListUsers` (first and last page) and `CreateUser` within 1.3 of the empty account's time;
 * `GetAccountAuthorizationDetails` whole under 5 s; 1,000 accounts ready under 2 s.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { signRequest } from '#protocol'
import { createAccount } from '#services'
import { type AccessKey, openStore, type Store } from '#store'
import { type Running, start } from './cardea.ts'
import { median } from './load.ts'

const quick = argv.includes('--quick')
const size = quick ? { users: 1000, roles: 200, policies: 100 } : { users: 10_000, roles: 2000, policies: 1000 }
const accounts = quick ? 100 : 1000
const rounds = quick ? 30 : 200
const folder = mkdtempSync(join(tmpdir(), 'cardea-scale-'))

/** A user of both accounts whose policies allow nothing of IAM: each of its calls is decided, and refused. */
const member = { accessKeyId: 'AKIACARDEABENCHUSER2', secretAccessKey: 'a-secret-for-nothing-but-this-benchmark' }

interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A server on a store, and how to ask it. */
interface Side {
  readonly running: Running
  readonly ask: (
    form: Readonly<Record<string, string>>,
    as?: Credentials,
  ) => Promise<{ readonly milliseconds: number; readonly body: string }>
}

// A page of the empty account is compared with a page of the same length, so that one has 100 users.
const small = await side('small', { users: 100, roles: 0, policies: 0 })
const large = await side('large', size)
const last = `user-${String(size.users - 50).padStart(5, '0')}`
const measures = [
  compare('GetUser', await inTurn(() => ({ Action: 'GetUser', UserName: 'user-00042' }))),
  compare('ListUsers, first page', await inTurn(() => ({ Action: 'ListUsers', MaxItems: '50' }))),
  compare('ListUsers, last page', await lastPages()),
  compare('CreateUser', await inTurn((round) => ({ Action: 'CreateUser', UserName: `new-${round}` }))),
  compare('a decision for one user', await inTurn(() => ({ Action: 'GetUser' }), member)),
]
console.log(
  `${size.users} users, ${size.roles} roles, ${size.policies} policies beside 100 users; medians of ${rounds}`,
)
for (const line of measures) console.log(line)
console.log(`  GetAccountAuthorizationDetails, whole   ${((await whole()) / 1000).toFixed(1)} s (must stay under 5)`)
await small.running.stop()
await large.running.stop()
console.log(`  ${accounts} accounts, start to ready     ${(await manyAccounts()).toFixed(0)} ms (must stay under 2000)`)
rmSync(folder, { recursive: true })

async function side(name: string, filled: typeof size): Promise<Side> {
  const data = join(folder, name)
  const store = await openStore({ kind: 'folder', path: data })
  const now = Date.now()
  const { account, administrator } = await createAccount(store, { name, email: 'a@example.com', rootKey: false, now })
  await fill(store, account, filled)
  await store.close()
  const quotas = 'UsersPerAccount=99999,RolesPerAccount=99999,PoliciesPerAccount=99999'
  const words = ['serve', '--data', data, '--port', '0', '--json', '--log-level', 'warn', '--quota', quotas]
  const running = await start(['src/main.ts', ...words])
  const url = new URL(String(running.ready.url))
  return { running, ask: (form, as = administrator) => ask(url, as, form) }
}

async function fill(store: Store, account: string, { users, roles, policies }: typeof size): Promise<void> {
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: ['arn:aws:s3:::bucket/*'] }],
  })
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  })
  const common = (kind: string, index: number) => ({
    account,
    id: `${kind.slice(0, 4).toUpperCase()}${String(index).padStart(17, '0')}`,
    name: `${kind}-${String(index).padStart(5, '0')}`,
    path: '/',
    createdAt: 0,
    tags: [],
  })
  const arnOf = (index: number) =>
    `arn:aws:iam::${account}:policy/policy-${String(index % Math.max(1, policies)).padStart(5, '0')}`
  await store.write(account, async (tables) => {
    for (let index = 0; index < policies; index++) {
      const policy = common('policy', index)
      await tables.policies.add({ ...policy, updatedAt: 0, defaultVersion: 1, nextVersion: 2 })
      await tables.policyVersions.add({ policyId: policy.id, version: 1, document, createdAt: 0 })
    }
    for (let index = 0; index < users; index++) {
      const user = common('user', index)
      await tables.users.add(user)
      if (index === 42) await tables.accessKeys.add(keyOf(account, user.id))
      if (policies === 0) continue
      const attachment = { account, ownerKind: 'user', ownerId: user.id, attachedAt: 0 } as const
      await tables.attachments.add({ ...attachment, policyArn: arnOf(index) })
    }
    for (let index = 0; index < roles; index++) {
      const role = common('role', index)
      await tables.roles.add({ ...role, maxSessionDuration: 3600, trustPolicy: trust, trustPrincipals: {} })
      await tables.inlinePolicies.put({ account, ownerId: role.id, name: 'inline', document })
    }
  })
}

function keyOf(account: string, userId: string): AccessKey {
  return { id: member.accessKeyId, secret: member.secretAccessKey, account, userId, active: true, createdAt: 0 }
}

async function ask(url: URL, credentials: Credentials, form: Readonly<Record<string, string>>) {
  const body = new URLSearchParams({ Version: '2010-05-08', ...form }).toString()
  const headers = signRequest({
    method: 'POST',
    path: '/',
    query: '',
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
    body: new TextEncoder().encode(body),
    credentials,
    scope: { region: 'us-east-1', service: 'iam' },
    now: Date.now(),
  })
  const began = performance.now()
  const answer = await fetch(url, { method: 'POST', headers, body })
  const text = await answer.text()
  const milliseconds = performance.now() - began
  if (answer.status >= 500 || (answer.status !== 200 && credentials !== member)) throw new Error(text)
  return { milliseconds, body: text }
}

type Pair = readonly [readonly number[], readonly number[]]

/** Asks both sides the same, one after the other, so that what disturbs the machine disturbs both. */
async function inTurn(form: (round: number) => Readonly<Record<string, string>>, as?: Credentials): Promise<Pair> {
  const times: [number[], number[]] = [[], []]
  for (let round = -10; round < rounds; round++)
    for (const [index, { ask: asked }] of [small, large].entries()) {
      const { milliseconds } = await asked(form(round), as)
      if (round >= 0) times[index]?.push(milliseconds)
    }
  return times
}

/** The small account's second page of 50 beside the large one's last. */
async function lastPages(): Promise<Pair> {
  const markers = [await markerBefore(small, 'user-00050'), await markerBefore(large, last)]
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++)
    for (const [index, { ask: asked }] of [small, large].entries()) {
      const { milliseconds } = await asked({ Action: 'ListUsers', MaxItems: '50', Marker: markers[index] ?? '' })
      times[index]?.push(milliseconds)
    }
  return times
}

/** Pages through the users until `name` comes next. */
async function markerBefore({ ask: asked }: Side, name: string): Promise<string> {
  let marker: string | undefined
  for (;;) {
    const { body } = await asked({
      Action: 'ListUsers',
      MaxItems: '50',
      ...(marker === undefined ? {} : { Marker: marker }),
    })
    const found = /<Marker>([^<]+)<\/Marker>/.exec(body)?.[1]
    if (found === undefined) throw new Error(`no page begins at ${name}`)
    marker = found
    if (body.includes(`<UserName>user-${String(Number(name.slice(5)) - 1).padStart(5, '0')}<`)) return marker
  }
}

async function whole(): Promise<number> {
  let marker: string | undefined
  const began = performance.now()
  do {
    const form = {
      Action: 'GetAccountAuthorizationDetails',
      MaxItems: '1000',
      ...(marker === undefined ? {} : { Marker: marker }),
    }
    const { body } = await large.ask(form)
    marker = /<Marker>([^<]+)<\/Marker>/.exec(body)?.[1]
  } while (marker !== undefined)
  return performance.now() - began
}

async function manyAccounts(): Promise<number> {
  const data = join(folder, 'many')
  const store = await openStore({ kind: 'folder', path: data })
  for (let index = 0; index < accounts; index++)
    await createAccount(store, { name: `a${index}`, email: 'a@example.com', rootKey: false, now: Date.now() })
  await store.close()
  const words = ['src/main.ts', 'serve', '--data', data, '--port', '0', '--json', '--log-level', 'warn']
  await (await start(words)).stop()
  const running = await start(words)
  await running.stop()
  return running.milliseconds
}

function compare(name: string, [few, many]: Pair): string {
  const [one, other] = [median(few), median(many)]
  return `  ${name.padEnd(38)} ${one.toFixed(2)} ms / ${other.toFixed(2)} ms; ratio ${(other / one).toFixed(2)} (must stay under 1.3)`
}
