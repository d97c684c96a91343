import { type Ask, type Call, nameOf, neededText, ownArn, textIn, textsIn } from './call.ts'
import { notCovered, shown } from './refusal.ts'
import { givenArn } from './resource.ts'
import { passRole } from './role.ts'
import { each, onArn, onEverything, onNamed, together } from './rule.ts'
import type { ServiceRules } from './rules.ts'

/** Members that name one log group, by its name or ARN. */
const single = ['logGroupName', 'logGroupIdentifier', 'resourceIdentifier']

/** Members that name several. */
const several = ['logGroupNames', 'logGroupIdentifiers', 'logGroupArnList']

const taggable = [
  'log-group:',
  'destination:',
  'delivery:',
  'delivery-source:',
  'delivery-destination:',
  'anomaly-detector:',
  'lookup-table:',
  'scheduled-query:',
]
const byQuery = 'the log groups of a query cannot be told from its id'
const destination = onNamed('destinationName', 'destination:')
const source = onNamed('name', 'delivery-source:')
const target = onNamed('name', 'delivery-destination:')

export const logsRules: ServiceRules = {
  members: { delivery: ['id'], 'scheduled-query': ['identifier'] },
  operations: {
    ...each(
      'AssociateKmsKey CreateExportTask CreateLogAnomalyDetector DeleteDataProtectionPolicy DeleteLogGroup DeleteMetricFilter DeleteRetentionPolicy DeleteSubscriptionFilter DeleteSyslogConfiguration DeleteTransformer DescribeLogStreams DescribeMetricFilters DescribeSubscriptionFilters DisassociateKmsKey FilterLogEvents GetDataProtectionPolicy GetLogGroupFields GetTransformer ListTagsLogGroup PutBearerTokenAuthentication PutDataProtectionPolicy PutLogGroupDeletionProtection PutMetricFilter PutRetentionPolicy PutSyslogConfiguration PutTransformer StartLiveTail TagLogGroup UntagLogGroup',
      onGroups,
    ),
    ...each('CreateLogStream DeleteLogStream GetLogEvents PutLogEvents', onStream),
    ...each('ListTagsForResource TagResource UntagResource', onArn('resourceArn', taggable)),
    ...each('DeleteDeliverySource GetDeliverySource', source),
    ...each('DeleteDeliveryDestination GetDeliveryDestination', target),
    ...each(
      'DeleteDeliveryDestinationPolicy GetDeliveryDestinationPolicy PutDeliveryDestinationPolicy',
      onNamed('deliveryDestinationName', 'delivery-destination:'),
    ),
    ...each('DeleteDestination PutDestinationPolicy', destination),
    ...each('PutIndexPolicy DeleteIndexPolicy DescribeIndexPolicies DescribeFieldIndexes', onEverything),
    DescribeLogGroups: (call) => [{ action: call.operation.name, resource: groupArn(call, '') }],
    StartQuery: startQuery,
    CreateLogGroup: together(onGroups, tagged),
    PutDeliveryDestination: together(target, (call) =>
      passRole(call, textIn(call.input, 'roleArn'), 'delivery.logs.amazonaws.com'),
    ),
    PutDeliverySource: source,
    PutDestination: together(destination, passing),
    PutSubscriptionFilter: together(onGroups, subscribed, passing),
    CreateScheduledQuery: together(onNamed('name', 'scheduled-query:'), (call) =>
      passRole(call, textIn(call.input, 'executionRoleArn'), 'logs.amazonaws.com'),
    ),
  },
  refused: {
    GetQueryResults: byQuery,
    GetLogRecord: 'the log group of a pointer cannot be told',
    GetLogObject: 'the log group of a pointer cannot be told',
    UpdateDeliveryConfiguration: 'the source and destination of a delivery cannot be told from its id',
    CreateDelivery: 'the id that the delivery will have cannot be told',
    CreateImportTask: 'it reads what another service holds, with a role',
    UpdateScheduledQuery: 'it may pass another role to a query that is there',
  },
}

/**
 * A log group as policies name it.
 * QUIRK: AWS decides on what is under the group, `…:log-group:NAME:log-stream:`, so that policies say `…:log-group:NAME:*`.
 */
function groupArn(call: Call, name: string, stream = ''): string {
  if (!/^[A-Za-z0-9_/.#-]{0,512}$/.test(name))
    throw notCovered(nameOf(call), `${shown(name)} is no name of a log group`)
  return ownArn(call, `log-group:${name}:log-stream:${stream}`)
}

function onGroups(call: Call): readonly Ask[] {
  const names = groupsOf(call)
  if (names.length === 0) throw notCovered(nameOf(call), 'it names no log group')
  return names.map((name) => ({ action: call.operation.name, resource: underGroup(call, name, '') }))
}

/** A query may name other log groups in its own text. */
function startQuery(call: Call): readonly Ask[] {
  const text = textIn(call.input, 'queryString') ?? ''
  const language = textIn(call.input, 'queryLanguage') ?? 'CWLI'
  if (language === 'SQL' || /(?:^|[|;({\s])source(?:\s|\()/i.test(text.replace(/^\s*#.*$/gm, '')))
    throw notCovered(nameOf(call), 'its text names log groups')
  return onGroups(call)
}

function groupsOf({ input }: Call): readonly string[] {
  return [
    ...single.map((member) => textIn(input, member) ?? []),
    ...several.map((member) => textsIn(input, member)),
  ].flat()
}

/** What is under a log group that is named by its name or ARN. */
function underGroup(call: Call, name: string, stream: string): string {
  if (!name.startsWith('arn:')) return groupArn(call, name, stream)
  const [, , service, region = '', account = '', kind, group = '', ...rest] = givenArn(call, name).split(':')
  if (service !== 'logs' || kind !== 'log-group' || (rest.length > 0 && rest.join(':') !== '*'))
    throw notCovered(nameOf(call), `${shown(name)} is not the ARN of a log group`)
  return groupArn({ ...call, arrived: { ...call.arrived, region, account } }, group, stream)
}

function onStream(call: Call): readonly Ask[] {
  const stream = neededText(call, 'logStreamName')
  const [group, ...more] = groupsOf(call)
  if (group === undefined || more.length > 0) throw notCovered(nameOf(call), 'its log group cannot be told')
  if (/[:*\0]/.test(stream)) throw notCovered(nameOf(call), `${shown(stream)} is no name of a log stream`)
  return [{ action: call.operation.name, resource: underGroup(call, group, stream) }]
}

/** Tags of a group are decided on by the group itself. */
function tagged(call: Call): readonly Ask[] {
  if ((call.input['tags'] ?? undefined) === undefined) return []
  return [{ action: 'TagResource', resource: ownArn(call, `log-group:${neededText(call, 'logGroupName')}`) }]
}

function passing(call: Call): readonly Ask[] {
  return passRole(call, textIn(call.input, 'roleArn'), 'logs.amazonaws.com')
}

function subscribed(call: Call): readonly Ask[] {
  const arn = givenArn(call, neededText(call, 'destinationArn'))
  return /^arn:[^:]+:logs:[^:]*:[^:]*:destination:/.test(arn) ? [{ action: call.operation.name, resource: arn }] : []
}
