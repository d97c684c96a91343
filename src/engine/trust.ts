import { actionName } from './action.ts'
import { isArnOf } from './arn.ts'
import type { Request } from './request.ts'

/** What is asked of a role's trust policy (rules S-20, S-22). */
const trustActions: ReadonlySet<string> = new Set([
  'sts:assumerole',
  'sts:assumerolewithsaml',
  'sts:assumerolewithwebidentity',
  'sts:tagsession',
  'sts:setsourceidentity',
])

/** Whether a request is for a role's trust: its trust policy must then consent, also within the account (rule S-20). */
export function isForTrust({ action, resource }: Request): boolean {
  return trustActions.has(actionName(action)) && isArnOf(resource, 'iam', 'role')
}

/** Whether the root user asks for what root credentials cannot do (rule S-4). */
export function isRootAssuming({ principal, action }: Request): boolean {
  if (principal.type !== 'root') return false
  const name = actionName(action)
  return name === 'sts:assumerole' || name === 'sts:assumeroot'
}

/** Whether a request needs no permission and cannot be denied (rules S-30, S-31). */
export function needsNoPermission({ principal, action }: Request): boolean {
  const { type } = principal
  if (type === 'anonymous' || type === 'webIdentity' || type === 'saml') return false
  const name = actionName(action)
  return name === 'sts:getcalleridentity' || name === 'sts:getsessiontoken'
}
