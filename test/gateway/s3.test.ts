import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { openRig, openS3, type Rig } from './rig.ts'

let upstream: Awaited<ReturnType<typeof openS3>>
let rig: Rig

before(async () => {
  upstream = await openS3('photos')
  rig = await openRig({ services: new Map([['s3', upstream.url]]) })
})

after(async () => {
  await rig.close()
  await upstream.close()
})

test('an administrator writes an object through the gateway and reads it back', async () => {
  const s3 = rig.s3()
  await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'a/cat.jpg', Body: 'meow' }))
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'a/cat.jpg' }))
  assert.equal(await Body?.transformToString(), 'meow')
})

test('a user reads what the policy lets it read, and nothing else', async () => {
  const own = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/a/*' }
  const s3 = rig.s3(await rig.user('reader', own))
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'a/cat.jpg' }))
  assert.equal(await Body?.transformToString(), 'meow')
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'b/cat.jpg' })), {
    name: 'AccessDenied',
    message: /s3:GetObject on resource: "arn:aws:s3:::photos\/b\/cat.jpg" because no identity-based policy allows/,
  })
  await assert.rejects(s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'a/cat.jpg', Body: 'x' })), {
    name: 'AccessDenied',
  })
  const refused: { $metadata?: { httpStatusCode?: number } } = await s3
    .send(new HeadObjectCommand({ Bucket: 'photos', Key: 'b/cat.jpg' }))
    .catch((cause) => cause)
  assert.equal(refused.$metadata?.httpStatusCode, 403)
})
