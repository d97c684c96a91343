import type { Operation } from '../operation.ts'
import { LookupEvents } from './lookup.ts'

export { type Aside, asideOf, type CloudTrailEvent, callersOf, eventOf, eventsOf } from './event.ts'
export { userNameOf } from './identity.ts'

export const cloudtrailOperations: readonly Operation[] = [LookupEvents]
