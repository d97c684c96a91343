/** A value of a JSON text that knows where it stood. Offsets are in UTF-16 units. */
export type JsonNode = JsonString | JsonScalar | JsonArray | JsonObject

export interface JsonString {
  readonly kind: 'string'
  readonly value: string
  readonly start: number
  readonly end: number
}

export interface JsonScalar {
  readonly kind: 'number' | 'boolean' | 'null'
  /** The text itself: `10`, `true`. */
  readonly value: string
  readonly start: number
  readonly end: number
}

export interface JsonArray {
  readonly kind: 'array'
  readonly items: readonly JsonNode[]
  readonly start: number
  readonly end: number
}

export interface JsonObject {
  readonly kind: 'object'
  readonly members: readonly JsonMember[]
  /** The first member whose name was there already. */
  readonly duplicate: JsonMember | undefined
  readonly start: number
  readonly end: number
}

export interface JsonMember {
  readonly key: string
  readonly keyStart: number
  readonly value: JsonNode
}

/** Where and why a text is not JSON. */
export interface JsonError {
  readonly kind: 'error'
  readonly message: string
  readonly offset: number
}

/**
 * Reads JSON by RFC 8259, keeping positions and duplicate members; objects and lists nest at most 64 deep.
 * Gives: an error as a value; nothing is thrown.
 * Cost: linear in the text.
 */
export function readJson(text: string): JsonNode | JsonError {
  const reader: Reader = { text, at: 0, error: undefined }
  skipSpace(reader)
  const node = readValue(reader, 0)
  skipSpace(reader)
  if (reader.error === undefined && reader.at < text.length) fail(reader, 'There is text after the end of the value.')
  return reader.error ?? node ?? { kind: 'error', message: 'There is no value.', offset: 0 }
}

const deepest = 64

interface Reader {
  readonly text: string
  at: number
  error: JsonError | undefined
}

function fail(reader: Reader, message: string): undefined {
  reader.error ??= { kind: 'error', message, offset: reader.at }
}

function skipSpace(reader: Reader): void {
  const { text } = reader
  let { at } = reader
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    if (unit !== 32 && unit !== 10 && unit !== 13 && unit !== 9) break
    at++
  }
  reader.at = at
}

function readValue(reader: Reader, depth: number): JsonNode | undefined {
  if (reader.at >= reader.text.length) return fail(reader, 'The text ends where a value should be.')
  switch (reader.text.charCodeAt(reader.at)) {
    case 34:
      return readStringNode(reader)
    case 123:
      return depth < deepest ? readObject(reader, depth + 1) : fail(reader, 'Values nest too deep.')
    case 91:
      return depth < deepest ? readArray(reader, depth + 1) : fail(reader, 'Values nest too deep.')
    case 116:
      return readWord(reader, 'boolean', 'true')
    case 102:
      return readWord(reader, 'boolean', 'false')
    case 110:
      return readWord(reader, 'null', 'null')
    default:
      return readNumber(reader)
  }
}

function readWord(reader: Reader, kind: 'boolean' | 'null', word: string): JsonScalar | undefined {
  const start = reader.at
  if (!reader.text.startsWith(word, start)) return fail(reader, 'This is not a JSON value.')
  reader.at = start + word.length
  return { kind, value: word, start, end: reader.at }
}

const numberForm = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

function readNumber(reader: Reader): JsonScalar | undefined {
  numberForm.lastIndex = reader.at
  const found = numberForm.exec(reader.text)
  if (found === null) return fail(reader, 'This is not a JSON value.')
  const start = reader.at
  reader.at = start + found[0].length
  return { kind: 'number', value: found[0], start, end: reader.at }
}

function readObject(reader: Reader, depth: number): JsonObject | undefined {
  const start = reader.at
  const members: JsonMember[] = []
  reader.at++
  skipSpace(reader)
  if (reader.text.charCodeAt(reader.at) !== 125) {
    do {
      const member = readMember(reader, depth)
      if (member === undefined) return undefined
      members.push(member)
    } while (another(reader, 125))
    if (reader.error !== undefined) return undefined
  }
  reader.at++
  return { kind: 'object', members, duplicate: duplicateOf(members), start, end: reader.at }
}

