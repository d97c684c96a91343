import type { Context } from '#engine'
import { type Ask, type Call, nameOf, neededText, objectIn, objectsIn, textIn } from './call.ts'
import { notCovered, shown } from './refusal.ts'
import { arnOrName } from './resource.ts'
import { passRole } from './role.ts'
import { each, onArn, onEverything, onNamed, together } from './rule.ts'
import type { Keys, ServiceRules } from './rules.ts'

const onBus = onNamed('Name', 'event-bus/')
const onArchive = onNamed('ArchiveName', 'archive/')
const onReplay = onNamed('ReplayName', 'replay/')
const onDestination = onNamed('Name', 'api-destination/')
const onConnection = onNamed('Name', 'connection/')
const onEndpoint = onNamed('Name', 'endpoint/')
const name = /^[A-Za-z0-9_.\-/]{1,256}$/

export const eventsRules: ServiceRules = {
  operations: {
    ...each('DeleteRule DescribeRule DisableRule EnableRule', onRule('Name')),
    ...each('ListTargetsByRule RemoveTargets', onRule('Rule')),
    ...each('CreateEventBus DeleteEventBus', together(onBus, tagging)),
    ...each('DescribeEventBus UpdateEventBus', (call) =>
      textIn(call.input, 'Name') === undefined ? onDefaultBus(call) : onBus(call),
    ),
    ...each('DeleteArchive DescribeArchive UpdateArchive', onArchive),
    ...each('CancelReplay DescribeReplay', onReplay),
    ...each('DeleteApiDestination DescribeApiDestination', onDestination),
    ...each('CreateApiDestination UpdateApiDestination', together(onDestination, connected)),
    ...each(
      'CreateConnection DeauthorizeConnection DeleteConnection DescribeConnection UpdateConnection',
      onConnection,
    ),
    ...each('DeleteEndpoint DescribeEndpoint', onEndpoint),
    ...each('CreateEndpoint UpdateEndpoint', together(onEndpoint, passing)),
    ...each('ListTagsForResource TagResource UntagResource', onArn('ResourceARN', ['rule/', 'event-bus/'])),
    ...each(
      'ListRuleNamesByTarget ListRules PutPermission RemovePermission TestEventPattern PutPartnerEvents',
      onEverything,
    ),
    PutEvents: putEvents,
    PutRule: together(onRule('Name'), taggedRule, passing),
    PutTargets: putTargets,
    CreateArchive: together(onArchive, onArn('EventSourceArn', ['event-bus/'])),
    StartReplay: together(onReplay, onArn('EventSourceArn', ['archive/']), replayed),
  },
  keys: eventsKeys,
}

/** A rule of the bus that the call names, or of the default one, which its ARN does not name. */
function onRule(member: string) {
  return (call: Call): readonly Ask[] => [
    { action: call.operation.name, resource: ruleArn(call, neededText(call, member)) },
  ]
}

function ruleArn(call: Call, rule: string): string {
  const bus = busArn(call, textIn(call.input, 'EventBusName'))
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(rule)) throw notCovered(nameOf(call), `${shown(rule)} is no name of a rule`)
  const [head = '', own = ''] = bus.split(':event-bus/')
  return own === 'default' ? `${head}:rule/${rule}` : `${head}:rule/${own}/${rule}`
}

function busArn(call: Call, bus = 'default'): string {
  if (!bus.startsWith('arn:') && !name.test(bus))
    throw notCovered(nameOf(call), `${shown(bus)} is no name of an event bus`)
  return arnOrName(call, bus, 'event-bus/')
}

function onDefaultBus(call: Call): readonly Ask[] {
  return [{ action: call.operation.name, resource: busArn(call) }]
}

/** Each event is decided on by itself: its bus, its source and its type. */
function putEvents(call: Call): readonly Ask[] {
  if (textIn(call.input, 'EndpointId') !== undefined) throw notCovered(nameOf(call), 'global endpoints are not covered')
  const entries = objectsIn(call.input, 'Entries')
  if (entries.length === 0) throw notCovered(nameOf(call), 'it puts no event')
  return entries.map((entry) => {
    const [source, type] = [textIn(entry, 'Source'), textIn(entry, 'DetailType')]
    const context: Context = {
      ...(source !== undefined && { 'events:source': source }),
      ...(type !== undefined && { 'events:detail-type': type }),
    }
    return { action: 'PutEvents', resource: busArn(call, textIn(entry, 'EventBusName')), context }
  })
}

function putTargets(call: Call): readonly Ask[] {
  const roles = objectsIn(call.input, 'Targets').flatMap((target) => textIn(target, 'RoleArn') ?? [])
  return [
    ...onRule('Rule')(call),
    ...[...new Set(roles)].flatMap((role) => passRole(call, role, 'events.amazonaws.com')),
  ]
}

function taggedRule(call: Call): readonly Ask[] {
  const tags = call.input['Tags'] ?? undefined
  return tags === undefined ? [] : onRule('Name')(call).map((ask) => ({ ...ask, action: 'TagResource' }))
}

function tagging(call: Call): readonly Ask[] {
  const tags = call.input['Tags'] ?? undefined
  return tags === undefined ? [] : onBus(call).map((ask) => ({ ...ask, action: 'TagResource' }))
}

function passing(call: Call): readonly Ask[] {
  return passRole(call, textIn(call.input, 'RoleArn'), 'events.amazonaws.com')
}

function connected(call: Call): readonly Ask[] {
  return textIn(call.input, 'ConnectionArn') === undefined ? [] : onArn('ConnectionArn', ['connection/'])(call)
}

function replayed(call: Call): readonly Ask[] {
  const arn = textIn(objectIn(call.input, 'Destination') ?? {}, 'Arn') ?? ''
  return onArn('arn', ['event-bus/'])({ ...call, input: { arn } })
}

function eventsKeys(call: Call, action: string): Keys {
  const targets = objectsIn(call.input, 'Targets').flatMap((target) => textIn(target, 'Arn') ?? [])
  const puts = action === 'events:PutEvents'
  return {
    context: targets.length > 0 ? { 'events:TargetArn': targets } : {},
    settled: [
      'events:TargetArn',
      ...(puts ? ['events:source', 'events:detail-type', 'events:eventBusInvocation'] : []),
    ],
    unlike: ['events:source'],
  }
}
