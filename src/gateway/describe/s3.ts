import type { Context } from '#engine'
import { type Ask, type Call, neededText, type Rule, textIn } from './call.ts'
import { passRole } from './role.ts'
import type { ServiceRules } from './rules.ts'
import { bodyText, bodyTexts, bucketWishes } from './s3-body.ts'
import { s3Keys, setsAcl } from './s3-key.ts'
import {
  allOnObject,
  copyObject,
  createMultipartUpload,
  deleteObject,
  deleteObjects,
  onObject,
  putObject,
  putObjectLegalHold,
  putObjectRetention,
  putObjectTagging,
  restoreObject,
  uploadPart,
  uploadPartCopy,
} from './s3-object.ts'
import { requestTags } from './tag.ts'

/** Operations on a bucket that need one action on it. Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3". */
const bucketActions: Readonly<Record<string, string>> = {
  DeleteBucket: 'DeleteBucket',
  DeleteBucketAnalyticsConfiguration: 'PutAnalyticsConfiguration',
  DeleteBucketCors: 'PutBucketCORS',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketIntelligentTieringConfiguration: 'PutIntelligentTieringConfiguration',
  DeleteBucketInventoryConfiguration: 'PutInventoryConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  DeleteBucketMetadataConfiguration: 'DeleteBucketMetadataTableConfiguration',
  DeleteBucketMetadataTableConfiguration: 'DeleteBucketMetadataTableConfiguration',
  DeleteBucketMetricsConfiguration: 'PutMetricsConfiguration',
  DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
  DeleteBucketPolicy: 'DeleteBucketPolicy',
  DeleteBucketReplication: 'PutReplicationConfiguration',
  DeleteBucketTagging: 'PutBucketTagging',
  DeleteBucketWebsite: 'DeleteBucketWebsite',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetBucketAbac: 'GetBucketAbac',
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  GetBucketAcl: 'GetBucketAcl',
  GetBucketAnalyticsConfiguration: 'GetAnalyticsConfiguration',
  GetBucketCors: 'GetBucketCORS',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  GetBucketIntelligentTieringConfiguration: 'GetIntelligentTieringConfiguration',
  GetBucketInventoryConfiguration: 'GetInventoryConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  GetBucketLocation: 'GetBucketLocation',
  GetBucketLogging: 'GetBucketLogging',
  GetBucketMetadataConfiguration: 'GetBucketMetadataTableConfiguration',
  GetBucketMetadataTableConfiguration: 'GetBucketMetadataTableConfiguration',
  GetBucketMetricsConfiguration: 'GetMetricsConfiguration',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  GetBucketOwnershipControls: 'GetBucketOwnershipControls',
  GetBucketPolicy: 'GetBucketPolicy',
  GetBucketPolicyStatus: 'GetBucketPolicyStatus',
  GetBucketReplication: 'GetReplicationConfiguration',
  GetBucketRequestPayment: 'GetBucketRequestPayment',
  GetBucketTagging: 'GetBucketTagging',
  GetBucketVersioning: 'GetBucketVersioning',
  GetBucketWebsite: 'GetBucketWebsite',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  HeadBucket: 'ListBucket',
  ListBucketAnalyticsConfigurations: 'GetAnalyticsConfiguration',
  ListBucketIntelligentTieringConfigurations: 'GetIntelligentTieringConfiguration',
  ListBucketInventoryConfigurations: 'GetInventoryConfiguration',
  ListBucketMetricsConfigurations: 'GetMetricsConfiguration',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  PutBucketAbac: 'PutBucketAbac',
  PutBucketAccelerateConfiguration: 'PutAccelerateConfiguration',
  PutBucketAcl: 'PutBucketAcl',
  PutBucketAnalyticsConfiguration: 'PutAnalyticsConfiguration',
  PutBucketCors: 'PutBucketCORS',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  PutBucketIntelligentTieringConfiguration: 'PutIntelligentTieringConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  PutBucketLogging: 'PutBucketLogging',
  PutBucketMetricsConfiguration: 'PutMetricsConfiguration',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  PutBucketOwnershipControls: 'PutBucketOwnershipControls',
  PutBucketPolicy: 'PutBucketPolicy',
  PutBucketRequestPayment: 'PutBucketRequestPayment',
  PutBucketTagging: 'PutBucketTagging',
  PutBucketVersioning: 'PutBucketVersioning',
  PutBucketWebsite: 'PutBucketWebsite',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
}

const tables = 'it makes and changes tables of S3 Tables beside the bucket'

