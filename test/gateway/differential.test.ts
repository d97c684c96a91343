import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import type { Credentials } from '../front-door.ts'
import { call, type Raw } from './raw.ts'
import { openRecording, openRig, openS3, type Received, type Recording, type Rig } from './rig.ts'

/**
 * What the gateway described is held against what an upstream reads, in another way, from the request that it received.
 * The caller may do everything in one bucket; so whatever reaches the upstream must be about that bucket only.
 */
const own = {
  Effect: 'Allow',
  Action: 's3:*',
  Resource: ['arn:aws:s3:::mine', 'arn:aws:s3:::mine/*'],
}

const plain = fc.constantFrom('mine', 'a', 'b%20c', 'a+b', '%C3%A9', '~', 'A', '...')
const strange = fc.constantFrom(
  ...['theirs', '%2F', '%2f', '..', '.', '', '%2e%2e', '%25', '%252F', '%5C', ';x', '*', '%3F', 'theirs%2Fsecret'],
  ...['mine%2Fa', ':', '@', '%00', '%0d%0a'],
)
const segment = fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: strange })
const query = fc.constantFrom(
  ...['', '', '', 'acl', 'tagging', 'versionId=1', 'uploads', 'x-amz-acl=public-read', 'delete', 'list-type=2'],
  ...['prefix=theirs%2F', 'location', 'x-id=GetObject', 'response-content-type=text%2Fhtml', 'versions', 'policy='],
  ...[
    'x-amz-copy-source=%2Ftheirs%2Fsecret',
    'X-Amz-Copy-Source=theirs/secret',
    'tagging&acl',
    'torrent',
    'key=theirs',
  ],
  ...['bucket=theirs', 'partNumber=1&uploadId=x', 'attributes', 'restore', 'select&select-type=2', '/theirs/secret'],
)
const source = fc.constantFrom(
  ...[
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    '/theirs/secret',
    'theirs/secret',
    '/mine/a',
    'mine/a',
    '/mine/../theirs/secret',
  ],
  ...['%2Ftheirs%2Fsecret', '/theirs%2Fsecret', 'arn:aws:s3:::theirs/secret', '/mine/a?versionId=1', 'theirs/mine/a'],
)
const host = fc.constantFrom(
  ...[
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    'mine.s3.localhost',
    'theirs.s3.localhost',
    'MINE.s3.localhost:1',
    'mine.s3.amazonaws.com',
  ],
  ...['theirs.s3.us-east-1.amazonaws.com', 's3.localhost', 'theirs', 'mine.theirs.s3.localhost', 's3.amazonaws.com'],
)

const asked: fc.Arbitrary<Raw> = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'PUT', 'DELETE', 'HEAD', 'POST'),
    path: fc.array(segment, { minLength: 0, maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
    query,
    source,
    host,
    first: fc.constantFrom('/mine', '/mine', ''),
  })
  .map(({ source: from, host: at, first, path, ...raw }) => ({
    ...raw,
    path: `${first}${path}`,
    ...(at === undefined ? {} : { host: at }),
    headers: from === undefined ? {} : { 'x-amz-copy-source': from },
  }))

/** The bucket and the key as most servers read them: the path is split, and its parts are decoded once. */
function readByUpstream({ url, headers }: Pick<Received, 'url' | 'headers'>) {
  const path = url.split('?', 1)[0] ?? ''
  const [, bucket = '', ...rest] = path.split('/')
  const from = headers['x-amz-copy-source']
  const copied = decodeURIComponent(String(from ?? '/mine')).replace(/^\//, '')
  return {
    bucket: decodeURIComponent(bucket),
    key: decodeURIComponent(rest.join('/')),
    source: copied.replace(/^arn:aws:s3:::/, '').split('/', 1)[0],
    inQuery: [...new URL(url, 'http://x').searchParams.keys()].filter((name) => /^x-amz-/i.test(name)),
  }
}

let upstream: Recording
let rig: Rig
let credentials: Credentials

before(async () => {
  upstream = await openRecording()
  rig = await openRig({ services: new Map([['s3', upstream.url]]) })
  credentials = await rig.user('own', own)
})

after(async () => {
  await rig.close()
  await upstream.close()
})

test('whatever reaches the upstream is about what was described and allowed', async () => {
  let reached = 0
  await fc.assert(
    fc.asyncProperty(asked, async (raw) => {
      upstream.received.splice(0)
      const { status } = await call(rig, { ...raw, credentials })
      assert.ok(status < 500, `status ${status}`)
      for (const received of upstream.received) {
        reached += 1
        const { bucket, source: from, inQuery, key } = readByUpstream(received)
        assert.equal(bucket, 'mine')
        assert.equal(from, 'mine')
        assert.deepEqual(inQuery, [])
        assert.ok(!key.split('/').some((part) => part === '..' || part === '.'), key)
      }
    }),
    { numRuns: 400 },
  )
  // Chance never gives so few.
  assert.ok(reached > 20, `only ${reached} requests reached the upstream`)
})

test('nothing that a caller sends changes or shows what it may not reach, by effect', async () => {
  const store = await openS3('mine', 'theirs')
  const real = await openRig({ services: new Map([['s3', store.url]]) })
  try {
    const admin = real.s3()
    await admin.send(new PutObjectCommand({ Bucket: 'theirs', Key: 'secret', Body: 'their secret' }))
    await admin.send(new PutObjectCommand({ Bucket: 'mine', Key: 'a', Body: 'mine' }))
    const keepsBucket = { Effect: 'Deny', Action: 's3:DeleteBucket', Resource: 'arn:aws:s3:::mine' }
    const user = await real.user('own', [own, keepsBucket])
    await fc.assert(
      fc.asyncProperty(asked, async (raw) => {
        const { text, status } = await call(real, { ...raw, credentials: user, body: raw.method === 'PUT' ? 'x' : '' })
        if (status < 300) assert.ok(!text.includes('their secret') && !text.includes('<Name>theirs</Name>'), text)
      }),
      { numRuns: 150 },
    )
    const { Contents = [] } = await admin.send(new ListObjectsV2Command({ Bucket: 'theirs' }))
    assert.deepEqual(
      Contents.map(({ Key }) => Key),
      ['secret'],
    )
    const { Body } = await admin.send(new GetObjectCommand({ Bucket: 'theirs', Key: 'secret' }))
    assert.equal(await Body?.transformToString(), 'their secret')
    const { Contents: left = [] } = await admin.send(new ListObjectsV2Command({ Bucket: 'mine' }))
    for (const { Key } of left) {
      const { Body: found } = await admin.send(new GetObjectCommand({ Bucket: 'mine', Key }))
      assert.doesNotMatch((await found?.transformToString()) ?? '', /their secret/)
    }
  } finally {
    await real.close()
    await store.close()
  }
})
