import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath, platform } from 'node:process'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CreateUserCommand, GetAccountSummaryCommand, IAMClient } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cardea-cli-'))
const running = new Set<ChildProcess>()
after(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** The variables of this process without those that would change what is tested. */
function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:CARDEA_|AWS_|NODE_OPTIONS)/.test(name))
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...extra }
}

function cardea(words: readonly string[], { env = {}, input = '' } = {}) {
  const { status, stdout, stderr } = spawnSync(execPath, [main, ...words], {
    cwd: folder,
    env: environment(env),
    input,
    encoding: 'utf8',
  })
  return { code: status, out: stdout, err: stderr, value: () => JSON.parse(stdout) }
}

/** Serves until `stop`. `ready` is its first line. */
async function serve(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(execPath, [main, 'serve', '--port', '0', '--json', '--log-level', 'warn', ...words], {
    cwd: folder,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const ended = once(child, 'exit')
  return {
    ready: JSON.parse(String(line)),
    err: () => err,
    stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal)
      const [code] = await ended
      running.delete(child)
      return code as number | null
    },
  }
}

function fresh(): string {
  return join(mkdtempSync(join(folder, 'case-')), 'data')
}

test('init makes a store once, and tells programs the account and its keys', () => {
  const data = fresh()
  const made = cardea(['init', '--data', data, '--account', '111122223333', '--root-key', '--json'])
  assert.equal(made.code, 0, made.err)
  const { accountId, rootKey, administrator, ...rest } = made.value()
  assert.deepEqual(rest, {})
  assert.equal(accountId, '111122223333')
  assert.match(rootKey.accessKeyId, /^AKIA[A-Z2-7]{16}$/)
  assert.equal(rootKey.secretAccessKey.length, 40)
  assert.equal(administrator.userName, 'administrator')
  assert.match(made.err, /root user .* may do everything/)
  const again = cardea(['init', '--data', data])
  assert.equal(again.code, 1)
  assert.match(again.err, /holds a store already; its first account is 111122223333/)
})

test('the keys are kept in a file of the data folder that only its owner can read', {
  skip: platform === 'win32',
}, () => {
  const data = fresh()
  const { administrator } = cardea(['init', '--data', data, '--json']).value()
  const path = join(data, 'aws-config')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(data).mode & 0o777, 0o700)
  assert.match(readFileSync(path, 'utf8'), new RegExp(`aws_access_key_id = ${administrator.accessKeyId}`))
})

test('clients that sign links to objects by an old version unless they are told are told', () => {
  const data = fresh()
  cardea(['init', '--data', data])
  assert.match(readFileSync(join(data, 'aws-config'), 'utf8'), /^s3 =\n {2}signature_version = s3v4$/m)
})

test('a served store is the one that init made, and a second start makes nothing', async () => {
  const data = fresh()
  const { accountId } = cardea(['init', '--data', data, '--json']).value()
  for (let round = 0; round < 2; round++) {
    const { ready, stop } = await serve(['--data', data])
    assert.equal(ready.accountId, accountId)
    assert.equal(ready.administrator, undefined)
    assert.equal(ready.accounts, 1)
    assert.equal(await stop(), 0)
  }
})

