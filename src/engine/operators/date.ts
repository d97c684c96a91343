import { no, yes } from '../truth.ts'
import { type TestMaker, unparseable } from './value-test.ts'

/** Gives: a maker of date tests; `holds` gets how the request's instant compares: below, at or above 0. */
export function date(holds: (order: number) => boolean): TestMaker {
  return (values) => {
    const instants = values.map(instantOf).filter((instant) => instant !== undefined)
    return (value) => {
      const actual = instantOf(value)
      if (actual === undefined) return unparseable
      for (const instant of instants) if (holds(compareInstants(actual, instant))) return yes
      return no
    }
  }
}

export interface Instant {
  /** Whole seconds since 1970, rounded down. */
  readonly seconds: number
  /** Decimal digits of the rest, without zeros at the end. */
  readonly fraction: string
}

const form =
  /^([0-9]{4})-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?$/

/**
 * Reads epoch seconds, or a date of the W3C profile of ISO 8601; without a zone it is UTC (rules CD-2, CD-3).
 * Gives: `undefined` for anything else, impossible dates among it (rule CD-4).
 */
export function instantOf(text: string): Instant | undefined {
  if (isDigits(text)) return epochOf(text)
  const found = form.exec(text)
  if (found === null) return undefined
  const [, year = '', month = '', day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone = ''] =
    found
  const days = daysBefore(Number(year), Number(month), Number(day))
  const offset = offsetOf(zone)
  if (days === undefined || offset === undefined) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const seconds = days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset
  return { seconds, fraction: withoutZeros(fraction) }
}

export function compareInstants(left: Instant, right: Instant): number {
  if (left.seconds !== right.seconds) return left.seconds - right.seconds
  return left.fraction < right.fraction ? -1 : left.fraction > right.fraction ? 1 : 0
}

/** Beyond 15 digits a double is not exact: such epochs compare by their length, then by their digits. */
function epochOf(digits: string): Instant {
  let start = 0
  while (digits.charCodeAt(start) === 48) start++
  const length = digits.length - start
  return length > 15
    ? { seconds: 1e15 + length, fraction: digits.slice(start) }
    : { seconds: Number(digits), fraction: '' }
}

function isDigits(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 48 || unit > 57) return false
  }
  return text.length > 0
}

/** Takes: an offset; `Z` and nothing are none. */
function offsetOf(zone: string): number | undefined {
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4))
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60)
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Days from 1970-01-01 in the proleptic Gregorian calendar. */
function daysBefore(year: number, month: number, day: number): number | undefined {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const length = monthLengths[month - 1]
  if (length === undefined || day < 1 || day > length + (leap && month === 2 ? 1 : 0)) return undefined
  // The year starts in March here, so that the leap day is its last.
  const shifted = month <= 2 ? year - 1 : year
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400)
  return shifted * 365 + leapDays + dayOfYear - 719_468
}

function withoutZeros(fraction: string): string {
  let end = fraction.length
  while (fraction.charCodeAt(end - 1) === 48) end--
  return fraction.slice(0, end)
}
