import type { Tag } from './detail.ts'
import { add, type EntityPlan } from './plan.ts'

/** The tags that an entity is made with, as the API takes them. */
export function firstTags(plan: EntityPlan, tags: readonly Tag[] | undefined): { readonly Tags?: readonly object[] } {
  const own = settable(plan, tags ?? [])
  return own.length === 0 ? {} : { Tags: shown(own) }
}

interface Tags {
  readonly wanted: readonly Tag[]
  readonly present: readonly Tag[]
  /** The member of the input that names the entity. */
  readonly owner: Readonly<Record<string, string>>
}

/** Sets the tags that are missing or other. */
export function addTags(plan: EntityPlan, { wanted, present, owner }: Tags): void {
  const missing = settable(plan, wanted).filter(
    ({ key, value }) => !present.some((tag) => tag.key === key && tag.value === value),
  )
  if (missing.length === 0) return
  const operation = { policy: 'TagPolicy', user: 'TagUser', role: 'TagRole', 'instance-profile': 'TagInstanceProfile' }
  if (plan.kind === 'group') return
  add(plan, {
    phase: 'restriction',
    operation: operation[plan.kind],
    input: { ...owner, Tags: shown(missing) },
    says: missing.map(({ key }) => key).join(', '),
  })
}

/** Without those that only AWS sets. */
function settable(plan: EntityPlan, tags: readonly Tag[]): readonly Tag[] {
  const [reserved, own] = [tags.filter(isReserved), tags.filter((tag) => !isReserved(tag))]
  for (const { key } of reserved) plan.lost.push(`the tag ${key}: only AWS sets tags that begin with aws:`)
  return own
}

function isReserved({ key }: Tag): boolean {
  return key.toLowerCase().startsWith('aws:')
}

function shown(tags: readonly Tag[]): readonly object[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }))
}
