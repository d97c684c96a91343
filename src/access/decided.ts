import { hash } from 'node:crypto'
import { type CompiledPolicies, explain, type Layers, type Policy, type Request, type Verdict } from '#engine'
import { type HttpRequest, header } from '#protocol'
import type { Decided, DecidedOn, DecidingPlace, KeptText } from '#store'
import type { Target, Weighed } from './authorize.ts'
import type { Bearing } from './bearing.ts'
import type { AccountCaller } from './caller.ts'
import { carriedPolicy } from './document.ts'

/** A decision that was made, and what it stood on. */
export interface Made {
  readonly id: string
  readonly asked: Weighed
  readonly bearing: Bearing
  readonly verdict: Verdict
  /** Of a refusal: what was refused, and the question that was answered. */
  readonly refused?: { readonly target: Target; readonly request: Request; readonly layers: Layers }
}

/**
 * A decision as it is kept.
 * Cost: hardly any for what was allowed, as the texts are made once; a Deny is looked for again to say where it stands.
 */
export function decidedOf({ id, asked, bearing, verdict, refused }: Made): Decided {
  const { caller, action, touched, context, request, now } = asked
  const end = refused === undefined ? touched.length : touched.indexOf(refused.target) + 1
  const { decision, deniedBy } = verdict
  return {
    id,
    action,
    decision,
    ...(deniedBy === undefined ? {} : { deniedBy }),
    at: now,
    caller: keptCaller(caller),
    from: keptOrigin(request, caller.region),
    on: touched.slice(0, end).map(touchedOf),
    ...(isEmpty(context) ? {} : { context }),
    policies: keptLayers(bearing),
    ...(decision === 'explicitDeny' && refused !== undefined ? { deciding: denyingIn(refused) } : {}),
  }
}

function denyingIn({ request, layers }: Pick<NonNullable<Made['refused']>, 'request' | 'layers'>) {
  return explain(request, layers).deciding.map(({ effect: _effect, line: _line, column: _column, ...place }) => {
    const kept: DecidingPlace = place
    return kept
  })
}

function isEmpty(context: Weighed['context']): boolean {
  for (const _ in context) return false
  return true
}

function touchedOf({ arn, account, tags, policy }: Target): DecidedOn {
  return {
    arn,
    ...(account === undefined ? {} : { account }),
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
    ...(policy === undefined ? {} : { policy: keptPolicies(carriedPolicy(policy)) }),
  }
}

function keptLayers(bearing: Layers): Decided['policies'] {
  const kept: Record<string, KeptText | readonly KeptText[]> = {}
  for (const layer in bearing) {
    const given = bearing[layer as keyof Layers]
    if (given === undefined) continue
    kept[layer] = 'sources' in given ? keptPolicies(given) : given.map(keptPolicies)
  }
  return kept
}

const sets = new WeakMap<CompiledPolicies, KeptText>()
const texts = new WeakMap<Policy, KeptText>()

/** The policies of a layer as they are kept: a list of whose they are, and the texts that it refers to. */
function keptPolicies(policies: CompiledPolicies): KeptText {
  const known = sets.get(policies)
  if (known !== undefined) return known
  const parts: KeptText[] = []
  const listed = policies.sources.map(({ policy, id, arn }) => {
    const part = keptPolicy(policy)
    parts.push(part)
    return {
      ref: part.ref,
      type: policy.type,
      ...(id === undefined ? {} : { id }),
      ...(arn === undefined ? {} : { arn }),
    }
  })
  const text = JSON.stringify(listed)
  const kept = { ref: refOf(text), text, parts }
  sets.set(policies, kept)
  return kept
}

function keptPolicy(policy: Policy): KeptText {
  const known = texts.get(policy)
  if (known !== undefined) return known
  const kept = { ref: refOf(policy.text), text: policy.text }
  texts.set(policy, kept)
  return kept
}

