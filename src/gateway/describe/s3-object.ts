import type { Context } from '#engine'
import { type Ask, type Call, nameOf, neededText, type Rule, textIn } from './call.ts'
import type { Late } from './described.ts'
import { keyAsk } from './kms-key.ts'
import { notCovered } from './refusal.ts'
import { bodyText, doomedObjects, tagsInBody, tagsInHeader } from './s3-body.ts'
import { existingTags, remainingDays, setsAcl } from './s3-key.ts'
import { type CopySource, readCopySource } from './s3-name.ts'

/** The object of a call. */
export function objectOf(call: Call): CopySource {
  const versionId = textIn(call.input, 'VersionId')
  return {
    bucket: neededText(call, 'Bucket'),
    key: neededText(call, 'Key'),
    ...(versionId !== undefined && { versionId }),
  }
}

export function objectArn({ arrived }: Call, { bucket, key }: CopySource): string {
  return `arn:${arrived.partition}:s3:::${bucket}/${key}`
}

/** One action on the object of the call. Takes: another action for one version of it. */
export function onObject(action: string, versioned = action): Rule {
  return (call) => [askObject(call, objectOf(call), { action, versioned })]
}

/** Several actions on the object of the call. */
export function allOnObject(...rules: readonly Rule[]): Rule {
  return (call) => rules.flatMap((rule) => rule(call))
}

interface Actions {
  readonly action: string
  readonly versioned: string
  readonly context?: Context
}

function askObject(call: Call, object: CopySource, { action, versioned, context }: Actions): Ask {
  const named = object.versionId === undefined ? action : versioned
  return {
    action: named,
    resource: objectArn(call, object),
    context: { ...(object.versionId !== undefined && { 's3:versionid': object.versionId }), ...context },
    unknown: [existingTags(object)],
  }
}

/** Writing an object, with all that its headers set beside. */
export const putObject: Rule = (call) => writing(call, 'true')

export const createMultipartUpload: Rule = (call) => writing(call, 'false')

/** A part of an object, and the object that the part is copied from. */
export const uploadPart: Rule = (call) => [
  {
    action: 'PutObject',
    resource: objectArn(call, objectOf(call)),
    context: { 's3:ObjectCreationOperation': 'false' },
  },
]

export const uploadPartCopy: Rule = (call) => {
  const source = sourceOf(call)
  const copied: Context = { 's3:x-amz-copy-source': `${source.bucket}/${source.key}` }
  return [
    readingSource(call, source),
    ...uploadPart(call).map((ask) => ({ ...ask, context: { ...ask.context, ...copied } })),
  ]
}

export const copyObject: Rule = (call) => {
  const source = sourceOf(call)
  const copied: Context = { 's3:x-amz-copy-source': `${source.bucket}/${source.key}` }
  const writes = writing(call, 'true').map((ask) => ({ ...ask, context: { ...ask.context, ...copied } }))
  return [readingSource(call, source), ...writes, ...copiedTags(call, source)]
}

export const deleteObject: Rule = (call) => {
  const object = objectOf(call)
  return [
    { ...askObject(call, object, { action: 'DeleteObject', versioned: 'DeleteObjectVersion' }) },
    ...bypassing(call, objectArn(call, object)),
  ]
}

export const deleteObjects: Rule = (call) => {
  const bucket = neededText(call, 'Bucket')
  return doomedObjects(call.arrived.request.body).flatMap((doomed) => {
    const object = { ...doomed, bucket }
    return [
      askObject(call, object, { action: 'DeleteObject', versioned: 'DeleteObjectVersion' }),
      ...bypassing(call, objectArn(call, object)),
    ]
  })
}

export const putObjectTagging: Rule = (call) => {
  const context = objectTags(tagsInBody(call.arrived.request.body))
  return [
    askObject(call, objectOf(call), { action: 'PutObjectTagging', versioned: 'PutObjectVersionTagging', context }),
  ]
}

export const putObjectRetention: Rule = (call) => {
  const { body } = call.arrived.request
  const resource = objectArn(call, objectOf(call))
  const mode = bodyText(body, 'Retention', 'Mode')
  const until = bodyText(body, 'Retention', 'RetainUntilDate')
  const context: Context = {
    ...(mode !== undefined && { 's3:object-lock-mode': mode }),
    ...(until !== undefined && { 's3:object-lock-retain-until-date': until }),
    ...remainingDays(until, call.arrived.at),
  }
  return [{ action: 'PutObjectRetention', resource, context }, ...bypassing(call, resource)]
}

