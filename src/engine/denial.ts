import { serviceOf } from './action.ts'
import type { Principal, Request } from './request.ts'
import { isForTrust } from './trust.ts'
import type { DenyingLayer, Verdict } from './verdict.ts'

export interface DenialOptions {
  /** Whether the caller may know why; not across organizations (rule M-5), nor for a role that is not there (rule M-8). */
  readonly reason?: boolean
  /** Whether the resource's policy is a role trust policy; else the request tells. */
  readonly trust?: boolean
}

/**
 * The sentence in which AWS tells a caller of a denial (section 10).
 * Takes: an action in its canonical case, which the sentence repeats.
 */
export function denial(request: Request, verdict: Verdict, options: DenialOptions = {}): string {
  const { action, resource } = request
  const isS3 = serviceOf(action).toLowerCase() === 's3:'
  if (options.reason === false && isS3) return 'Access Denied'
  const quoted = isS3 ? `"${resource}"` : resource
  const on = resource === '*' ? '' : ` on resource: ${quoted}`
  const because = options.reason === false ? '' : reason(request, verdict, options.trust ?? isForTrust(request))
  return `User: ${callerText(request.principal)} is not authorized to perform: ${action}${on}${because}`
}

/** Rule M-6. */
function callerText(principal: Principal): string {
  switch (principal.type) {
    case 'service':
      return principal.service
    case 'webIdentity':
    case 'saml':
      return principal.provider
    case 'anonymous':
      return 'anonymous'
    default:
      return principal.arn
  }
}

/** Rules M-2 and M-3; with a space before it. */
function reason({ action }: Request, { decision, deniedBy, policyArn }: Verdict, trust: boolean): string {
  if (deniedBy === undefined) return ''
  const { none, explicit } = trust && deniedBy === 'resource' ? trustWords : words[deniedBy]
  if (decision === 'explicitDeny') {
    const which = policyArn === undefined ? '' : `: ${policyArn}`
    return ` with an explicit deny in ${explicit}${which}`
  }
  return none === undefined ? '' : ` because no ${none} allows the ${action} action`
}

interface Words {
  readonly none: string | undefined
  readonly explicit: string
}

const words: Readonly<Record<DenyingLayer, Words>> = {
  identity: { none: 'identity-based policy', explicit: 'an identity-based policy' },
  resource: { none: 'resource-based policy', explicit: 'a resource-based policy' },
  permissionsBoundary: { none: 'permissions boundary', explicit: 'a permissions boundary' },
  session: { none: 'session policy', explicit: 'a session policy' },
  scp: { none: 'service control policy', explicit: 'a service control policy' },
  rcp: { none: undefined, explicit: 'a resource control policy' },
  vpcEndpoint: { none: 'VPC endpoint policy', explicit: 'a VPC endpoint policy' },
}

const trustWords: Words = { none: 'role trust policy', explicit: 'the role trust policy' }
