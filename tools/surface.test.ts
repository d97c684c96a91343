import assert from 'node:assert/strict'
import { test } from 'node:test'
import { surfaceNames, surfaceOf } from '#models'
import { committedText } from './managed-policies.ts'
import { surfaceFiles, surfaceOf as surfaceFrom } from './surface.ts'

test('the committed surfaces are what the tool makes', async () => {
  const files = await surfaceFiles()
  assert.ok(files.size > 15)
  for (const [path, text] of files) assert.ok(committedText(path) === text, `${path}: run node tools/surface.ts`)
})

test('every operation that the SDK has a command for is in the surface of its service', async () => {
  for (const client of ['s3', 'lambda', 'ec2', 'dynamodb', 'sns']) {
    const sdk: object = await import(`@aws-sdk/client-${client}`)
    const commands = Object.keys(sdk).filter((name) => /^[A-Z]\w+Command$/.test(name))
    assert.deepEqual(
      [...(surfaceOf(client)?.operations.keys() ?? [])],
      commands.map((name) => name.slice(0, -'Command'.length)).sort(),
    )
  }
})

test('a surface says how an operation is routed and what goes in where', () => {
  for (const name of surfaceNames) assert.equal(surfaceOf(name)?.name, name)
  for (const name of ['', 'S3', '../surface', 'constructor']) assert.equal(surfaceOf(name), undefined)
  const put = surfaceOf('s3')?.operations.get('PutObjectAcl')
  assert.deepEqual(put?.http, { method: 'PUT', path: ['{Key+}'], query: new Map([['acl', '']]) })
  const places = new Map(put?.input?.members.map((member) => [member.name, `${member.place} ${member.wireName}`]))
  assert.equal(places.get('Key'), 'uri Key')
  assert.equal(places.get('ACL'), 'header x-amz-acl')
  assert.equal(places.get('VersionId'), 'query versionId')
  assert.equal(places.get('AccessControlPolicy'), 'payload AccessControlPolicy')
  const run = surfaceOf('ec2')?.operations.get('RunInstances')?.input?.members
  assert.equal(run?.find((member) => member.name === 'SecurityGroupIds')?.wireName, 'SecurityGroupId')
  assert.equal(surfaceOf('kms')?.target, 'TrentService')
})

test('a client whose schemas are not published has no surface', async () => {
  assert.equal(await surfaceFrom('client-rolesanywhere'), undefined)
})
