import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { issue } from '../certificate.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cardea-tls-'))
after(() => rmSync(folder, { recursive: true }))

function written(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const { body, privateKey } = issue({
  subject: 'localhost',
  from: Date.now() - 86_400_000,
  to: Date.now() + 86_400_000,
})
const certificate = written('cert.pem', body)
const key = written('key.pem', privateKey)

function statusOver(url: string, trusted: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    // The certificate names localhost without an alternative name, so that the name is checked by who asks.
    const options = { ca: trusted, checkServerIdentity: () => undefined }
    get(url, options, (response) => resolve(response.resume().statusCode)).on('error', reject)
  })
}

test('with a certificate it serves TLS alone, and the command line trusts that certificate', async () => {
  const data = join(folder, 'data')
  const words = ['--data', data, '--port', '0', '--json', '--tls-cert', certificate, '--tls-key', key]
  const server = spawn(execPath, [main, 'serve', ...words], { stdio: ['ignore', 'pipe', 'inherit'], cwd: folder })
  const [line] = await once(createInterface(server.stdout), 'line')
  const { url } = JSON.parse(String(line))
  try {
    assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/)
    assert.equal(await statusOver(`${url}/readyz`, body), 200)
    await assert.rejects(statusOver(`${url}/readyz`, issueOther()), /certificate/)
    await assert.rejects(fetch(`${url.replace('https', 'http')}/readyz`))
    const env = spawnSync(execPath, [main, 'env', '--data', data, '--json'], { encoding: 'utf8', cwd: folder })
    assert.equal(JSON.parse(env.stdout).AWS_CA_BUNDLE, certificate)
  } finally {
    server.kill('SIGTERM')
    await once(server, 'exit')
  }
})

test('a certificate and a key that do not belong together stop it with a clear word', () => {
  const other = written('other.pem', issueOther('key'))
  const words = ['serve', '--ephemeral', '--port', '0', '--tls-cert', certificate, '--tls-key', other]
  const { status, stderr } = spawnSync(execPath, [main, ...words], { encoding: 'utf8', cwd: folder })
  assert.equal(status, 2, stderr)
  assert.match(stderr, /certificate or key cannot be used: .*key/i)
})

test('commands beside a server know it by its certificate, whatever that names and whoever vouches for it', async () => {
  const [from, to] = [Date.now() - 86_400_000, Date.now() + 86_400_000]
  const issuer = issue({ subject: 'an authority', from, to })
  const named = issue({ subject: 'iam.example.com', issuer, from, to })
  const data = join(folder, 'vouched')
  const pair = ['--tls-cert', written('vouched.pem', named.body), '--tls-key', written('vouched.key', named.privateKey)]
  const words = ['serve', '--data', data, '--port', '0', '--json', ...pair]
  const server = spawn(execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'inherit'], cwd: folder })
  await once(createInterface(server.stdout), 'line')
  const beside = (...asked: readonly string[]) =>
    spawnSync(execPath, [main, ...asked, '--data', data, '--json'], { encoding: 'utf8', cwd: folder })
  try {
    const accounts = beside('account', 'list')
    assert.equal(accounts.status, 0, accounts.stderr)
    // It would take the place of the authorities that vouch for the certificate.
    assert.equal(JSON.parse(beside('env').stdout).AWS_CA_BUNDLE, undefined)
    writeFileSync(join(folder, 'vouched.pem'), body)
    const stranger = beside('account', 'list')
    assert.equal(stranger.status, 4, stranger.stdout)
    assert.match(stranger.stderr, /does not answer: .*certificate/)
  } finally {
    server.kill('SIGTERM')
    await once(server, 'exit')
  }
})

function issueOther(part: 'body' | 'key' = 'body'): string {
  const other = issue({ subject: 'other', from: Date.now() - 1000, to: Date.now() + 86_400_000 })
  return part === 'body' ? other.body : other.privateKey
}
