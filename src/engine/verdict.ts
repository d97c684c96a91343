/** The kind of policy that a denial names. A role trust policy counts as `resource`. */
export type DenyingLayer = 'identity' | 'resource' | 'permissionsBoundary' | 'session' | 'scp' | 'rcp' | 'vpcEndpoint'

/** The answer to a request. */
export interface Verdict {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  /** Present for every denial. */
  readonly deniedBy?: DenyingLayer
  /** The managed policy whose statement denies, for an explicit denial. */
  readonly policyArn?: string
}

/** The answer when some context keys are not known. */
export interface Outlook {
  /** `unknown`: it depends on the keys in `needs`. */
  readonly decision: Verdict['decision'] | 'unknown'
  readonly deniedBy?: DenyingLayer
  readonly policyArn?: string
  /** The keys, as policies spell them, on which the answer depends; empty when it does not. */
  readonly needs: readonly string[]
}

/** Keys of the context whose values are not known: some, or all that the request does not carry. */
export type UnknownKeys = readonly string[] | '*'
