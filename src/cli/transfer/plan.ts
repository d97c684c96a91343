import type { AccountDetails, EntityKind } from './detail.ts'

/** What becomes of one entity. */
export interface EntityPlan {
  readonly account: string
  readonly kind: EntityKind
  readonly name: string
  state: 'create' | 'update' | 'same' | 'skip'
  /** Why it is skipped. */
  reason?: string
  /** What of it cannot be brought over. */
  readonly lost: string[]
  /** What its owner should know. */
  readonly notes: string[]
  readonly steps: Step[]
}

/** One call of the API. */
export interface Step {
  readonly phase: Phase
  readonly operation: string
  readonly input: object
  /** What it does, after the entity's name. */
  readonly says: string
  /** Other entities that have to be as planned first. */
  readonly needs: readonly EntityPlan[]
}

/** The order of the calls: an entity is restricted before it is given anything. */
export const phases = [
  'policy',
  'group',
  'user',
  'role',
  'trust',
  'restriction',
  'instance-profile',
  'inline',
  'attachment',
  'membership',
] as const

export type Phase = (typeof phases)[number]

/** An account before and after. */
export interface Move {
  readonly wanted: AccountDetails
  readonly present: AccountDetails
}

/** The plans of one account, by kind and lower-case names. */
export interface AccountPlans {
  readonly move: Move
  readonly policies: Map<string, EntityPlan>
  readonly groups: Map<string, EntityPlan>
  readonly users: Map<string, EntityPlan>
  readonly roles: Map<string, EntityPlan>
  readonly instanceProfiles: Map<string, EntityPlan>
}

export function newPlan(account: string, kind: EntityKind, name: string): EntityPlan {
  return { account, kind, name, state: 'same', lost: [], notes: [], steps: [] }
}

/** Takes an entity out of the import. */
export function skip(plan: EntityPlan, reason: string): void {
  plan.state = 'skip'
  plan.reason = reason
  plan.steps.length = 0
}

/** Adds a call to an entity's plan; an entity that was the same is one that is updated. */
export function add(plan: EntityPlan, step: Omit<Step, 'needs'> & { readonly needs?: Step['needs'] }): void {
  plan.steps.push({ needs: [], ...step })
  if (plan.state === 'same') plan.state = 'update'
}
