import type { Operation } from '../operation.ts'
import { LookupEvents } from './lookup.ts'
import { DescribeTrails, GetEventSelectors, GetTrail, GetTrailStatus, ListTrails } from './trail.ts'

export { type Aside, asideOf, type CloudTrailEvent, callersOf, eventOf, eventsOf } from './event.ts'
export { userNameOf } from './identity.ts'

export const cloudtrailOperations: readonly Operation[] = [
  LookupEvents,
  DescribeTrails,
  ListTrails,
  GetTrail,
  GetTrailStatus,
  GetEventSelectors,
]
