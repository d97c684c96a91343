import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { call, send, signed, speak } from './raw.ts'
import { openRecording, openRig, type Recording, type Rig } from './rig.ts'

let upstream: Recording
let rig: Rig

before(async () => {
  upstream = await openRecording()
  rig = await openRig({ services: new Map([['s3', upstream.url]]) })
})

beforeEach(() => upstream.received.splice(0))

after(async () => {
  await rig.close()
  await upstream.close()
})

const path = '/photos/cat.jpg'

function assertUntouched(): void {
  assert.equal(upstream.received.length, 0)
}

/** The lines of a signed request. */
function linesOf(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
}

/** Sends a signed GET whose bytes were changed. */
function speakGet(change: (text: string) => string): Promise<string> {
  const headers = signed(rig, { method: 'GET', path })
  return speak(rig, change(`GET ${path} HTTP/1.1\r\n${linesOf(headers)}\r\n`))
}

test('the bytes that the others change are a request that passes', async () => {
  assert.match(await speakGet((text) => text), /^HTTP\/1.1 200/)
  assert.equal(upstream.received.length, 1)
})

const smuggled = `GET /photos/other HTTP/1.1\r\nHost: x\r\n\r\n`
const changes: Readonly<Record<string, (text: string) => string>> = {
  'two hosts': (text) => text.replace('\r\n\r\n', '\r\nHost: photos.s3.localhost\r\n\r\n'),
  'no host': (text) => text.replace(/host: .*?\r\n/, ''),
  'two lengths that differ': (text) =>
    text.replace('\r\n\r\n', `\r\nContent-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`),
  'two lengths that are the same': (text) =>
    text.replace('\r\n\r\n', '\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nxx'),
  'a length and chunks': (text) =>
    text.replace('\r\n\r\n', `\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`),
  'chunks in a disguise': (text) =>
    text.replace('\r\n\r\n', `\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`),
  'an encoding before the chunks': (text) =>
    text.replace('\r\n\r\n', '\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'),
  'a length with a sign': (text) => text.replace('\r\n\r\n', '\r\nContent-Length: +2\r\n\r\nxx'),
  'a length in hexadecimal': (text) => text.replace('\r\n\r\n', '\r\nContent-Length: 0x2\r\n\r\nxx'),
  'a folded header': (text) => text.replace('\r\n\r\n', '\r\nx-other: a\r\n b\r\n\r\n'),
  'a space before the colon': (text) => text.replace('\r\n\r\n', '\r\nx-other : a\r\n\r\n'),
  'a target for a proxy': (text) => text.replace(` ${path}`, ` http://127.0.0.1${path}`),
  'a target that is a star': (text) => text.replace(` ${path}`, ' *'),
  'a target with a fragment': (text) => text.replace(` ${path}`, ` ${path}#x`),
  'an older HTTP': (text) => text.replace('HTTP/1.1', 'HTTP/0.9'),
  'a method that connects': (text) => text.replace('GET /photos/cat.jpg', 'CONNECT 127.0.0.1:80'),
}

for (const [what, change] of Object.entries(changes))
  test(`a request with ${what} is refused, and nothing reaches the upstream`, async () => {
    const answer = await speakGet(change)
    assert.doesNotMatch(answer, /^HTTP\/1.1 [23]/)
    assert.doesNotMatch(answer, /done/)
    assertUntouched()
  })

const paths = [
  '/photos/../other/cat.jpg',
  '/photos/./cat.jpg',
  '/photos/%2e%2e/other/cat.jpg',
  '/photos/%2E./cat.jpg',
  '/photos/a%2f..%2fcat.jpg',
  '/photos/a/..',
  '/photos/..%5ccat.jpg',
  '/photos/a\\cat.jpg',
  '/photos/cat%00.jpg',
  '/photos/%252e%252e/cat.jpg',
  '/photos/a%252fcat.jpg',
  '/photos%2fcat.jpg',
  '/photos/cat%zz.jpg',
  '/photos/%ff%fe',
  '//photos/cat.jpg',
  '/%70hotos/../photos/cat.jpg',
]

for (const one of paths)
  test(`the path ${one} is refused, for servers read it differently`, async () => {
    const { status } = await call(rig, { method: 'GET', path: one })
    assert.ok(status === 400 || status === 403, String(status))
    assertUntouched()
  })

test('a bucket that is a host is sent on in the path, and the path is not another bucket', async () => {
  const host = `photos.s3.localhost:${rig.port}`
  const { status } = await call(rig, { method: 'GET', path: '/other/cat.jpg', host })
  assert.equal(status, 200)
  assert.equal(upstream.received.pop()?.url, '/photos/other/cat.jpg')
})

test('a bucket that is a host of AWS is sent on in the path as well', async () => {
  const host = 'photos.s3.us-east-1.amazonaws.com'
  const { status } = await call(rig, { method: 'GET', path: '/cat.jpg', host })
  assert.equal(status, 200)
  assert.equal(upstream.received.pop()?.url, '/photos/cat.jpg')
})

