import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DeleteAccessKeyCommand, DeleteUserCommand } from '@aws-sdk/client-iam'
import {
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { createAccount } from '#services'
import { call, send } from './raw.ts'
import { openRig, openS3, type Rig } from './rig.ts'

let upstream: Awaited<ReturnType<typeof openS3>>
let rig: Rig

before(async () => {
  upstream = await openS3('photos', 'secret', 'gone')
  rig = await openRig({ services: new Map([['s3', upstream.url]]) })
  for (const Bucket of ['photos', 'secret'])
    for (const Key of ['public/cat.jpg', 'cat.jpg'])
      await rig.s3().send(new PutObjectCommand({ Bucket, Key, Body: 'meow' }))
})

after(async () => {
  await rig.close()
  await upstream.close()
})

const Bucket = 'photos'

function document(Statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

async function setPolicy(statement: object): Promise<void> {
  await rig.s3().send(new PutBucketPolicyCommand({ Bucket, Policy: document(statement) }))
}

const publicRead = {
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::photos/public/*',
}

const get = (target: string) => send(rig, { method: 'GET', target, headers: { host: 'x' } })

test('the policy of a bucket is kept, shown and forgotten', async () => {
  const s3 = rig.s3()
  await assert.rejects(s3.send(new GetBucketPolicyCommand({ Bucket })), { name: 'NoSuchBucketPolicy' })
  await setPolicy(publicRead)
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }))
  assert.deepEqual(JSON.parse(Policy).Statement, publicRead)
  const { PolicyStatus } = await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))
  assert.equal(PolicyStatus?.IsPublic, true)
  await s3.send(new DeleteBucketPolicyCommand({ Bucket }))
  await assert.rejects(s3.send(new GetBucketPolicyCommand({ Bucket })), { name: 'NoSuchBucketPolicy' })
})

test('a policy that cannot be taken is refused as S3 refuses it', async () => {
  const bad = [
    '{',
    document({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' }),
    document({ ...publicRead, Resource: 'arn:aws:s3:::secret/*' }),
    document({ ...publicRead, Resource: '*' }),
    document({ ...publicRead, Effect: 'allow' }),
  ]
  for (const Policy of bad)
    await assert.rejects(rig.s3().send(new PutBucketPolicyCommand({ Bucket, Policy })), { name: 'MalformedPolicy' })
  await assert.rejects(rig.s3().send(new GetBucketPolicyCommand({ Bucket })), { name: 'NoSuchBucketPolicy' })
})

test('nobody keeps a policy without the permission to', async () => {
  const reader = await rig.user('reader', { Effect: 'Allow', Action: 's3:Get*', Resource: '*' })
  const put = new PutBucketPolicyCommand({ Bucket, Policy: document(publicRead) })
  await assert.rejects(rig.s3(reader).send(put), { name: 'AccessDenied', message: /s3:PutBucketPolicy/ })
})

test('a request without a signature reaches what the policy of the bucket makes public, and nothing else', async () => {
  assert.equal((await get('/photos/public/cat.jpg')).status, 403)
  await setPolicy(publicRead)
  const { status, text } = await get('/photos/public/cat.jpg')
  assert.equal(status, 200)
  assert.equal(text, 'meow')
  for (const target of ['/photos/cat.jpg', '/secret/public/cat.jpg', '/photos', '/'])
    assert.equal((await get(target)).status, 403, target)
  await rig.s3().send(new DeleteBucketPolicyCommand({ Bucket }))
  assert.equal((await get('/photos/public/cat.jpg')).status, 403)
})

test('a policy for everybody of an account is not one for those without a signature', async () => {
  await setPolicy({ ...publicRead, Principal: { AWS: rig.account } })
  assert.equal((await get('/photos/public/cat.jpg')).status, 403)
  await rig.s3().send(new DeleteBucketPolicyCommand({ Bucket }))
})

test('a deny in the policy of a bucket holds against whoever the account lets in', async () => {
  await setPolicy([{ ...publicRead, Effect: 'Deny' }])
  await assert.rejects(rig.s3().send(new GetObjectCommand({ Bucket, Key: 'public/cat.jpg' })), {
    name: 'AccessDenied',
    message: /explicit deny in a resource-based policy/,
  })
  await rig.s3().send(new GetObjectCommand({ Bucket, Key: 'cat.jpg' }))
  await rig.s3().send(new DeleteBucketPolicyCommand({ Bucket }))
})

test('another account needs the policy of the bucket and its own', async () => {
  const other = await createAccount(rig.store, {
    id: '444455556666',
    name: 'other',
    email: 'other@example.com',
    rootKey: false,
    now: Date.now(),
  })
  const read = new GetObjectCommand({ Bucket, Key: 'public/cat.jpg' })
  await assert.rejects(rig.s3(other.administrator).send(read), { name: 'AccessDenied', message: 'Access Denied' })
  await setPolicy({ ...publicRead, Principal: { AWS: '444455556666' } })
  const { Body } = await rig.s3(other.administrator).send(read)
  assert.equal(await Body?.transformToString(), 'meow')
  await rig.s3().send(new DeleteBucketPolicyCommand({ Bucket }))
})

const api = async (name: string, body: object, more: object = {}) => {
  const raw = { method: 'POST', path: `/cardea/resource/v1/${name}`, service: 'cardea', body: JSON.stringify(body) }
  const { status, text } = await call(rig, { ...raw, ...more })
  return { status, ...(JSON.parse(text) as Readonly<Record<string, unknown>>) }
}

test('a policy of any resource is kept through the API of Cardea, and decides', async () => {
  const resourceArn = 'arn:aws:s3:::photos'
  const kept = await api('put-policy', { resourceArn, policy: document(publicRead) })
  assert.equal(kept.status, 200)
  assert.equal((await get('/photos/public/cat.jpg')).status, 200)
  const shown: Readonly<Record<string, unknown>> = await api('get-policy', { resourceArn })
  assert.deepEqual(JSON.parse(String(shown['policy'])).Statement, publicRead)
  assert.equal((await api('delete-policy', { resourceArn })).status, 200)
  assert.equal((await api('get-policy', { resourceArn })).status, 404)
  assert.equal((await get('/photos/public/cat.jpg')).status, 403)
})

test('the API of Cardea refuses what it cannot keep, and whoever may not', async () => {
  const resourceArn = 'arn:acme:invoices:eu-west-1:111122223333:invoice/1'
  const policy = document({ ...publicRead, Action: 'invoices:Read', Resource: resourceArn })
  assert.equal((await api('put-policy', { resourceArn, policy })).status, 200)
  for (const body of [
    { resourceArn: 'photos', policy },
    { resourceArn: 'arn:aws:s3:::photos/cat.jpg', policy },
    { resourceArn: 'arn:aws:s3:::*', policy },
    { resourceArn, policy: '{}' },
    { resourceArn },
    { resourceArn, policy, more: 1 },
  ])
    assert.equal((await api('put-policy', body)).status, 400, JSON.stringify(body))
  const credentials = await rig.user('clerk')
  assert.equal((await api('put-policy', { resourceArn, policy }, { credentials })).status, 403)
  const unsigned = await send(rig, { method: 'POST', target: '/cardea/resource/v1/list', headers: { host: 'x' } })
  assert.equal(unsigned.status, 403)
})

test('tags that are kept of a bucket are those that its policies see', async () => {
  const tagged = await rig.user('tagged', {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: '*',
    Condition: { StringEquals: { 'aws:ResourceTag/stage': 'test' } },
  })
  const list = () => call(rig, { method: 'GET', path: '/photos', credentials: tagged })
  assert.equal((await list()).status, 403)
  const resourceArn = 'arn:aws:s3:::photos'
  assert.equal((await api('tag', { resourceArn, tags: { stage: 'test' } })).status, 200)
  assert.equal((await list()).status, 200)
  assert.equal((await api('untag', { resourceArn, tagKeys: ['stage'] })).status, 200)
  assert.equal((await list()).status, 403)
})

test('the policy of a bucket goes with the bucket', async () => {
  const policy = document({ ...publicRead, Resource: 'arn:aws:s3:::gone/*' })
  await rig.s3().send(new PutBucketPolicyCommand({ Bucket: 'gone', Policy: policy }))
  await rig.s3().send(new DeleteBucketCommand({ Bucket: 'gone' }))
  await assert.rejects(rig.s3().send(new GetBucketPolicyCommand({ Bucket: 'gone' })), { name: 'NoSuchBucketPolicy' })
})

test('a policy names somebody, and whoever gets the name later is not meant', async () => {
  const grant = (name: string) => ({ ...publicRead, Principal: { AWS: `arn:aws:iam::${rig.account}:user/${name}` } })
  await assert.rejects(setPolicy(grant('nobody')), { name: 'MalformedPolicy', message: 'Invalid principal in policy' })
  const first = await rig.user('guest')
  await setPolicy(grant('guest'))
  const read = new GetObjectCommand({ Bucket, Key: 'public/cat.jpg' })
  await rig.s3(first).send(read)
  await rig.iam().send(new DeleteAccessKeyCommand({ UserName: 'guest', AccessKeyId: first.accessKeyId }))
  await rig.iam().send(new DeleteUserCommand({ UserName: 'guest' }))
  const second = await rig.user('guest')
  await assert.rejects(rig.s3(second).send(read), { name: 'AccessDenied' })
  await rig.s3().send(new DeleteBucketPolicyCommand({ Bucket }))
})
