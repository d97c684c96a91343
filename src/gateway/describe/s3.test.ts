import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as s3 from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import fc from 'fast-check'
import { Fault, type HttpRequest } from '#protocol'
import { capturing, requestOf } from '../../../test/captured-request.ts'
import { type Described, describe, identifyTarget, isNotCovered, settle } from './index.ts'

const bucketDomains = ['localhost']
const pathStyle = new s3.S3Client({ ...capturing, forcePathStyle: true })
const hosted = new s3.S3Client({ ...capturing, forcePathStyle: false })
const at = Date.parse('2026-06-01T00:00:00Z')

type Command = object

function describeS3(request: HttpRequest): Described {
  const target = identifyTarget(request, { services: ['s3'], bucketDomains })
  return describe(target, {
    request,
    account: '123456789012',
    region: 'eu-west-1',
    partition: 'aws',
    bucketDomains,
    at,
  })
}

/** The needs of a command in both styles, as `PutObject photos/a.jpg`. */
async function needsOf(command: Command): Promise<readonly string[]> {
  const [one, other] = [await described(command, pathStyle), await described(command, hosted)]
  const words = ({ needs }: Described) =>
    needs.map(({ action, resource }) => `${action.replace('s3:', '')} ${resource.replace('arn:aws:s3:::', '')}`)
  assert.deepEqual(words(one), words(other))
  assert.deepEqual(contexts(one), contexts(other))
  return words(one)
}

function contexts({ needs }: Described): readonly object[] {
  return needs.map(({ context: { 's3:signatureAge': _, 's3:x-amz-content-sha256': __, ...rest } }) => rest)
}

async function described(command: Command, client: s3.S3Client): Promise<Described> {
  return describeS3(await requestOf(client, command))
}

async function contextOf(command: Command) {
  return (await described(command, pathStyle)).needs[0]?.context ?? {}
}

function arrived(method: string, url: string, headers: Readonly<Record<string, string>> = {}, body = ''): HttpRequest {
  const [path = '', query = ''] = url.split('?')
  const named = Object.entries({ host: 'gateway.internal', ...headers }).map(
    ([name, value]) => [name, [value]] as const,
  )
  return {
    method,
    path,
    query,
    headers: Object.fromEntries(named),
    body: Buffer.from(body),
    remoteAddress: '',
    secure: false,
  }
}

const Bucket = 'photos'
const Key = 'a b/ü*?+%2f/c.jpg'
const key = `photos/${Key}`
const VersionId = 'v1'

