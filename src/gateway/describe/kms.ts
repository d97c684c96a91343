import type { Context } from '#engine'
import { type Ask, type Call, nameOf, neededText, objectIn, ownArn, textIn, textsIn } from './call.ts'
import type { Late } from './described.ts'
import { keyAsk } from './kms-key.ts'
import { notCovered } from './refusal.ts'
import { each, onEverything } from './rule.ts'
import type { Keys, ServiceRules } from './rules.ts'

export const kmsRules: ServiceRules = {
  operations: {
    ...each(
      'CancelKeyDeletion CreateGrant Decrypt DeleteImportedKeyMaterial DeriveSharedSecret DescribeKey DisableKey DisableKeyRotation EnableKey EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GetKeyLastUsage GetKeyPolicy GetKeyRotationStatus GetParametersForImport GetPublicKey ImportKeyMaterial ListGrants ListKeyPolicies ListKeyRotations ListResourceTags PutKeyPolicy ReplicateKey RevokeGrant RotateKeyOnDemand ScheduleKeyDeletion Sign TagResource UntagResource UpdateKeyDescription UpdatePrimaryRegion Verify VerifyMac',
      onKey,
    ),
    ...each(
      'CreateCustomKeyStore ConnectCustomKeyStore DeleteCustomKeyStore DescribeCustomKeyStores DisconnectCustomKeyStore UpdateCustomKeyStore GenerateRandom ListAliases ListKeys ListRetirableGrants',
      onEverything,
    ),
    CreateKey: createKey,
    CreateAlias: onAlias,
    UpdateAlias: updateAlias,
    DeleteAlias: deleteAlias,
    ReEncrypt: reEncrypt,
    RetireGrant: retireGrant,
  },
  refused: {
    Decapsulate: 'AWS publishes no action for it',
    Encapsulate: 'AWS publishes no action for it',
  },
  keys: kmsKeys,
}

function onKey(call: Call): readonly Ask[] {
  const action = call.operation.name
  const context = encryptionContext(call, 'EncryptionContext')
  const sealed = action === 'Decrypt' && textIn(call.input, 'KeyId') === undefined
  const asks = sealed
    ? [sealedAsk(call, { action, context }, 'EncryptionContext')]
    : [keyAsk(call, neededText(call, 'KeyId'), { action, context })]
  if (action !== 'ReplicateKey') return asks
  const region = neededText(call, 'ReplicaRegion')
  if (!/^[a-z0-9-]{1,32}$/.test(region)) throw notCovered(nameOf(call), 'ReplicaRegion is no region')
  const replica = `arn:${call.arrived.partition}:kms:${region}:${call.arrived.account}:key/*`
  return [...asks, { action: 'CreateKey', resource: replica }]
}

function createKey(call: Call): readonly Ask[] {
  const tagged =
    (call.input['Tags'] ?? undefined) === undefined ? [] : [{ action: 'TagResource', resource: ownArn(call, 'key/*') }]
  return [{ action: 'CreateKey', resource: '*' }, ...tagged]
}

/** An alias needs the permission on itself and on its key. */
function onAlias(call: Call): readonly Ask[] {
  const action = call.operation.name
  return [{ action, resource: aliasArn(call) }, keyAsk(call, neededText(call, 'TargetKeyId'), { action })]
}

function updateAlias(call: Call): readonly Ask[] {
  return [...onAlias(call), oldKey(call)]
}

function deleteAlias(call: Call): readonly Ask[] {
  return [{ action: 'DeleteAlias', resource: aliasArn(call) }, oldKey(call)]
}

function oldKey(call: Call): Ask {
  const { context: _, ...ask } = keyAsk(call, neededText(call, 'AliasName'), { action: call.operation.name })
  return ask
}

function aliasArn(call: Call): string {
  const name = neededText(call, 'AliasName')
  if (!/^alias\/[A-Za-z0-9/_-]+$/.test(name)) throw notCovered(nameOf(call), 'AliasName is no name of an alias')
  return ownArn(call, name)
}

function reEncrypt(call: Call): readonly Ask[] {
  const [from, to] = [textIn(call.input, 'SourceKeyId'), neededText(call, 'DestinationKeyId')]
  const same: Context = from === to ? { 'kms:ReEncryptOnSameKey': 'true' } : {}
  const uses = [
    {
      key: from,
      action: 'ReEncryptFrom',
      context: encryptionContext(call, 'SourceEncryptionContext'),
      algorithm: 'SourceEncryptionAlgorithm',
    },
    {
      key: to,
      action: 'ReEncryptTo',
      context: encryptionContext(call, 'DestinationEncryptionContext'),
      algorithm: 'DestinationEncryptionAlgorithm',
    },
  ]
  return uses.map(({ key, action, context: own, algorithm }) => {
    const value = textIn(call.input, algorithm) ?? 'SYMMETRIC_DEFAULT'
    const context = { ...own, ...same, 'kms:EncryptionAlgorithm': value }
    return key === undefined
      ? sealedAsk(call, { action, context }, 'SourceEncryptionContext')
      : keyAsk(call, key, { action, context })
  })
}

