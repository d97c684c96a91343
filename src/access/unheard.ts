import { compile } from '#engine'
import type { Bearing } from './bearing.ts'

/**
 * The policies that bear on a caller, without what some of them forbid.
 * Takes: ARNs of managed policies whose statements with `Deny` are left out.
 * Cost: compiles the caller's policies again.
 */
export function withoutDenials(bearing: Bearing, arns: ReadonlySet<string>): Bearing {
  const { identity, ...rest } = bearing
  if (identity === undefined) return bearing
  const sources = identity.sources.map((source) => {
    if (source.arn === undefined || !arns.has(source.arn)) return source
    const statements = source.policy.statements.filter(({ effect }) => effect === 'Allow')
    return { ...source, policy: { ...source.policy, statements } }
  })
  return { ...rest, identity: compile(sources) }
}
