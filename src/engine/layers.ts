import type { CompiledPolicies } from './compile.ts'

/** What a document is attached to; it decides the grammar and the part that the document plays in a decision. */
export type PolicyType =
  | 'identity'
  | 'resource'
  | 'trust'
  | 'permissionsBoundary'
  | 'session'
  | 'scp'
  | 'rcp'
  | 'vpcEndpoint'

/** The policies that bear on one request. An absent layer does not apply. */
export interface Layers {
  /** Inline, managed and group policies together. */
  readonly identity?: CompiledPolicies
  /** The resource's own policy, a key policy or a role trust policy among them. */
  readonly resource?: CompiledPolicies
  readonly permissionsBoundary?: CompiledPolicies
  /** Absent: no session policy was passed. */
  readonly session?: CompiledPolicies
  /** Levels, organization root first, account last. */
  readonly scp?: readonly CompiledPolicies[]
  /** Levels, organization root first, account last. */
  readonly rcp?: readonly CompiledPolicies[]
  /** Absent: the request did not come through an endpoint. */
  readonly vpcEndpoint?: CompiledPolicies
}
