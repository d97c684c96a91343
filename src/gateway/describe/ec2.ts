import type { Context } from '#engine'
import { serviceActions } from '#models'
import { type Ask, type Call, nameOf, objectIn, objectsIn, ownArn, textIn, textsIn } from './call.ts'
import { describeByReference } from './generic.ts'
import type { JsonObject } from './json.ts'
import { notCovered, shown } from './refusal.ts'
import { passRole } from './role.ts'
import { each } from './rule.ts'
import type { Keys, ServiceRules } from './rules.ts'
import { pairsIn, requestTags, tagKeys } from './tag.ts'

const makes = /^(?:Allocate|Copy|Create|Import|Purchase|Register|Run|StartNetworkInsights)[A-Z]/
const middlebox = 'its attachments of middleboxes are not covered'
const template = 'what its launch template names cannot be told from the request'

/** What ids of resources begin with, where that is not the name of their type. Source: "Amazon EC2 resource IDs". */
const prefixes: Readonly<Record<string, string>> = {
  acl: 'network-acl',
  ami: 'image',
  cgw: 'customer-gateway',
  dopt: 'dhcp-options',
  eigw: 'egress-only-internet-gateway',
  eipalloc: 'elastic-ip',
  eni: 'network-interface',
  fl: 'vpc-flow-log',
  h: 'dedicated-host',
  i: 'instance',
  igw: 'internet-gateway',
  key: 'key-pair',
  lt: 'launch-template',
  nat: 'natgateway',
  pcx: 'vpc-peering-connection',
  pg: 'placement-group',
  pl: 'prefix-list',
  rtb: 'route-table',
  sg: 'security-group',
  sgr: 'security-group-rule',
  snap: 'snapshot',
  subnet: 'subnet',
  tgw: 'transit-gateway',
  'tgw-attach': 'transit-gateway-attachment',
  'tgw-rtb': 'transit-gateway-route-table',
  vgw: 'vpn-gateway',
  vol: 'volume',
  vpc: 'vpc',
  vpce: 'vpc-endpoint',
  'vpce-svc': 'vpc-endpoint-service',
  vpn: 'vpn-connection',
}

export const ec2Rules: ServiceRules = {
  madeByCall: (operation) => makes.test(operation),
  before: ['add', 'associated', 'destination', 'ipv4', 'ipv6', 'remove', 'target', 'targetvpc'],
  aliases: {
    'capacity-reservation-cancellation-quote': ['QuoteId'],
    'coip-pool': ['PoolId'],
    'declarative-policies-report': ['ReportId'],
    'dedicated-host': ['HostId'],
    'elastic-ip': ['AllocationId'],
    'image-usage-report': ['ReportId'],
    'ipv4pool-ec2': ['PoolId', 'PublicIpv4Pool'],
    'ipv6pool-ec2': ['PoolId', 'Ipv6Pool'],
    'key-pair': ['KeyName', 'KeyPairId'],
    'placement-group': ['GroupName', 'GroupId'],
    'reserved-instances': ['ReservedInstanceId'],
    'security-group': ['GroupId', 'Groups'],
    'vpc-block-public-access-exclusion': ['ExclusionId'],
    'vpc-endpoint-service': ['ServiceId'],
    'vpc-flow-log': ['FlowLogId'],
  },
  operations: {
    RunInstances: runInstances,
    CreateFlowLogs: createFlowLogs,
    ...each('AssociateRouteTable EnableVgwRoutePropagation DisableVgwRoutePropagation', throughGateway),
    CreateLaunchTemplateVersion: byTemplateId,
    ...each('CreateTags DeleteTags', onTagged),
    ...each('AssociateIamInstanceProfile', (call) => [...describeByReference(call, ec2Rules), ...profileRole(call)]),
  },
  refused: {
    CreateFleet: template,
    RequestSpotFleet: template,
    RequestSpotInstances: template,
    ModifyFleet: template,
    CreateTrafficMirrorTarget: 'the balancers that it may lead to are not covered',
    CreateTransitGatewayMeteringPolicy: middlebox,
    ModifyTransitGatewayMeteringPolicy: middlebox,
    ModifyTransitGateway: 'the route tables of its options are not covered',
    ModifyTransitGatewayPolicyTableEntry: 'the route table that it leads to is not covered',
    ReplaceRouteTableAssociation: 'what an association belongs to cannot be told from its id',
    ImportInstance: 'the security groups of its specification are not covered',
    CreateTransitGatewayPolicyTableEntry: 'the route table that it leads to is not covered',
    CreateTransitGatewayRouteTableAnnouncement: 'the attachment that it goes through is not covered',
    ModifySpotFleetRequest: template,
    ReplaceIamInstanceProfileAssociation: 'the instance of an association cannot be told from its id',
  },
  keys: ec2Keys,
}

