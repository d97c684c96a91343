import { type Policy, policyOf, type Scene } from './policy.ts'
import { type Caller, callers, contextOf, owner, type Target, targets } from './request.ts'
import type { Tape } from './tape.ts'

/** A question whose policies are objects that a law can take apart. */
export interface Asked {
  readonly request: {
    readonly principal: Caller
    readonly action: string
    readonly resource: string
    readonly resourceAccount: string
    readonly context: Readonly<Record<string, string | readonly string[]>>
    readonly organization?: { readonly managementAccount: string }
  }
  readonly policies: AskedPolicies
}

export interface AskedPolicies {
  readonly identity?: readonly Policy[]
  readonly resource?: Policy
  readonly permissionsBoundary?: Policy
  readonly session?: readonly Policy[]
  readonly scp?: readonly (readonly Policy[])[]
  readonly rcp?: readonly (readonly Policy[])[]
  readonly vpcEndpoint?: Policy
}

/** A question from a small world, so that its parts meet often. */
export function questionOf(tape: Tape): Asked {
  const principal = tape.pick(callers)
  const target = tape.pick(targets)
  const action = tape.pick(target.actions)
  const resource = tape.pick(target.resources)
  const context = contextOf(tape, principal)
  const scene: Scene = { principal, action, resource, trust: target.trust }
  return {
    request: {
      principal,
      action,
      resource,
      resourceAccount:
        resource === '*'
          ? (principal.account ?? owner)
          : tape.pick([owner, owner, owner, '444455556666', '999988887777']),
      context,
      ...(tape.once(2)
        ? { organization: { managementAccount: tape.pick(['999988887777', '999988887777', owner]) } }
        : {}),
    },
    policies: policiesOf(tape, scene, target),
  }
}

/** Layers are present in the measure in which callers can have them, and mostly open, so that every layer is decisive at times. */
function policiesOf(tape: Tape, scene: Scene, target: Target): AskedPolicies {
  const { type } = scene.principal
  const own = type === 'user' || type === 'assumedRole' || type === 'federatedUser'
  const session = type === 'federatedUser' ? !tape.once(4) : type === 'assumedRole' && tape.once(2)
  const levels = (as: 'scp' | 'rcp') =>
    tape.list(1, 3, () => tape.list(tape.once(12) ? 0 : 1, 2, () => policyOf(tape, scene, as)))
  return {
    ...(own && !tape.once(6) ? { identity: tape.list(0, 2, () => policyOf(tape, scene, 'identity')) } : {}),
    ...(target.trust || tape.below(3) > 0
      ? { resource: policyOf(tape, scene, target.trust ? 'trust' : 'resource') }
      : {}),
    ...(own && tape.once(3) ? { permissionsBoundary: policyOf(tape, scene, 'permissionsBoundary') } : {}),
    ...(session ? { session: tape.list(1, 2, () => policyOf(tape, scene, 'session')) } : {}),
    ...(tape.once(4) ? { scp: levels('scp') } : {}),
    ...(tape.once(5) ? { rcp: levels('rcp') } : {}),
    ...(tape.once(6) ? { vpcEndpoint: policyOf(tape, scene, 'vpcEndpoint') } : {}),
  }
}
