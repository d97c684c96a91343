import { type Access, type Asked, type Ruling, readEntityArn } from '#access'
import type { Tables } from '#store'

/** The tag of a managed policy that forbids nothing yet: what it would have forbidden is recorded. */
const tagKey = 'cardea:report-only'

/** As many policies as a user or a role can have, and then some. */
const mostPolicies = 64

/**
 * Decides again without what policies forbid that are tagged `cardea:report-only`.
 * Gives: the decision that counts: the same one where no such policy denied.
 */
export async function withoutReported(ruling: Ruling, asked: Asked, access: Access): Promise<Ruling> {
  const without = new Set<string>()
  let found = ruling
  while (found.decision === 'explicitDeny' && without.size < mostPolicies) {
    const before = without.size
    for (const { policyArn } of found.decided().deciding ?? [])
      if (policyArn !== undefined && (await isReported(policyArn, asked.tables))) without.add(policyArn)
    if (without.size === before) return found
    found = await access.authorize({ ...asked, without })
  }
  return found
}

async function isReported(arn: string, { policies }: Tables): Promise<boolean> {
  const { kind, account, name = '' } = readEntityArn(arn) ?? {}
  if (kind !== 'policy' || account === undefined) return false
  const policy = await policies.byName(account, name)
  return policy?.tags.some(({ key, value }) => key === tagKey && value === 'true') === true
}
