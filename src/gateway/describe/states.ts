import { type Ask, type Call, nameOf, neededText, objectsIn, textIn } from './call.ts'
import { notCovered } from './refusal.ts'
import { passRole } from './role.ts'
import { each, onArn, onEverything, onFirst, onNamed, together } from './rule.ts'
import type { ServiceRules } from './rules.ts'

const machine = ['stateMachine:']
const execution = ['execution:', 'express:']
const byMachine = onArn('stateMachineArn', machine)
const byExecution = onArn('executionArn', execution)

export const statesRules: ServiceRules = {
  operations: {
    ...each(
      'DeleteStateMachine DescribeStateMachine ListStateMachineAliases ListStateMachineVersions PublishStateMachineVersion StartExecution StartSyncExecution',
      byMachine,
    ),
    ...each(
      'DescribeExecution DescribeStateMachineForExecution GetExecutionHistory ListMapRuns RedriveExecution StopExecution',
      byExecution,
    ),
    ...each('DeleteActivity DescribeActivity GetActivityTask', onArn('activityArn', ['activity:'])),
    ...each('DeleteStateMachineAlias DescribeStateMachineAlias', onArn('stateMachineAliasArn', machine)),
    ...each('ListTagsForResource TagResource UntagResource', onArn('resourceArn', ['stateMachine:', 'activity:'])),
    ...each('DescribeMapRun UpdateMapRun', onArn('mapRunArn', ['mapRun:'])),
    ...each(
      'ListActivities ListStateMachines SendTaskFailure SendTaskHeartbeat SendTaskSuccess ValidateStateMachineDefinition',
      onEverything,
    ),
    DeleteStateMachineVersion: onArn('stateMachineVersionArn', machine),
    ListExecutions: onFirst({ stateMachineArn: byMachine, mapRunArn: onArn('mapRunArn', ['mapRun:']) }),
    CreateActivity: tagging(onNamed('name', 'activity:')),
    CreateStateMachine: together(
      tagging(onNamed('name', 'stateMachine:')),
      publishing(onNamed('name', 'stateMachine:')),
      roleOf('roleArn'),
    ),
    UpdateStateMachine: together(byMachine, publishing(byMachine), roleOf('roleArn')),
    CreateStateMachineAlias: alias,
    UpdateStateMachineAlias: together(onArn('stateMachineAliasArn', machine), routed),
    TestState: together(onEverything, roleOf('roleArn')),
  },
  // A call by the machine itself, or by one of its versions: the ARN says which.
  keys: ({ input }) => {
    const [, qualifier] = /:stateMachine:[^:]+:([^:]+)$/.exec(textIn(input, 'stateMachineArn') ?? '') ?? []
    return {
      context: qualifier === undefined ? {} : { 'states:StateMachineQualifier': qualifier },
      settled: ['states:StateMachineQualifier'],
    }
  },
}

function roleOf(member: string) {
  return (call: Call): readonly Ask[] => passRole(call, textIn(call.input, member), 'states.amazonaws.com')
}

function tagging(rule: (call: Call) => readonly Ask[]) {
  return (call: Call): readonly Ask[] => {
    const asks = rule(call)
    const tagged = (call.input['tags'] ?? undefined) === undefined
    return tagged ? asks : asks.flatMap((ask) => [ask, { ...ask, action: 'TagResource' }])
  }
}

/** A version that is published at once needs the permission for that. */
function publishing(rule: (call: Call) => readonly Ask[]) {
  return (call: Call): readonly Ask[] =>
    (call.input['publish'] ?? false) === false
      ? []
      : rule(call).map((ask) => ({ ...ask, action: 'PublishStateMachineVersion' }))
}

/** An alias belongs to the machine whose versions it leads to. */
function alias(call: Call): readonly Ask[] {
  neededText(call, 'name')
  const machines = new Set(versionsOf(call).map((version) => version.replace(/:\d+$/, '')))
  const [resource] = machines
  if (machines.size !== 1 || resource === undefined)
    throw notCovered(nameOf(call), 'the machine that it belongs to cannot be told')
  return [{ action: 'CreateStateMachineAlias', resource }]
}

function routed(call: Call): readonly Ask[] {
  versionsOf(call)
  return []
}

function versionsOf(call: Call): readonly string[] {
  return objectsIn(call.input, 'routingConfiguration').map((route) => {
    const version = textIn(route, 'stateMachineVersionArn') ?? ''
    return onArn('version', machine)({ ...call, input: { version } })[0]?.resource ?? ''
  })
}
