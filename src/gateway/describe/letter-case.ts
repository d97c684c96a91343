import type { Surface, SurfaceShape, SurfaceStructure } from '#models'
import { isObject, type Json, type JsonObject } from './json.ts'
import { malformed } from './refusal.ts'

const names = new WeakMap<
  SurfaceStructure,
  { readonly exact: ReadonlySet<string>; readonly small: ReadonlySet<string> }
>()

/**
 * Holds the names of the members of a structure to their case of letters: some readers of JSON take any case for the member,
 * and of two the last one. Names in maps are the caller's own.
 * Errors: `SerializationException` (400).
 */
export function inOneCase(value: JsonObject, shape: SurfaceStructure | undefined, surface: Surface): JsonObject {
  if (shape !== undefined) check(value, shape, surface)
  return value
}

function check(value: Json | undefined, shape: SurfaceShape | undefined, surface: Surface): void {
  if (shape === undefined || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    if (shape.type === 'list') for (const item of value) check(item, surface.shapes[shape.member], surface)
    return
  }
  if (!isObject(value)) return
  if (shape.type === 'map') for (const name in value) check(value[name], surface.shapes[shape.value], surface)
  if (shape.type === 'structure') checkMembers(value, shape, surface)
}

function checkMembers(value: JsonObject, shape: SurfaceStructure, surface: Surface): void {
  const { exact, small } = namesOf(shape)
  for (const name in value)
    if (!exact.has(name) && small.has(name.toLowerCase()))
      throw malformed(`The body of the request has the member ${name} in another case of letters.`, {
        code: 'SerializationException',
      })
  for (const { wireName, shape: inner } of shape.members)
    if (value[wireName] !== undefined) check(value[wireName], surface.shapes[inner], surface)
}

function namesOf(shape: SurfaceStructure) {
  const known = names.get(shape)
  if (known !== undefined) return known
  const exact = new Set(shape.members.map(({ wireName }) => wireName))
  const made = { exact, small: new Set([...exact].map((name) => name.toLowerCase())) }
  names.set(shape, made)
  return made
}
