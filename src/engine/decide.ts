import { actionName } from './action.ts'
import { exemption } from './applicability.ts'
import { allowIn, denyIn } from './bucket.ts'
import { bucketFor } from './compile.ts'
import { scopeOf } from './context.ts'
import type { Layers } from './layers.ts'
import type { Request } from './request.ts'
import type { Verdict } from './verdict.ts'
import { type Findings, weigh } from './weigh.ts'

/**
 * Decides a request (section 7 of the semantics).
 * Cost: depends on the statements that bear on action and resource, hardly on how many there are.
 */
export function decide(request: Request, layers: Layers): Verdict {
  return weigh(layers, scopeOf(request, isBounded(request, layers)), indexed)
}

/** Whether the caller has a permissions boundary. */
export function isBounded(request: Request, { permissionsBoundary }: Layers): boolean {
  return permissionsBoundary !== undefined && exemption('permissionsBoundary', request) === undefined
}

const indexed: Findings = {
  denying: (policies, scope) => denyIn(bucketFor(policies, actionName(scope.request.action)), scope),
  granting: (policies, scope) => allowIn(bucketFor(policies, actionName(scope.request.action)), scope),
}
