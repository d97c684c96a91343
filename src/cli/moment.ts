import { exitCode, Stop } from './stop.ts'

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Reads a moment: `2026-01-15`, `2026-01-15T12:00:00Z`, or how long ago: `90s`, `30m`, `2h`, `7d`.
 * Gives: milliseconds since 1970. Errors: `Stop`.
 */
export function momentIn(text: string, flag: string, now: number): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return now - Number(count) * (units[unit] ?? 0)
  const at = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return at
  throw new Stop(exitCode.usage, `${flag} ${text}: write a time such as 2026-01-15T12:00:00Z, or how long ago: 2h, 7d.`)
}
