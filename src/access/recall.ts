import {
  type CompiledPolicies,
  compile,
  denial,
  type Explanation,
  explain,
  type Layers,
  type PolicyType,
  type Request,
} from '#engine'
import type { HttpRequest } from '#protocol'
import type { KeptDecision } from '#store'
import type { AccountCaller } from './caller.ts'
import { requestContext, resourceContext } from './context.ts'
import type { KeptCaller, KeptOrigin } from './decided.ts'
import { storedPolicy } from './document.ts'

/** A decision that was recorded, as the question that was answered then. */
export interface Recalled {
  readonly request: Request
  readonly layers: Layers
  /** By their place in the layers: what they are known by, and whether their text is still kept. */
  readonly policies: readonly RecalledPolicy[]
}

/** One policy as it was when it was decided. */
export interface RecalledPolicy {
  readonly layer: string
  readonly level?: number
  /** Its place in the layer or level. */
  readonly index: number
  readonly type: PolicyType
  readonly arn?: string
  readonly id?: string
  readonly text: string
}

/** What a decision refers to, by reference. Errors: throws when one is missing. */
export type Texts = ReadonlyMap<string, string>

/** All that a decision refers to, the lists of policies first: the policies in them are to be looked for next. */
export function refsIn({ caller, from, on, policies }: KeptDecision): readonly string[] {
  const carried = on.flatMap(({ policy }) => (policy === undefined ? [] : [policy]))
  return [caller, from, ...listsIn(policies), ...carried]
}

/** The policies that lists of them refer to. */
export function policyRefsIn(decision: KeptDecision, texts: Texts): readonly string[] {
  const carried = decision.on.flatMap(({ policy }) => (policy === undefined ? [] : [policy]))
  return [...listsIn(decision.policies), ...carried].flatMap((ref) => listed(ref, texts).map((one) => one.ref))
}

/** The questions of a decision, one for each thing touched, with the policies as they were then. */
export function recall(decision: KeptDecision, texts: Texts): readonly Recalled[] {
  // Only this room writes what these texts are read as.
  const caller = JSON.parse(textOf(decision.caller, texts)) as KeptCaller
  const origin = JSON.parse(textOf(decision.from, texts)) as KeptOrigin
  const context = {
    ...requestContext(callerFrom(caller, origin), requestFrom(origin), decision.at),
    ...decision.context,
  }
  return decision.on.map(({ arn, account = caller.account, tags, policy }) => {
    const { policies } = decision
    const carried = policy === undefined || 'resource' in policies ? {} : { resource: policy }
    const found = layersOf({ ...policies, ...carried }, texts)
    return {
      ...found,
      request: {
        // Nobody decides for a principal that the engine does not know.
        principal: caller.principal as Request['principal'],
        action: decision.action,
        resource: arn,
        resourceAccount: account,
        context: { ...context, ...resourceContext(account, tags) },
      },
    }
  })
}

/**
 * Explains a decision that was recorded.
 * Takes: what was decided. Of a refusal the last thing is what was refused; of what was allowed, any that is refused now is told.
 */
export function explainRecalled(
  recalled: readonly Recalled[],
  { decision, deniedBy }: Pick<KeptDecision, 'decision' | 'deniedBy'>,
): Told {
  const last = recalled.at(-1)
  if (last === undefined) throw new Error('a decision touches nothing')
  if (decision === 'allowed')
    for (const at of recalled) {
      const because = explain(at.request, at.layers)
      if (because.decision !== 'allowed') return { at, because }
    }
  const told = { at: last, because: explain(last.request, last.layers) }
  return deniedBy === 'session' && told.because.deniedBy === 'vpcEndpoint' ? ofSession(told) : told
}

/** A decision that was recorded, and its explanation. */
interface Told {
  readonly at: Recalled
  readonly because: Explanation
}

/** The scope of a session is decided as an endpoint's policy is; to whoever asks it is a session policy. */
function ofSession({ at, because }: Told): Told {
  const { decision } = because
  if (decision === 'allowed') return { at, because }
  const named = <Place extends { readonly layer: string }>(place: Place) =>
    place.layer === 'vpcEndpoint' ? { ...place, layer: 'session' as const } : place
  return {
    at: { ...at, policies: at.policies.map(named) },
    because: {
      ...because,
      deniedBy: 'session',
      because: because.because.map(named),
      deciding: because.deciding.map(named),
      reason: because.reason.replace('VPC endpoint policy', 'session policies'),
      sentence: denial(at.request, { decision, deniedBy: 'session' }),
    },
  }
}

function listsIn(policies: KeptDecision['policies']): readonly string[] {
  return Object.values(policies).flat()
}

interface Listed {
  readonly ref: string
  readonly type: PolicyType
  readonly id?: string
  readonly arn?: string
}

function listed(ref: string, texts: Texts): readonly Listed[] {
  // Only `keptPolicies` writes what this text is read as.
  return JSON.parse(textOf(ref, texts)) as readonly Listed[]
}

function textOf(ref: string, texts: Texts): string {
  const text = texts.get(ref)
  if (text === undefined) throw new Error(`the text ${ref} is not kept`)
  return text
}

function layersOf(kept: KeptDecision['policies'], texts: Texts): Pick<Recalled, 'layers' | 'policies'> {
  const layers: Record<string, CompiledPolicies | readonly CompiledPolicies[]> = {}
  const policies: RecalledPolicy[] = []
  const compiled = (ref: string, place: Pick<RecalledPolicy, 'layer' | 'level'>) =>
    compile(
      listed(ref, texts).map(({ ref: one, type, id, arn }, index) => {
        const named = { ...(id === undefined ? {} : { id }), ...(arn === undefined ? {} : { arn }) }
        const text = textOf(one, texts)
        policies.push({ ...place, index, type, ...named, text })
        return { policy: storedPolicy(text, type), ...named }
      }),
    )
  for (const [layer, ref] of Object.entries(kept))
    layers[layer] =
      typeof ref === 'string' ? compiled(ref, { layer }) : ref.map((one, level) => compiled(one, { layer, level }))
  return { layers: layers as Layers, policies }
}

/** The caller as far as the context takes something from it. */
function callerFrom({ session, ...caller }: KeptCaller, { region }: KeptOrigin): AccountCaller {
  if (session === undefined) return { ...caller, region }
  // What is not kept, nothing of the context is made of.
  return { ...caller, region, session: session as unknown as NonNullable<AccountCaller['session']> }
}

function requestFrom({ remoteAddress, secure, userAgent, referer }: KeptOrigin): HttpRequest {
  const headers = {
    ...(userAgent === undefined ? {} : { 'user-agent': [userAgent] }),
    ...(referer === undefined ? {} : { referer: [referer] }),
  }
  return { method: 'POST', path: '/', query: '', headers, body: new Uint8Array(), remoteAddress, secure }
}
