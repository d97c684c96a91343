import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { serve } from './server.ts'
import { environmentFor, findTool, run } from './tool.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-anywhere-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const python = await interpreter()
const missing = python === undefined || findTool('openssl') === undefined
const skip = missing && 'Python with boto3, or OpenSSL, is not installed'

/** Gives: the interpreter itself, which needs no home that a version manager keeps it in. */
async function interpreter(): Promise<string | undefined> {
  const found = findTool('python3')
  if (found === undefined) return undefined
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }
  const said = await run([found, '-c', 'import boto3, sys; print(sys.executable)'], { cwd: folder, env })
  return said.code === 0 ? said.stdout.trim() : undefined
}

const kinds = [
  ['p256', 'AWS4-X509-ECDSA-SHA256'],
  ['rsa', 'AWS4-X509-RSA-SHA256'],
] as const

for (const [key, algorithm] of kinds)
  test(`boto3 calls every operation of Roles Anywhere, and botocore and OpenSSL sign with ${algorithm}`, {
    skip,
  }, async () => {
    const cardea = fileURLToPath(new URL('../../bin/cardea.mjs', import.meta.url))
    const server = await serve()
    try {
      const env = { ...environmentFor(server, folder), PYTHONDONTWRITEBYTECODE: '1', CA_FOLDER: join(folder, key) }
      const ca = async (...words: readonly string[]) => {
        const said = await run([execPath, cardea, 'ca', ...words, '--key', key, '--folder', env.CA_FOLDER, '--json'], {
          cwd: folder,
          env,
        })
        assert.equal(said.code, 0, said.stderr)
        return JSON.parse(said.stdout)
      }
      await ca('init')
      const { serial } = await ca('issue', 'web')
      const leaf = { CA_LEAF: 'web', CA_SERIAL: serial, CA_ALGORITHM: algorithm }
      const suite = fileURLToPath(new URL('roles_anywhere_suite.py', import.meta.url))
      const { code, stderr } = await run([python ?? '', suite], { cwd: folder, env: { ...env, ...leaf } })
      assert.equal(code, 0, stderr)
      assert.match(stderr, /^Ran 6 tests/m)
    } finally {
      await server.stop()
    }
  })
