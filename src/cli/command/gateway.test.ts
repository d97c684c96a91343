import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cardea-gateway-'))
after(() => rmSync(folder, { recursive: true }))

const upstream = ['--upstream', 'http://127.0.0.1:9']
const keys = { CARDEA_UPSTREAM_ACCESS_KEY_ID: 'AKIDUPSTREAM', CARDEA_UPSTREAM_SECRET_ACCESS_KEY: 'top-secret' }

function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:CARDEA_|AWS_|NODE_OPTIONS)/.test(name))
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...more }
}

/** For a gateway that does not start. */
function refused(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const all = [main, 'gateway', '--ephemeral', '--port', '0', ...words]
  const options = { cwd: folder, env: environment(more), encoding: 'utf8', timeout: 20_000 } as const
  const { status, stderr } = spawnSync(execPath, all, options)
  return { code: status, err: stderr }
}

/** Serves until it has said what it has to say, and gives that. */
async function announced(words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> {
  const all = [main, 'gateway', '--ephemeral', '--port', '0', '--log-level', 'silent', ...words]
  const child = spawn(execPath, all, { cwd: folder, env: environment(more) })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (/Ctrl\+C/.test(said)) child.kill('SIGTERM')
  })
  await once(child, 'close')
  return said
}

test('a gateway without an upstream, or without keys that it knows, does not start', () => {
  const nowhere = refused([])
  assert.equal(nowhere.code, 2)
  assert.match(nowhere.err, /--upstream URL, or --service s3=URL/)
  const keyless = refused(upstream)
  assert.equal(keyless.code, 2)
  assert.match(keyless.err, /CARDEA_UPSTREAM_ACCESS_KEY_ID/)
})

test('settings of a gateway that mean nothing are refused with what they should be', () => {
  const cases = [
    [['--service', 's3=ftp://x'], /--service must be names of services with URLs/],
    [['--service', 's4=http://127.0.0.1:9'], /s4 is none of/],
    [['--service', 's3=http://127.0.0.1:9', '--service', 's3=http://127.0.0.1:8'], /s3 twice/],
    [['--upstream', 'http://user:secret@127.0.0.1:9'], /--upstream must be a URL/],
    [[...upstream, '--gateway-account', '999988887777'], /no account 999988887777/],
    [[...upstream, '--pass-through', 'everything'], /--pass-through must be operations/],
    [[...upstream, '--pass-through', 'ecr:*'], /--pass-through: ecr is none of/],
    [[...upstream, '--pass-through', 's3:Nonsense'], /--pass-through: s3 has no operation Nonsense/],
    [[...upstream, '--upstream-credentials', join(folder, 'none.json')], /cannot be read/],
  ] as const
  for (const [words, message] of cases) {
    const { code, err } = refused(words, keys)
    assert.equal(code, 2, err)
    assert.match(err, message)
    assert.doesNotMatch(err, /top-secret|user:secret/)
  }
})

test('a file of keys that others can read is refused', async () => {
  const path = join(folder, 'keys.json')
  writeFileSync(path, JSON.stringify({ accessKeyId: 'AKIDUPSTREAM', secretAccessKey: 'top-secret' }))
  chmodSync(path, 0o644)
  const { code, err } = refused([...upstream, '--upstream-credentials', path])
  assert.equal(code, 2)
  assert.match(err, /chmod 600/)
  chmodSync(path, 0o600)
  const said = await announced([...upstream, '--upstream-credentials', path])
  assert.doesNotMatch(said, /top-secret|AKIDUPSTREAM/)
})

test('it tells at the start what is enforced, what is refused, and what passes', async () => {
  const said = await announced(['--service', 's3=http://127.0.0.1:9', '--pass-through', 's3:CreateSession'], keys)
  assert.match(said, /^Gateway +enforced; what cannot be described is refused/m)
  assert.match(
    said,
    /s3 +→ http:\/\/127\.0\.0\.1:9 +\d+ operations enforced, \d+ refused, pass undecided: CreateSession/,
  )
  const reported = await announced([...upstream, '--upstream-anonymous', '--report-only'])
  assert.match(reported, /^Gateway +reported only/m)
  for (const service of ['s3', 'dynamodb', 'sqs', 'kms', 'ec2'])
    assert.match(reported, new RegExp(`^ +${service} `, 'm'))
})
