import type { PrincipalEntry } from './document.ts'
import type { Principal } from './question.ts'

/** How closely an entry names the caller (section 5). */
export type Strength = 'direct' | 'limited' | 'account'

/** The strengths with which the entries of a `Principal` name a caller; none: it does not match (P-7, P-16). */
export function strengthsOf(entries: readonly PrincipalEntry[], caller: Principal): ReadonlySet<Strength> {
  return new Set(entries.flatMap((entry) => strengthOf(entry, caller) ?? []))
}

function strengthOf({ kind, value }: PrincipalEntry, caller: Principal): Strength | undefined {
  if (value === '*' && (kind === '*' || kind === 'AWS')) return 'direct' // P-1
  if (value.includes('*')) return undefined // P-8
  if (kind === 'Service') return caller.type === 'service' && caller.service === value ? 'direct' : undefined // P-10
  if (kind === 'Federated') return federated(value, caller) // P-14
  if (kind === 'CanonicalUser') return undefined // P-15: a question does not carry canonical ids
  return named(value, caller)
}

function federated(value: string, caller: Principal): Strength | undefined {
  const fromProvider = caller.type === 'webIdentity' || caller.type === 'saml'
  return fromProvider && caller.provider === value ? 'direct' : undefined
}

/** An entry under `AWS`: an account, an ARN, or a unique id. */
function named(value: string, caller: Principal): Strength | undefined {
  if (caller.account === undefined) return undefined
  if (value === caller.account || value === `arn:aws:iam::${caller.account}:root`)
    return caller.type === 'root' ? 'direct' : 'account' // P-2
  if (value === caller.arn) return 'direct' // P-3, P-5, P-6
  if (caller.type === 'assumedRole' && value === caller.roleArn) return 'limited' // P-4
  if (caller.type === 'federatedUser' && value === caller.userArn) return 'limited' // P-6
  if (caller.uniqueId !== undefined && value === caller.uniqueId) return caller.type === 'user' ? 'direct' : 'limited' // U-2
  return undefined
}
