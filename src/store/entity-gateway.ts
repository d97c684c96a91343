import type { Tag } from './entity.ts'

/** What is kept here of a resource that lives in another service: the policy and the tags that it has no room for. */
export interface Resource {
  /** The account that owns it. */
  readonly account: string
  readonly arn: string
  /** A resource-based policy, as text. */
  readonly policy?: string
  /** Unique ids of the users and roles that the policy names, by how it names them. Present with a policy. */
  readonly principals?: Readonly<Record<string, string>>
  readonly tags: readonly Tag[]
  readonly updatedAt: number
}
