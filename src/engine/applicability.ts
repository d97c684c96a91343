import { isArnOf } from './arn.ts'
import { isRetiringGrant } from './kms.ts'
import type { Principal, Request } from './request.ts'
import type { DenyingLayer } from './verdict.ts'

export type AccountPrincipal = Extract<Principal, { readonly account: string }>

/** Whether a caller belongs to an account, as services, providers' subjects and anonymous callers do not. */
export function hasAccount(principal: Principal): principal is AccountPrincipal {
  return 'account' in principal
}

/** Whose the resource is; without a resource it is the caller's account (section 1). */
export function ownerOf({ principal, resource, resourceAccount }: Request): string {
  return resource === '*' && hasAccount(principal) ? principal.account : resourceAccount
}

/**
 * Whether a layer that is given bears on a request.
 * Gives: the reason why it does not; `undefined` when it does.
 */
export function exemption(layer: DenyingLayer, request: Request): string | undefined {
  switch (layer) {
    case 'scp':
      return servicePolicyExemption(request)
    case 'rcp':
      return resourceControlExemption(request)
    case 'resource':
    case 'vpcEndpoint':
      return undefined
    default:
      return ownPolicyExemption(request.principal)
  }
}

/** Identity policies, boundaries and session policies (rules S-2, P-10). */
function ownPolicyExemption(principal: Principal): string | undefined {
  if (principal.type === 'root') return 'The root user has no such policies (S-2).'
  return hasAccount(principal) ? undefined : 'The caller has no such policies (P-10, E-23).'
}

/** Rules O-7 to O-10. */
function servicePolicyExemption({ principal, organization }: Request): string | undefined {
  if (!hasAccount(principal)) return 'Service control policies bind principals of accounts only (O-7).'
  if (principal.account === organization?.managementAccount)
    return 'Service control policies never affect the management account (O-9).'
  return isServiceLinked(principal) ? 'Service control policies never affect service-linked roles (O-10).' : undefined
}

/** Rules O-23 to O-25. */
function resourceControlExemption(request: Request): string | undefined {
  if (request.organization !== undefined && ownerOf(request) === request.organization.managementAccount)
    return 'Resource control policies never affect resources of the management account (O-24).'
  if (isServiceLinked(request.principal)) return 'Resource control policies never affect service-linked roles (O-25).'
  return isRetiringGrant(request) ? 'Resource control policies never affect kms:RetireGrant (O-25).' : undefined
}

/** The role's path tells, never its name. */
function isServiceLinked(principal: Principal): boolean {
  return principal.type === 'assumedRole' && isArnOf(principal.roleArn, 'iam', 'role/aws-service-role')
}
