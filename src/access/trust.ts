import type { Role } from '#store'

/** What stands for the trust policy of a role that is not there: nobody may assume it. */
export const trustNobody = ''

/**
 * A role's trust policy with its principals as they were meant when it was saved: by unique id, so that nobody who got the
 * name later takes their place (rules U-1 and U-3). ARNs in conditions stay (rule U-4).
 */
export function trustForDecision({
  trustPolicy,
  trustPrincipals,
}: Pick<Role, 'trustPolicy' | 'trustPrincipals'>): string {
  if (Object.keys(trustPrincipals).length === 0) return trustPolicy
  const policy: unknown = JSON.parse(trustPolicy)
  for (const statement of listOf(memberOf(policy, 'Statement')))
    for (const element of ['Principal', 'NotPrincipal']) {
      const principal = memberOf(statement, element)
      const written = memberOf(principal, 'AWS')
      if (written !== undefined) Reflect.set(Object(principal), 'AWS', listOf(written).map(meant))
    }
  return JSON.stringify(policy)

  function meant(principal: unknown): unknown {
    if (typeof principal !== 'string' || !Object.hasOwn(trustPrincipals, principal)) return principal
    return trustPrincipals[principal]
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}