const objects: readonly (readonly [Command, readonly string[]])[] = [
  [new s3.GetObjectCommand({ Bucket, Key }), [`GetObject ${key}`]],
  [new s3.GetObjectCommand({ Bucket, Key, VersionId }), [`GetObjectVersion ${key}`]],
  [new s3.GetObjectCommand({ Bucket, Key, PartNumber: 2, ResponseContentType: 'text/plain' }), [`GetObject ${key}`]],
  [new s3.HeadObjectCommand({ Bucket, Key }), [`GetObject ${key}`]],
  [new s3.HeadObjectCommand({ Bucket, Key, VersionId }), [`GetObjectVersion ${key}`]],
  [new s3.GetObjectAclCommand({ Bucket, Key }), [`GetObjectAcl ${key}`]],
  [new s3.GetObjectAclCommand({ Bucket, Key, VersionId }), [`GetObjectVersionAcl ${key}`]],
  [new s3.GetObjectTaggingCommand({ Bucket, Key, VersionId }), [`GetObjectVersionTagging ${key}`]],
  [
    new s3.GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ETag'] }),
    [`GetObject ${key}`, `GetObjectAttributes ${key}`],
  ],
  [new s3.GetObjectRetentionCommand({ Bucket, Key, VersionId }), [`GetObjectRetention ${key}`]],
  [new s3.GetObjectLegalHoldCommand({ Bucket, Key }), [`GetObjectLegalHold ${key}`]],
  [new s3.PutObjectCommand({ Bucket, Key, Body: 'x' }), [`PutObject ${key}`]],
  [new s3.PutObjectCommand({ Bucket, Key, Body: 'x', ACL: 'private' }), [`PutObject ${key}`, `PutObjectAcl ${key}`]],
  [
    new s3.PutObjectCommand({
      Bucket,
      Key,
      Body: 'x',
      GrantRead: 'uri="x"',
      Tagging: 'team=a%20b&x=',
      ObjectLockMode: 'GOVERNANCE',
      ObjectLockRetainUntilDate: new Date('2026-06-11T00:00:00Z'),
      ObjectLockLegalHoldStatus: 'ON',
    }),
    ['PutObject', 'PutObjectAcl', 'PutObjectTagging', 'PutObjectRetention', 'PutObjectLegalHold'].map(
      (name) => `${name} ${key}`,
    ),
  ],
  [
    new s3.CreateMultipartUploadCommand({ Bucket, Key, Tagging: 'a=b' }),
    [`PutObject ${key}`, `PutObjectTagging ${key}`],
  ],
  [new s3.UploadPartCommand({ Bucket, Key, UploadId: 'u', PartNumber: 1, Body: 'x' }), [`PutObject ${key}`]],
  [
    new s3.UploadPartCopyCommand({ Bucket, Key, UploadId: 'u', PartNumber: 1, CopySource: 'old/a%20b?versionId=3' }),
    ['GetObjectVersion old/a b', `PutObject ${key}`],
  ],
  [new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId: 'u' }), [`PutObject ${key}`]],
  [new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId: 'u' }), [`AbortMultipartUpload ${key}`]],
  [new s3.ListPartsCommand({ Bucket, Key, UploadId: 'u' }), [`ListMultipartUploadParts ${key}`]],
  [
    new s3.CopyObjectCommand({
      Bucket,
      Key,
      CopySource: 'old/x.jpg',
      TaggingDirective: 'REPLACE',
      Tagging: 'a=b',
      ACL: 'private',
    }),
    ['GetObject old/x.jpg', `PutObject ${key}`, `PutObjectAcl ${key}`, `PutObjectTagging ${key}`],
  ],
  [
    new s3.CopyObjectCommand({ Bucket, Key, CopySource: '/old/x.jpg' }),
    ['GetObject old/x.jpg', `PutObject ${key}`, 'GetObjectTagging old/x.jpg', `PutObjectTagging ${key}`],
  ],
  [new s3.DeleteObjectCommand({ Bucket, Key }), [`DeleteObject ${key}`]],
  [
    new s3.DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }),
    [`DeleteObjectVersion ${key}`, `BypassGovernanceRetention ${key}`],
  ],
  [
    new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a&<b>' }, { Key: 'c//d', VersionId }] } }),
    ['DeleteObject photos/a&<b>', 'DeleteObjectVersion photos/c//d', 'DeleteObjectVersion photos/c/d'],
  ],
  [new s3.DeleteObjectTaggingCommand({ Bucket, Key }), [`DeleteObjectTagging ${key}`]],
  [
    new s3.PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }),
    [`PutObjectTagging ${key}`],
  ],
  [new s3.PutObjectAclCommand({ Bucket, Key, ACL: 'private', VersionId }), [`PutObjectVersionAcl ${key}`]],
  [
    new s3.PutObjectRetentionCommand({
      Bucket,
      Key,
      Retention: { Mode: 'GOVERNANCE' },
      BypassGovernanceRetention: true,
    }),
    [`PutObjectRetention ${key}`, `BypassGovernanceRetention ${key}`],
  ],
  [new s3.RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days: 1 } }), [`RestoreObject ${key}`]],
  [
    new s3.SelectObjectContentCommand({
      Bucket,
      Key,
      Expression: 'select 1',
      ExpressionType: 'SQL',
      InputSerialization: {},
      OutputSerialization: {},
    }),
    [`GetObject ${key}`],
  ],
]

