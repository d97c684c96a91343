import type { PrincipalEntry } from './policy.ts'
import { accountOf } from './principal.ts'

/** Whether AWS takes a principal when a policy is saved, as far as its form goes. */
export function isPrincipal({ kind, value }: PrincipalEntry): boolean {
  switch (kind) {
    case '*':
      return true
    case 'AWS':
      return (
        value === '*' ||
        accountOf(value) !== undefined ||
        arnPrincipal.test(value) ||
        /^(?:AIDA|AROA)[A-Z0-9]{12,124}$/.test(value)
      )
    case 'Service':
      return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(value)
    case 'Federated':
      return providerPrincipal.test(value)
    case 'CanonicalUser':
      return /^[0-9a-f]{64}$/.test(value)
  }
}

const arnPrincipal =
  /^arn:[a-z-]+:(?:iam::[0-9]{12}:(?:user|role)\/[^*?]+|sts::[0-9]{12}:(?:assumed-role\/[^*?/]+\/[^*?]+|federated-user\/[^*?]+))$/
const providerPrincipal =
  /^(?:arn:[a-z-]+:iam::[0-9]{12}:(?:oidc|saml)-provider\/[^*?]+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)$/
