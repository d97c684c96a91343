import { type CompiledPolicies, compile, decide, type Layers, type Request, type Verdict } from '#engine'
import type { Session } from './caller.ts'
import { storedPolicy } from './document.ts'

/** A denial by a scope, and the policies that it was decided by. */
export interface OutOfScope {
  readonly verdict: Verdict
  readonly layers: Layers
}

const scopes = new WeakMap<Session, readonly CompiledPolicies[]>()

/**
 * Decides whether something that is allowed is in the scopes of a session as well: what a scope does not allow is denied,
 * whoever else allows it, and to the root too.
 * Takes: the kind of policy that the resource carries. Gives: `undefined` when all scopes allow it.
 */
export function outOfScope(
  request: Request,
  session: Session | undefined,
  carried: keyof typeof anything = 'resource',
): OutOfScope | undefined {
  for (const scope of scopesOf(session)) {
    // What an endpoint's policy says holds for everybody, whatever other policies say: so does a scope.
    const layers = { identity: anything.identity, resource: anything[carried], vpcEndpoint: scope }
    const verdict = decide(request, layers)
    if (verdict.decision === 'allowed') continue
    const { decision } = verdict
    // To the caller it is a session policy that does not allow it.
    return { verdict: { decision, deniedBy: 'session' }, layers }
  }
  return undefined
}

/** The policies that each have to allow what a session does. */
export function scopesOf(session: Session | undefined): readonly CompiledPolicies[] {
  if (session?.scopes === undefined) return []
  const known = scopes.get(session) ?? session.scopes.map(compiled)
  scopes.set(session, known)
  return known
}

function compiled(text: string): CompiledPolicies {
  return compile([{ policy: storedPolicy(text, 'session') }])
}

function allowing(type: 'identity' | 'resource' | 'trust', more: object): CompiledPolicies {
  const Statement = { Effect: 'Allow', Action: type === 'trust' ? 'sts:*' : '*', ...more }
  return compile([{ policy: storedPolicy(JSON.stringify({ Version: '2012-10-17', Statement }), type) }])
}

/** Whether a scope allows something is decided where nothing else denies it. */
const anything = {
  identity: allowing('identity', { Resource: '*' }),
  resource: allowing('resource', { Principal: '*', Resource: '*' }),
  trust: allowing('trust', { Principal: '*' }),
}
