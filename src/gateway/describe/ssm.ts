import { type Ask, type Call, nameOf, neededText, objectIn, objectsIn, ownArn, textIn, textsIn } from './call.ts'
import { keyAsk } from './kms-key.ts'
import { notCovered, shown } from './refusal.ts'
import { arnOrName } from './resource.ts'
import { passRole } from './role.ts'
import { each, onArn, onEverything, onFirst, onNamed, together } from './rule.ts'
import type { ServiceRules } from './rules.ts'

const policyKinds = ['parameter/', 'document/', 'opsitemgroup/']
const roleName = 'it passes a role by its name, whose path cannot be told'
const onWindow = onNamed('WindowId', 'maintenancewindow/')

/** What stands before the id in the ARN of a thing that has tags. */
const taggable: Readonly<Record<string, string>> = {
  Association: 'association/',
  Automation: 'automation-execution/',
  Document: 'document/',
  MaintenanceWindow: 'maintenancewindow/',
  ManagedInstance: 'managed-instance/',
  OpsItem: 'opsitem/',
  OpsMetadata: 'opsmetadata/',
  Parameter: 'parameter/',
  PatchBaseline: 'patchbaseline/',
}

export const ssmRules: ServiceRules = {
  members: {
    maintenancewindow: ['WindowId'],
    patchbaseline: ['BaselineId'],
    opsitem: ['OpsItemId'],
    opsmetadata: ['OpsMetadataArn'],
    resourcedatasync: ['SyncName'],
    document: ['Name', 'DocumentName'],
  },
  operations: {
    ...each(
      'DeleteParameter GetParameter GetParameterHistory LabelParameterVersion UnlabelParameterVersion',
      onParameter,
    ),
    ...each('GetParameters DeleteParameters', onParameters),
    ...each(
      'DeleteDocument DescribeDocument DescribeDocumentPermission GetDocument ListDocumentMetadataHistory ListDocumentVersions ModifyDocumentPermission UpdateDocument UpdateDocumentDefaultVersion UpdateDocumentMetadata',
      onDocument,
    ),
    ...each(
      'DescribeEffectiveInstanceAssociations DescribeInstanceAssociationsStatus DescribeInstancePatches DescribeInstancePatchStates DescribePatchStates PutInventory',
      onNodes,
    ),
    ...each('AddTagsToResource ListTagsForResource RemoveTagsFromResource', onTagged),
    ...each('DeleteResourcePolicy GetResourcePolicies PutResourcePolicy', onArn('ResourceArn', policyKinds)),
    ...each('GetServiceSetting ResetServiceSetting UpdateServiceSetting', onSetting),
    ...each('RegisterTaskWithMaintenanceWindow UpdateMaintenanceWindowTask', together(onWindow, onTask, serviceRole)),
    ...each(
      'ListNodes ListNodesSummary GetOpsSummary',
      onFirst({ SyncName: onNamed('SyncName', 'resource-data-sync/') }, onEverything),
    ),
    PutParameter: putParameter,
    GetParametersByPath: byPath,
    CreateDocument: together(onDocument, tagging),
    SendCommand: sendCommand,
    StartSession: startSession,
    GetConnectionStatus: (call) => [
      { action: call.operation.name, resource: nodeArn(call, neededText(call, 'Target')) },
    ],
    StartAutomationExecution: startAutomation,
    DeregisterManagedInstance: onNodes,
  },
  refused: {
    CreateActivation: roleName,
    UpdateManagedInstanceRole: roleName,
    StartChangeRequestExecution: 'the runbooks that it starts may pass roles',
    CreateAssociationBatch: 'the documents and nodes of its entries are not covered',
    CreateAssociation: 'the nodes that it touches cannot be told',
    UpdateAssociation: 'the nodes that it touches cannot be told',
  },
}

function onParameter(call: Call): readonly Ask[] {
  return [{ action: call.operation.name, resource: parameterArn(call, neededText(call, 'Name')) }]
}

function onParameters(call: Call): readonly Ask[] {
  return textsIn(call.input, 'Names').map((name) => ({
    action: call.operation.name,
    resource: parameterArn(call, name),
  }))
}

/** A parameter by its name or ARN, with or without a version or label; a slash at its begin does not stand twice. */
function parameterArn(call: Call, name: string): string {
  const selects = /^(?:GetParameter|GetParameters)$/.test(call.operation.name)
  const prefix = name.startsWith('arn:') ? name.split(':').slice(0, 5).join(':') : undefined
  const whole = prefix === undefined ? name : name.slice(prefix.length + 1)
  const plain = selects ? whole.replace(/:[A-Za-z0-9_.-]+$/, '') : whole
  if (!/^\/?[A-Za-z0-9_.\-/]+$/.test(plain)) throw notCovered(nameOf(call), `${shown(name)} is no name of a parameter`)
  if (prefix === undefined) return ownArn(call, `parameter/${plain.replace(/^\//, '')}`)
  return arnOrName(call, `${prefix}:${plain}`, 'parameter/')
}

function byPath(call: Call): readonly Ask[] {
  const path = neededText(call, 'Path')
  const resource = path === '/' ? ownArn(call, 'parameter/') : parameterArn(call, path)
  return [{ action: 'GetParametersByPath', resource }]
}

function putParameter(call: Call): readonly Ask[] {
  const asks = onParameter(call)
  const tags =
    (call.input['Tags'] ?? undefined) === undefined ? [] : asks.map((ask) => ({ ...ask, action: 'AddTagsToResource' }))
  const key = textIn(call.input, 'KeyId')
  if (textIn(call.input, 'Type') !== 'SecureString' || key === undefined || key === 'alias/aws/ssm')
    return [...asks, ...tags]
  const action = textIn(call.input, 'Tier') === 'Advanced' ? 'kms:GenerateDataKey' : 'kms:Encrypt'
  const context = {
    'kms:ViaService': `ssm.${call.arrived.region}.amazonaws.com`,
    'kms:EncryptionContext:PARAMETER_ARN': asks[0]?.resource ?? '',
    'kms:EncryptionContextKeys': ['PARAMETER_ARN'],
  }
  return [...asks, ...tags, keyAsk(call, key, { action, context })]
}

