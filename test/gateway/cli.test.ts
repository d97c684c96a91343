import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { environmentFor, findTool, run } from '../clients/tool.ts'
import { openRig, openS3, openTables } from './rig.ts'

const aws = findTool('aws')
const skip = aws === undefined ? 'the AWS CLI is not installed' : false

test('the AWS CLI reads and writes through the gateway, and is told what is missing', { skip }, async () => {
  const [objects, tables] = [await openS3('photos'), await openTables()]
  const services = new Map([
    ['s3', objects.url],
    ['dynamodb', tables.url],
  ])
  const rig = await openRig({ services })
  const home = mkdtempSync(join(tmpdir(), 'cardea-cli-'))
  const as = (administrator: typeof rig.administrator) => {
    const env = environmentFor({ ...rig, administrator, stop: async () => undefined }, home)
    return (...words: readonly string[]) => run([aws ?? '', ...words], { cwd: home, env })
  }
  try {
    const cli = as(rig.administrator)
    writeFileSync(join(home, 'large'), Buffer.alloc(9_000_000, 'large'))
    for (const words of [
      ['s3', 'cp', 'large', 's3://photos/a b/large', '--no-progress'],
      ['s3', 'cp', 's3://photos/a b/large', 'back', '--no-progress'],
      ['s3', 'ls', 's3://photos/a b/'],
      ['dynamodb', 'list-tables'],
      ['sts', 'get-caller-identity'],
    ]) {
      const { code, stderr } = await cli(...words)
      assert.equal(code, 0, `${words.join(' ')}: ${stderr}`)
    }
    assert.ok(readFileSync(join(home, 'back')).equals(readFileSync(join(home, 'large'))))
    const nobody = as(await rig.user('nobody'))
    const refused = await nobody('s3api', 'get-object', '--bucket', 'photos', '--key', 'a b/large', 'stolen')
    assert.match(refused.stderr, /\(AccessDenied\).*s3:GetObject on resource: "arn:aws:s3:::photos\/a b\/large"/)
    const unlisted = await nobody('dynamodb', 'list-tables')
    assert.match(unlisted.stderr, /\(AccessDeniedException\).*dynamodb:ListTables/)
  } finally {
    rmSync(home, { recursive: true })
    await rig.close()
    await objects.close()
    await tables.close()
  }
})