test('an operation on an object needs its action on that object, and one more for all that it sets beside', async () => {
  for (const [command, needs] of objects) assert.deepEqual(await needsOf(command), needs, command.constructor.name)
})

const buckets: readonly (readonly [Command, readonly string[]])[] = [
  [new s3.ListObjectsCommand({ Bucket }), ['ListBucket photos']],
  [new s3.ListObjectsV2Command({ Bucket, Prefix: 'a/' }), ['ListBucket photos']],
  [new s3.ListObjectVersionsCommand({ Bucket }), ['ListBucketVersions photos']],
  [new s3.ListMultipartUploadsCommand({ Bucket }), ['ListBucketMultipartUploads photos']],
  [new s3.HeadBucketCommand({ Bucket }), ['ListBucket photos']],
  [new s3.DeleteBucketCommand({ Bucket }), ['DeleteBucket photos']],
  [new s3.GetBucketLocationCommand({ Bucket }), ['GetBucketLocation photos']],
  [new s3.GetBucketCorsCommand({ Bucket }), ['GetBucketCORS photos']],
  [new s3.DeleteBucketCorsCommand({ Bucket }), ['PutBucketCORS photos']],
  [new s3.GetBucketLifecycleConfigurationCommand({ Bucket }), ['GetLifecycleConfiguration photos']],
  [new s3.DeleteBucketLifecycleCommand({ Bucket }), ['PutLifecycleConfiguration photos']],
  [new s3.GetBucketEncryptionCommand({ Bucket }), ['GetEncryptionConfiguration photos']],
  [new s3.GetBucketReplicationCommand({ Bucket }), ['GetReplicationConfiguration photos']],
  [new s3.GetBucketNotificationConfigurationCommand({ Bucket }), ['GetBucketNotification photos']],
  [new s3.GetObjectLockConfigurationCommand({ Bucket }), ['GetBucketObjectLockConfiguration photos']],
  [new s3.GetPublicAccessBlockCommand({ Bucket }), ['GetBucketPublicAccessBlock photos']],
  [new s3.DeletePublicAccessBlockCommand({ Bucket }), ['PutBucketPublicAccessBlock photos']],
  [new s3.GetBucketMetricsConfigurationCommand({ Bucket, Id: 'x' }), ['GetMetricsConfiguration photos']],
  [new s3.ListBucketMetricsConfigurationsCommand({ Bucket }), ['GetMetricsConfiguration photos']],
  [new s3.GetBucketPolicyCommand({ Bucket }), ['GetBucketPolicy photos']],
  [new s3.PutBucketPolicyCommand({ Bucket, Policy: '{}' }), ['PutBucketPolicy photos']],
  [new s3.DeleteBucketPolicyCommand({ Bucket }), ['DeleteBucketPolicy photos']],
  [new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: {} }), ['PutBucketVersioning photos']],
  [new s3.PutBucketAclCommand({ Bucket, ACL: 'private' }), ['PutBucketAcl photos']],
  [
    new s3.PutBucketReplicationCommand({
      Bucket,
      ReplicationConfiguration: { Role: 'arn:aws:iam::123456789012:role/copy', Rules: [] },
    }),
    ['PutReplicationConfiguration photos', 'iam:PassRole arn:aws:iam::123456789012:role/copy'],
  ],
  [
    new s3.CreateBucketCommand({
      Bucket,
      ACL: 'private',
      ObjectOwnership: 'BucketOwnerEnforced',
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1', Tags: [{ Key: 'a', Value: 'b' }] },
    }),
    [
      'CreateBucket',
      'PutBucketAcl',
      'PutBucketOwnershipControls',
      'PutBucketObjectLockConfiguration',
      'PutBucketVersioning',
      'TagResource',
    ].map((name) => `${name} photos`),
  ],
]