function onDocument(call: Call): readonly Ask[] {
  return [{ action: call.operation.name, resource: documentArn(call, neededText(call, 'Name')) }]
}

/** QUIRK: documents of AWS belong to no account. */
function documentArn(call: Call, name: string): string {
  if (name.startsWith('arn:')) return arnOrName(call, name, 'document/')
  if (!/^[A-Za-z0-9_.:/-]{1,256}$/.test(name)) throw notCovered(nameOf(call), `${shown(name)} is no name of a document`)
  const { partition, region, account } = call.arrived
  return `arn:${partition}:ssm:${region}:${/^AWS/.test(name) ? '' : account}:document/${name}`
}

function tagging(call: Call): readonly Ask[] {
  const tagged = (call.input['Tags'] ?? undefined) !== undefined
  return tagged ? onDocument(call).map((ask) => ({ ...ask, action: 'AddTagsToResource' })) : []
}

/** A node: an instance of EC2, or one that is managed here. */
function nodeArn(call: Call, id: string): string {
  const { partition, region, account } = call.arrived
  if (/^i-[0-9a-f]{8,17}$/.test(id)) return `arn:${partition}:ec2:${region}:${account}:instance/${id}`
  if (/^mi-[0-9a-f]{8,17}$/.test(id)) return ownArn(call, `managed-instance/${id}`)
  throw notCovered(nameOf(call), `${shown(id)} is no node`)
}

function onNodes(call: Call): readonly Ask[] {
  const ids = [textIn(call.input, 'InstanceId') ?? [], textsIn(call.input, 'InstanceIds')].flat()
  const action = call.operation.name
  if (action === 'PutInventory') return [{ action, resource: '*' }]
  return ids.map((id) => ({ action, resource: nodeArn(call, id) }))
}

function onTagged(call: Call): readonly Ask[] {
  const kind = neededText(call, 'ResourceType')
  const id = neededText(call, 'ResourceId')
  const action = call.operation.name
  const before = Object.hasOwn(taggable, kind) ? taggable[kind] : undefined
  if (before === undefined) throw notCovered(nameOf(call), `${shown(kind)} is no kind of resource that is covered`)
  if (kind === 'Parameter') return [{ action, resource: parameterArn(call, id) }]
  if (kind === 'Document') return [{ action, resource: documentArn(call, id) }]
  return [{ action, resource: arnOrName(call, id, before) }]
}

function onSetting(call: Call): readonly Ask[] {
  const id = neededText(call, 'SettingId')
  const resource = id.startsWith('arn:')
    ? arnOrName(call, id, 'servicesetting/')
    : ownArn(call, `servicesetting/${id.replace(/^\//, '')}`)
  return [{ action: call.operation.name, resource }]
}

function onTask(call: Call): readonly Ask[] {
  return textIn(call.input, 'WindowTaskId') === undefined ? [] : onNamed('WindowTaskId', 'windowtask/')(call)
}

function serviceRole(call: Call): readonly Ask[] {
  return passRole(call, textIn(call.input, 'ServiceRoleArn'), 'ssm.amazonaws.com')
}

function sendCommand(call: Call): readonly Ask[] {
  const action = call.operation.name
  const document = { action, resource: documentArn(call, neededText(call, 'DocumentName')) }
  const nodes = textsIn(call.input, 'InstanceIds').map((id) => ({ action, resource: nodeArn(call, id) }))
  const bucket = textIn(call.input, 'OutputS3BucketName')
  const output = bucket === undefined ? [] : [{ action, resource: `arn:${call.arrived.partition}:s3:::${bucket}` }]
  const targeted = objectsIn(call.input, 'Targets').length > 0 ? everyNode(call) : []
  return [document, ...nodes, ...targeted, ...output, ...serviceRole(call)]
}

/** Nodes that are chosen by their tags could be any. */
function everyNode(call: Call): readonly Ask[] {
  const { partition, region, account } = call.arrived
  const action = call.operation.name
  return [
    { action, resource: `arn:${partition}:ec2:${region}:${account}:instance/*` },
    { action, resource: ownArn(call, 'managed-instance/*') },
  ]
}

function startSession(call: Call): readonly Ask[] {
  const action = call.operation.name
  const document = textIn(call.input, 'DocumentName')
  const node = { action, resource: nodeArn(call, neededText(call, 'Target')) }
  return document === undefined ? [node] : [node, { action, resource: documentArn(call, document) }]
}

function startAutomation(call: Call): readonly Ask[] {
  const { input } = call
  if (objectsIn(input, 'TargetLocations').length > 0 || textIn(input, 'TargetLocationsURL') !== undefined)
    throw notCovered(nameOf(call), 'it starts automations in other accounts and regions')
  const action = call.operation.name
  const document = documentArn(call, neededText(call, 'DocumentName'))
  const definition = document.replace(':document/', ':automation-definition/')
  const version = textIn(input, 'DocumentVersion') ?? '$DEFAULT'
  const roles = textsIn(objectIn(input, 'Parameters') ?? {}, 'AutomationAssumeRole')
  return [
    { action, resource: document },
    { action, resource: `${definition}:${version}` },
    { action, resource: ownArn(call, 'automation-execution/*') },
    ...roles.flatMap((role) => passRole(call, role, 'ssm.amazonaws.com')),
  ]
}
