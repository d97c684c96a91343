import { type Ask, type Call, nameOf, neededText, ownArn, textIn, textsIn } from './call.ts'
import { keyAsk } from './kms-key.ts'
import { notCovered } from './refusal.ts'
import { arnOf, each, onEverything } from './rule.ts'
import type { Keys, ServiceRules } from './rules.ts'

export const secretsmanagerRules: ServiceRules = {
  operations: {
    ...each(
      'CancelRotateSecret DeleteResourcePolicy DeleteSecret DescribeSecret GetResourcePolicy GetSecretValue ListSecretVersionIds PutResourcePolicy PutSecretValue RemoveRegionsFromReplication ReplicateSecretToRegions RestoreSecret StopReplicationToReplica TagResource UntagResource UpdateSecret UpdateSecretVersionStage',
      onSecret,
    ),
    ...each('GetRandomPassword ListSecrets', onEverything),
    BatchGetSecretValue: batchGet,
    CreateSecret: createSecret,
    RotateSecret: rotateSecret,
    ValidateResourcePolicy: (call) =>
      textIn(call.input, 'SecretId') === undefined ? onEverything(call) : onSecret(call),
  },
  keys: secretKeys,
}

/** A secret that is there, by its name or ARN. The ARN ends with six characters of chance, so that of a name is looked up. */
function secretAsk(call: Call, id: string, action: string): Ask {
  if (id.startsWith('arn:')) {
    const resource = arnOf(call, id, ['secret:'])
    return { action, resource }
  }
  const resource = newSecret(call, id)
  return { action, resource, late: { resource: async ({ secretArn }) => orNew(await secretArn?.(id), resource) } }
}

function orNew(found: string | null | undefined, resource: string): string | undefined {
  return found === null ? resource : found
}

/** QUIRK: of a secret that is not there yet AWS knows no more of the ARN's end than that it has six characters. */
function newSecret(call: Call, name: string): string {
  if (!/^[A-Za-z0-9/_+=.@!-]{1,512}$/.test(name)) throw notCovered(nameOf(call), 'it has no name of a secret')
  return ownArn(call, `secret:${name}-??????`)
}

function onSecret(call: Call): readonly Ask[] {
  return [secretAsk(call, neededText(call, 'SecretId'), call.operation.name)]
}

function batchGet(call: Call): readonly Ask[] {
  const secrets = textsIn(call.input, 'SecretIdList')
  if (secrets.length === 0 || (call.input['Filters'] ?? undefined) !== undefined)
    throw notCovered(nameOf(call), 'which secrets a filter finds cannot be told')
  const reads = secrets.map((id) => secretAsk(call, id, 'GetSecretValue'))
  return [{ action: 'BatchGetSecretValue', resource: '*' }, ...reads]
}

function createSecret(call: Call): readonly Ask[] {
  const resource = newSecret(call, neededText(call, 'Name'))
  const key = textIn(call.input, 'KmsKeyId')
  const tagged = (call.input['Tags'] ?? undefined) === undefined ? [] : ['TagResource']
  const keys = key === undefined || key === 'alias/aws/secretsmanager' ? [] : usesOfKey(call, key)
  return [...['CreateSecret', ...tagged].map((action) => ({ action, resource })), ...keys]
}

function usesOfKey(call: Call, key: string): readonly Ask[] {
  const context = { 'kms:ViaService': `secretsmanager.${call.arrived.region}.amazonaws.com` }
  return ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => keyAsk(call, key, { action, context }))
}

function rotateSecret(call: Call): readonly Ask[] {
  const rotation = textIn(call.input, 'RotationLambdaARN')
  if (rotation === undefined) return onSecret(call)
  if (!/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(?::[A-Za-z0-9$_-]+)?$/.test(rotation))
    throw notCovered(nameOf(call), 'RotationLambdaARN is not the ARN of a function')
  return [...onSecret(call), { action: 'lambda:InvokeFunction', resource: rotation }]
}

/** The key `secretsmanager:SecretId` has ARNs, and names of the kind `tag-key` stand for what follows the slash. */
function secretKeys(call: Call): Keys {
  const id = textIn(call.input, 'SecretId')
  const replicas = call.input['AddReplicaRegions'] ?? undefined
  return {
    context: id?.startsWith('arn:') === true ? { 'secretsmanager:SecretId': id } : {},
    absent: [
      ...(id === undefined ? ['secretsmanager:SecretId'] : []),
      ...(replicas === undefined ? ['secretsmanager:AddReplicaRegions'] : []),
    ],
    unlike: ['secretsmanager:SecretId', 'secretsmanager:AddReplicaRegions'],
  }
}
