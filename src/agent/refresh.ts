/** How long credentials last, and one choice by chance, at least 0 and less than 1. */
export interface Lasting {
  /** Milliseconds. */
  readonly lifetime: number
  readonly chance: number
}

const minute = 60_000
/** What is left of credentials at the latest when new ones are asked for: an outage of ten minutes, and time to try again. */
const reserve = 15 * minute

/**
 * Milliseconds after which credentials are to be replaced.
 * Those who began together come apart: the moment is chosen by chance from the second half of the time that there is, which is
 * two and a half minutes for the shortest sessions of AWS and hours for those of instances.
 */
export function refreshAfter({ lifetime, chance }: Lasting): number {
  const latest = Math.max(lifetime - reserve, lifetime / 3)
  return Math.floor(latest / 2 + (latest / 2) * chance)
}

const [first, most] = [1000, minute]

/** Milliseconds after which to try again. Takes: how often it failed, at least once; one choice by chance. */
export function retryAfter({ failures, chance }: { readonly failures: number; readonly chance: number }): number {
  const step = Math.min(most, first * 2 ** Math.min(failures - 1, 16))
  return Math.floor(step / 2 + (step / 2) * chance)
}
