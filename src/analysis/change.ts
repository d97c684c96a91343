import {
  type CompiledPolicies,
  compile,
  type DenyingLayer,
  type Explanation,
  explain,
  type LayerExplanation,
  type Layers,
  type Policy,
  type PolicyType,
  parse,
  type Request,
  type Statement,
  type StatementExplanation,
} from '#engine'
import { type Giving, givingsFor, withKey } from './giving.ts'
import { identityBehind, principalArn, principalElements } from './naming.ts'

/** One change to the policies that bear on a request, or to what it carries. */
export type Change = Addition | Exception | Giving

export interface Place {
  readonly layer: DenyingLayer
  /** For organization levels, counted from 0 at the root. */
  readonly level?: number
  /** How much access the change opens beside the request itself: 0 is none. Only its order means something. */
  readonly width: number
}

/** A statement to add to a layer; where the layer has no policy, a policy with this statement. */
export interface Addition extends Place {
  readonly kind: 'add'
  /** As it is written in a policy document. */
  readonly statement: Readonly<Record<string, unknown>>
}

/** A Deny that must no longer hit the request. */
export interface Exception extends Place {
  readonly kind: 'except'
  /** Where the Deny stands: indexes of the policy in its layer or level, and of the statement in it. */
  readonly policy: number
  readonly statement: number
  readonly policyId?: string
  readonly policyArn?: string
  readonly sid?: string
  /** `principal`: except the caller by a condition; `resource`: except the resource; `remove`: take the statement out. */
  readonly how: 'principal' | 'resource' | 'remove'
  /** The caller or the resource that is excepted. */
  readonly value?: string
}

/** The changes that answer what denies now, the narrowest first. Each is one step; more may be needed. */
export function changesFor(request: Request, layers: Layers, explanation: Explanation): readonly Change[] {
  const { decision, deniedBy } = explanation
  if (deniedBy === undefined) return []
  if (decision === 'explicitDeny') return exceptionsFor(request, layers, explanation)
  return [...givingsFor(request, layers, explanation), ...additionsFor(request, deniedBy, explanation)]
}

/** A request and the policies that bear on it. */
export interface State {
  readonly request: Request
  readonly layers: Layers
}

/** The state after a change. The state given stays as it is. */
export function apply({ request, layers }: State, change: Change): State {
  if (change.kind === 'give') return { request: withKey(request, change), layers }
  return { request, layers: changed(layers, change) }
}

function changed(layers: Layers, change: Addition | Exception): Layers {
  const { layer, level } = change
  if (layer !== 'scp' && layer !== 'rcp')
    return { ...layers, [layer]: applied(layers[layer], change, typeIn(change, layer, layers[layer])) }
  const levels = (layers[layer] ?? []).map((policies, index) =>
    index === level ? applied(policies, change, layer) : policies,
  )
  return { ...layers, [layer]: levels }
}

function applied(
  policies: CompiledPolicies | undefined,
  change: Addition | Exception,
  type: PolicyType,
): CompiledPolicies {
  const sources = policies?.sources ?? []
  if (change.kind === 'add') return compile([...sources, { policy: policyOf(change.statement, type), id: 'added' }])
  return compile(
    sources.map((source, index) =>
      index === change.policy ? { ...source, policy: excepted(source.policy, change) } : source,
    ),
  )
}

function policyOf(statement: Addition['statement'], type: PolicyType): Policy {
  const { policy } = parse(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }), type)
  if (policy === undefined) throw new Error('a suggested statement does not parse')
  return policy
}

function typeIn(
  change: Addition | Exception,
  layer: Exclude<DenyingLayer, 'scp' | 'rcp'>,
  policies: CompiledPolicies | undefined,
): PolicyType {
  const given = policies?.sources[0]?.policy.type
  if (given !== undefined) return given
  return layer === 'resource' && change.kind === 'add' && !('Resource' in change.statement) ? 'trust' : layer
}

function excepted(policy: Policy, change: Exception): Policy {
  const statements = policy.statements.flatMap((statement, index) =>
    index === change.statement ? narrowed(statement, change) : [statement],
  )
  return { ...policy, statements }
}

function narrowed(statement: Statement, { how, value = '' }: Exception): readonly Statement[] {
  if (how === 'remove') return []
  if (how === 'principal')
    return [
      {
        ...statement,
        conditions: [...statement.conditions, { operator: 'ArnNotEquals', key: 'aws:PrincipalArn', values: [value] }],
      },
    ]
  const patterns = statement.resource?.not === true ? statement.resource.patterns : []
  return [{ ...statement, resource: { not: true, patterns: [...patterns, value] } }]
}