function readMember(reader: Reader, depth: number): JsonMember | undefined {
  skipSpace(reader)
  const keyStart = reader.at
  if (reader.text.charCodeAt(keyStart) !== 34) return fail(reader, 'The name of a member should be here, in quotes.')
  const key = readString(reader)
  if (key === undefined) return undefined
  skipSpace(reader)
  if (reader.text.charCodeAt(reader.at) !== 58) return fail(reader, 'A colon should be here.')
  reader.at++
  skipSpace(reader)
  const value = readValue(reader, depth)
  return value === undefined ? undefined : { key, keyStart, value }
}

function readArray(reader: Reader, depth: number): JsonArray | undefined {
  const start = reader.at
  const items: JsonNode[] = []
  reader.at++
  skipSpace(reader)
  if (reader.text.charCodeAt(reader.at) !== 93) {
    do {
      skipSpace(reader)
      const item = readValue(reader, depth)
      if (item === undefined) return undefined
      items.push(item)
    } while (another(reader, 93))
    if (reader.error !== undefined) return undefined
  }
  reader.at++
  return { kind: 'array', items, start, end: reader.at }
}

/** Steps over a comma; stands on the closing bracket, or at an error, when there is none. */
function another(reader: Reader, close: number): boolean {
  skipSpace(reader)
  const unit = reader.text.charCodeAt(reader.at)
  if (unit === 44) {
    reader.at++
    return true
  }
  if (unit !== close) fail(reader, 'A comma or a closing bracket should be here.')
  return false
}

function duplicateOf(members: readonly JsonMember[]): JsonMember | undefined {
  if (members.length > 8) {
    const seen = new Set<string>()
    return members.find(({ key }) => seen.size === seen.add(key).size)
  }
  for (let later = 1; later < members.length; later++)
    for (let earlier = 0; earlier < later; earlier++)
      if (members[later]?.key === members[earlier]?.key) return members[later]
  return undefined
}

function readStringNode(reader: Reader): JsonString | undefined {
  const start = reader.at
  const value = readString(reader)
  return value === undefined ? undefined : { kind: 'string', value, start, end: reader.at }
}

function readString(reader: Reader): string | undefined {
  const { text } = reader
  const start = reader.at + 1
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 34) {
      reader.at = at + 1
      return text.slice(start, at)
    }
    if (unit === 92) return readEscaped(reader, start, at)
    if (unit < 32) {
      reader.at = at
      return fail(reader, 'A control character must be escaped.')
    }
  }
  reader.at = text.length
  return fail(reader, 'A text is not closed.')
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Reads on from the first backslash of a string. */
function readEscaped(reader: Reader, start: number, backslash: number): string | undefined {
  const { text } = reader
  let value = text.slice(start, backslash)
  let from = backslash
  let at = backslash
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    if (unit === 34) {
      reader.at = at + 1
      return value + text.slice(from, at)
    }
    if (unit < 32) break
    if (unit !== 92) {
      at++
      continue
    }
    value += text.slice(from, at)
    const escaped = escapeAt(text, at + 1)
    if (escaped === undefined) break
    value += escaped
    at += text.charCodeAt(at + 1) === 117 ? 6 : 2
    from = at
  }
  reader.at = at
  return fail(reader, at < text.length ? 'This character or escape is not allowed in a text.' : 'A text is not closed.')
}

function escapeAt(text: string, at: number): string | undefined {
  const letter = text.charAt(at)
  if (letter !== 'u') return Object.hasOwn(simpleEscapes, letter) ? simpleEscapes[letter] : undefined
  const digits = text.slice(at + 1, at + 5)
  return /^[0-9a-fA-F]{4}$/.test(digits) ? String.fromCharCode(Number.parseInt(digits, 16)) : undefined
}
