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
  assert.equal(status, 4, stderr)
  assert.match(stderr, /cannot listen .*key/i)
})

function issueOther(part: 'body' | 'key' = 'body'): string {
  const other = issue({ subject: 'other', from: Date.now() - 1000, to: Date.now() + 86_400_000 })
  return part === 'body' ? other.body : other.privateKey
}
