import type { Context } from '#engine'
import { type Ask, type Call, nameOf, neededText, objectIn, type Rule, textIn, textsIn } from './call.ts'
import { notCovered, shown } from './refusal.ts'
import { givenArn } from './resource.ts'
import { passRole } from './role.ts'
import { each, onArn, onEverything, onNamed, together } from './rule.ts'
import type { Keys, ServiceRules } from './rules.ts'

const tagged = ['function:', 'layer:', 'event-source-mapping:', 'code-signing-config:', 'capacity-provider:']
const onMapping = onNamed('UUID', 'event-source-mapping:')
const onConfig = onArn('CodeSigningConfigArn', ['code-signing-config:'])

export const lambdaRules: ServiceRules = {
  operations: {
    ...each(
      'AddPermission CreateAlias CreateFunctionUrlConfig DeleteAlias DeleteFunction DeleteFunctionCodeSigningConfig DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig DeleteFunctionUrlConfig DeleteProvisionedConcurrencyConfig GetAlias GetFunction GetFunctionCodeSigningConfig GetFunctionConcurrency GetFunctionConfiguration GetFunctionEventInvokeConfig GetFunctionRecursionConfig GetFunctionScalingConfig GetFunctionUrlConfig GetPolicy GetProvisionedConcurrencyConfig GetRuntimeManagementConfig ListAliases ListDurableExecutionsByFunction ListFunctionEventInvokeConfigs ListFunctionUrlConfigs ListProvisionedConcurrencyConfigs ListVersionsByFunction PublishVersion PutFunctionConcurrency PutFunctionRecursionConfig PutFunctionScalingConfig PutProvisionedConcurrencyConfig PutRuntimeManagementConfig RemovePermission UpdateAlias UpdateFunctionUrlConfig',
      onFunction(),
    ),
    ...each('Invoke InvokeWithResponseStream', onFunction('InvokeFunction')),
    ...each('PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig', onFunction()),
    ...each(
      'GetAccountSettings ListCapacityProviders ListCodeSigningConfigs ListEventSourceMappings ListFunctions ListLayers',
      onEverything,
    ),
    ...each(
      'AddLayerVersionPermission DeleteLayerVersion GetLayerVersion GetLayerVersionPolicy RemoveLayerVersionPermission',
      onLayerVersion,
    ),
    ...each('ListTags TagResource UntagResource', onArn('Resource', tagged)),
    ...each('DeleteResourcePolicy GetResourcePolicy PutResourcePolicy', onArn('ResourceArn', ['function:'])),
    ...each(
      'DeleteCodeSigningConfig GetCodeSigningConfig ListFunctionsByCodeSigningConfig UpdateCodeSigningConfig',
      onConfig,
    ),
    ...each('DeleteEventSourceMapping GetEventSourceMapping UpdateEventSourceMapping', onMapping),
    InvokeAsync: onFunction('InvokeFunction'),
    GetLayerVersionByArn: onArn('Arn', ['layer:'], 'GetLayerVersion'),
    ListLayerVersions: onEverything,
    PublishLayerVersion: together(onNamed('LayerName', 'layer:'), code('Content')),
    PutFunctionCodeSigningConfig: together(onFunction(), onConfig),
    CreateCodeSigningConfig: onEverything,
    CreateEventSourceMapping: onEverything,
    CreateFunction: together(onFunction(), tagging, role, layers, code('Code')),
    UpdateFunctionCode: together(onFunction(), (call) => codeIn(call, call.input)),
    UpdateFunctionConfiguration: together(onFunction(), role, layers),
  },
  keys: lambdaKeys,
}

/** An action on the function, version or alias that the call names. */
function onFunction(action?: string): Rule {
  return (call) => {
    const named = functionArn(call, neededText(call, 'FunctionName'))
    const qualifier = textIn(call.input, 'Qualifier')
    const resource = qualifier === undefined ? named : qualified(call, named, qualifier)
    return [{ action: action ?? call.operation.name, resource }]
  }
}

