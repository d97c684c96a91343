import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import fc from 'fast-check'
import { answer } from '#server'
import { handlerOf, openFrontDoor } from '../../test/front-door.ts'
import type { HttpRequest } from './http.ts'
import { signRequest } from './sign.ts'

const door = await openFrontDoor()
after(() => door.close())
const target = 'CloudTrail_20131101.LookupEvents'

interface Asked {
  readonly target?: string | readonly string[]
  readonly type?: string
  readonly method?: string
}

/** Sends bytes, or a text, with a signature. */
async function ask(body: string | Uint8Array, { target: wanted = target, type, method = 'POST' }: Asked = {}) {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const [first = ''] = [wanted].flat()
  const plain = { host: 'cardea.test', 'content-type': type ?? 'application/x-amz-json-1.1', 'x-amz-target': first }
  const parts = { method, path: '/', query: '', headers: plain, body: bytes }
  const scope = { region: 'us-east-1', service: 'cloudtrail' }
  const signed = signRequest({ ...parts, credentials: door.administrator, scope, now: door.now() })
  const headers = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name, [value]]))
  const request: HttpRequest = {
    ...parts,
    headers: { ...headers, 'x-amz-target': [wanted].flat() },
    remoteAddress: '203.0.113.9',
    secure: false,
  }
  const { status, headers: answered, body: text } = await answer(request, door.house)
  return { status, type: answered['content-type'], value: JSON.parse(String(text)) }
}

test('an operation is named by a header, and answers in JSON of its version', async () => {
  const { status, type, value } = await ask('{"MaxResults":1}')
  assert.deepEqual([status, type], [200, 'application/x-amz-json-1.1'])
  assert.equal(value.Events.length, 1)
  assert.equal(typeof value.Events[0].EventTime, 'number')
})

test('an empty body is an input without members', async () => {
  assert.equal((await ask('')).status, 200)
  assert.equal((await ask('{}')).status, 200)
})

test('QUIRK: the target may have the package of older definitions before it (json-route)', async () => {
  const older = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents'
  assert.equal((await ask('{}', { target: older })).status, 200)
})

test('a target that is not known is refused as AWS does', async () => {
  const unknown = [
    'CloudTrail_20131101.Nothing',
    'CloudTrail_20131101.constructor',
    'CloudTrail_20131101.__proto__',
    'CloudTrail_20131101.',
    '.LookupEvents',
    'LookupEvents',
    '',
    'x'.repeat(10_000),
    `${'a.'.repeat(5000)}LookupEvents`,
  ]
  for (const wrong of unknown) {
    const { status, value } = await ask('{}', { target: wrong })
    assert.deepEqual([status, value.__type], [404, 'UnknownOperationException'], wrong.slice(0, 40))
  }
  assert.equal((await ask('{}', { target: [target, target] })).status, 404)
  assert.equal((await ask('{}', { method: 'PUT' })).status, 404)
})

test('a body that says that it is something else is refused', async () => {
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/x-amz-json-2.0']) {
    const { status, value } = await ask('{}', { type })
    assert.deepEqual([status, value.__type], [400, 'SerializationException'])
  }
  assert.equal((await ask('{}', { type: 'application/x-amz-json-1.1; charset=utf-8' })).status, 200)
})

test('what is no object of JSON, or of another type than the model, is refused in words', async () => {
  const wrong = [
    '[]',
    '"x"',
    '1',
    'null',
    'true',
    '{',
    '{"MaxResults":}',
    '{"MaxResults":"5"}',
    '{"MaxResults":1.5}',
    '{"MaxResults":1e99}',
    '{"MaxResults":{}}',
    '{"LookupAttributes":{}}',
    '{"LookupAttributes":[null]}',
    '{"LookupAttributes":["x"]}',
    '{"StartTime":"yesterday"}',
    '{"NextToken":7}',
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    `{"x":${'{"x":'.repeat(5000)}1${'}'.repeat(5000)}}`,
    Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d),
  ]
  for (const body of wrong) {
    const { status, value } = await ask(body)
    assert.deepEqual([status, value.__type], [400, 'SerializationException'], String(body).slice(0, 60))
    assert.equal(typeof value.message, 'string')
  }
})

test('members that the model does not know, and names of the language, mean nothing', async () => {
  const { status } = await ask('{"__proto__":{"MaxResults":99},"constructor":1,"toString":2,"Other":[1]}')
  assert.equal(status, 200)
})

test('what the model forbids is a ValidationException', async () => {
  const { status, value } = await ask('{"MaxResults":51}')
  assert.deepEqual([status, value.__type], [400, 'ValidationException'])
  assert.match(value.message, /maxResults/)
})

test('a request without a signature, or with a wrong one, is refused in JSON', async () => {
  const headers = { 'x-amz-target': [target], host: ['cardea.test'] }
  const parts = { method: 'POST', path: '/', query: '', headers, body: new Uint8Array() }
  const { status, body } = await answer({ ...parts, remoteAddress: '203.0.113.9', secure: false }, door.house)
  assert.equal(status, 403)
  assert.equal(JSON.parse(String(body)).__type, 'MissingAuthenticationTokenException')
  const client = new CloudTrailClient({
    region: 'us-east-1',
    credentials: { ...door.administrator, secretAccessKey: 'x'.repeat(40) },
    endpoint: 'http://cardea.test',
    maxAttempts: 1,
    systemClockOffset: door.now() - Date.now(),
    requestHandler: handlerOf(door.house),
  })
  await assert.rejects(client.send(new LookupEventsCommand({})), { name: 'InvalidSignatureException' })
})

test('no bytes make it fail otherwise than with a refusal', async () => {
  const json = fc.json({ maxDepth: 4 })
  const bytes = fc.uint8Array({ maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(fc.oneof(json, bytes), fc.option(fc.string({ maxLength: 80 })), async (body, other) => {
      const { status } = await ask(body, other === null ? {} : { target: other })
      assert.ok(status === 200 || (status >= 400 && status < 500), String(status))
    }),
    { numRuns: 300 },
  )
})
