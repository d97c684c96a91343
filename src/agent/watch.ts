import type { Granted } from './granted.ts'
import type { Clock, Keeper } from './keeper.ts'
import { Problem } from './problem.ts'

export interface WatchParts {
  /** All that keep something. */
  keepers(): Iterable<Keeper>
  /** Whether the server would give something else now than it gave. Errors: `Problem`. */
  changed(granted: Granted): Promise<boolean>
  readonly clock: Clock
  /** At least 0 and less than 1. */
  chance(): number
  /** Milliseconds between two looks, by and large. */
  readonly every: number
}

/**
 * Looks every few minutes whether the server would give something else, or nothing any more, and renews what is kept then.
 * A server that does not answer is no reason.
 * Gives: what ends it.
 */
export function watch(parts: WatchParts): () => void {
  const { keepers, clock, chance, every } = parts
  const state: { stopped: boolean; callOff?: () => void } = { stopped: false }
  const plan = () => {
    if (state.stopped) return
    state.callOff = clock.after(Math.floor(every * (0.75 + chance() / 2)), () => void look())
  }
  const look = async () => {
    for (const keeper of keepers()) {
      const { granted } = await keeper.known()
      if (granted !== undefined && (await isOther(granted, parts))) await keeper.renew()
    }
    plan()
  }
  plan()
  return () => {
    state.stopped = true
    state.callOff?.()
  }
}

async function isOther(granted: Granted, { changed }: WatchParts): Promise<boolean> {
  try {
    return await changed(granted)
  } catch (cause) {
    return cause instanceof Problem && cause.final
  }
}