/** The use of the key that a ciphertext was made with: only the ciphertext says which. */
function sealedAsk(call: Call, { action, context }: { action: string; context: Context }, member: string): Ask {
  const blob = neededText(call, 'CiphertextBlob')
  const given = Object.entries(objectIn(call.input, member) ?? {})
  const encryptionContext = Object.fromEntries(given.map(([key, value]) => [key, String(value)]))
  const late: Late = { resource: async ({ keyOfCiphertext }) => keyOfCiphertext?.({ blob, encryptionContext }) }
  return { action, resource: ownArn(call, 'key/*'), context, late }
}

function retireGrant(call: Call): readonly Ask[] {
  const key = textIn(call.input, 'KeyId')
  if (key === undefined) throw notCovered(nameOf(call), 'which key the token belongs to cannot be told')
  return [keyAsk(call, key, { action: 'RetireGrant' })]
}

function encryptionContext({ input }: Call, member: string): Context {
  const given = Object.entries(objectIn(input, member) ?? {})
  const context: Record<string, Context[string]> = Object.create(null)
  for (const [key, value] of given) if (typeof value === 'string') context[`kms:EncryptionContext:${key}`] = value
  if (given.length > 0) context['kms:EncryptionContextKeys'] = given.map(([key]) => key)
  return context
}

/** Condition keys that are a member of the input under another name. */
const members: Readonly<Record<string, string>> = {
  'kms:DataKeyPairSpec': 'KeyPairSpec',
  'kms:GrantOperations': 'Operations',
  'kms:RotationPeriodInDays': 'RotationPeriodInDays',
  'kms:ScheduleKeyDeletionPendingWindowInDays': 'PendingWindowInDays',
}

/** Keys that tell of the key of KMS; they are the request's only where it makes one. */
const ofKey = [
  'kms:KeySpec',
  'kms:KeyUsage',
  'kms:KeyOrigin',
  'kms:MultiRegion',
  'kms:CustomerMasterKeySpec',
  'kms:CustomerMasterKeyUsage',
]

function kmsKeys(call: Call, action: string): Keys {
  if (!action.startsWith('kms:')) return {}
  const { input, operation } = call
  const context: Record<string, Context[string]> = Object.create(null)
  for (const [key, name] of Object.entries(members)) {
    const value = input[name]
    if (Array.isArray(value)) context[key] = textsIn(input, name)
    else if (typeof value === 'string' || typeof value === 'number') context[key] = String(value)
  }
  return {
    context: {
      ...context,
      ...callerKeys(call),
      ...grantKeys(call),
      ...(action === 'kms:CreateKey' && operation.name === 'CreateKey' && madeKey(call)),
    },
    settled: [
      ...Object.keys(members),
      'kms:ViaService',
      'kms:GrantIsForAWSResource',
      'kms:RequestAlias',
      'kms:EncryptionContext:',
      'kms:EncryptionContextKeys',
      'kms:ReEncryptOnSameKey',
      ...grantSettled,
    ],
    absent: (input['Recipient'] ?? undefined) === undefined ? ['kms:RecipientAttestation:'] : [],
    unlike: ofKey,
  }
}

function callerKeys({ arrived: { callerAccount } }: Call): Context {
  return callerAccount === undefined ? {} : { 'kms:CallerAccount': callerAccount }
}

const grantSettled = ['kms:GrantConstraintType', 'kms:GrantConstraintSourceArn']

function grantKeys({ input, operation }: Call): Context {
  if (operation.name !== 'CreateGrant') return {}
  const [type] = Object.keys(objectIn(input, 'Constraints') ?? {})
  return { 'kms:GrantIsForAWSResource': 'false', ...(type !== undefined && { 'kms:GrantConstraintType': type }) }
}

/** What a key that is made will be, AWS's defaults included. */
function madeKey({ input }: Call): Context {
  const spec = textIn(input, 'KeySpec') ?? textIn(input, 'CustomerMasterKeySpec') ?? 'SYMMETRIC_DEFAULT'
  const usage = textIn(input, 'KeyUsage') ?? 'ENCRYPT_DECRYPT'
  return {
    'kms:KeySpec': spec,
    'kms:CustomerMasterKeySpec': spec,
    'kms:KeyUsage': usage,
    'kms:CustomerMasterKeyUsage': usage,
    'kms:KeyOrigin': textIn(input, 'Origin') ?? 'AWS_KMS',
    'kms:MultiRegion': String(input['MultiRegion'] ?? false),
  }
}
