import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetUserCommand,
  IAMClient,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { policyOf } from '../server/role.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cardea-audit-'))
const data = join(folder, 'data')
const kept = Object.entries(process.env).filter(([name]) => !/^(?:CARDEA_|AWS_|NODE_OPTIONS)/.test(name))
const env = { ...Object.fromEntries(kept), NO_COLOR: '1' }
const running = new Set<ChildProcess>()
after(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

function cardea(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(execPath, [main, ...words, '--data', data], {
    ...{ cwd: folder, env, encoding: 'utf8' },
  })
  const lines = () => stdout.trimEnd().split('\n')
  return { code: status, out: stdout, err: stderr, lines, values: () => lines().map((line) => JSON.parse(line)) }
}

async function serve() {
  const words = [main, 'serve', '--port', '0', '--json', '--log-level', 'warn', '--data', data, '--account', account]
  const child = spawn(execPath, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const [line] = await once(createInterface(child.stdout), 'line')
  const ended = once(child, 'exit')
  return {
    ready: JSON.parse(String(line)),
    async stop() {
      child.kill('SIGTERM')
      await ended
      running.delete(child)
    },
  }
}

const account = '111122223333'
const server = await serve()
const config = { region: 'us-east-1', endpoint: server.ready.url, maxAttempts: 1 }
const iam = new IAMClient({ ...config, credentials: server.ready.administrator })
await iam.send(new CreateUserCommand({ UserName: 'ann' }))
const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
const ann = new IAMClient({
  ...config,
  customUserAgent: 'sly\u007f-agent',
  credentials: { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' },
})
await assert.rejects(ann.send(new GetUserCommand({ UserName: 'ann' })), { name: 'AccessDenied' })

test('a search is answered by the running server, for people and for programs', () => {
  const found = cardea('audit', 'search', '--user', 'ann')
  assert.equal(found.code, 0, found.err)
  assert.match(
    found.out,
    /^\d{4}-\S+Z {2}iam:GetUser {2}arn:aws:iam::111122223333:user\/ann {2}\S+ {2}AccessDenied {2}\S{36}\n$/,
  )
  const [value] = cardea('audit', 'search', '--event', 'CreateUser', '--json').values()
  assert.equal(value.event.requestParameters.userName, 'ann')
  assert.equal(value.cardea.decisions[0].action, 'iam:CreateUser')
  assert.deepEqual(
    cardea('audit', 'search', '--refused', '--json')
      .values()
      .map(({ event }) => event.eventName),
    ['GetUser'],
  )
  assert.match(cardea('audit', 'search', '--from', '1h', '--to', '30m', '--writes').err, /Nothing was found/)
})

test('a tail shows the newest, oldest first, and goes on with those that come', async () => {
  const newest = cardea('audit', 'tail', '-n', '2').lines()
  assert.deepEqual(
    newest.map((line) => line.split('  ')[1]),
    ['iam:CreateAccessKey', 'iam:GetUser'],
  )
  const child = spawn(execPath, [main, 'audit', 'tail', '-n', '1', '--follow', '--data', data], { cwd: folder, env })
  running.add(child)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  assert.match(String((await lines.next()).value), /iam:GetUser/)
  await iam.send(new ListUsersCommand({}))
  assert.match(String((await lines.next()).value), /iam:ListUsers/)
  child.kill('SIGKILL')
  running.delete(child)
})

test('refusals are told with the fix, and the fix allows what was refused', async () => {
  const shown = cardea('denials')
  assert.equal(shown.code, 0, shown.err)
  assert.match(shown.out, /^iam:GetUser on arn:aws:iam::111122223333:user\/ann\n/)
  const [{ groups }] = cardea('denials', '--json').values()
  assert.equal(groups.length, 1)
  const [{ changes }] = groups[0].fixes
  await iam.send(
    new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'fix', PolicyDocument: policyOf(changes[0].statement) }),
  )
  await ann.send(new GetUserCommand({ UserName: 'ann' }))
  const told = cardea('explain', groups[0].decisionId)
  assert.equal(told.code, 0, told.err)
  assert.match(told.out, /^Decision \S{36} of request \S{36}, /)
  assert.match(told.out, /DENIED {3}iam:GetUser on arn:aws:iam::111122223333:user\/ann/)
  assert.match(told.out, /aws:username = ann/)
  const asked = cardea('explain', groups[0].requestId, '--profile', 'default', '--json')
  assert.equal(asked.values()[0].decisions[0].decision, 'implicitDeny')
})

test('what explain cannot do, it says', () => {
  const none = cardea('explain', '019bc186-de00-7a88-97a9-1c7f23521fef')
  assert.deepEqual([none.code, none.out], [1, ''])
  assert.match(none.err, /There is no decision/)
  assert.equal(cardea('explain', '--as', 'arn:aws:iam::111122223333:user/ann').code, 2)
  assert.equal(cardea('audit', 'search', '--from', 'whenever').code, 2)
})

test('an export has the layout of CloudTrail, and to export again writes nothing twice', () => {
  const out = join(folder, 'logs')
  const [{ files, records }] = cardea('audit', 'export', '--out', out, '--json').values()
  assert.ok(files.length >= 1)
  const layout =
    /^AWSLogs\/111122223333\/CloudTrail\/us-east-1\/\d{4}\/\d\d\/\d\d\/111122223333_CloudTrail_us-east-1_\d{8}T\d\d00Z_\w{16}\.json\.gz$/
  for (const file of files) {
    assert.match(file, layout)
    assert.equal(statSync(join(out, file)).mode & 0o077, 0)
  }
  const written = files.flatMap(
    (file: string) => JSON.parse(gunzipSync(readFileSync(join(out, file))).toString()).Records,
  )
  assert.equal(written.length, records)
  assert.deepEqual(Object.keys(written[0]).slice(0, 2), ['eventVersion', 'userIdentity'])
  assert.ok(written.every((record: object) => !('cardea' in record)))
  cardea('audit', 'export', '--out', out)
  assert.equal(globSync('**/*.json.gz', { cwd: out }).length, files.length)
  const other = join(folder, 'other')
  const [more] = cardea('audit', 'export', '--out', other, '--decisions', '--json').values()
  const [first] = more.files
  assert.ok('cardea' in JSON.parse(gunzipSync(readFileSync(join(other, first))).toString()).Records[0])
})

test('without a server, the closed store answers the same, and a change in it is found', async () => {
  await server.stop()
  assert.match(cardea('audit', 'search', '--user', 'ann').out, /iam:GetUser/)
  assert.equal(cardea('audit', 'verify').code, 0)
  const digest = { number: 1, body: '{}', signature: 'x' }
  const keptElsewhere = join(folder, 'digests')
  writeFileSync(keptElsewhere, `${JSON.stringify(digest)}\n`)
  const against = cardea('audit', 'verify', '--against', keptElsewhere)
  assert.equal(against.code, 1)
  assert.match(against.out, /digest 1, which was kept elsewhere, is missing/)
  assert.match(cardea('audit', 'keys').out, /^-----BEGIN PUBLIC KEY-----\n/)
  const database = new DatabaseSync(join(data, 'cardea.db'))
  database.exec("UPDATE auditRecord SET errorCode = NULL WHERE eventName = 'GetUser'")
  database.close()
  const found = cardea('audit', 'verify')
  assert.equal(found.code, 1)
  assert.match(
    found.out,
    /^The audit trail was changed: .*\n {2}record \d+ was changed \(\S{36}\): not in a digest yet\n/,
  )
})
