export { type Access, type AccessParts, createAccess } from './access.ts'
export * from './arn.ts'
export { type Denied, decodeAuthorizationMessage, encodeAuthorizationMessage } from './authorization-message.ts'
export { type Asked, type Ruling, ruleBy, type Target, type Weighed } from './authorize.ts'
export { attachedTo, type Bearing } from './bearing.ts'
export type * from './caller.ts'
export { randomBytesOf } from './chance.ts'
export { requestContext } from './context.ts'
export { type KeptCaller, keptCaller, refOf } from './decided.ts'
export { managedDocument, managedSource, resourcePolicy } from './document.ts'
export { firstIdAt, idAt, momentOfId } from './event-id.ts'
export type { KnownRole } from './known-role.ts'
export { Lru } from './lru.ts'
export type { Mentions } from './mention.ts'
export * from './mfa.ts'
export * from './password.ts'
export type { Proven, Proving } from './prove.ts'
export {
  explainRecalled,
  policyRefsIn,
  type Recalled,
  type RecalledPolicy,
  recall,
  refsIn,
  type Texts,
} from './recall.ts'
export { nobody, overlaid, rootSubject, type Subject, sessionSubject, userSubject } from './subject.ts'
export { refuseCredentials } from './temporary.ts'
export {
  longestToken,
  openSession,
  openTradeIn,
  packedSize,
  sealSession,
  sealTradeIn,
  type TradeIn,
} from './token.ts'
export { trustForDecision, trustNobody } from './trust.ts'
export { vouchedDenial } from './vouched.ts'