function exceptionsFor(request: Request, layers: Layers, { because, deniedBy }: Explanation): readonly Change[] {
  for (const layer of because) {
    if (layer.layer !== deniedBy || !layer.applies) continue
    const denying = layer.statements.find(({ effect, matches }) => effect === 'Deny' && matches === 'yes')
    if (denying !== undefined) return exceptionsTo(denying, layer, { request, layers })
  }
  return []
}

function exceptionsTo(
  { policy, statement, policyId, policyArn, sid }: StatementExplanation,
  { layer, level }: LayerExplanation,
  { request, layers }: { readonly request: Request; readonly layers: Layers },
): readonly Change[] {
  const found = policiesIn(layers, layer, level)?.sources[policy]?.policy.statements[statement]
  const place = {
    kind: 'except',
    layer,
    policy,
    statement,
    ...(level === undefined ? {} : { level }),
    ...(policyId === undefined ? {} : { policyId }),
    ...(policyArn === undefined ? {} : { policyArn }),
    ...(sid === undefined ? {} : { sid }),
  } as const
  const changes: Exception[] = []
  const caller = principalArn(request)
  if (caller !== undefined) changes.push({ ...place, how: 'principal', value: caller, width: 2 })
  if (exceptsResource(found, request)) changes.push({ ...place, how: 'resource', value: request.resource, width: 3 })
  changes.push({ ...place, how: 'remove', width: 20 })
  return changes.filter((change) => !stillHits(layers, change, request))
}

function policiesIn(layers: Layers, layer: DenyingLayer, level = 0): CompiledPolicies | undefined {
  return layer === 'scp' || layer === 'rcp' ? layers[layer]?.[level] : layers[layer]
}

/** A list of resources cannot be narrowed by one of them; everything, or everything but some, can. */
function exceptsResource(statement: Statement | undefined, { resource }: Request): boolean {
  if (resource === '*' || /[*?$]/.test(resource) || statement?.resource === undefined) return false
  const { not, patterns } = statement.resource
  return not || (patterns.length === 1 && patterns[0] === '*')
}

/** Whether the Deny that was to be excepted matches all the same. */
function stillHits(layers: Layers, change: Exception, request: Request): boolean {
  if (change.how === 'remove') return false
  return explain(request, changed(layers, change)).because.some(
    ({ layer, level, statements }) =>
      layer === change.layer &&
      level === change.level &&
      statements.some(
        ({ policy, statement, matches }) =>
          policy === change.policy && statement === change.statement && matches === 'yes',
      ),
  )
}

function additionsFor(request: Request, deniedBy: DenyingLayer, { because }: Explanation): readonly Change[] {
  const plain = { Effect: 'Allow', Action: request.action, Resource: request.resource }
  switch (deniedBy) {
    case 'scp':
    case 'rcp':
      return levelsToOpen(deniedBy, because).map((level) => ({
        kind: 'add',
        layer: deniedBy,
        level,
        // Only the built-in policy of a level may allow (section 2.1).
        statement: deniedBy === 'scp' ? plain : { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
        width: deniedBy === 'scp' ? 3 : 4,
      }))
    case 'permissionsBoundary':
    case 'session':
      return [{ kind: 'add', layer: deniedBy, statement: plain, width: 1 }]
    case 'vpcEndpoint':
      return named(request, 'vpcEndpoint', plain)
    case 'resource':
      return named(request, 'resource', forResource(request, plain))
    case 'identity':
      return [
        ...(identityBehind(request) ? [{ kind: 'add', layer: 'identity', statement: plain, width: 1 } as const] : []),
        ...named(request, 'resource', forResource(request, plain)),
      ]
  }
}

/** The resource's policy; a trust policy has no resource element. */
function forResource({ action }: Request, plain: Addition['statement']): Addition['statement'] {
  if (!/^sts:assumerole/i.test(action)) return plain
  const { Resource, ...rest } = plain
  return rest
}

function named(request: Request, layer: 'resource' | 'vpcEndpoint', plain: Addition['statement']): readonly Change[] {
  return principalElements(request).map(({ principal, width }) => {
    const { Effect, ...rest } = plain
    return { kind: 'add', layer, statement: { Effect, Principal: principal, ...rest }, width }
  })
}

function levelsToOpen(layer: 'scp' | 'rcp', because: Explanation['because']): readonly number[] {
  const closed = because.find((one) => one.layer === layer && one.applies && one.result !== 'allow')
  return closed?.level === undefined ? [] : [closed.level]
}
