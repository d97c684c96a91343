import type { Recalled } from '#access'
import { type Fix, fixesFor } from '#analysis'

/**
 * The smallest changes that would have allowed what was refused.
 * Gives: `undefined` where the scope of a session refused it, which nobody can change.
 */
export function fixesOf({ request, layers }: Recalled, most: number): readonly Fix[] | undefined {
  if (layers.vpcEndpoint?.sources.some(({ policy }) => policy.type === 'session') === true) return undefined
  return fixesFor(request, layers, most)
}
