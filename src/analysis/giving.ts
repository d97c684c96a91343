import { type DenyingLayer, type Explanation, explain, type Layers, type Request } from '#engine'
import type { Place } from './change.ts'

/** A key that the request must carry for an Allow that is there already. */
export interface Giving extends Place {
  readonly kind: 'give'
  readonly key: string
  readonly value: string
  /** Where the Allow stands: indexes of the policy in its layer or level, and of the statement in it. */
  readonly policy: number
  readonly statement: number
}

/** The request with what a change gives it. The request given stays as it is. */
export function withKey(request: Request, { key, value }: Giving): Request {
  const others = Object.entries(request.context).filter(([name]) => name.toLowerCase() !== key.toLowerCase())
  return { ...request, context: { ...Object.fromEntries(others), [key]: value } }
}

/** One change for each Allow that fails by a condition whose key the request could carry: for the first such condition. */
export function givingsFor(request: Request, layers: Layers, { because, deniedBy }: Explanation): readonly Giving[] {
  const givings: Giving[] = []
  for (const { layer, level, applies, statements } of because) {
    if (!applies || !answers(layer, deniedBy)) continue
    for (const { effect, failed, conditions, policy, statement } of statements) {
      if (effect !== 'Allow' || failed?.element !== 'Condition') continue
      const index = conditions.findIndex(({ holds }) => holds === 'no')
      const line = conditions[index]
      if (line === undefined || (line.actual !== undefined && !isChosen.test(line.key))) continue
      const place = { kind: 'give', layer, ...(level === undefined ? {} : { level }), policy, statement } as const
      const value = line.values.find(
        (one) =>
          one !== null && holdsWith({ ...place, key: line.key, value: one, width: 0 }, index, { request, layers }),
      )
      if (value !== undefined && value !== null) givings.push({ ...place, key: line.key, value, width: 0 })
    }
  }
  return givings
}

/** Keys whose value the caller chooses with every request. */
const isChosen = /^(?:sts:|aws:RequestTag\/|aws:MultiFactorAuthPresent$|aws:SecureTransport$)/i

/** Whether an Allow in one layer is what another lacks: a resource's policy may stand in for the caller's own. */
function answers(layer: DenyingLayer, deniedBy: DenyingLayer | undefined): boolean {
  return layer === deniedBy || (deniedBy === 'identity' && layer === 'resource')
}

/** Whether the condition holds then. What is written with a wildcard is no value of a request. */
function holdsWith(
  giving: Giving,
  line: number,
  { request, layers }: { readonly request: Request; readonly layers: Layers },
): boolean {
  if (/[*?]/.test(giving.value)) return false
  return explain(withKey(request, giving), layers).because.some(
    ({ layer, level, statements }) =>
      layer === giving.layer &&
      level === giving.level &&
      statements.some(
        ({ policy, statement, conditions }) =>
          policy === giving.policy && statement === giving.statement && conditions[line]?.holds === 'yes',
      ),
  )
}