test('env prints what connects a shell, for each shell, and names no file of the user', async () => {
  const data = fresh()
  const { ready, stop } = await serve(['--data', data])
  const posix = cardea(['env', '--data', data])
  assert.match(posix.out, new RegExp(`^export AWS_ENDPOINT_URL='${ready.url}'$`, 'm'))
  assert.match(posix.out, new RegExp(`^export AWS_ACCESS_KEY_ID='${ready.administrator.accessKeyId}'$`, 'm'))
  assert.match(posix.out, /^unset AWS_PROFILE$/m)
  assert.doesNotMatch(posix.out, /\.aws\//)
  assert.match(cardea(['env', '--data', data, '--shell', 'fish']).out, /^set -gx AWS_REGION 'us-east-1'$/m)
  assert.match(cardea(['env', '--data', data, '--shell', 'powershell']).out, /^\$Env:AWS_REGION = 'us-east-1'$/m)
  const {
    AWS_ENDPOINT_URL,
    AWS_ACCESS_KEY_ID = '',
    AWS_SECRET_ACCESS_KEY = '',
  } = cardea(['env', '--data', data, '--json']).value()
  const sts = new STSClient({
    region: 'us-east-1',
    endpoint: AWS_ENDPOINT_URL,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  })
  assert.equal((await sts.send(new GetCallerIdentityCommand())).Account, ready.accountId)
  const unknown = cardea(['env', '--data', data, '--profile', 'defalt'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /Did you mean default\?/)
  await stop()
})

test('accounts are made and listed with a server running and without one', async () => {
  const data = fresh()
  const { ready, stop } = await serve(['--data', data])
  const made = cardea([
    'account',
    'create',
    '--data',
    data,
    '--name',
    'Blue Team',
    '--account',
    '444455556666',
    '--json',
  ])
  assert.equal(made.code, 0, made.err)
  assert.equal(made.value().profile, 'blue-team')
  const taken = cardea(['account', 'create', '--data', data, '--account', '444455556666'])
  assert.equal(taken.code, 1)
  assert.match(taken.err, /444455556666 exists already/)
  await stop()
  const offline = cardea(['account', 'create', '--data', data, '--name', 'green', '--json'])
  assert.equal(offline.code, 0, offline.err)
  const { accounts } = cardea(['account', 'list', '--data', data, '--json']).value()
  const ids = accounts.map(({ id }: { id: string }) => id)
  assert.deepEqual(ids, [ready.accountId, '444455556666', offline.value().accountId])
})

test('two processes never hold one folder: the second says so and ends with 3', async () => {
  const data = fresh()
  const { stop } = await serve(['--data', data])
  const second = cardea(['serve', '--data', data, '--port', '0'])
  assert.equal(second.code, 3)
  assert.match(second.err, /another process/i)
  await stop()
})

test('the wrong master key opens nothing and ends with 3; no key is told', () => {
  const data = fresh()
  const right = 'a1'.repeat(32)
  const wrong = 'b2'.repeat(32)
  assert.equal(cardea(['init', '--data', data], { env: { CARDEA_MASTER_KEY: right } }).code, 0)
  assert.ok(!existsSync(join(data, 'master.key')))
  const refused = cardea(['account', 'list', '--data', data], { env: { CARDEA_MASTER_KEY: wrong } })
  assert.equal(refused.code, 3)
  assert.match(refused.err, /master key/i)
  assert.ok(!refused.err.includes(wrong) && !refused.err.includes(right))
  assert.equal(cardea(['account', 'list', '--data', data], { env: { CARDEA_MASTER_KEY: right } }).code, 0)
  const short = cardea(['account', 'list', '--data', data], { env: { CARDEA_MASTER_KEY: 'abc' } })
  assert.equal(short.code, 2)
})

test('an unknown command, flag, variable or setting ends with 2 and names the nearest', () => {
  const cases = [
    { found: cardea(['sevre']), says: /Did you mean serve\?/ },
    { found: cardea(['serve', '--prot', '1']), says: /Did you mean --port\?/ },
    { found: cardea(['version'], { env: { CARDEA_HSOT: 'x' } }), says: /Did you mean CARDEA_HOST\?/ },
    { found: cardea(['serve', '--port', 'http']), says: /--port must be a whole number/ },
    { found: cardea(['decide', 'a', 'b']), says: /too many arguments/ },
    { found: cardea(['decide', 'missing.ndjson']), says: /missing\.ndjson cannot be read/ },
    { found: cardea(['account', 'remove']), says: /unknown command 'remove'|too many arguments/ },
  ]
  for (const { found, says } of cases) {
    assert.equal(found.code, 2, found.err)
    assert.match(found.err, says)
  }
})

test('a settings file is read from the working folder or where it is named', () => {
  const path = join(folder, 'some.json')
  writeFileSync(path, JSON.stringify({ lgoLevel: 'info' }))
  const { code, err } = cardea(['version', '--settings', path])
  assert.equal(code, 2)
  assert.match(err, /lgoLevel is not a setting\. Did you mean logLevel\?/)
})

test('help names every command and flag, and ends with 0', () => {
  const help = cardea(['--help'])
  assert.equal(help.code, 0)
  for (const name of ['serve', 'init', 'env', 'account', 'decide', 'version', 'doctor', 'Exit codes'])
    assert.ok(help.out.includes(name))
  const ofServe = cardea(['serve', '--help'])
  for (const flag of [
    '--data',
    '--port',
    '--host',
    '--ephemeral',
    '--tls-cert',
    '--tls-key',
    '--max-body',
    '--root-key',
  ])
    assert.ok(ofServe.out.includes(flag), flag)
})

test('decide answers each line in order, and ends with 1 when one of them was no question', () => {
  const question = (id: string, action: string) =>
    JSON.stringify({
      id,
      request: {
        principal: { type: 'user', arn: 'arn:aws:iam::111122223333:user/ann', account: '111122223333' },
        action,
        resource: '*',
        resourceAccount: '111122223333',
        context: {},
      },
      policies: {
        identity: [{ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:List*', Resource: '*' } }],
      },
    })
  const lines = [question('a', 's3:ListAllMyBuckets'), '{', question('b', 's3:DeleteBucket')]
  const { code, out } = cardea(['decide'], { input: lines.join('\n') })
  const [a, broken, b] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(code, 1)
  assert.deepEqual(a, { id: 'a', decision: 'allowed' })
  assert.equal(typeof broken.error.code, 'string')
  assert.ok(broken.error.message.length > 0)
  assert.deepEqual(b, { id: 'b', decision: 'implicitDeny', deniedBy: 'identity' })
  const explained = cardea(['decide', '--explain', '-'], { input: question('a', 's3:ListAllMyBuckets') })
  assert.equal(explained.code, 0)
  assert.ok(Array.isArray(explained.value().because))
})

test('decide --explain also says which statements decided, what decided, and what AWS would say', () => {
  const ask = (action: string) => {
    const principal = { type: 'user', arn: 'arn:aws:iam::111122223333:user/ann', account: '111122223333' }
    const request = { principal, action, resource: '*', resourceAccount: '111122223333', context: {} }
    const statement = { Sid: 'list', Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }
    const policies = { identity: [{ Version: '2012-10-17', Statement: [statement] }] }
    return cardea(['decide', '--explain'], { input: JSON.stringify({ request, policies }) }).value()
  }
  const allowed = ask('s3:ListAllMyBuckets')
  assert.deepEqual(
    allowed.deciding.map(({ sid }: { sid?: string }) => sid),
    ['list'],
  )
  assert.equal(allowed.sentence, undefined)
  const denied = ask('s3:CreateBucket')
  assert.deepEqual(denied.deciding, [])
  assert.match(denied.reason, /No Allow/)
  assert.match(
    denied.sentence,
    /^User: arn:aws:iam::111122223333:user\/ann is not authorized to perform: s3:CreateBucket/,
  )
})

test('explain knows of a caller what the ARN says; what flags say comes first', () => {
  const file = join(folder, 'own.json')
  const statement = (Action: string, key: string, value: string) => ({
    Effect: 'Allow',
    Action,
    Resource: 'arn:aws:s3:::home/${aws:username}/*',
    Condition: { StringEquals: { [key]: value } },
  })
  const arn = 'arn:aws:iam::111122223333:user/staff/ann'
  const Statement = [
    statement('s3:GetObject', 'aws:PrincipalArn', arn),
    statement('s3:PutObject', 'aws:PrincipalAccount', '111122223333'),
    statement('s3:DeleteObject', 'aws:PrincipalType', 'User'),
  ]
  writeFileSync(file, JSON.stringify({ Version: '2012-10-17', Statement }))
  const ask = (action: string, ...more: readonly string[]) => {
    const words = ['--as', arn, '--do', action, '--on', 'arn:aws:s3:::home/ann/x', '--policy', file]
    return cardea(['explain', '--json', ...words, ...more]).value().decision
  }
  for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) assert.equal(ask(action), 'allowed')
  assert.equal(ask('s3:GetObject', '--context', 'aws:UserName=bob'), 'implicitDeny')
  assert.equal(ask('s3:GetObject', '--unknown', 'aws:username'), 'unknown')
})

test('an ephemeral server leaves nothing behind and stops on SIGINT', async () => {
  const { ready, stop } = await serve(['--ephemeral', '--account', '111122223333', '--root-key'])
  assert.equal(ready.accountId, '111122223333')
  assert.ok(ready.rootKey.secretAccessKey)
  assert.equal((await fetch(`${ready.url}/readyz`)).status, 200)
  assert.equal(await stop('SIGINT'), 0)
  assert.ok(!existsSync(join(folder, '.cardea')))
})

test('an address that is taken ends with 4, and only half of a TLS pair with 2', async () => {
  const { ready, stop } = await serve(['--ephemeral'])
  const port = new URL(ready.url).port
  const taken = cardea(['serve', '--ephemeral', '--port', port])
  assert.equal(taken.code, 4)
  assert.match(taken.err, /cannot listen on 127\.0\.0\.1/)
  assert.equal(cardea(['serve', '--ephemeral', '--tls-cert', 'a.pem']).code, 2)
  await stop()
})

test('listening to others without TLS is warned about', async () => {
  const { err, stop } = await serve(['--ephemeral', '--host', '0.0.0.0'])
  assert.match(err(), /Warning: listening on 0\.0\.0\.0 without TLS/)
  await stop()
})

test('doctor says what is wrong, and ends with 1 then', async () => {
  const data = fresh()
  const { ready, stop } = await serve(['--data', data])
  const good = cardea(['doctor', '--data', data], { env: { AWS_ENDPOINT_URL: ready.url } })
  assert.equal(good.code, 0, good.out)
  const lost = cardea(['doctor', '--data', data, '--json'], { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } })
  assert.equal(lost.code, 1)
  const shell = lost.value().findings.find(({ name }: { name: string }) => name === 'shell')
  assert.equal(shell.state, 'bad')
  await stop()
})

test("an operator sets quotas by AWS's names, and a name that is none is refused", async () => {
  const wrong = cardea(['serve', '--ephemeral', '--quota', 'UserPerAccount=3'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /Did you mean UsersPerAccount\?/)
  assert.equal(cardea(['serve', '--ephemeral', '--quota', 'UsersPerAccount=many']).code, 2)
  const { ready, stop } = await serve(['--ephemeral', '--quota', 'UsersPerAccount=2'])
  const iam = new IAMClient({ region: 'us-east-1', endpoint: ready.url, credentials: ready.administrator })
  await iam.send(new CreateUserCommand({ UserName: 'second' }))
  await assert.rejects(iam.send(new CreateUserCommand({ UserName: 'third' })), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for UsersPerAccount: 2',
  })
  assert.equal((await iam.send(new GetAccountSummaryCommand({}))).SummaryMap?.UsersQuota, 2)
  await stop()
})
