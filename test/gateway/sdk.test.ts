import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { openRig, openS3, type Rig } from './rig.ts'

let upstream: Awaited<ReturnType<typeof openS3>>
let rig: Rig

before(async () => {
  upstream = await openS3('photos', 'backup')
  rig = await openRig({ services: new Map([['s3', upstream.url]]) })
})

after(async () => {
  await rig.close()
  await upstream.close()
})

const Bucket = 'photos'

async function textOf(Key: string): Promise<string | undefined> {
  const { Body } = await rig.s3().send(new GetObjectCommand({ Bucket, Key }))
  return Body?.transformToString()
}

test('every checksum that the SDK can send is verified, in a header and in a trailer', async () => {
  const s3 = rig.s3()
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const) {
    await s3.send(new PutObjectCommand({ Bucket, Key: ChecksumAlgorithm, Body: 'meow', ChecksumAlgorithm }))
    assert.equal(await textOf(ChecksumAlgorithm), 'meow')
    const Body = Readable.from([Buffer.from('me'), Buffer.from('ow')])
    await s3.send(
      new PutObjectCommand({ Bucket, Key: `${ChecksumAlgorithm}/stream`, Body, ContentLength: 4, ChecksumAlgorithm }),
    )
    assert.equal(await textOf(`${ChecksumAlgorithm}/stream`), 'meow')
  }
})

test('an upload in parts arrives whole', async () => {
  const body = Buffer.alloc(11_000_000, 'parts')
  const upload = new Upload({
    client: rig.s3(),
    params: { Bucket, Key: 'large', Body: Readable.from([body.subarray(0, 6_000_000), body.subarray(6_000_000)]) },
    partSize: 5_242_880,
  })
  await upload.done()
  assert.equal((await rig.s3().send(new HeadObjectCommand({ Bucket, Key: 'large' }))).ContentLength, body.length)
  const { Body } = await rig.s3().send(new GetObjectCommand({ Bucket, Key: 'large', Range: 'bytes=10999995-' }))
  assert.equal(await Body?.transformToString(), 'parts')
})

test('names of objects that need encoding arrive as they are', async () => {
  for (const Key of ['a b/c+d&e=f', 'ü/漢字.txt', "it's (100%)!*~", 'q?x=1#y']) {
    await rig.s3().send(new PutObjectCommand({ Bucket, Key, Body: Key }))
    assert.equal(await textOf(Key), Key)
  }
})

test('a copy needs to read its source and to write its target', async () => {
  await rig.s3().send(new PutObjectCommand({ Bucket, Key: 'source', Body: 'copied' }))
  const copy = new CopyObjectCommand({ Bucket: 'backup', Key: 'target', CopySource: '/photos/source' })
  const writer = await rig.user('writer', { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::backup/*' })
  await assert.rejects(rig.s3(writer).send(copy), { name: 'AccessDenied', message: /s3:GetObject/ })
  const both = ['arn:aws:s3:::backup/*', 'arn:aws:s3:::photos/source']
  const copier = await rig.user('copier', { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: both })
  await rig.s3(copier).send(copy)
  const { Body } = await rig.s3().send(new GetObjectCommand({ Bucket: 'backup', Key: 'target' }))
  assert.equal(await Body?.transformToString(), 'copied')
})

test('a deletion of many objects needs the permission for each', async () => {
  for (const Key of ['mine/1', 'theirs/1']) await rig.s3().send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
  const owner = await rig.user('owner', {
    Effect: 'Allow',
    Action: 's3:DeleteObject',
    Resource: 'arn:aws:s3:::photos/mine/*',
  })
  const remove = (...keys: readonly string[]) =>
    rig.s3(owner).send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }))
  await assert.rejects(remove('mine/1', 'theirs/1'), { name: 'AccessDenied' })
  assert.equal(await textOf('mine/1'), 'x')
  await remove('mine/1')
  await assert.rejects(textOf('mine/1'), { name: 'NoSuchKey' })
  assert.equal(await textOf('theirs/1'), 'x')
})

test('a listing is limited to a prefix', async () => {
  const lister = await rig.user('lister', {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::photos',
    Condition: { StringLike: { 's3:prefix': 'mine/*' } },
  })
  const list = (Prefix?: string) =>
    rig.s3(lister).send(new ListObjectsV2Command({ Bucket, ...(Prefix === undefined ? {} : { Prefix }) }))
  await list('mine/')
  await list('mine/deeper')
  await assert.rejects(list('theirs/'), { name: 'AccessDenied' })
  await assert.rejects(list(), { name: 'AccessDenied' })
})

test('a presigned address is good for what it was made for, and until its date', async () => {
  await rig.s3().send(new PutObjectCommand({ Bucket, Key: 'shared', Body: 'shared' }))
  const url = await getSignedUrl(rig.s3(), new GetObjectCommand({ Bucket, Key: 'shared' }), { expiresIn: 60 })
  const answer = await fetch(url)
  assert.equal(await answer.text(), 'shared')
  assert.equal((await fetch(url.replace('/shared', '/source'))).status, 403)
  assert.ok([400, 403].includes((await fetch(url, { method: 'DELETE' })).status))
  const past = await getSignedUrl(rig.s3(), new GetObjectCommand({ Bucket, Key: 'shared' }), {
    expiresIn: 60,
    signingDate: new Date(Date.now() - 120_000),
  })
  const late = await fetch(past)
  assert.equal(late.status, 403)
  assert.match(await late.text(), /Request has expired/)
  const upload = await getSignedUrl(rig.s3(), new PutObjectCommand({ Bucket, Key: 'given' }))
  assert.equal((await fetch(upload, { method: 'PUT', body: 'given' })).status, 200)
  assert.equal(await textOf('given'), 'given')
})

test('a session of a role does what the role may do, from the same address that gave it', async () => {
  const iam = rig.iam()
  const trust = { Effect: 'Allow', Principal: { AWS: rig.account }, Action: 'sts:AssumeRole' }
  const may = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/shared' }
  const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement })
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'viewer', AssumeRolePolicyDocument: document(trust) }),
  )
  await iam.send(new PutRolePolicyCommand({ RoleName: 'viewer', PolicyName: 'own', PolicyDocument: document(may) }))
  const sts = new STSClient({ region: 'us-east-1', endpoint: rig.url, credentials: rig.administrator })
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'me' }))
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
  const { Body } = await rig.s3(credentials).send(new GetObjectCommand({ Bucket, Key: 'shared' }))
  assert.equal(await Body?.transformToString(), 'shared')
  const other = new GetObjectCommand({ Bucket, Key: 'source' })
  await assert.rejects(rig.s3(credentials).send(other), { name: 'AccessDenied', message: /assumed-role\/viewer\/me/ })
  const url = await getSignedUrl(rig.s3(credentials), new GetObjectCommand({ Bucket, Key: 'shared' }))
  assert.equal(await (await fetch(url)).text(), 'shared')
})

test('buckets that are hosts are the same buckets', async () => {
  const s3 = rig.s3(rig.administrator, {
    forcePathStyle: false,
    endpoint: `http://s3.localhost:${rig.port}`,
  })
  const reached = await s3.send(new GetObjectCommand({ Bucket, Key: 'shared' })).catch((cause: Error) => cause)
  // Not every machine resolves names below localhost.
  if (reached instanceof Error) assert.match(reached.message, /ENOTFOUND|EAI_AGAIN/)
  else assert.equal(await reached.Body?.transformToString(), 'shared')
})
