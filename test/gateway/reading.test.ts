import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Credentials } from '../front-door.ts'
import { call } from './raw.ts'
import { openRecording, openRig, type Recording, type Rig } from './rig.ts'

let upstream: Recording
let rig: Rig
let credentials: Credentials

const account = '111122223333'

before(async () => {
  upstream = await openRecording()
  const services = new Map(['s3', 'dynamodb', 'sqs'].map((name) => [name, upstream.url]))
  rig = await openRig({ services })
  credentials = await rig.user('own', {
    Effect: 'Allow',
    Action: ['s3:*', 'dynamodb:*', 'sqs:*'],
    Resource: [
      'arn:aws:s3:::mine',
      'arn:aws:s3:::mine/*',
      `arn:aws:dynamodb:us-east-1:${account}:table/mine`,
      `arn:aws:sqs:us-east-1:${account}:mine`,
    ],
  })
})

beforeEach(() => upstream.received.splice(0))

after(async () => {
  await rig.close()
  await upstream.close()
})

function get(path: string, query = '') {
  return call(rig, { method: 'GET', path, query, credentials })
}

const sentAs = [
  ['/mine/a;x=1', '', '/mine/a%3Bx%3D1'],
  ['/mine/%61%2fb+c', '', '/mine/a%2Fb%2Bc'],
  ["/mine/a:b'(c)*!", '', '/mine/a%3Ab%27%28c%29%2A%21'],
  ['/mine/a', '%61cl', '/mine/a?acl'],
  ['/mine/a', 'versionId=1;acl', '/mine/a?versionId=1%3Bacl'],
  ['/mine', '%70refix=a+b%2bc', '/mine?prefix=a%20b%2Bc'],
] as const

for (const [path, query, url] of sentAs)
  test(`${path}?${query} is sent on in the one form in which all servers read it alike`, async () => {
    const { status } = await get(path, query)
    assert.equal(status, 200)
    assert.equal(upstream.received.pop()?.url, url)
  })

const unclear = ['/mine/..;/theirs/x', '/mine/.;x/a', '/mine/%2e%2e%3b/theirs/x', '/mine/%25%32%65%25%32%65/theirs/x']

for (const path of unclear)
  test(`${path} is refused, for servers read it differently`, async () => {
    assert.equal((await get(path)).status, 400)
    assert.equal(upstream.received.length, 0)
  })
