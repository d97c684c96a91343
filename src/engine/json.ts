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
  const reader: Reader = { text, at: 0 }
  skipSpace(reader)
  const node = readValue(reader, 0)
  if (node.kind === 'error') return node
  skipSpace(reader)
  return reader.at < text.length ? fail(reader, 'There is text after the end of the value.') : node
}

const deepest = 64

interface Reader {
  readonly text: string
  at: number
}

function fail({ at }: Reader, message: string): JsonError {
  return { kind: 'error', message, offset: at }
}

function skipSpace(reader: Reader): void {
  const { text } = reader
  let { at } = reader
  for (let unit = text.charCodeAt(at); unit === 32 || unit === 10 || unit === 13 || unit === 9; )
    unit = text.charCodeAt(++at)
  reader.at = at
}

function readValue(reader: Reader, depth: number): JsonNode | JsonError {
  if (reader.at >= reader.text.length) return fail(reader, 'The text ends where a value should be.')
  switch (reader.text.charCodeAt(reader.at)) {
    case 34:
      return readString(reader)
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

function readWord(reader: Reader, kind: 'boolean' | 'null', word: string): JsonScalar | JsonError {
  const start = reader.at
  if (!reader.text.startsWith(word, start)) return fail(reader, 'This is not a JSON value.')
  reader.at = start + word.length
  return { kind, value: word, start, end: reader.at }
}

const numberForm = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

function readNumber(reader: Reader): JsonScalar | JsonError {
  numberForm.lastIndex = reader.at
  const found = numberForm.exec(reader.text)
  if (found === null) return fail(reader, 'This is not a JSON value.')
  const start = reader.at
  reader.at = start + found[0].length
  return { kind: 'number', value: found[0], start, end: reader.at }
}

function readObject(reader: Reader, depth: number): JsonObject | JsonError {
  const start = reader.at
  const members: JsonMember[] = []
  reader.at++
  skipSpace(reader)
  if (reader.text.charCodeAt(reader.at) !== 125)
    do {
      const member = readMember(reader, depth)
      if ('kind' in member) return member
      members.push(member)
    } while (isAnother(reader))
  if (reader.text.charCodeAt(reader.at) !== 125) return fail(reader, bracketExpected)
  reader.at++
  return { kind: 'object', members, duplicate: duplicateOf(members), start, end: reader.at }
}

const bracketExpected = 'A comma or a closing bracket should be here.'

function readMember(reader: Reader, depth: number): JsonMember | JsonError {
  const keyStart = reader.at
  if (reader.text.charCodeAt(keyStart) !== 34) return fail(reader, 'The name of a member should be here, in quotes.')
  const key = readString(reader)
  if (key.kind === 'error') return key
  skipSpace(reader)
  if (reader.text.charCodeAt(reader.at) !== 58) return fail(reader, 'A colon should be here.')
  reader.at++
  skipSpace(reader)
  const value = readValue(reader, depth)
  return value.kind === 'error' ? value : { key: key.value, keyStart, value }
}

function readArray(reader: Reader, depth: number): JsonArray | JsonError {
  const start = reader.at
  const items: JsonNode[] = []
  reader.at++
  skipSpace(reader)
  if (reader.text.charCodeAt(reader.at) !== 93)
    do {
      const item = readValue(reader, depth)
      if (item.kind === 'error') return item
      items.push(item)
    } while (isAnother(reader))
  if (reader.text.charCodeAt(reader.at) !== 93) return fail(reader, bracketExpected)
  reader.at++
  return { kind: 'array', items, start, end: reader.at }
}

/** Steps over a comma and what is white around it. Gives: whether there was one. */
function isAnother(reader: Reader): boolean {
  skipSpace(reader)
  if (reader.text.charCodeAt(reader.at) !== 44) return false
  reader.at++
  skipSpace(reader)
  return true
}

function duplicateOf(members: readonly JsonMember[]): JsonMember | undefined {
  const seen = new Set<string>()
  return members.find(({ key }) => seen.size === seen.add(key).size)
}

function readString(reader: Reader): JsonString | JsonError {
  const { text, at: start } = reader
  let value = ''
  let from = start + 1
  let at = from
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 34) {
      reader.at = at + 1
      return { kind: 'string', value: value + text.slice(from, at), start, end: reader.at }
    }
    if (unit < 32) return failAt(reader, at, 'A control character must be escaped.')
    if (unit !== 92) continue
    const escaped = escapeAt(text, at + 1)
    if (escaped === undefined) return failAt(reader, at, 'There is no such escape.')
    value += text.slice(from, at) + escaped
    at += text.charCodeAt(at + 1) === 117 ? 5 : 1
    from = at + 1
  }
  return failAt(reader, at, 'A text is not closed.')
}

function failAt(reader: Reader, at: number, message: string): JsonError {
  reader.at = at
  return fail(reader, message)
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

function escapeAt(text: string, at: number): string | undefined {
  const letter = text.charAt(at)
  if (letter !== 'u') return simpleEscapes.get(letter)
  const digits = text.slice(at + 1, at + 5)
  return /[0-9a-fA-F]{4}/.test(digits) ? String.fromCharCode(Number.parseInt(digits, 16)) : undefined
}
