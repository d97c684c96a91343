import { randomBytesOf } from './chance.ts'

let last = { at: -1, text: '' }

/**
 * A new id that rises with time: a UUID of version 7.
 * Takes: milliseconds since 1970.
 */
export function idAt(at: number): string {
  if (last.at !== at) last = { at, text: timeText(at) }
  const chance = Buffer.from(randomBytesOf(10)).toString('hex')
  const variant = 'ab89'[Number.parseInt(chance[3] ?? '0', 16) & 3]
  return `${last.text}-7${chance.slice(0, 3)}-${variant}${chance.slice(4, 7)}-${chance.slice(7, 19)}`
}

/** The moment of an id that `idAt` made, in milliseconds since 1970. Gives: `undefined` for any other text. */
export function momentOfId(id: string): number | undefined {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.exec(id) ?? []
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16)
}

/** The smallest id of a moment, to compare others with. */
export function firstIdAt(at: number): string {
  return `${timeText(at)}-7000-8000-000000000000`
}

function timeText(at: number): string {
  const hex = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0').slice(-12)
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
