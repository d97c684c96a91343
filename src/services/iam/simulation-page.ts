import type { EvaluationResult } from '@aws-sdk/client-iam'
import type { World } from '../operation.ts'
import type { Listing } from './marker.ts'
import { look, type Simulation } from './simulation-look.ts'
import { resultOf } from './simulation-result.ts'

interface Answer {
  readonly EvaluationResults: EvaluationResult[]
  readonly IsTruncated: boolean
  readonly Marker?: string
}

/** How much one answer may hold: statements looked at (a thousand take two milliseconds), and statements and keys told. */
const most = { looked: 200_000, told: 20_000 }

/**
 * Simulates action by action (rule SIM-1), up to the end of a page or of what one answer may cost (rule SIM-14).
 * Errors: `InvalidInput` for an action that alone would cost more.
 */
export function simulatedPage(
  simulation: Simulation,
  { listing, world }: { readonly listing: Listing; readonly world: World<'InvalidInput'> },
): Answer {
  const { actions } = simulation
  const { after, limit } = listing.page
  const first = after === undefined ? 0 : Number(after) + 1
  const cost = costOf(simulation)
  const items: Item[] = []
  let room = { looked: most.looked, told: most.told }
  for (let index = first; index < actions.length && items.length < limit; index++) {
    if (cost > most.looked) throw tooLarge(world)
    if (cost > room.looked) break
    const { result, told } = simulated(actions[index] ?? '', simulation)
    if (told > most.told) throw tooLarge(world)
    if (told > room.told) break
    room = { looked: room.looked - cost, told: room.told - told }
    items.push({ index, result })
  }
  const more = first + items.length < actions.length
  const end = listing.end({ items, more }, ({ index }) => String(index))
  return { EvaluationResults: items.map(({ result }) => result), ...end }
}

interface Item {
  readonly index: number
  readonly result: EvaluationResult
}

/** Gives: what is told about an action, and how many statements and keys that is. */
function simulated(
  action: string,
  simulation: Simulation,
): { readonly result: EvaluationResult; readonly told: number } {
  let told = 0
  const looks = simulation.resources.map((resource) => {
    // What would not be told is not kept: memory is bounded too.
    if (told > most.told) return undefined
    const one = look(action, resource, simulation)
    told += 1 + one.matched.length + one.missing.length
    return one
  })
  return {
    result: resultOf(
      action,
      looks.filter((one) => one !== undefined),
    ),
    told,
  }
}

/** What one action costs: the statements that are looked at, large ones and those held against large values counted more. */
function costOf({ resources, context, identity, permissionsBoundary, resource, scp = [], trusts }: Simulation): number {
  const layers = [identity, permissionsBoundary, resource, ...scp, ...trusts.values()]
  const policies = layers.flatMap((layer) => layer?.sources ?? []).map(({ policy }) => policy)
  const looked = policies.reduce((sum, { statements, text }) => sum + Math.max(statements.length, text.length / 400), 1)
  const values = Object.values(context).flat()
  return looked * resources.length * (1 + Math.floor(values.join('').length / 1000))
}

function tooLarge(world: World<'InvalidInput'>) {
  return world.fault('InvalidInput', 'The simulation is too large: give fewer resources, or fewer statements.')
}
