import { malformed } from './refusal.ts'

/** What a JSON body holds: objects have no prototype. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [name: string]: Json | undefined
}

const deepest = 128
const quote = 0x22
const backslash = 0x5c
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a JSON object in the one way in which every reader of JSON understands it.
 * Gives: an empty object for an empty body.
 * Errors: `SerializationException` (400) for what is not JSON in UTF-8, is no object, has a name twice in one object, has
 *   `__proto__` for a name, or is nested deeper than 128.
 */
export function readJson(body: Uint8Array): JsonObject {
  if (body.length === 0) return Object.create(null)
  const text = decoded(body)
  const names = countNames(text)
  let value: Json
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw unreadable('is not JSON', cause)
  }
  const counted = { names: 0 }
  const bare = bared(value, counted)
  // INVARIANT: in valid JSON every name has one colon outside of strings, so fewer names than colons are names that came twice.
  if (counted.names !== names) throw unreadable('has an object with the same name twice')
  if (!isObject(bare)) throw unreadable('is not a JSON object')
  return bare
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function decoded(body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw unreadable('is not UTF-8', cause)
  }
}

/** Counts the colons outside of strings. Errors: what is nested too deeply, before anything is built of it. */
function countNames(text: string): number {
  let names = 0
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === quote) index = endOfString(text, index)
    else if (code === 0x3a) names += 1
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > deepest) throw unreadable(`is nested deeper than ${deepest}`)
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return names
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === quote) return index
    if (code === backslash) index += 1
  }
  return text.length
}

function bared(value: Json, counted: { names: number }): Json {
  if (Array.isArray(value)) return value.map((item) => bared(item, counted))
  if (!isObject(value)) return value
  const bare: Record<string, Json> = Object.create(null)
  for (const [name, inner] of Object.entries(value)) {
    if (name === '__proto__') throw unreadable('has a member of the name __proto__')
    counted.names += 1
    if (inner !== undefined) bare[name] = bared(inner, counted)
  }
  return bare
}

function unreadable(reason: string, cause?: unknown) {
  return malformed(`The body of the request ${reason}.`, { code: 'SerializationException', cause })
}