/** A function by its name, a part of its ARN, or its ARN, each with or without a version or alias. */
function functionArn(call: Call, name: string): string {
  const { partition, region, account } = call.arrived
  const [, full, owner, plain] =
    /^(?:(arn:.+)|(?:(\d{12}):(?:function:)?)?(?:function:)?([A-Za-z0-9_-]{1,140}(?::[A-Za-z0-9$_.-]{1,128})?))$/.exec(
      name,
    ) ?? []
  if (full !== undefined) {
    if (/^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,140}(?::[A-Za-z0-9$_.-]{1,128})?$/.test(full))
      return givenArn(call, full)
  } else if (plain !== undefined) return `arn:${partition}:lambda:${region}:${owner ?? account}:function:${plain}`
  throw notCovered(nameOf(call), `${shown(name)} is no name of a function`)
}

function qualified(call: Call, arn: string, qualifier: string): string {
  if (!/^[A-Za-z0-9$_.-]{1,128}$/.test(qualifier))
    throw notCovered(nameOf(call), `${shown(qualifier)} is no version or alias`)
  const own = arn.split(':')[7]
  if (own !== undefined && own !== qualifier) throw notCovered(nameOf(call), 'it names two versions of the function')
  return own === undefined ? `${arn}:${qualifier}` : arn
}

function onLayerVersion(call: Call): readonly Ask[] {
  const name = neededText(call, 'LayerName')
  const version = String(call.input['VersionNumber'] ?? '')
  if (!/^\d+$/.test(version)) throw notCovered(nameOf(call), 'the version of the layer cannot be told')
  return onNamed('LayerName', 'layer:')({ ...call, input: { LayerName: `${name}:${version}` } })
}

function tagging(call: Call): readonly Ask[] {
  return (call.input['Tags'] ?? undefined) === undefined ? [] : onFunction('TagResource')(call)
}

function role(call: Call): readonly Ask[] {
  return passRole(call, textIn(call.input, 'Role'), 'lambda.amazonaws.com')
}

function layers(call: Call): readonly Ask[] {
  return textsIn(call.input, 'Layers').flatMap((layer) =>
    onArn(
      'layer',
      ['layer:'],
      'GetLayerVersion',
    )({ ...call, input: { layer } }).map((ask) => ({ ...ask, context: {} })),
  )
}

function code(member: string): Rule {
  return (call) => codeIn(call, objectIn(call.input, member) ?? {})
}

/** Code that lies in S3 is read with the caller's own permissions. */
function codeIn(call: Call, from: Call['input']): readonly Ask[] {
  const [bucket, key] = [textIn(from, 'S3Bucket'), textIn(from, 'S3Key')]
  if (bucket === undefined && key === undefined) return []
  if (bucket === undefined || key === undefined) throw notCovered(nameOf(call), 'where its code lies cannot be told')
  const action = textIn(from, 'S3ObjectVersion') === undefined ? 's3:GetObject' : 's3:GetObjectVersion'
  return [{ action, resource: `arn:${call.arrived.partition}:s3:::${bucket}/${key}` }]
}

function lambdaKeys(call: Call): Keys {
  const { input, operation } = call
  const name = textIn(input, 'FunctionName')
  const mapping = operation.name.endsWith('EventSourceMapping') && name !== undefined
  const layers = textsIn(input, 'Layers')
  const network = objectIn(input, 'VpcConfig')
  const context: Context = {
    ...(mapping && { 'lambda:FunctionArn': functionArn(call, name) }),
    ...(layers.length > 0 && { 'lambda:Layer': layers }),
    ...(network !== undefined && {
      'lambda:SubnetIds': textsIn(network, 'SubnetIds'),
      'lambda:SecurityGroupIds': textsIn(network, 'SecurityGroupIds'),
    }),
  }
  return {
    context,
    settled: ['lambda:Layer', 'lambda:SourceFunctionArn'],
    absent: network === undefined ? ['lambda:VpcIds', 'lambda:SubnetIds', 'lambda:SecurityGroupIds'] : [],
  }
}