/** What a caller was, as it is kept. */
export type KeptCaller = Omit<AccountCaller, 'region' | 'session'> & {
  readonly session?: Pick<
    NonNullable<AccountCaller['session']>,
    'issuedAt' | 'mfaAt' | 'sourceIdentity' | 'federatedProvider' | 'keys' | 'parent' | 'chained'
  > & { readonly type: string }
}

interface KnownCaller {
  readonly accessKeyId: string | undefined
  readonly session: AccountCaller['session']
  readonly claims: AccountCaller['claims']
  readonly tags: AccountCaller['tags']
  readonly kept: KeptText
}

const callers = new WeakMap<AccountCaller['principal'], KnownCaller>()

/** Who a caller is, as it is kept. Cost: hardly any for a caller that is known. */
export function keptCaller(caller: AccountCaller): KeptText {
  const { principal, accessKeyId, session, claims, tags } = caller
  const known = callers.get(principal)
  if (
    known !== undefined &&
    known.accessKeyId === accessKeyId &&
    known.session === session &&
    known.claims === claims &&
    known.tags === tags
  )
    return known.kept
  const text = JSON.stringify(shownCaller(caller))
  const kept = { ref: refOf(text), text }
  callers.set(principal, { accessKeyId, session, claims, tags, kept })
  return kept
}

/** INVARIANT: neither the secret of a session nor its token is kept. */
function shownCaller({ kind, account, principal, userId, name, ...rest }: AccountCaller): KeptCaller {
  const { entityId, accessKeyId, tags, claims, session } = rest
  return {
    ...{ kind, account, principal, userId, name },
    ...(entityId === undefined ? {} : { entityId }),
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    tags,
    ...(claims === undefined ? {} : { claims }),
    ...(session === undefined ? {} : { session: shownSession(session) }),
  }
}

function shownSession({ subject, issuedAt, chained, ...rest }: Session) {
  const { mfaAt, sourceIdentity, federatedProvider, keys, parent } = rest
  return {
    ...{ type: subject.type, issuedAt, chained },
    ...(mfaAt === undefined ? {} : { mfaAt }),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(federatedProvider === undefined ? {} : { federatedProvider }),
    ...(keys === undefined ? {} : { keys }),
    ...(parent === undefined ? {} : { parent }),
  }
}

type Session = NonNullable<AccountCaller['session']>

/** Where a request came from, and by what, as it is kept: all that the context of a decision takes from it. */
export interface KeptOrigin {
  readonly region: string
  readonly remoteAddress: string
  readonly secure: boolean
  readonly userAgent?: string
  readonly referer?: string
}

const origins = new Map<string, KeptText>()
const mostOrigins = 5000
/** Mostly the same client asks again. */
let latest: { readonly origin: KeptOrigin; readonly kept: KeptText } | undefined

function keptOrigin(request: HttpRequest, region: string): KeptText {
  const userAgent = header(request, 'user-agent')
  const referer = header(request, 'referer')
  const origin: KeptOrigin = {
    ...{ region, remoteAddress: request.remoteAddress, secure: request.secure },
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(referer === undefined ? {} : { referer }),
  }
  if (latest !== undefined && isSame(latest.origin, origin)) return latest.kept
  const text = JSON.stringify(origin)
  const kept = origins.get(text) ?? { ref: refOf(text), text }
  if (origins.size >= mostOrigins) origins.clear()
  origins.set(text, kept)
  latest = { origin, kept }
  return kept
}

function isSame(one: KeptOrigin, other: KeptOrigin): boolean {
  return (
    one.remoteAddress === other.remoteAddress &&
    one.userAgent === other.userAgent &&
    one.region === other.region &&
    one.secure === other.secure &&
    one.referer === other.referer
  )
}

/** What a text is known by: the text cannot be another one. */
export function refOf(text: string): string {
  return hash('sha256', text.toWellFormed(), 'base64url')
}
