import { no, yes } from '../truth.ts'
import { type TestMaker, unparseable } from './value-test.ts'

/** Gives: a maker of numeric tests; `holds` gets how the request's number compares: below, at or above 0. */
export function numeric(holds: (order: number) => boolean): TestMaker {
  return (values) => {
    const numbers = values.map(numberOf).filter((number) => number !== undefined)
    return (value) => {
      const actual = numberOf(value)
      if (actual === undefined) return unparseable
      for (const number of numbers) if (holds(compareNumbers(actual, number))) return yes
      return no
    }
  }
}

/** An exact decimal number. Short ones are a double, which is exact to 15 digits. */
export type Decimal = number | LongDecimal

interface LongDecimal {
  /** -1, 0 or 1. */
  readonly sign: number
  /** Without zeros at either end. */
  readonly digits: string
  /** Where the point stands, counted from before the first digit. */
  readonly point: bigint
}

const form = /^([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?$/

/** So long an exponent takes some milliseconds to read. */
const longestExponent = 100_000

/** Gives: `undefined` when the whole text is no number (rule CN-2), or its exponent has more digits than it may. */
export function numberOf(text: string): Decimal | undefined {
  if (text.length <= 15 && isShort(text)) return Number(text)
  const found = form.exec(text)
  if (found === null) return undefined
  const [, sign, whole = '', fraction = '', bare = '', exponent = '0'] = found
  const length = exponent.replace(/^[+-]?0*/, '').length
  if (length > longestExponent) return undefined
  const power = BigInt(exponent)
  return normal({ sign: sign === '-' ? -1 : 1, whole, fraction: fraction + bare, exponent: power })
}

export function compareNumbers(left: Decimal, right: Decimal): number {
  if (typeof left === 'number' && typeof right === 'number') return left < right ? -1 : left > right ? 1 : 0
  const a = typeof left === 'number' ? long(left) : left
  const b = typeof right === 'number' ? long(right) : right
  if (a.sign !== b.sign) return a.sign - b.sign
  if (a.point < b.point) return -a.sign
  if (a.point > b.point) return a.sign
  return a.digits < b.digits ? -a.sign : a.digits > b.digits ? a.sign : 0
}

/** Digits with at most one point among or before them, and a sign. */
function isShort(text: string): boolean {
  let digits = 0
  let points = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= 48 && unit <= 57) digits++
    else if (unit === 46) points++
    else if (at > 0 || (unit !== 43 && unit !== 45)) return false
  }
  return digits > 0 && points <= 1
}

function normal(parts: { sign: number; whole: string; fraction: string; exponent: bigint }): LongDecimal {
  const all = parts.whole + parts.fraction
  const start = firstNonZero(all)
  if (start === all.length) return { sign: 0, digits: '', point: 0n }
  const point = parts.exponent + BigInt(parts.whole.length - start)
  return { sign: parts.sign, digits: all.slice(start, endWithoutZeros(all)), point }
}

function long(number: number): LongDecimal {
  const [mantissa = '0', exponent = '0'] = Math.abs(number).toString().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return normal({ sign: number < 0 ? -1 : 1, whole, fraction, exponent: BigInt(exponent) })
}

function firstNonZero(digits: string): number {
  let at = 0
  while (digits.charCodeAt(at) === 48) at++
  return at
}

function endWithoutZeros(digits: string): number {
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 48) end--
  return end
}
