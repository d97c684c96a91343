import { awsManagedPoliciesDate, awsManagedPolicy } from '#models'
import { arnOf, type HolderDetail, keyOf } from './detail.ts'
import { sameDocument } from './document.ts'
import { add, type EntityPlan, type Move } from './plan.ts'

/** The plans of an account's policies, by lower-case names. */
export type PolicyPlans = ReadonlyMap<string, EntityPlan>

/** A managed policy as others can refer to it. */
export type Reference =
  | { readonly there: true; readonly needs: readonly EntityPlan[] }
  | { readonly there: false; readonly reason: string }

/** Finds what an ARN of a managed policy will mean in the account. */
export function referenceTo(arn: string, { wanted, present }: Move, plans: PolicyPlans): Reference {
  if (arn.startsWith('arn:aws:iam::aws:')) {
    if (awsManagedPolicy(arn) !== undefined) return { there: true, needs: [] }
    return { there: false, reason: `the catalogue of ${awsManagedPoliciesDate} has no such AWS managed policy` }
  }
  const key = keyOf(arn.split('/').at(-1) ?? '')
  const plan = plans.get(key)
  if (plan?.state === 'skip') return { there: false, reason: 'the policy is skipped' }
  const policy = wanted.policies.get(key) ?? present.policies.get(key)
  if (policy === undefined || arnOf('policy', wanted.account, policy) !== arn)
    return { there: false, reason: 'neither the file nor the account has this policy' }
  return { there: true, needs: plan === undefined ? [] : [plan] }
}

interface Held {
  readonly wanted: HolderDetail
  readonly present: HolderDetail | undefined
  /** The member of the input that names the holder. */
  readonly owner: Readonly<Record<string, string>>
  /** As operations name the holder: `User`. */
  readonly noun: 'User' | 'Group' | 'Role'
  referenceTo(arn: string): Reference
}

/** Puts the inline policies that are missing or other, and attaches the managed policies that are not attached. */
export function addPolicies(plan: EntityPlan, held: Held): void {
  const { wanted, present, owner, noun } = held
  // Denials first: what follows never allows more than the whole does for longer than it must.
  const inline = [...wanted.inline].sort(([, one], [, other]) => Number(denies(other)) - Number(denies(one)))
  for (const [PolicyName, PolicyDocument] of inline) {
    const before = present?.inline.get(PolicyName)
    if (before !== undefined && sameDocument(before, PolicyDocument)) continue
    const input = { ...owner, PolicyName, PolicyDocument }
    add(plan, { phase: 'inline', operation: `Put${noun}Policy`, input, says: PolicyName })
  }
  for (const PolicyArn of wanted.attached) {
    if (present?.attached.includes(PolicyArn) === true) continue
    const reference = held.referenceTo(PolicyArn)
    if (!reference.there) plan.lost.push(`the attachment of ${PolicyArn}: ${reference.reason}`)
    else {
      const input = { ...owner, PolicyArn }
      const { needs } = reference
      add(plan, { phase: 'attachment', operation: `Attach${noun}Policy`, input, says: PolicyArn, needs })
    }
  }
  tellExtras(plan, held)
}

/** What the entity has and the file has not stays, and is told. */
function tellExtras(plan: EntityPlan, { wanted, present }: Held): void {
  const inline = [...(present?.inline.keys() ?? [])].filter((name) => !wanted.inline.has(name))
  const attached = (present?.attached ?? []).filter((arn) => !wanted.attached.includes(arn))
  for (const name of inline) plan.notes.push(`keeps the inline policy ${name}, which the file has not`)
  for (const arn of attached) plan.notes.push(`keeps the attachment of ${arn}, which the file has not`)
}

function denies(document: string): boolean {
  return document.includes('"Deny"')
}
