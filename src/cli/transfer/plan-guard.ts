import type { RoleDetail, UserDetail } from './detail.ts'
import { add, type EntityPlan, skip } from './plan.ts'
import type { Reference } from './plan-holder.ts'
import { addTags } from './plan-tag.ts'

interface Guarding {
  readonly wanted: UserDetail | RoleDetail
  readonly present: UserDetail | RoleDetail
  readonly owner: Readonly<Record<string, string>>
  readonly boundary: readonly EntityPlan[]
  readonly noun: 'User' | 'Role'
}

/** Plans boundary and tags of a user or role that is there. */
export function guard(plan: EntityPlan, { wanted, present, owner, boundary, noun }: Guarding): void {
  const arn = wanted.boundary
  if (arn !== undefined && arn !== present.boundary)
    add(plan, {
      phase: 'restriction',
      operation: `Put${noun}PermissionsBoundary`,
      input: { ...owner, PermissionsBoundary: arn },
      says: arn,
      needs: boundary,
    })
  if (arn === undefined && present.boundary !== undefined)
    plan.notes.push(`keeps its boundary ${present.boundary}, which the file has not`)
  addTags(plan, { wanted: wanted.tags, present: present.tags, owner })
}

/** Gives: what has to be there first; `undefined`: there is no such boundary, and without it nothing is brought over. */
export function boundaryOf(
  plan: EntityPlan,
  { boundary }: UserDetail | RoleDetail,
  find: (arn: string) => Reference,
): readonly EntityPlan[] | undefined {
  if (boundary === undefined) return []
  const reference = find(boundary)
  if (reference.there) return reference.needs
  skip(plan, `its permissions boundary ${boundary} is not there: ${reference.reason}`)
  return undefined
}