function runInstances(call: Call): readonly Ask[] {
  const { input } = call
  if (objectIn(input, 'LaunchTemplate') !== undefined) throw notCovered(nameOf(call), template)
  if (textsIn(input, 'SecurityGroups').length > 0)
    throw notCovered(nameOf(call), 'security groups by name cannot be told')
  const networks = objectsIn(input, 'NetworkInterfaces')
  const disks = objectsIn(input, 'BlockDeviceMappings').map((mapping) => objectIn(mapping, 'Ebs') ?? {})
  const placement = objectIn(input, 'Placement') ?? {}
  const reserved =
    objectIn(objectIn(input, 'CapacityReservationSpecification') ?? {}, 'CapacityReservationTarget') ?? {}
  if (
    objectsIn(input, 'LicenseSpecifications').length > 0 ||
    textIn(reserved, 'CapacityReservationResourceGroupArn') !== undefined
  )
    throw notCovered(nameOf(call), 'licenses and groups of reservations are not covered')
  const groups = [...textsIn(input, 'SecurityGroupIds'), ...networks.flatMap((network) => textsIn(network, 'Groups'))]
  const subnets = [...texts([input, ...networks], 'SubnetId')]
  const images = [...texts([input], 'ImageId'), ...texts([input], 'KernelId'), ...texts([input], 'RamdiskId')]
  if (images.length === 0) throw notCovered(nameOf(call), 'it names no image')
  const named: readonly (readonly [kind: string, names: readonly string[]])[] = [
    ['instance', ['*']],
    ['volume', ['*']],
    ['image', images],
    ['network-interface', orAny(texts(networks, 'NetworkInterfaceId'))],
    ['security-group', orAny(groups)],
    ['subnet', orAny(subnets)],
    ['key-pair', texts([input], 'KeyName')],
    ['snapshot', texts(disks, 'SnapshotId')],
    ['placement-group', [...texts([placement], 'GroupName'), ...texts([placement], 'GroupId')]],
    ['capacity-reservation', texts([reserved], 'CapacityReservationId')],
  ]
  const asks = named.flatMap(([kind, names]) =>
    names.map((name) => ({ action: 'RunInstances', resource: arnOf(call, kind, name) })),
  )
  return [...asks.map((ask) => withTags(call, ask)), ...taggings(call), ...profileRole(call)]
}

/** DIFFERS: AWS decides on the default subnet and group by their ids, which only it knows; here they are any. */
function orAny(names: readonly string[]): readonly string[] {
  return names.length === 0 ? ['*'] : names
}

function texts(parts: readonly JsonObject[], name: string): readonly string[] {
  return parts.flatMap((part) => textIn(part, name) ?? [])
}

/** Images and snapshots belong to no account. */
function arnOf(call: Call, kind: string, name: string): string {
  if (!/^[^\0]{1,255}$/.test(name)) throw notCovered(nameOf(call), `${shown(name)} is no ${kind}`)
  const arn = ownArn(call, `${kind}/${name}`)
  return kind === 'image' || kind === 'snapshot' ? arn.replace(`:${call.arrived.account}:`, '::') : arn
}

/** Flow logs are made of networks, subnets and interfaces, and written with a role. */
function createFlowLogs(call: Call): readonly Ask[] {
  const action = call.operation.name
  const logged = textsIn(call.input, 'ResourceIds').map((id) => {
    const kind = kindOf(id)
    if (kind === undefined) throw notCovered(nameOf(call), `${shown(id)} is of no kind that is known`)
    return { action, resource: arnOf(call, kind, id) }
  })
  const role = textIn(call.input, 'DeliverLogsPermissionArn')
  const made = withTags(call, { action, resource: arnOf(call, 'vpc-flow-log', '*') })
  return [made, ...logged, ...taggings(call), ...passRole(call, role, 'vpc-flow-logs.amazonaws.com')]
}

