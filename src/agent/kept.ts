import { memberOf } from './client.ts'
import type { Granted } from './granted.ts'
import { refreshAfter } from './refresh.ts'
import type { Stood } from './standing.ts'
import type { StateFolder } from './state.ts'

/** Credentials in a state folder, for the next start and for other programs. */
export interface KeptCredentials {
  /** Gives: those that are still good, and belong to the same proof. */
  read(now: number): Granted | undefined
  write(granted: Granted | undefined): void
}

const file = 'credentials.json'

export function keptCredentials(folder: StateFolder, { mark }: Stood): KeptCredentials {
  return {
    read(now) {
      const kept = folder.read(file)
      if (memberOf(kept, 'mark') !== mark) return undefined
      // Only `write` wrote it.
      const granted = memberOf(kept, 'granted') as Granted
      return granted.goodUntil > now ? granted : undefined
    },
    write(granted) {
      if (granted === undefined) folder.remove(file)
      else folder.write(file, { mark, granted })
    },
  }
}

/** Credentials that are kept, where they are good for long enough, or new ones. Errors: `Problem`. */
export async function keptOrNew(stood: Stood, folder: StateFolder, now: number): Promise<Granted> {
  const kept = keptCredentials(folder, stood)
  const before = kept.read(now)
  if (before !== undefined && now < latestOf(before)) return before
  try {
    const granted = await stood.fetch('2.0')
    kept.write(granted)
    return granted
  } catch (cause) {
    if (before !== undefined && memberOf(cause, 'code') === 'Unavailable') return before
    throw cause
  }
}

function latestOf({ givenAt, goodUntil }: Granted): number {
  return givenAt + refreshAfter({ lifetime: goodUntil - givenAt, chance: 1 })
}