test('an operation on a bucket needs the action that AWS names for it', async () => {
  for (const [command, needs] of buckets) assert.deepEqual(await needsOf(command), needs, command.constructor.name)
  assert.deepEqual((await described(new s3.ListBucketsCommand(), pathStyle)).needs[0]?.resource, '*')
})

test('the condition keys of S3 are what the request says', async () => {
  const list = await contextOf(new s3.ListObjectsV2Command({ Bucket, Prefix: 'home/a/', Delimiter: '/', MaxKeys: 5 }))
  assert.equal(list['s3:prefix'], 'home/a/')
  assert.equal(list['s3:delimiter'], '/')
  assert.equal(list['s3:max-keys'], '5')
  assert.equal(list['s3:authType'], 'REST-HEADER')
  assert.equal(list['s3:signatureversion'], 'AWS4-HMAC-SHA256')
  const put = await contextOf(
    new s3.PutObjectCommand({
      Bucket,
      Key,
      Body: 'x',
      ACL: 'public-read',
      ServerSideEncryption: 'AES256',
      StorageClass: 'GLACIER',
      Tagging: 'team=a%20b&k=1',
      IfNoneMatch: '*',
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: new Date('2026-06-11T00:00:00Z'),
    }),
  )
  assert.equal(put['s3:x-amz-acl'], 'public-read')
  assert.equal(put['s3:x-amz-server-side-encryption'], 'AES256')
  assert.equal(put['s3:x-amz-storage-class'], 'GLACIER')
  assert.equal(put['s3:RequestObjectTag/team'], 'a b')
  assert.deepEqual(put['s3:RequestObjectTagKeys'], ['team', 'k'])
  assert.equal(put['s3:if-none-match'], '*')
  assert.equal(put['s3:object-lock-mode'], 'COMPLIANCE')
  assert.equal(put['s3:object-lock-remaining-retention-days'], '10')
  const made = await contextOf(
    new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  )
  assert.equal(made['s3:locationconstraint'], 'eu-west-1')
  const version = await contextOf(new s3.GetObjectCommand({ Bucket, Key, VersionId }))
  assert.equal(version['s3:versionid'], 'v1')
})

test('a presigned request says so, and its headers may stand in the query', async () => {
  const command = new s3.PutObjectCommand({ Bucket, Key: 'k', ACL: 'public-read', Tagging: 'a=b' })
  const client = new s3.S3Client({
    region: 'eu-west-1',
    endpoint: 'http://localhost:9000',
    forcePathStyle: true,
    credentials: capturing.credentials,
  })
  const { pathname, search, host } = new URL(await getSignedUrl(client, command))
  const { needs } = describeS3(arrived('PUT', `${pathname}${search}`, { host }))
  assert.deepEqual(
    needs.map(({ action }) => action),
    ['s3:PutObject', 's3:PutObjectAcl', 's3:PutObjectTagging'],
  )
  assert.equal(needs[0]?.context['s3:authType'], 'REST-QUERY-STRING')
  assert.equal(needs[0]?.context['s3:x-amz-content-sha256'], 'UNSIGNED-PAYLOAD')
  assert.throws(() => describeS3(arrived('PUT', `${pathname}${search}`, { host, 'x-amz-acl': 'private' })), /differ/)
})

test('of a request that no longer has its signature, the keys of the signature are unknown, and an anonymous one has none', () => {
  const keys = ['s3:authType', 's3:signatureversion', 's3:signatureAge', 's3:x-amz-content-sha256']
  const request = arrived('GET', '/photos/k')
  const target = identifyTarget(request, { services: ['s3'], bucketDomains })
  const parts = { request, account: '123456789012', region: 'eu-west-1', partition: 'aws', at } as const
  const unknownOf = ({ needs }: Described) => keys.filter((name) => needs[0]?.unknown?.some(({ key }) => key === name))
  assert.deepEqual(unknownOf(describe(target, parts)), keys)
  const anonymous = describe(target, { ...parts, head: request })
  assert.deepEqual(unknownOf(anonymous), [])
  for (const name of keys) assert.equal(anonymous.needs[0]?.context[name], undefined)
  const query =
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260531%2Feu-west-1%2Fs3%2Faws4_request' +
    '&X-Amz-Date=20260531T235000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=0'
  const [presigned] = describe(target, { ...parts, head: { ...request, query } }).needs
  assert.equal(presigned?.context['s3:authType'], 'REST-QUERY-STRING')
  assert.equal(presigned?.context['s3:signatureAge'], '600000')
})

