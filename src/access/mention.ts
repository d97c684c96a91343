import { type CompiledPolicies, contextKeysOf } from '#engine'
import type { Bearings, Reading } from './bearing.ts'
import type { AccountCaller } from './caller.ts'
import { resourcePolicy } from './document.ts'
import { scopesOf } from './scope.ts'

const known = new WeakMap<CompiledPolicies, ReadonlySet<string>>()

/** Whose policies, and which others beside them. */
export interface Mentioning {
  readonly caller: AccountCaller
  readonly reading: Reading
  /** Policies of the resources that are touched, as text. */
  readonly policies: readonly string[]
}

/**
 * Whether a policy that bears on a request may look at a condition key.
 * Takes: a key in lower case; with a slash or a colon at its end, every key that begins so.
 */
export type Mentions = (key: string) => boolean

/** Finds the condition keys that the policies bearing on a request name. */
export async function mentionsIn({ caller, reading, policies }: Mentioning, bearings: Bearings): Promise<Mentions> {
  const found = bearings.of(caller, reading)
  const { identity, permissionsBoundary, session } = found instanceof Promise ? await found : found
  const passed = [session, ...scopesOf(caller.session)]
  const layers = [identity, permissionsBoundary, ...passed, ...policies.map((text) => resourcePolicy(text, 'resource'))]
  const named = layers.flatMap((layer) => (layer === undefined ? [] : [keysIn(layer)]))
  return (key) =>
    named.some((keys) => (key.endsWith('/') ? [...keys].some((one) => one.startsWith(key)) : keys.has(key)))
}

function keysIn(layer: CompiledPolicies): ReadonlySet<string> {
  const found = known.get(layer)
  if (found !== undefined) return found
  const keys = new Set(layer.sources.flatMap(({ policy }) => contextKeysOf(policy).map((key) => key.toLowerCase())))
  known.set(layer, keys)
  return keys
}
