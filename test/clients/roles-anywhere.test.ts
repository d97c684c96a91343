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
const skip = python === undefined && 'Python with boto3 is not installed'

/** Gives: the interpreter itself, which needs no home that a version manager keeps it in. */
async function interpreter(): Promise<string | undefined> {
  const found = findTool('python3')
  if (found === undefined) return undefined
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }
  const said = await run([found, '-c', 'import boto3, sys; print(sys.executable)'], { cwd: folder, env })
  return said.code === 0 ? said.stdout.trim() : undefined
}

test('boto3 calls every operation of Roles Anywhere and reads every answer and refusal', { skip }, async () => {
  const cardea = fileURLToPath(new URL('../../bin/cardea.mjs', import.meta.url))
  const server = await serve()
  try {
    const env = { ...environmentFor(server, folder), PYTHONDONTWRITEBYTECODE: '1', CA_FOLDER: join(folder, 'ca') }
    const made = await run([execPath, cardea, 'ca', 'init', '--folder', env.CA_FOLDER], { cwd: folder, env })
    assert.equal(made.code, 0, made.stderr)
    const suite = fileURLToPath(new URL('roles_anywhere_suite.py', import.meta.url))
    const { code, stderr } = await run([python ?? '', suite], { cwd: folder, env })
    assert.equal(code, 0, stderr)
    assert.match(stderr, /^Ran 5 tests/m)
  } finally {
    await server.stop()
  }
})
