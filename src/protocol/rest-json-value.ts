import type { ScalarShape, ServiceModel, Shape } from '#models'
import { compiledOnce, shapeOf } from './compiled.ts'
import { Fault } from './fault.ts'
import { readTimestamp } from './timestamp.ts'

/** Makes of a value of JSON one of the model's shape. Errors: `SerializationException` (400). */
export type ReadValue = (value: unknown) => unknown

const deepest = 64

/** Reads values of a shape, at any depth. Gives: nothing that the model does not know. */
export const valueReader = compiledOnce<[unknown], unknown>((service, name) => compile(service, shapeOf(service, name)))

function compile(service: ServiceModel, shape: Shape): ReadValue {
  if (shape.type === 'structure') {
    const members = Object.entries(shape.members).map(([key, { shape: inner, wireName = key }]) => ({
      key,
      wireName,
      read: valueReader(service, inner),
    }))
    return (value) => {
      if (!isObject(value)) throw misplaced('a structure', value)
      const found: Record<string, unknown> = {}
      for (const { key, wireName, read } of members) {
        const one: unknown = Object.hasOwn(value, wireName) ? Reflect.get(value, wireName) : undefined
        if (one !== undefined && one !== null) found[key] = read(one)
      }
      return found
    }
  }
  if (shape.type === 'list') {
    const read = valueReader(service, shape.member.shape)
    return (value) => (Array.isArray(value) ? value.map(present).map(read) : fail(misplaced('a list', value)))
  }
  if (shape.type === 'map') {
    const read = valueReader(service, shape.value.shape)
    return (value) => {
      if (!isObject(value)) throw misplaced('a map', value)
      // INVARIANT: without a prototype, so that no key of a caller means anything but itself.
      const map: Record<string, unknown> = Object.create(null)
      for (const [key, one] of Object.entries(value)) if (one !== null) map[key] = read(one)
      return map
    }
  }
  return (value) => scalar(shape, value)
}

function scalar({ type }: ScalarShape, value: unknown): unknown {
  switch (type) {
    case 'document':
      return value
    case 'string':
      return typeof value === 'string' ? value : fail(misplaced('a string', value))
    case 'boolean':
      return typeof value === 'boolean' ? value : fail(misplaced('a boolean', value))
    case 'timestamp':
      return moment(value)
    case 'blob':
      return bytes(value)
    default:
      return number(type, value)
  }
}

function number(type: 'integer' | 'long' | 'float' | 'double', value: unknown): number {
  const fraction = type === 'float' || type === 'double'
  if (fraction && (value === 'NaN' || value === 'Infinity' || value === '-Infinity')) return Number(value)
  const limit = type === 'integer' ? 0x7fffffff : Number.MAX_SAFE_INTEGER
  if (typeof value !== 'number') throw misplaced('a number', value)
  if (!fraction && (!Number.isInteger(value) || value > limit || value < -limit - 1))
    throw misplaced(`a ${type}`, value)
  return value
}

function moment(value: unknown): Date {
  const text = typeof value === 'number' ? String(value) : value
  const read = typeof text === 'string' ? readTimestamp(text) : undefined
  return read ?? fail(misplaced('a timestamp', value))
}

function bytes(value: unknown): Uint8Array {
  if (typeof value !== 'string' || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value))
    throw misplaced('a blob in base64', value)
  return Uint8Array.from(Buffer.from(value, 'base64'))
}

/** Reads a value from the path, the query or a header. Errors: `SerializationException` (400). */
export function readText(shape: Shape, text: string): unknown {
  switch (shape.type) {
    case 'string':
      return text
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : fail(misplaced('a boolean', text))
    case 'timestamp':
      return moment(text)
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return number(shape.type, /^-?\d{1,20}(?:\.\d{1,20})?$/.test(text) ? Number(text) : text)
    default:
      throw new Error(`a ${shape.type} does not travel outside of the body`)
  }
}

/** Errors: `SerializationException` (400) for a text whose brackets go deeper than any input's. Cost: one look at each character. */
export function checkDepth(text: string): void {
  let depth = 0
  let quoted = false
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charCodeAt(index)
    if (quoted) {
      if (char === 0x5c) index += 1
      else if (char === 0x22) quoted = false
    } else if (char === 0x22) quoted = true
    else if (char === 0x7b || char === 0x5b) depth += 1
    else if (char === 0x7d || char === 0x5d) depth -= 1
    if (depth > deepest) throw serialization(`The body is nested more than ${deepest} levels deep.`)
  }
}

/** The refusal of a value of another type than the model's. */
export function misplaced(wanted: string, value: unknown): Fault {
  return serialization(`${kindOf(value)} can not be converted to ${wanted}`)
}

function kindOf(value: unknown): string {
  if (value === null) return 'NULL_VALUE'
  if (Array.isArray(value)) return 'START_ARRAY'
  if (typeof value === 'object') return 'START_OBJECT'
  if (typeof value === 'string') return 'STRING_VALUE'
  return typeof value === 'number' ? 'NUMBER_VALUE' : `${String(value).toUpperCase()}_VALUE`
}

function present(value: unknown): unknown {
  return value === null || value === undefined ? fail(misplaced('a member of a list', null)) : value
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fail(fault: Fault): never {
  throw fault
}

function serialization(message: string): Fault {
  return new Fault({ code: 'SerializationException', status: 400, message })
}