/** A route table, and the subnet or gateway that it is for: an id says which kind of gateway. */
function throughGateway(call: Call): readonly Ask[] {
  const action = call.operation.name
  const ids = texts([call.input], 'RouteTableId').concat(
    texts([call.input], 'SubnetId'),
    texts([call.input], 'GatewayId'),
  )
  if (texts([call.input], 'PublicIpv4Pool').length > 0)
    throw notCovered(nameOf(call), 'pools of addresses are not covered')
  return ids.map((id) => {
    const kind = kindOf(id)
    if (kind === undefined) throw notCovered(nameOf(call), `${shown(id)} is of no kind that is known`)
    return { action, resource: arnOf(call, kind, id) }
  })
}

function byTemplateId(call: Call): readonly Ask[] {
  const id = textIn(call.input, 'LaunchTemplateId')
  if (id === undefined) throw notCovered(nameOf(call), 'the launch template cannot be told from its name')
  return [{ action: call.operation.name, resource: arnOf(call, 'launch-template', id) }]
}

/** The role of the instance profile is passed to EC2. */
function profileRole(call: Call): readonly Ask[] {
  const profile = objectIn(call.input, 'IamInstanceProfile')
  if (profile === undefined) return []
  const [given, name] = [textIn(profile, 'Arn'), textIn(profile, 'Name')]
  const { partition, account } = call.arrived
  const arn = given ?? `arn:${partition}:iam::${account}:instance-profile/${name}`
  if (
    (given === undefined) === (name === undefined) ||
    !/^arn:[a-z-]+:iam::\d{12}:instance-profile\/[\w+=,.@/-]+$/.test(arn)
  )
    throw notCovered(nameOf(call), 'its instance profile cannot be told')
  return [
    {
      action: 'iam:PassRole',
      resource: `arn:${partition}:iam::${account}:role/*`,
      context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
      late: { resource: async ({ roleOfProfile }) => roleOfProfile?.(arn) },
    },
  ]
}

/** The tags that a call gives to what it makes of one type. */
function tagsFor({ input }: Call, kind: string): Context {
  const found = objectsIn(input, 'TagSpecifications').filter(
    (specification) => textIn(specification, 'ResourceType') === kind,
  )
  return requestTags(found.flatMap((specification) => pairsIn(specification['Tags'] ?? [])))
}

function withTags(call: Call, ask: Ask): Ask {
  const kind = ask.resource.split(':')[5]?.split('/')[0] ?? ''
  return { ...ask, context: { ...tagsFor(call, kind), ...ask.context } }
}

/** Tagging what a call makes needs a permission of its own. */
function taggings(call: Call): readonly Ask[] {
  const kinds = new Set(objectsIn(call.input, 'TagSpecifications').map((one) => textIn(one, 'ResourceType') ?? ''))
  return [...kinds].map((kind) => ({
    action: 'CreateTags',
    resource: arnOf(call, kind, '*'),
    context: { 'ec2:CreateAction': call.operation.name, ...tagsFor(call, kind) },
  }))
}

function onTagged(call: Call): readonly Ask[] {
  const tags = pairsIn(call.input['Tags'] ?? [])
  const context = call.operation.name === 'CreateTags' ? requestTags(tags) : tagKeys(tags.map(([key]) => key))
  return textsIn(call.input, 'Resources').map((id) => {
    const kind = kindOf(id)
    if (kind === undefined) throw notCovered(nameOf(call), `${shown(id)} is of no kind that is known`)
    return { action: call.operation.name, resource: arnOf(call, kind, id), context }
  })
}

function kindOf(id: string): string | undefined {
  const prefix = /^([a-z]+(?:-[a-z]+)*)-[0-9a-f]+$/.exec(id)?.[1] ?? ''
  if (Object.hasOwn(prefixes, prefix)) return prefixes[prefix]
  return serviceActions('ec2')?.resourceTypes.some(({ name }) => name === prefix) ? prefix : undefined
}

function ec2Keys({ arrived, input }: Call, action: string): Keys {
  if (!action.startsWith('ec2:')) return {}
  const type = textIn(input, 'InstanceType')
  return {
    context: { 'ec2:Region': arrived.region, ...(type !== undefined && { 'ec2:InstanceType': type }) },
    settled: ['ec2:FisActionId', 'ec2:FisTargetArns', 'ec2:SourceInstanceARN', 'ec2:RoleDelivery', 'ec2:CreateAction'],
  }
}

/** Adds the permission to tag what an operation of EC2 makes. */
export function withTagging(call: Call, asks: readonly Ask[]): readonly Ask[] {
  if (call.service !== 'ec2' || objectsIn(call.input, 'TagSpecifications').length === 0) return asks
  return [...asks.map((ask) => withTags(call, ask)), ...taggings(call)]
}
