import { actionName } from './action.ts'
import { isArnOf } from './arn.ts'
import type { Request } from './request.ts'

/**
 * Whether a request is for a KMS key. The key's policy must then consent, also to identity policies and to root
 * (rules S-10, S-11). Requests that name no key follow the ordinary rules (rule S-12).
 */
export function isForKey({ action, resource }: Request): boolean {
  return actionName(action).startsWith('kms:') && isArnOf(resource, 'kms', 'key')
}

/** Whether a request is the one of KMS that resource control policies never affect (rule O-25). */
export function isRetiringGrant({ action }: Request): boolean {
  return actionName(action) === 'kms:retiregrant'
}
