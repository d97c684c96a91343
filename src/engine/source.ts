import type { Policy } from './policy.ts'

/** A policy and whose it is. */
export interface Source {
  readonly policy: Policy
  /** Told in explanations: a policy's name, `PolicyInputList.1`. */
  readonly id?: string
  /** The ARN of a managed policy; a denial names it (rule M-3). */
  readonly arn?: string
}
