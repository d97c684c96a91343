import { decide, explain, type Layers, type Request } from '#engine'
import { apply, type Change, changesFor, type State } from './change.ts'

export type { Change } from './change.ts'

/** Changes to policies, and to what the request carries, that together allow a request which is denied now. None of them can be left out. */
export interface Fix {
  readonly changes: readonly Change[]
}

/** The most changes that one fix is made of, and the most states that are looked at. */
const bounds = { changes: 8, states: 400 }

/**
 * Finds the smallest changes that would allow a denied request. Each was decided again and found to allow it.
 * Gives: the least new access first, at most `most`; none when the request is allowed, or when no policy can allow it.
 * Cost: some hundred decisions.
 */
export function fixesFor(request: Request, layers: Layers, most = 5): readonly Fix[] {
  const found = new Map<string, readonly Change[]>()
  const start = { request, layers }
  if (decide(request, layers).decision !== 'allowed') look(start, [], { states: 0, found })
  const minimal = new Map<string, readonly Change[]>()
  for (const changes of found.values()) {
    const needed = withoutNeedless(start, changes)
    minimal.set(keyOf(needed), needed)
  }
  const ordered = [...minimal.values()].sort((one, other) => widthOf(one) - widthOf(other) || one.length - other.length)
  return ordered.slice(0, most).map((changes) => ({ changes }))
}

interface Search {
  states: number
  readonly found: Map<string, readonly Change[]>
}

/** Tries every change that answers what denies now, and goes on from there. */
function look(state: State, made: readonly Change[], search: Search): void {
  search.states += 1
  if (made.length >= bounds.changes || search.states > bounds.states) return
  const explanation = explain(state.request, state.layers)
  for (const change of changesFor(state.request, state.layers, explanation)) {
    const changed = apply(state, change)
    const changes = [...made, change]
    const { decision, deniedBy } = decide(changed.request, changed.layers)
    if (decision === 'allowed') search.found.set(keyOf(changes), changes)
    else if (decision !== explanation.decision || deniedBy !== explanation.deniedBy || progresses(change))
      look(changed, changes, search)
  }
}

/** Several Denys of one layer, several levels, or several keys are answered one after the other under the same verdict. */
function progresses(change: Change): boolean {
  return change.kind !== 'add' || change.level !== undefined
}

function withoutNeedless(start: State, changes: readonly Change[]): readonly Change[] {
  let kept = changes
  for (const change of changes) {
    const fewer = kept.filter((one) => one !== change)
    const { request, layers } = fewer.reduce(apply, start)
    if (decide(request, layers).decision === 'allowed') kept = fewer
  }
  return kept
}

function widthOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { width }) => sum + width, 0)
}

function keyOf(changes: readonly Change[]): string {
  return changes
    .map((change) => JSON.stringify(change))
    .sort()
    .join('\n')
}