test('a key of KMS that encrypts an object must be one that the caller may use', async () => {
  const id = '1234abcd-12ab-34cd-56ef-1234567890ab'
  const { needs } = await described(
    new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'x', SSEKMSKeyId: id }),
    pathStyle,
  )
  assert.equal(needs[1]?.action, 'kms:GenerateDataKey')
  assert.equal(needs[1]?.resource, `arn:aws:kms:eu-west-1:123456789012:key/${id}`)
  assert.equal(needs[1]?.context['kms:ViaService'], 's3.eu-west-1.amazonaws.com')
})

test('tags go with a copy where the source has some, and the permissions are needed then', async () => {
  const copy = await described(new s3.CopyObjectCommand({ Bucket, Key: 'k', CopySource: 'old/x' }), pathStyle)
  const actions = async (tags: Record<string, string> | undefined) =>
    (await settle(copy, { objectTags: async () => tags })).needs.map(({ action }) => action.slice(3))
  assert.deepEqual(await actions({}), ['GetObject', 'PutObject'])
  for (const tags of [{ a: 'b' }, undefined])
    assert.deepEqual(await actions(tags), ['GetObject', 'PutObject', 'GetObjectTagging', 'PutObjectTagging'])
})

test('the tags that an object has are asked for when a policy wants them', async () => {
  const [need] = (await described(new s3.GetObjectCommand({ Bucket, Key: 'k' }), pathStyle)).needs
  const unknown = need?.unknown?.find((one) => one.key === 's3:ExistingObjectTag/')
  assert.deepEqual(await unknown?.find({ objectTags: async ({ key: name }) => ({ team: name }) }), {
    's3:ExistingObjectTag/team': 'k',
  })
  assert.equal(await unknown?.find({}), undefined)
})

