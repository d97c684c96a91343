import { no, yes } from '../truth.ts'
import type { ValueTest } from './value-test.ts'

/** The same bytes, both sides written in base64 (rule CY-1). */
export function binaryEquals(values: readonly string[]): ValueTest {
  const wanted = new Set(values.map(canonical))
  return (value) => {
    const actual = canonical(value)
    return actual !== undefined && wanted.has(actual) ? yes : no
  }
}

const form = /^[A-Za-z0-9+/]*={0,2}$/
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Gives: base64 in the one form in which equal bytes are equal texts; `undefined` for a text that is not base64. */
function canonical(text: string): string | undefined {
  if (text.length % 4 !== 0 || !form.test(text)) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  if (padding === 0) return text
  // The last digit before the padding has two or four bits that are no part of the bytes.
  const last = alphabet.indexOf(text.charAt(text.length - padding - 1))
  const kept = padding === 1 ? last & ~0b11 : last & ~0b1111
  return text.slice(0, text.length - padding - 1) + alphabet.charAt(kept)
}
