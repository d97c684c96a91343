import type { PolicyEvaluationDecisionType } from '@aws-sdk/client-iam'
import {
  type CompiledPolicies,
  type Context,
  type DenyingLayer,
  decide,
  type Explanation,
  explain,
  isForTrust,
  type Layers,
  missingKeysOf,
  type Source,
  type Statement,
} from '#engine'
import type { SimulatedCaller } from './simulation-caller.ts'
import type { SimulatedResource } from './simulation-input.ts'

/** All that one simulation asks with. */
export interface Simulation extends Pick<Layers, 'permissionsBoundary' | 'scp'> {
  readonly principal: SimulatedCaller['principal']
  readonly actions: readonly string[]
  readonly resources: readonly SimulatedResource[]
  readonly context: Context
  readonly identity: CompiledPolicies
  /** The policy that every resource is taken to have. */
  readonly resource?: CompiledPolicies
  /** Trust policies of roles by ARN, for when no policy is given. */
  readonly trusts: ReadonlyMap<string, CompiledPolicies>
  /** What stands for the policy of a resource that is not known: it leaves the decision to the caller's account. */
  readonly silent: CompiledPolicies
  /** The keys that the identity policies and a resource's policy refer to and the context lacks. */
  missing(resource: CompiledPolicies | undefined): readonly string[]
}

/** What came of one action on one resource. */
export interface Look {
  readonly arn: string
  readonly decision: PolicyEvaluationDecisionType
  readonly matched: readonly Matched[]
  readonly missing: readonly string[]
  /** Present when service control policies are given. */
  readonly byOrganizations?: boolean
  /** Present when a boundary takes part. */
  readonly byBoundary?: boolean
  /** By type of policy; present for a request across accounts. */
  readonly details?: Readonly<Record<string, PolicyEvaluationDecisionType>>
}

/** A statement that decided. */
export interface Matched {
  readonly source: Source
  readonly statement: Statement
}

/** Asks the engine about one action on one resource. */
export function look(action: string, { arn, account }: SimulatedResource, simulation: Simulation): Look {
  const { principal, context, identity, permissionsBoundary, scp } = simulation
  const request = { principal, action, resource: arn, resourceAccount: account, context }
  const isTrust = isForTrust(request)
  const given = simulation.resource ?? (isTrust ? simulation.trusts.get(arn) : undefined)
  const known = { arn, missing: simulation.missing(given) }
  const organizations = scp && decide(request, { scp })
  // Rule SIM-11: where the organization denies, evaluation ends.
  if (organizations?.deniedBy === 'scp')
    return { ...known, decision: organizations.decision, matched: [], byOrganizations: false }
  // DIFFERS: the trust policy of a role of the account is honoured. Of other roles only the caller's side is asked, as on AWS.
  const isOpen = account === principal.account || isTrust
  const resource = given ?? (isOpen ? simulation.silent : undefined)
  const layers: Layers = {
    identity,
    ...(resource === undefined ? {} : { resource }),
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
    ...(scp === undefined ? {} : { scp }),
  }
  const explanation = explain(request, layers)
  const isAcross = arn !== '*' && account !== principal.account
  const byBoundary = resultOf('permissionsBoundary', explanation) === 'allowed'
  return {
    ...known,
    decision: explanation.decision,
    matched: matchedOf(explanation, { identity, resource: given }),
    ...(scp === undefined ? {} : { byOrganizations: true }),
    ...(permissionsBoundary === undefined ? {} : { byBoundary }),
    ...(isAcross ? { details: detailsOf(explanation, given !== undefined || resource === undefined) } : {}),
  }
}

/** Rule SIM-9: service control policies and boundaries are not asked for their keys. Gives: `missing` of a simulation. */
export function missingFrom(identity: CompiledPolicies, context: Context): Simulation['missing'] {
  const known = new Map<CompiledPolicies | undefined, readonly string[]>()
  return (resource) => {
    const sources = [...identity.sources, ...(resource?.sources ?? [])]
    const keys =
      known.get(resource) ??
      missingKeysOf(
        sources.map(({ policy }) => policy),
        context,
      )
    known.set(resource, keys)
    return keys
  }
}

/** Rule SIM-6. The policies of organizations and boundaries are never told. */
function matchedOf(
  { deciding }: Explanation,
  layers: Pick<Layers, 'identity'> & { resource: Layers['resource'] | undefined },
): readonly Matched[] {
  return deciding.flatMap(({ layer, policy, statement: index }) => {
    const source = layer === 'identity' || layer === 'resource' ? layers[layer]?.sources[policy] : undefined
    const statement = source?.policy.statements[index]
    return source === undefined || statement === undefined ? [] : [{ source, statement }]
  })
}

/** Rule SIM-13: what each type of policy says by itself. Takes: whether the resource's side is known, an absence too. */
function detailsOf(explanation: Explanation, isKnown: boolean): NonNullable<Look['details']> {
  const isThere = (layer: DenyingLayer) => explanation.because.some((one) => one.layer === layer)
  return {
    'IAM Policy': resultOf('identity', explanation),
    ...(isKnown ? { 'Resource Policy': resultOf('resource', explanation) } : {}),
    ...(isThere('permissionsBoundary')
      ? { 'Permissions Boundary Policy': resultOf('permissionsBoundary', explanation) }
      : {}),
  }
}

const results = { allow: 'allowed', deny: 'explicitDeny', none: 'implicitDeny', unknown: 'implicitDeny' } as const

function resultOf(layer: DenyingLayer, { because }: Explanation): PolicyEvaluationDecisionType {
  return results[because.find((one) => one.layer === layer)?.result ?? 'none']
}