test('headers that change what is done must be signed', async () => {
  for (const name of ['x-amz-acl', 'x-amz-copy-source', 'x-amz-tagging', 'x-amz-anything']) {
    const { status, text } = await call(rig, { body: 'meow', after: { [name]: '/other/secret' } })
    assert.equal(status, 403, name)
    assert.match(text, /must be a 'SignedHeader'/)
  }
  assertUntouched()
})

test('headers that make servers read another method, host or path are not sent on', async () => {
  const steering = {
    'x-http-method-override': 'DELETE',
    'x-original-url': '/other/cat.jpg',
    'x-rewrite-url': '/other/cat.jpg',
    'x-forwarded-host': 'other.s3.localhost',
    forwarded: 'host=other.s3.localhost',
    connection: 'x-amz-content-sha256',
  }
  const { status } = await call(rig, { method: 'GET', after: steering })
  assert.equal(status, 200)
  const { headers = {} } = upstream.received.pop() ?? {}
  for (const name of Object.keys(steering)) if (name !== 'connection') assert.equal(headers[name], undefined, name)
  assert.notEqual(headers['x-amz-content-sha256'], undefined)
})

test('nothing of the secrets of the caller is sent on, and nothing of those of the upstream comes back', async () => {
  const { status, text, headers } = await call(rig, { method: 'GET' })
  assert.equal(status, 200)
  const got = JSON.stringify(upstream.received.pop())
  assert.ok(!got.includes(rig.administrator.accessKeyId))
  assert.ok(got.includes('S3RVER'))
  assert.ok(!`${text}${JSON.stringify(headers)}`.includes('S3RVER'))
})

test('a signature for another service is refused', async () => {
  const { status } = await call(rig, { method: 'GET', service: 'dynamodb' })
  assert.ok(status === 400 || status === 403)
  assertUntouched()
})

test('a signature for a region that the upstream does not have is refused', async () => {
  const { status, text } = await call(rig, { method: 'GET', region: 'eu-west-1' })
  assert.equal(status, 403)
  assert.match(text, /valid region/)
  assertUntouched()
})

test('a request that is older or newer than a quarter of an hour is refused', async () => {
  for (const minutes of [-16, 16]) {
    const { status, text } = await call(rig, { method: 'GET', now: Date.now() + minutes * 60_000 })
    assert.equal(status, 403)
    assert.match(text, /<Code>RequestTimeTooSkewed<\/Code>/)
  }
  assertUntouched()
})

test('a key that is not known, and a secret that is not its own, are refused as S3 refuses them', async () => {
  const stranger = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' }
  const forger = { ...rig.administrator, secretAccessKey: 'secret' }
  assert.match((await call(rig, { method: 'GET', credentials: stranger })).text, /<Code>InvalidAccessKeyId<\/Code>/)
  assert.match((await call(rig, { method: 'GET', credentials: forger })).text, /<Code>SignatureDoesNotMatch<\/Code>/)
  assertUntouched()
})

test('signatures of version 2 are refused in the header and in the query', async () => {
  const headers = { host: `127.0.0.1:${rig.port}`, authorization: 'AWS S3RVER:c2lnbmF0dXJl' }
  const inHeader = await send(rig, { method: 'GET', target: path, headers })
  const query = 'AWSAccessKeyId=S3RVER&Signature=c2lnbmF0dXJl&Expires=9999999999'
  const inQuery = await send(rig, { method: 'GET', target: `${path}?${query}`, headers: { host: headers.host } })
  for (const { status, text } of [inHeader, inQuery]) {
    assert.equal(status, 400)
    assert.match(text, /<Code>InvalidRequest<\/Code>.* Please use AWS4-HMAC-SHA256\./)
  }
  assertUntouched()
})

test('a request without a signature reaches nothing that is not public', async () => {
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
    const { status } = await send(rig, { method, target: path, headers: { host: 'x', 'content-length': '0' } })
    assert.equal(status, 403, method)
  }
  assertUntouched()
})

test('parameters of headers in the query are held to what headers are', async () => {
  const twice = await call(rig, { query: 'x-amz-acl=private', headers: { 'x-amz-acl': 'public-read' }, body: 'meow' })
  assert.equal(twice.status, 400)
  assertUntouched()
  const { status } = await call(rig, { query: 'x-amz-acl=private', body: 'meow' })
  assert.equal(status, 200)
  const got = upstream.received.pop()
  assert.equal(got?.headers['x-amz-acl'], 'private')
  assert.equal(got?.url, path)
})

test('a method that has no body has none: an upstream that does not read it would take it for the next request', async () => {
  for (const method of ['GET', 'HEAD', 'DELETE']) {
    const { status } = await call(rig, { method, body: 'DELETE /photos/dog.jpg HTTP/1.1\r\nHost: x\r\n\r\n' })
    assert.equal(status, 400, method)
  }
  assertUntouched()
})
