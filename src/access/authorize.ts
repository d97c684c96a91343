import {
  type Context,
  decide,
  denial,
  type Explanation,
  explain,
  type Layers,
  type PolicyType,
  type Verdict,
} from '#engine'
import { Fault, type HttpRequest } from '#protocol'
import type { Decided, Tables, Tag, TokenKey } from '#store'
import { encodeAuthorizationMessage } from './authorization-message.ts'
import type { Bearing, Bearings } from './bearing.ts'
import type { AccountCaller } from './caller.ts'
import { requestContext, resourceContext } from './context.ts'
import { decidedOf } from './decided.ts'
import { carriedPolicy } from './document.ts'
import { idAt } from './event-id.ts'
import { outOfScope } from './scope.ts'
import { withoutDenials } from './unheard.ts'
import { vouchedDenial } from './vouched.ts'

/** What is touched, for the decision. */
export interface Target {
  /** A full ARN, or `*`. */
  readonly arn: string
  /** The owner, where it is not the caller's account. */
  readonly account?: string
  readonly tags?: readonly Tag[]
  readonly policy?: { readonly type: Extract<PolicyType, 'resource' | 'trust'>; readonly text: string }
  readonly exists?: boolean
}

/** Whether a caller may do something to all that it touches. */
export interface Asked {
  readonly caller: AccountCaller
  /** `iam:CreateUser` */
  readonly action: string
  readonly touched: readonly Target[]
  /** What the operation adds to the context. */
  readonly context: Context
  readonly request: HttpRequest
  /** Milliseconds since 1970. */
  readonly now: number
  readonly tables: Tables
  /** Whether the tables show a transaction that is not committed. */
  readonly open: boolean
  /** ARNs of managed policies whose denials are not heard. */
  readonly without?: ReadonlySet<string>
}

/** The same, where the policies that bear need not be looked for. */
export interface Weighed extends Omit<Asked, 'tables' | 'open'> {
  /** What `requestContext` gives, where it was worked out before. */
  readonly base?: Context
  /** The id of the decision. Absent: a new one. */
  readonly id?: string
}

/** What was decided, and the refusal to answer with when it was not allowed. */
export interface Ruling {
  /** By which the decision is found again, once it is recorded. */
  readonly id: string
  readonly decision: Verdict['decision']
  readonly refusal?: Fault
  /** Makes the encoded message of the refusal, for services whose answers carry one. Takes: the ring of keys. */
  encoded?(keys: readonly TokenKey[]): string
  /** The decision as the audit trail keeps it, with what it stood on. */
  decided(): Decided
}

/** Decides for each thing touched; the first that is not allowed is the answer. */
export async function authorize(asked: Asked, bearings: Bearings): Promise<Ruling> {
  const found = bearings.of(asked.caller, asked)
  const bearing = found instanceof Promise ? await found : found
  return ruleBy(asked, asked.without === undefined ? bearing : withoutDenials(bearing, asked.without))
}

/** Decides as `authorize` does, by policies that are at hand. */
export function ruleBy(asked: Weighed, bearing: Bearing): Ruling {
  if (asked.touched.length === 0) throw new Error(`${asked.action} touches nothing`)
  const ground = groundFor(asked, bearing)
  for (const target of asked.touched) {
    const ruling = rule(asked, target, ground)
    if (ruling !== undefined) return ruling
  }
  const id = asked.id ?? idAt(asked.now)
  return { id, decision: 'allowed', decided: () => decidedOf({ id, asked, bearing, verdict: allowed }) }
}

const allowed: Verdict = { decision: 'allowed' }

/** Decides for each thing touched, and tells why. */
export async function explainAsked(asked: Asked, bearings: Bearings): Promise<readonly Explanation[]> {
  const ground = groundFor(asked, await bearings.of(asked.caller, asked))
  return asked.touched.map((target) => {
    const { request, layers } = questionOf(asked, target, ground)
    const explained = explain(request, layers)
    if (explained.decision !== 'allowed') return explained
    const beyond = outOfScope(request, asked.caller.session, target.policy?.type)
    return beyond === undefined ? explained : explain(request, beyond.layers)
  })
}

/** What a decision stands on, whatever is touched. */
interface Ground {
  readonly bearing: Bearing
  readonly context: Context
}

function groundFor({ caller, request, now, context, base }: Weighed, bearing: Bearing): Ground {
  return { bearing, context: { ...(base ?? requestContext(caller, request, now)), ...context } }
}

function questionOf({ caller, action }: Weighed, target: Target, { bearing, context }: Ground) {
  const { arn, account = caller.account, policy, tags } = target
  const request = {
    principal: caller.principal,
    action,
    resource: arn,
    resourceAccount: account,
    context: { ...context, ...resourceContext(account, tags) },
  }
  const layers: Layers = policy === undefined ? bearing : { ...bearing, resource: carriedPolicy(policy) }
  return { request, layers }
}

/** Gives: the refusal; `undefined` when it is allowed. */
function rule(asked: Weighed, target: Target, ground: Ground): Ruling | undefined {
  const { caller, action, now } = asked
  const { arn, account = caller.account, policy } = target
  const { request, layers: all } = questionOf(asked, target, ground)
  const decision = decide(request, all)
  const beyond = decision.decision === 'allowed' ? outOfScope(request, caller.session, policy?.type) : undefined
  const { verdict, layers } = beyond ?? { verdict: decision, layers: all }
  if (verdict.decision === 'allowed') return undefined
  const id = asked.id ?? idAt(now)
  const refused = { target, request, layers }
  const decided = () => decidedOf({ id, asked, bearing: beyond?.layers ?? ground.bearing, verdict, refused })
  if (caller.claims !== undefined)
    return { id, decision: verdict.decision, refusal: vouchedDenial(request, layers, target.exists ?? true), decided }
  const trust = policy?.type === 'trust'
  // Reasons are told within one account (M-5), and not about roles that are not there (M-8).
  const reason = account === caller.account && !(trust && target.exists === false)
  const message = denial(request, verdict, { reason, trust })
  const detail = `${verdict.decision} by ${verdict.deniedBy} for ${action} on ${arn}`
  return {
    id,
    decision: verdict.decision,
    decided,
    refusal: new Fault({ code: 'AccessDenied', status: 403, message, detail }),
    encoded: (keys) => encodeAuthorizationMessage({ caller, request, layers, now }, keys),
  }
}
