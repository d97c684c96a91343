import { exemption, hasAccount, ownerOf } from './applicability.ts'
import type { CompiledPolicies } from './compile.ts'
import type { Scope } from './context.ts'
import { isForKey } from './kms.ts'
import type { Layers } from './layers.ts'
import { explicitOrder, rootAssumingDeniedBy } from './open-question.ts'
import { direct, limited } from './principal.ts'
import type { CompiledStatement } from './statement.ts'
import { isForTrust, isRootAssuming, needsNoPermission } from './trust.ts'
import type { DenyingLayer, Verdict } from './verdict.ts'

/** How policies are asked: through the index, or from what was found before. */
export interface Findings {
  /** Gives: a Deny that matches. */
  readonly denying: (policies: CompiledPolicies, scope: Scope) => CompiledStatement | undefined
  /** Gives: the strengths of the Allows that match, as bits; 0 for none. */
  readonly granting: (policies: CompiledPolicies, scope: Scope) => number
}

/** From policies to a decision: the steps of section 7.2. */
export function weigh(layers: Layers, scope: Scope, findings: Findings): Verdict {
  const { request } = scope
  if (needsNoPermission(request)) return allowed
  const denied = explicitDeny(layers, scope, findings)
  if (denied !== undefined) return denied
  const look: Look = { scope, findings }
  if (isBlocked('rcp', layers.rcp, look)) return implicit.rcp
  if (isBlocked('scp', layers.scp, look)) return implicit.scp
  if (layers.vpcEndpoint !== undefined && findings.granting(layers.vpcEndpoint, scope) === 0)
    return implicit.vpcEndpoint
  return grants(layers, look)
}

interface Look {
  readonly scope: Scope
  readonly findings: Findings
}

function explicitDeny(layers: Layers, scope: Scope, findings: Findings): Verdict | undefined {
  for (let order = 0; order < explicitOrder.length; order++) {
    const layer = explicitOrder[order]
    const policies = layer && layers[layer]
    if (layer === undefined || policies === undefined || exemption(layer, scope.request) !== undefined) continue
    const found = denyingIn(policies, scope, findings)
    if (found !== undefined) return explicit(layer, found)
  }
  return undefined
}

function denyingIn(
  policies: CompiledPolicies | readonly CompiledPolicies[],
  scope: Scope,
  findings: Findings,
): CompiledStatement | undefined {
  if ('sources' in policies) return findings.denying(policies, scope)
  for (let level = 0; level < policies.length; level++) {
    const one = policies[level]
    const found = one && findings.denying(one, scope)
    if (found !== undefined) return found
  }
  return undefined
}

/** Rule O-2: every level must contain an Allow that matches. */
function isBlocked(layer: 'scp' | 'rcp', levels: readonly CompiledPolicies[] | undefined, look: Look): boolean {
  if (levels === undefined || exemption(layer, look.scope.request) !== undefined) return false
  for (let level = 0; level < levels.length; level++) {
    const policies = levels[level]
    if (policies !== undefined && look.findings.granting(policies, look.scope) === 0) return true
  }
  return false
}

/** Step 6: sections 7.3 and 7.4. */
function grants(layers: Layers, look: Look): Verdict {
  const { scope, findings } = look
  const { request } = scope
  const { principal } = request
  const strengths = layers.resource === undefined ? 0 : findings.granting(layers.resource, scope)
  if (!hasAccount(principal)) return (strengths & direct) === 0 ? implicit.resource : allowed
  if (isRootAssuming(request)) return implicit[rootAssumingDeniedBy]
  const root = principal.type === 'root'
  if (principal.account !== ownerOf(request)) {
    if (strengths === 0) return implicit.resource
    return root ? allowed : ownSide(layers, look, false)
  }
  if ((strengths & direct) !== 0) return allowed
  if (strengths === 0 && mustConsent(scope)) return implicit.resource
  return root ? allowed : ownSide(layers, look, (strengths & limited) !== 0)
}

/** Keys and roles must consent even within their account (rules S-10, S-20). */
function mustConsent({ request }: Scope): boolean {
  return isForKey(request) || isForTrust(request)
}

/** The principal's side: `I ∧ B ∧ S`, or `B ∧ S` where the resource's policy names the identity behind a session. */
function ownSide(layers: Layers, { scope, findings }: Look, named: boolean): Verdict {
  const { identity, permissionsBoundary, session } = layers
  if (!named && (identity === undefined || findings.granting(identity, scope) === 0)) return implicit.identity
  if (permissionsBoundary !== undefined && findings.granting(permissionsBoundary, scope) === 0)
    return implicit.permissionsBoundary
  if (session === undefined) return scope.request.principal.type === 'federatedUser' ? implicit.session : allowed
  return findings.granting(session, scope) === 0 ? implicit.session : allowed
}

const allowed: Verdict = Object.freeze({ decision: 'allowed' })

function table(decision: 'explicitDeny' | 'implicitDeny'): Readonly<Record<DenyingLayer, Verdict>> {
  const verdict = (deniedBy: DenyingLayer): Verdict => Object.freeze({ decision, deniedBy })
  return {
    identity: verdict('identity'),
    resource: verdict('resource'),
    permissionsBoundary: verdict('permissionsBoundary'),
    session: verdict('session'),
    scp: verdict('scp'),
    rcp: verdict('rcp'),
    vpcEndpoint: verdict('vpcEndpoint'),
  }
}

const implicit = table('implicitDeny')
const explicitly = table('explicitDeny')

/** Rule M-3: a managed policy is named. */
function explicit(layer: DenyingLayer, { source }: CompiledStatement): Verdict {
  return source.arn === undefined ? explicitly[layer] : { ...explicitly[layer], policyArn: source.arn }
}
