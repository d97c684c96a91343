import { type Glob, globMatches, globStarts, hasStar } from './glob.ts'

/** One of the first five parts of a resource pattern. */
export interface PartPattern {
  readonly glob: Glob
  /** Whether it ends in a `*` that may run on over following colons (rule R-8). */
  readonly runsOver: boolean
}

export interface HeadPattern {
  readonly parts: readonly PartPattern[]
  /** The sixth part; absent in an incomplete pattern. */
  readonly last: Glob | undefined
}

/**
 * Whether a pattern with wildcards in its first five parts covers a text.
 * Cost: linear in the text: after a star that runs over, the first colon at which the following parts fit is right,
 * because what comes behind them has the most room there.
 */
export function partsMatch(pattern: HeadPattern, text: string): boolean {
  let part = 0
  let at: number | undefined = 0
  while (at !== undefined) {
    const reached: Reached = stretch(pattern, text, { part, at })
    if (reached === 'fits') return true
    if (reached === 'fails' || reached === 'hopeless') return false
    part = reached.part + 1
    const found = nextFit(pattern, text, { part, at: reached.at })
    if (typeof found === 'boolean') return found
    at = found
  }
  return false
}

interface Spot {
  readonly part: number
  readonly at: number
}

/** Where a stretch ended at a star that runs over: its part, and the end of the text's part. */
type Reached = 'fits' | 'fails' | 'hopeless' | Spot

/** Looks for the first colon from which the stretch of parts after a running star fits. */
function nextFit(pattern: HeadPattern, text: string, { part, at }: Spot): number | boolean {
  for (let colon = text.indexOf(':', at); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    const reached = stretch(pattern, text, { part, at: colon + 1 })
    if (reached === 'fits') return true
    if (reached === 'hopeless') return false
    if (reached !== 'fails') return colon + 1
  }
  return false
}

/** Matches parts one by one from a place on, up to the next star that runs over or to the end. */
function stretch(pattern: HeadPattern, text: string, { part: first, at: start }: Spot): Reached {
  const { parts, last } = pattern
  let at = start
  for (let part = first; part < parts.length; part++) {
    const { glob, runsOver } = parts[part] ?? { glob: undefined, runsOver: false }
    const final = last === undefined && part === parts.length - 1
    const colon = text.indexOf(':', at)
    const end = colon < 0 ? text.length : colon
    if (glob === undefined || !globMatches(glob, text.slice(at, end))) return 'fails'
    if (runsOver) return final ? 'fits' : { part, at: end }
    if (final) return colon < 0 ? 'fits' : 'fails'
    if (colon < 0) return 'fails'
    at = colon + 1
  }
  return lastFits(last, text, at)
}

/** INVARIANT: where the beginning of the last part fits but the rest does not, it fits nowhere further on either. */
function lastFits(last: Glob | undefined, text: string, at: number): Reached {
  if (last === undefined || globMatches(last, text, at)) return 'fits'
  return hasStar(last) && globStarts(last, text, at) ? 'hopeless' : 'fails'
}
