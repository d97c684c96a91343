import type { ScalarShape } from '#models'
import { Fault } from './fault.ts'
import { readTimestamp } from './timestamp.ts'

/**
 * Reads one value from its text.
 *
 * Gives: a string, boolean, number, `Date` or `Uint8Array`, by the shape.
 * Errors: `MalformedInput` (400).
 */
export function readScalar({ type }: ScalarShape, text: string): unknown {
  if (type === 'string' || type === 'document') return text
  const value = type === 'boolean' ? readBoolean(text) : type === 'timestamp' ? readTimestamp(text) : undefined
  if (value !== undefined) return value
  if (type === 'boolean') throw malformed('boolean must follow xsd1.1 definition')
  if (type === 'timestamp') throw malformed('timestamp must follow ISO8601')
  if (type === 'blob') return readBlob(text)
  return readNumber(type, text)
}

/** The four spellings of XML Schema. */
function readBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true
  return text === 'false' || text === '0' ? false : undefined
}

function readBlob(text: string): Uint8Array {
  const strict = /^(?:[A-Za-z0-9+/]*)={0,2}$/.test(text) && text.length % 4 === 0
  if (!strict) throw malformed('Invalid base64-encoded value')
  return Uint8Array.from(Buffer.from(text, 'base64'))
}

function readNumber(type: 'integer' | 'long' | 'float' | 'double', text: string): number {
  const whole = type === 'integer' || type === 'long'
  const spelling = whole ? /^-?\d{1,19}$/ : /^(?:-?(?:\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,3})?|Infinity)|NaN)$/
  const value = spelling.test(text) ? Number(text) : undefined
  const limit = type === 'integer' ? 0x7fffffff : Number.MAX_SAFE_INTEGER
  if (value === undefined || (whole && (value > limit || value < (type === 'integer' ? -limit - 1 : -limit))))
    throw malformed(`${type} must follow xsd1.1 definition`)
  return value === 0 ? 0 : value
}

function malformed(message: string): Fault {
  return new Fault({ code: 'MalformedInput', status: 400, message })
}
