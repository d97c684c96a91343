import { isIPv4, isIPv6 } from 'node:net'

/** -1, 0 or 1; nothing when one of the two cannot be read. */
export type Order = -1 | 0 | 1 | undefined

/** Compares two texts as exact decimal numbers (CN-1, CN-2). */
export function compareNumbers(left: string, right: string): Order {
  const a = numberOf(left)
  const b = numberOf(right)
  return a === undefined || b === undefined ? undefined : compareDecimals(a, b)
}

/** sign × 0.digits × 10^scale, without zeros at either end; zero has no digits. */
interface Decimal {
  readonly sign: -1 | 1
  readonly digits: string
  readonly scale: bigint
}

function numberOf(text: string): Decimal | undefined {
  const found = /^([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/.exec(text)
  if (found === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = found // `.5` and `5.` are fractions too
  const all = whole + fraction
  const leading = /^0*/.exec(all)?.[0].length ?? 0
  const digits = all.slice(leading).replace(/0+$/, '')
  const scale = BigInt(whole.length - leading) + BigInt(exponent.replace('+', ''))
  return { sign: sign === '-' ? -1 : 1, digits, scale: digits === '' ? 0n : scale }
}

function compareDecimals(a: Decimal, b: Decimal): Order {
  if (a.digits === '' || b.digits === '') return orderOf(signOf(a), signOf(b))
  if (a.sign !== b.sign) return orderOf(a.sign, b.sign)
  const size = a.scale === b.scale ? orderOf(a.digits, b.digits) : orderOf(a.scale, b.scale)
  return a.sign === 1 ? size : orderOf(0, size ?? 0)
}

function signOf(decimal: Decimal): number {
  return decimal.digits === '' ? 0 : decimal.sign
}

function orderOf<Value extends number | bigint | string>(a: Value, b: Value): Order {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Compares two texts as instants (CD-1…CD-4). */
export function compareDates(left: string, right: string): Order {
  const a = instantOf(left)
  const b = instantOf(right)
  if (a === undefined || b === undefined) return undefined
  return a.seconds === b.seconds ? orderOf(a.fraction, b.fraction) : orderOf(a.seconds, b.seconds)
}

interface Instant {
  readonly seconds: bigint
  /** The digits after the point, without zeros at the end. */
  readonly fraction: string
}

const isoForm =
  /^([0-9]{4})-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?$/

function instantOf(text: string): Instant | undefined {
  if (/^[0-9]+$/.test(text)) return { seconds: BigInt(text), fraction: '' } // CD-2, CD-3
  const found = isoForm.exec(text)
  if (found === null) return undefined
  const [, year, month, day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = found
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  if (date.toISOString() !== written) return undefined // CD-4: an impossible date does not come back as it was written
  const offset = offsetOf(zone)
  if (offset === undefined) return undefined
  return { seconds: BigInt(date.getTime() / 1000 - offset), fraction: fraction.replace(/0+$/, '') }
}

function offsetOf(zone: string): number | undefined {
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4))
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -60 : 60) * (hours * 60 + minutes)
}

/** Whether an address lies in a block (CI-1, CI-2). */
export function inBlock(block: string, address: string): boolean {
  const [base = '', length, ...more] = block.split('/')
  const network = bitsOf(base)
  const bits = bitsOf(address)
  if (network === undefined || bits === undefined || more.length > 0 || network.length !== bits.length) return false
  if (length !== undefined && !/^(?:0|[1-9][0-9]*)$/.test(length)) return false
  const kept = length === undefined ? network.length : Number(length)
  return kept <= network.length && network.slice(0, kept) === bits.slice(0, kept)
}

/** An address as a text of 32 or 128 binary digits. */
function bitsOf(address: string): string | undefined {
  if (isIPv4(address))
    return address
      .split('.')
      .map((octet) => binary(Number(octet), 8))
      .join('')
  if (!isIPv6(address) || address.includes('%')) return undefined
  const plain = address.replace(/[0-9]+\.[0-9.]+$/, (four) => {
    const [a = 0, b = 0, c = 0, d = 0] = four.split('.').map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [head = '', tail] = plain.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : Array<string>(8 - front.length - back.length).fill('0')
  return [...front, ...middle, ...back].map((group) => binary(Number.parseInt(group, 16), 16)).join('')
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, '0')
}

/** The bytes of a base64 text, as a text; nothing when it is not base64 (CY-1). */
export function bytesOf(text: string): string | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined
  return Buffer.from(text, 'base64').toString('hex')
}

/** Equality by Unicode simple case folding (CS-2), which is what a regular expression with `i` and `u` compares by. */
export function sameIgnoringCase(left: string, right: string): boolean {
  const a = [...left]
  const b = [...right]
  return a.length === b.length && a.every((char, index) => sameChar(char, b[index] ?? ''))
}

function sameChar(a: string, b: string): boolean {
  return a === b || new RegExp(`^\\u{${(a.codePointAt(0) ?? 0).toString(16)}}$`, 'iu').test(b)
}
