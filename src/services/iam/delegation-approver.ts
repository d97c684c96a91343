import type { AccountCaller } from '#access'
import type { DelegationApprover } from '#store'

/** What is kept of whoever accepts a request. Gives: nothing for who cannot be spoken for. */
export function approverOf({ kind, entityId, session }: AccountCaller): { readonly approver?: DelegationApprover } {
  const subject = subjectOf({ kind, entityId, session })
  if (subject === undefined) return {}
  const { policies, policyArns, scopes, tags = [], transitiveTagKeys = [] } = session ?? {}
  const { sourceIdentity, federatedProvider } = session ?? {}
  return {
    approver: {
      subject,
      tags,
      transitiveTagKeys,
      ...(policies === undefined ? {} : { policies }),
      ...(policyArns === undefined ? {} : { policyArns }),
      ...(scopes === undefined ? {} : { scopes }),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      ...(federatedProvider === undefined ? {} : { federatedProvider }),
    },
  }
}

interface Approving {
  readonly kind: AccountCaller['kind']
  readonly entityId: string | undefined
  readonly session: AccountCaller['session']
}

function subjectOf({ kind, entityId, session }: Approving): DelegationApprover['subject'] | undefined {
  if (kind === 'root') return { type: 'root' }
  if (kind === 'user' && entityId !== undefined) return { type: 'user', userId: entityId }
  return session?.subject.type === 'assumedRole' ? session.subject : undefined
}