const operations: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(Object.entries(bucketActions).map(([name, action]) => [name, onBucket(action)])),
  ListBuckets: () => [{ action: 'ListAllMyBuckets', resource: '*' }],
  CreateBucket: createBucket,
  PutBucketReplication: putBucketReplication,
  PutBucketInventoryConfiguration: putInventory,
  GetObject: onObject('GetObject', 'GetObjectVersion'),
  HeadObject: onObject('GetObject', 'GetObjectVersion'),
  GetObjectAcl: onObject('GetObjectAcl', 'GetObjectVersionAcl'),
  GetObjectAnnotation: onObject('GetObjectAnnotation', 'GetObjectVersionAnnotation'),
  GetObjectAttributes: allOnObject(
    onObject('GetObject', 'GetObjectVersion'),
    onObject('GetObjectAttributes', 'GetObjectVersionAttributes'),
  ),
  GetObjectLegalHold: onObject('GetObjectLegalHold'),
  GetObjectRetention: onObject('GetObjectRetention'),
  GetObjectTagging: onObject('GetObjectTagging', 'GetObjectVersionTagging'),
  GetObjectTorrent: onObject('GetObjectTorrent'),
  SelectObjectContent: onObject('GetObject'),
  ListObjectAnnotations: onObject('ListObjectAnnotations', 'ListObjectVersionAnnotations'),
  ListParts: onObject('ListMultipartUploadParts'),
  PutObject: putObject,
  CopyObject: copyObject,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: putObject,
  AbortMultipartUpload: onObject('AbortMultipartUpload'),
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  DeleteObjectAnnotation: onObject('DeleteObjectAnnotation', 'DeleteObjectVersionAnnotation'),
  DeleteObjectTagging: onObject('DeleteObjectTagging', 'DeleteObjectVersionTagging'),
  PutObjectAcl: onObject('PutObjectAcl', 'PutObjectVersionAcl'),
  PutObjectAnnotation: onObject('PutObjectAnnotation', 'PutObjectVersionAnnotation'),
  PutObjectTagging: putObjectTagging,
  PutObjectRetention: putObjectRetention,
  PutObjectLegalHold: putObjectLegalHold,
  RestoreObject: restoreObject,
}

export const s3Rules: ServiceRules = {
  keys: s3Keys,
  operations: Object.fromEntries(Object.entries(operations).map(([name, rule]) => [name, inBothNames(rule)])),
  refused: {
    CreateBucketMetadataConfiguration: tables,
    CreateBucketMetadataTableConfiguration: tables,
    UpdateBucketMetadataAnnotationTableConfiguration: tables,
    UpdateBucketMetadataInventoryTableConfiguration: tables,
    UpdateBucketMetadataJournalTableConfiguration: tables,
    CreateSession: 'directory buckets are not covered',
    ListDirectoryBuckets: 'directory buckets are not covered',
    RenameObject: 'directory buckets are not covered',
    UpdateObjectEncryption: 'which keys of KMS it uses cannot be told from the request',
    WriteGetObjectResponse: 'S3 Object Lambda is not covered',
  },
}

/**
 * DIFFERS: S3 keeps every slash of a key, and stores that are made of files take repeated ones for one. What is asked of a key with
 * repeated slashes is asked of the key without them too, so that it is decided on whichever the upstream means.
 */
function inBothNames(rule: Rule): Rule {
  return (call) =>
    rule(call).flatMap((ask) => {
      const other = ask.resource.replace(/\/{2,}/g, '/')
      return other === ask.resource ? [ask] : [ask, { ...ask, resource: other }]
    })
}

function onBucket(action: string): Rule {
  return (call) => [{ action, resource: bucketArn(call) }]
}

function bucketArn(call: Call): string {
  return `arn:${call.arrived.partition}:s3:::${neededText(call, 'Bucket')}`
}

function createBucket(call: Call): readonly Ask[] {
  const resource = bucketArn(call)
  const { location, tags } = bucketWishes(call.arrived.request.body)
  const lock = (textIn(call.input, 'ObjectLockEnabledForBucket') ?? 'false').toLowerCase() !== 'false'
  const context: Context = {
    ...requestTags(tags),
    ...(location !== undefined && { 's3:locationconstraint': location }),
  }
  const actions = [
    'CreateBucket',
    ...(setsAcl(call) ? ['PutBucketAcl'] : []),
    ...(textIn(call.input, 'ObjectOwnership') !== undefined ? ['PutBucketOwnershipControls'] : []),
    ...(lock ? ['PutBucketObjectLockConfiguration', 'PutBucketVersioning'] : []),
    ...(tags.length > 0 ? ['TagResource'] : []),
  ]
  return actions.map((action) => ({ action, resource, context }))
}

function putBucketReplication(call: Call): readonly Ask[] {
  const role = bodyText(call.arrived.request.body, 'ReplicationConfiguration', 'Role')
  const resource = bucketArn(call)
  return [{ action: 'PutReplicationConfiguration', resource }, ...passRole(call, role, 's3.amazonaws.com')]
}

function putInventory(call: Call): readonly Ask[] {
  const fields = bodyTexts(call.arrived.request.body, ['InventoryConfiguration', 'OptionalFields', 'Field'])
  const context: Context = fields.length === 0 ? {} : { 's3:InventoryAccessibleOptionalFields': fields }
  return [{ action: 'PutInventoryConfiguration', resource: bucketArn(call), context }]
}
