import { type Call, textIn } from './call.ts'
import { passRole } from './role.ts'
import { each, onArn, onNamed, together } from './rule.ts'
import type { ServiceRules } from './rules.ts'

const onTrail = onNamed('Name', 'trail/')
const kinds = ['trail/', 'channel/', 'dashboard/', 'eventdatastore/']

export const cloudtrailRules: ServiceRules = {
  operations: {
    ...each('DeleteTrail GetTrail GetTrailStatus StartLogging StopLogging', onTrail),
    ...each('CreateTrail UpdateTrail', together(onTrail, writing)),
    ...each('AddTags RemoveTags', onArn('ResourceId', kinds)),
    ...each('DeleteResourcePolicy GetResourcePolicy PutResourcePolicy', onArn('ResourceArn', kinds)),
    CreateDashboard: onNamed('Name', 'dashboard/'),
  },
}

function writing(call: Call) {
  return passRole(call, textIn(call.input, 'CloudWatchLogsRoleArn'), 'cloudtrail.amazonaws.com')
}