test('what could be read in two ways is refused', () => {
  const refused: readonly (readonly [
    method: string,
    url: string,
    headers?: Readonly<Record<string, string>>,
    body?: string,
  ])[] = [
    ['GET', '/photos/a/../b'],
    ['GET', '/photos/a/%2e%2e/b'],
    ['GET', '/photos/./b'],
    ['GET', '/photos/a\\..\\b'],
    ['GET', '/photos/%c3%28'],
    ['GET', '/photos/%zz'],
    ['GET', '/photos/a%00b'],
    ['GET', '//photos/a'],
    ['GET', '/pho%74os/a'],
    ['GET', '/photos?acl&policy'],
    ['GET', '/photos?acl&acl'],
    ['GET', '/photos?acl&ACL'],
    ['GET', '/photos?acl=1'],
    ['GET', '/photos/k?versionId='],
    ['GET', '/photos/k?x-id=PutObject'],
    ['GET', '/photos/k?prefix=a&unheard=1'],
    ['GET', '/photos?list-type=3'],
    ['GET', '/photos?Action=ListUsers&Version=2010-05-08'],
    ['GET', '/photos', { 'x-amz-target': 'DynamoDB_20120810.GetItem' }],
    ['PUT', '/photos/k?x-amz-copy-source=other/k'],
    ['PUT', '/photos/k', { 'x-amz-copy-source': 'arn:aws:s3:eu-west-1:123456789012:accesspoint/a/object/k' }],
    ['PUT', '/photos/k', { 'x-amz-copy-source': 'other/a+b' }],
    ['PUT', '/photos/k', { 'x-amz-copy-source': 'other' }],
    ['PUT', '/photos/k', { 'x-amz-copy-source': 'other/../k' }],
    ['PUT', '/photos/k?renameObject', { 'x-amz-rename-source': 'a' }],
    ['GET', '/arn%3Aaws%3As3%3Aeu-west-1%3A123456789012%3Aaccesspoint%2Fa/k'],
    ['GET', '/mine-s3alias/k'],
    ['GET', '/mine--euw1-az1--x-s3/k'],
    ['POST', '/photos', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['HEAD', '/photos/k?acl'],
    ['PATCH', '/photos/k'],
    ['GET', '/photos/k', { host: 'photos.s3-accesspoint.eu-west-1.amazonaws.com' }],
    ['POST', '/photos?delete', {}, '<Delete></Delete>'],
    ['POST', '/photos?delete', {}, '<Delete><Object><Key> a</Key></Object></Delete>'],
    ['POST', '/photos?delete', {}, '<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>'],
    ['POST', '/photos?delete', {}, `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1_001)}</Delete>`],
    ['POST', '/photos?delete', {}, '<!DOCTYPE x [<!ENTITY a "b">]><Delete><Object><Key>&a;</Key></Object></Delete>'],
    [
      'PUT',
      '/photos/k?tagging',
      {},
      '<Tagging><TagSet><Tag><Key>a</Key></Tag><Tag><Key>a</Key></Tag></TagSet></Tagging>',
    ],
  ]
  for (const [method, url, headers, body] of refused)
    assert.throws(
      () => describeS3(arrived(method, url, headers, body)),
      (error) => error instanceof Fault && (isNotCovered(error) || error.status === 400),
      `${method} ${url} ${JSON.stringify(headers ?? {})}`,
    )
})

test('a request whose headers come twice is refused', () => {
  const request = arrived('PUT', '/photos/k')
  for (const name of ['x-amz-acl', 'x-amz-tagging', 'host', 'x-amz-storage-class'])
    assert.throws(() => describeS3({ ...request, headers: { ...request.headers, [name]: ['a', 'b'] } }), Fault, name)
})

test('whatever the key, both styles name the same object, and repeated slashes are decided on as one too', () => {
  const segment = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 8 })
  const keys = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(keys, (name) => {
      fc.pre(name !== '' && name.isWellFormed() && !name.includes('\0'))
      fc.pre(!name.split(/[/\\]/).some((part) => part === '.' || part === '..'))
      const path = name.split('/').map(encodeURIComponent).join('/')
      const needs = [
        describeS3(arrived('GET', `/photos/${path}`)),
        describeS3(arrived('GET', `/${path}`, { host: 'photos.localhost' })),
        describeS3(arrived('GET', `/${path}`, { host: 'photos.s3.eu-west-1.amazonaws.com' })),
        describeS3(arrived('GET', `/photos/${encodeURIComponent(name)}`)),
      ].map((one) => one.needs.map(({ action, resource }) => `${action} ${resource}`))
      const names = new Set([`photos/${name}`, `photos/${name}`.replace(/\/+/g, '/')])
      for (const one of needs)
        assert.deepEqual(
          one,
          [...names].map((own) => `s3:GetObject arn:aws:s3:::${own}`),
        )
    }),
  )
})

test('no request makes anything but a description or a refusal', () => {
  const methods = fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS')
  const paths = fc.oneof(fc.string(), fc.constantFrom('/photos', '/photos/k', '/')).map((text) => `/${text}`)
  const queries = fc
    .array(
      fc.constantFrom('acl', 'tagging', 'uploads', 'uploadId=1', 'delete', 'versionId=2', 'x-id=PutObject', '%', '&'),
    )
    .map((all) => all.join('&'))
  fc.assert(
    fc.property(methods, paths, queries, fc.string(), (method, path, query, body) => {
      try {
        assert.ok(describeS3({ ...arrived(method, '/', {}, body), path, query }).needs.length > 0)
      } catch (error) {
        assert.ok(error instanceof Fault && error.status < 500, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
