import type { Strength } from './explanation.ts'
import { everyoneIncludesServices, partialNotPrincipalExempts } from './open-question.ts'
import type { PrincipalElement } from './policy.ts'
import type { Principal } from './request.ts'

/** Strengths of principal matches as bits (section 5). */
export const direct = 1
export const limited = 2
export const account = 4

export interface PrincipalTest {
  readonly not: boolean
  readonly everyone: boolean
  /** Twelve-digit accounts. */
  readonly accounts: ReadonlySet<string>
  /** ARNs and unique ids. */
  readonly names: ReadonlySet<string>
  readonly services: ReadonlySet<string>
  readonly providers: ReadonlySet<string>
}

export function principalTest({ not, entries }: PrincipalElement): PrincipalTest {
  const accounts = new Set<string>()
  const names = new Set<string>()
  const services = new Set<string>()
  const providers = new Set<string>()
  let everyone = false
  for (const { kind, value } of entries) {
    if (kind === '*' || (kind === 'AWS' && value === '*')) everyone = true
    // Rule P-8: there are no partial wildcards.
    else if (value.includes('*')) continue
    else if (kind === 'Service') services.add(value)
    else if (kind === 'Federated') providers.add(value)
    else if (kind === 'AWS') {
      const named = accountOf(value)
      if (named === undefined) names.add(value)
      else accounts.add(named)
    }
  }
  return { not, everyone, accounts, names, services, providers }
}

/** Gives: the account that an entry names in either of its forms (rule P-2). */
export function accountOf(value: string): string | undefined {
  return /^[0-9]{12}$/.test(value) ? value : /^arn:[a-z-]+:iam::([0-9]{12}):root$/.exec(value)?.[1]
}

/**
 * How an element names a caller, as bits; 0 when it does not.
 * Takes: whether the caller has a permissions boundary: a Deny with `NotPrincipal` always hits those (rule P-13).
 */
export function strengthOf(test: PrincipalTest, principal: Principal, hitBounded: boolean): number {
  const strength = entriesName(test, principal)
  if (!test.not) return strength
  return hitBounded || !isExempt(strength) ? direct : 0
}

/** Rule P-12. */
function isExempt(strength: number): boolean {
  return partialNotPrincipalExempts ? strength !== 0 : (strength & direct) !== 0
}

function entriesName(test: PrincipalTest, principal: Principal): number {
  if (test.everyone && (everyoneIncludesServices || principal.type !== 'service')) return direct
  switch (principal.type) {
    case 'anonymous':
      return 0
    case 'service':
      return test.services.has(principal.service) ? direct : 0
    case 'webIdentity':
    case 'saml':
      return test.providers.has(principal.provider) ? direct : 0
    default:
      return namedInAccount(test, principal)
  }
}

type AccountPrincipal = Extract<Principal, { readonly account: string }>

function namedInAccount({ accounts, names }: PrincipalTest, principal: AccountPrincipal): number {
  const inAccount = accounts.has(principal.account)
  if (principal.type === 'root') return inAccount ? direct : 0
  let strength = inAccount ? account : 0
  if (names.has(principal.arn)) strength |= direct
  const { uniqueId } = principal
  const byId = uniqueId !== undefined && names.has(uniqueId)
  if (principal.type === 'user') return byId ? strength | direct : strength
  const behind = principal.type === 'assumedRole' ? principal.roleArn : principal.userArn
  return byId || names.has(behind) ? strength | limited : strength
}

/** Gives: the strongest of the strengths in some bits. */
export function strongest(strengths: number): Strength | undefined {
  if ((strengths & direct) !== 0) return 'direct'
  if ((strengths & limited) !== 0) return 'limited'
  return strengths === 0 ? undefined : 'account'
}
