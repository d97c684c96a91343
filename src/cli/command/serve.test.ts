import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { reachedAt } from '../place.ts'

const main = fileURLToPath(new URL('../../main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cardea-serve-'))
after(() => rmSync(folder, { recursive: true }))

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:CARDEA_|AWS_|NODE_OPTIONS)/.test(name))
  return { ...Object.fromEntries(kept), NO_COLOR: '1' }
}

/** For commands that end by themselves. */
function cardea(words: readonly string[]) {
  const options = { cwd: folder, env: environment(), encoding: 'utf8', timeout: 20_000 } as const
  const { status, stdout, stderr } = spawnSync(execPath, [main, ...words], options)
  return { code: status, out: stdout, err: stderr }
}

/** Serves until it has said what it has to say, and gives that. */
async function announced(words: readonly string[]) {
  const child = spawn(execPath, [main, 'serve', '--port', '0', '--log-level', 'silent', ...words], {
    cwd: folder,
    env: environment(),
  })
  const said = { out: '', err: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
    if (/Ctrl\+C|^\{.*\}$/m.test(said.out)) child.kill('SIGTERM')
  })
  await once(child, 'close')
  return said
}

function fresh(): string {
  return join(mkdtempSync(join(folder, 'case-')), 'data')
}

test('the key of the first administrator is kept when the first start cannot listen', async () => {
  const data = fresh()
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const refused = cardea(['serve', '--data', data, '--port', String(port)])
  taken.close()
  assert.equal(refused.code, 4, refused.err)
  assert.match(readFileSync(join(data, 'aws-config'), 'utf8'), /^aws_secret_access_key = \S{40}$/m)
  const { out } = await announced(['--data', data])
  const config = readFileSync(join(data, 'aws-config'), 'utf8')
  assert.match(out, /aws-config, or cardea env/)
  assert.match(config, /^aws_secret_access_key = \S{40}$/m)
})

test('a setting that cannot be used stops a first start before anything is made', () => {
  const broken = join(folder, 'broken.pem')
  writeFileSync(broken, 'no certificate\n')
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--quota', 'UsersPerAcount=3'], /UsersPerAcount is not a quota\. Did you mean UsersPerAccount\?/],
    [['--quota', 'UsersPerAccount=many'], /UsersPerAccount must be a whole number/],
    [['--tls-cert', broken], /--tls-cert and --tls-key go together/],
    [['--tls-cert', join(folder, 'none'), '--tls-key', broken], /certificate or key cannot be read/],
    [['--tls-cert', broken, '--tls-key', broken], /certificate or key cannot be used/],
    [['--region', 'eu west'], /--region must be names of regions/],
  ]
  for (const [flags, message] of cases) {
    const data = fresh()
    const { code, err } = cardea(['serve', '--data', data, '--port', '0', ...flags])
    assert.equal(code, 2, err)
    assert.match(err, message)
    assert.equal(existsSync(data), false, flags.join(' '))
  }
})

test('settings of a new account are told to do nothing where an account is there already', async () => {
  const data = fresh()
  assert.equal(cardea(['init', '--data', data, '--account', '111122223333']).code, 0)
  const same = await announced(['--data', data, '--account', '111122223333', '--json'])
  assert.doesNotMatch(same.err, /Warning/)
  const other = await announced(['--data', data, '--account', '444455556666', '--root-key', '--json'])
  assert.match(other.err, /Warning: .*111122223333.* --account, --root-key/)
})

test('a server on every address is reached as localhost by the commands beside it', () => {
  assert.equal(reachedAt('https://0.0.0.0:2273'), 'https://localhost:2273')
  assert.equal(reachedAt('http://[::]:2273'), 'http://localhost:2273')
  assert.equal(reachedAt('http://[::1]:2273'), 'http://[::1]:2273')
  assert.equal(reachedAt('http://10.0.0.0:2273'), 'http://10.0.0.0:2273')
})

test('the announced command names the data folder wherever it is not the one of this folder', async () => {
  const data = join(fresh(), "it's here", '.cardea')
  const { out } = await announced(['--data', data])
  assert.ok(out.includes(`eval "$(npx cardea env --data '${data.replaceAll("'", String.raw`'\''`)}')"`), out)
})