export const putObjectLegalHold: Rule = (call) => {
  const status = bodyText(call.arrived.request.body, 'LegalHold', 'Status')
  const context: Context = status === undefined ? {} : { 's3:object-lock-legal-hold': status }
  return [{ action: 'PutObjectLegalHold', resource: objectArn(call, objectOf(call)), context }]
}

/** Restoring an archived copy; what S3 Select writes elsewhere is another matter. */
export const restoreObject: Rule = (call) => {
  const { body } = call.arrived.request
  if (body.length > 0 && (bodyText(body, 'RestoreRequest', 'Type') ?? '') !== '')
    throw notCovered(nameOf(call), 'a restore that selects writes to another place')
  return onObject('RestoreObject')(call)
}

function writing(call: Call, creates: 'true' | 'false'): readonly Ask[] {
  const resource = objectArn(call, objectOf(call))
  const has = (name: string) => textIn(call.input, name) !== undefined
  const tagging = textIn(call.input, 'Tagging')
  const context: Context = {
    's3:ObjectCreationOperation': creates,
    ...(tagging !== undefined && objectTags(tagsInHeader(tagging))),
  }
  const beside = [
    ...(setsAcl(call) ? ['PutObjectAcl'] : []),
    ...(tagging !== undefined ? ['PutObjectTagging'] : []),
    ...(has('ObjectLockMode') || has('ObjectLockRetainUntilDate') || has('ObjectLockEventHold')
      ? ['PutObjectRetention']
      : []),
    ...(has('ObjectLockLegalHoldStatus') ? ['PutObjectLegalHold'] : []),
  ]
  const unknown = [existingTags(objectOf(call))]
  const asks = ['PutObject', ...beside].map((action) => ({
    action,
    resource,
    context,
    ...(action !== 'PutObject' && { unknown }),
  }))
  return [...asks, ...encrypting(call, resource)]
}

/** A key of KMS that the request names must be one that the caller may use. */
function encrypting(call: Call, resource: string): readonly Ask[] {
  const key = textIn(call.input, 'SSEKMSKeyId')
  if (key === undefined || key === '') return []
  const context: Context = {
    'kms:ViaService': `s3.${call.arrived.region}.amazonaws.com`,
    'kms:EncryptionContext:aws:s3:arn': resource,
    'kms:EncryptionContextKeys': ['aws:s3:arn'],
  }
  const actions =
    call.operation.name === 'CreateMultipartUpload' ? ['kms:GenerateDataKey', 'kms:Decrypt'] : ['kms:GenerateDataKey']
  return actions.map((action) => keyAsk(call, key, { action, context }))
}

function bypassing(call: Call, resource: string): readonly Ask[] {
  const asked = (textIn(call.input, 'BypassGovernanceRetention') ?? '').toLowerCase()
  return asked === '' || asked === 'false' ? [] : [{ action: 'BypassGovernanceRetention', resource }]
}

function sourceOf(call: Call): CopySource {
  return readCopySource(neededText(call, 'CopySource'))
}

function readingSource(call: Call, source: CopySource): Ask {
  return askObject(call, source, { action: 'GetObject', versioned: 'GetObjectVersion' })
}

/** Tags go with a copy unless the request gives others; then both may be needed only if the source has tags. */
function copiedTags(call: Call, source: CopySource): readonly Ask[] {
  if ((textIn(call.input, 'TaggingDirective') ?? 'COPY') !== 'COPY') return []
  const late: Late = {
    async applies({ objectTags: lookUp }) {
      const tags = await lookUp?.(source)
      return tags && Object.keys(tags).length > 0
    },
  }
  const reads = askObject(call, source, { action: 'GetObjectTagging', versioned: 'GetObjectVersionTagging' })
  const target = objectOf(call)
  const writes = { action: 'PutObjectTagging', resource: objectArn(call, target), unknown: [existingTags(target)] }
  return [reads, writes].map((ask) => ({ ...ask, late }))
}

function objectTags(tags: readonly (readonly [key: string, value: string])[]): Context {
  const context: Record<string, Context[string]> = Object.create(null)
  for (const [key, value] of tags) context[`s3:RequestObjectTag/${key}`] = value
  context['s3:RequestObjectTagKeys'] = tags.map(([key]) => key)
  return context
}
