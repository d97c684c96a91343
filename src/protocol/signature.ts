import { hash } from 'node:crypto'
import type { KeyScope } from './signing-key.ts'

export const algorithm = 'AWS4-HMAC-SHA256'
export const terminator = 'aws4_request'

/** The second of the two texts of Signature Version 4. Takes: the moment as `20260115T120000Z`. */
export function stringToSign(moment: string, { day, region, service }: KeyScope, canonical: string): string {
  return `${algorithm}\n${moment}\n${day}/${region}/${service}/${terminator}\n${hash('sha256', canonical)}`
}

/** Writes a moment as signatures do: `20260115T120000Z`. */
export function writeMoment(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString()
  return `${text.slice(0, 4)}${text.slice(5, 7)}${text.slice(8, 13)}${text.slice(14, 16)}${text.slice(17, 19)}Z`
}

let last: { readonly text: string; readonly moment: number | undefined } = { text: '', moment: undefined }

/**
 * Reads `20260115T120000Z`; requests that come together are mostly of one second, so the last one is remembered.
 * Gives: milliseconds since 1970, or `undefined` for anything else.
 */
export function readMoment(text: string): number | undefined {
  if (text !== last.text) last = { text, moment: momentIn(text) }
  return last.moment
}

function momentIn(text: string): number | undefined {
  if (text.length !== 16 || text[8] !== 'T' || text[15] !== 'Z') return undefined
  const year = digits(text, 0, 4)
  const [month, day] = [digits(text, 4, 6), digits(text, 6, 8)]
  const [hour, minute, second] = [digits(text, 9, 11), digits(text, 11, 13), digits(text, 13, 15)]
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && hour < 24 && minute < 60 && second < 60))
    return undefined
  return new Date(time).getUTCDate() === day ? time : undefined
}

/** The number between two places of a text; `NaN` when something else is there. */
function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index += 1) {
    const digit = text.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}
