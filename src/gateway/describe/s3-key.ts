import type { Context } from '#engine'
import { readClaim } from '#protocol'
import { type Call, textIn } from './call.ts'
import type { Unknown } from './described.ts'
import type { Keys } from './rules.ts'

/** Condition keys that are a member of the input under another name. */
const members: Readonly<Record<string, string>> = {
  'x-amz-acl': 'ACL',
  'x-amz-grant-full-control': 'GrantFullControl',
  'x-amz-grant-read': 'GrantRead',
  'x-amz-grant-read-acp': 'GrantReadACP',
  'x-amz-grant-write': 'GrantWrite',
  'x-amz-grant-write-acp': 'GrantWriteACP',
  'x-amz-metadata-directive': 'MetadataDirective',
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'x-amz-server-side-encryption-customer-algorithm': 'SSECustomerAlgorithm',
  'x-amz-storage-class': 'StorageClass',
  'x-amz-website-redirect-location': 'WebsiteRedirectLocation',
  'x-amz-object-ownership': 'ObjectOwnership',
  'x-amz-bucket-namespace': 'BucketNamespace',
  'x-amz-object-if-match': 'ObjectIfMatch',
  'x-amz-object-annotation-directive': 'AnnotationDirective',
  'if-match': 'IfMatch',
  'if-none-match': 'IfNoneMatch',
  'object-lock-mode': 'ObjectLockMode',
  'object-lock-retain-until-date': 'ObjectLockRetainUntilDate',
  'object-lock-legal-hold': 'ObjectLockLegalHoldStatus',
  'object-lock-event-hold': 'ObjectLockEventHold',
  'object-lock-event-hold-duration-days': 'ObjectLockEventHoldDurationDays',
  prefix: 'Prefix',
  delimiter: 'Delimiter',
  'max-keys': 'MaxKeys',
  versionid: 'VersionId',
  'annotation-prefix': 'AnnotationPrefix',
  'max-annotation-results': 'MaxAnnotationResults',
}

/** Keys that say nothing in a call to a bucket of the ordinary kind, and those that a rule gives where they say something. */
const settled: readonly string[] = [
  ...Object.keys(members).map((name) => `s3:${name}`),
  's3:AccessGrantsInstanceArn',
  's3:AccessPointNetworkOrigin',
  's3:AccessPointTag/',
  's3:DataAccessPointAccount',
  's3:DataAccessPointArn',
  's3:ResourceAccount',
  's3:x-amz-copy-source',
  's3:locationconstraint',
  's3:RequestObjectTag/',
  's3:RequestObjectTagKeys',
  's3:ObjectCreationOperation',
  's3:isReplicationPauseRequest',
  's3:InventoryAccessibleOptionalFields',
  's3:object-lock-remaining-retention-days',
]

const day = 86_400_000
const grants = ['ACL', 'GrantFullControl', 'GrantRead', 'GrantReadACP', 'GrantWrite', 'GrantWriteACP'] as const

/** Whether a request sets an access control list by its headers. */
export function setsAcl({ input }: Call): boolean {
  return grants.some((name) => textIn(input, name) !== undefined)
}

/** The condition keys of a call of S3. */
export function s3Keys(call: Call, action: string): Keys {
  if (!action.startsWith('s3:')) return {}
  const context: Record<string, Context[string]> = Object.create(null)
  for (const [key, name] of Object.entries(members)) {
    const value = textIn(call.input, name)
    if (value !== undefined) context[`s3:${key}`] = value
  }
  const signed = signatureKeys(call)
  return {
    context: { ...context, 's3:ResourceAccount': call.arrived.account, ...signed.context, ...retentionKeys(call) },
    settled,
    absent: signed.absent,
    unknown: bucketTags(call),
  }
}

/** How many days an object shall be kept, counted from now. */
export function remainingDays(until: string | undefined, at: number | undefined): Context {
  const end = until === undefined ? Number.NaN : Date.parse(until)
  if (Number.isNaN(end) || at === undefined) return {}
  return { 's3:object-lock-remaining-retention-days': String(Math.max(0, Math.ceil((end - at) / day))) }
}

function retentionKeys({ input, arrived }: Call): Context {
  return remainingDays(textIn(input, 'ObjectLockRetainUntilDate'), arrived.at)
}

const ofSignature = ['s3:authType', 's3:signatureversion', 's3:signatureAge', 's3:x-amz-content-sha256']

/** Keys of the signature. Gives: those that are absent, of which an anonymous request has all. */
function signatureKeys({ arrived }: Call): { readonly context: Context; readonly absent: readonly string[] } {
  const { request, head, at } = arrived
  const claim = readClaim(head ?? request)
  const version = /^TLSv(\d+(?:\.\d+)?)$/.exec(request.tls?.version ?? '')?.[1]
  const tls: Context = version === undefined ? {} : { 's3:TlsVersion': version }
  const plain = request.secure ? [] : ['s3:TlsVersion']
  if (claim === undefined) return { context: tls, absent: head === undefined ? plain : [...plain, ...ofSignature] }
  const payload = claim.payload ?? (claim.form === 'query' ? 'UNSIGNED-PAYLOAD' : undefined)
  const context: Context = {
    ...tls,
    's3:authType': claim.form === 'query' ? 'REST-QUERY-STRING' : 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    ...(payload !== undefined && { 's3:x-amz-content-sha256': payload }),
    ...(at !== undefined && { 's3:signatureAge': String(Math.max(0, at - claim.signedAt)) }),
  }
  return { context, absent: payload === undefined ? [...plain, 's3:x-amz-content-sha256'] : plain }
}

function bucketTags({ input, arrived }: Call): readonly Unknown[] {
  const bucket = textIn(input, 'Bucket')
  if (bucket === undefined) return []
  const key = 's3:BucketTag/'
  const find: Unknown['find'] = async ({ resourceTags }) => {
    const tags = await resourceTags?.(`arn:${arrived.partition}:s3:::${bucket}`)
    return tags && Object.fromEntries(Object.entries(tags).map(([name, value]) => [`${key}${name}`, value]))
  }
  return [{ key, find }]
}

/** The tags that an object has before the call. */
export function existingTags(object: {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string
}): Unknown {
  const key = 's3:ExistingObjectTag/'
  return {
    key,
    async find({ objectTags }) {
      const tags = await objectTags?.(object)
      return tags && Object.fromEntries(Object.entries(tags).map(([name, value]) => [`${key}${name}`, value]))
    },
  }
}
