import { cloudtrailOperations } from './cloudtrail/index.ts'
import { iamOperations, quotaNames } from './iam/index.ts'
import type { Operation } from './operation.ts'
import { rolesAnywhereOperations } from './roles-anywhere/index.ts'
import { stsOperations } from './sts/index.ts'

export { type CreatedAccount, createAccount, type KeyPair, type NewAccount } from './bootstrap.ts'
export {
  type Aside,
  asideOf,
  type CloudTrailEvent,
  callersOf,
  eventOf,
  eventsOf,
  userNameOf,
} from './cloudtrail/index.ts'
export {
  type DenialGroup,
  type DenialQuery,
  denials,
  type ExplainedDecision,
  explainDecision,
  type MayRead,
  type ReadNeed,
} from './decision/index.ts'
export { type DelegationToken, delegationToken } from './delegation-token.ts'
export { type InstanceLog, type InstanceParts, instanceFront, instancePath } from './instance/index.ts'
export { type Failed, type Fetch, type Fetched, Issuers, keySet } from './issuer.ts'
export { endSession, type LiveSession, liveSessions, rotateOldTokenKeys, rotateTokenKeys } from './live-session.ts'
export { mintId } from './mint.ts'
export type { IdPrefix, Operation, Scope, Touched, Vouching, World } from './operation.ts'
export { outboundAlgorithms } from './outbound.ts'
export { examineFor } from './sts/web-identity.ts'
export { pinnedKeys } from './sts/web-identity-provider.ts'
export { quotaNames }

/** Every operation that is built, by its service and name: `iam:CreateUser`. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [...iamOperations, ...stsOperations, ...rolesAnywhereOperations, ...cloudtrailOperations].map((operation) => [
    `${operation.service}:${operation.name}`,
    operation,
  ]),
)
