import type { Surface, SurfaceMember, SurfaceOperation } from '#models'
import { type HttpRequest, readForm } from '#protocol'
import { readFieldLists } from './field.ts'
import { readFormInput } from './form-input.ts'
import { type Json, type JsonObject, readJson } from './json.ts'
import { inOneCase } from './letter-case.ts'
import { malformed, notCovered, shown } from './refusal.ts'
import { labelsOf } from './rest-path.ts'

/**
 * Reads what goes into an operation, as its upstream reads it; a body that is one value as a whole is left out.
 * Errors: 400 for what cannot be read in one way only.
 */
export function readInput(request: HttpRequest, surface: Surface, operation: SurfaceOperation): JsonObject {
  if (surface.protocol === 'json') return inOneCase(readJson(request.body), operation.input, surface)
  if (surface.protocol === 'rest-json') return readRest(request, surface, operation)
  return readFormInput(readForm(request), surface, operation)
}

/** Whether the body must be there to read the input. */
export function needsBody({ protocol, shapes }: Surface, { input }: SurfaceOperation): boolean {
  if (protocol !== 'rest-json') return true
  return input?.members.some(({ place, shape }) => place === 'body' || isStructure(shapes[shape]?.type, place)) ?? false
}

function isStructure(type: string | undefined, place: SurfaceMember['place']): boolean {
  return place === 'payload' && type === 'structure'
}

function readRest(request: HttpRequest, surface: Surface, operation: SurfaceOperation): JsonObject {
  const members = operation.input?.members ?? []
  const fields = readFieldLists(request.query)
  const input: Record<string, Json | undefined> = Object.create(null)
  if (needsBody(surface, operation))
    Object.assign(input, bodyMembers(inOneCase(readJson(request.body), operation.input, surface), members))
  const labels = labelsOf(request.path, operation)
  for (const member of members) {
    const { name, place, wireName } = member
    if (place === 'uri') input[name] = labels.get(name)
    else if (place === 'query') input[name] = queryValue(fields.get(wireName), surface, member)
    else if (place === 'header') input[name] = headerValue(request, wireName)
  }
  const known = new Set(members.filter(({ place }) => place === 'query').map(({ wireName }) => wireName))
  for (const name of fields.keys())
    if (!known.has(name) && operation.http?.query.has(name) !== true)
      throw notCovered(`${surface.name}:${operation.name}`, `it has no parameter ${shown(name)}`)
  return input
}

/** What the body says of members that belong elsewhere is no part of the input. */
function bodyMembers(body: JsonObject, members: readonly SurfaceMember[]): JsonObject {
  const found: Record<string, Json | undefined> = Object.create(null)
  for (const { name, wireName, place } of members) if (place === 'body') found[name] = body[wireName]
  return found
}

function queryValue(
  values: readonly string[] | undefined,
  { shapes }: Surface,
  member: SurfaceMember,
): Json | undefined {
  if (values === undefined || shapes[member.shape]?.type === 'list') return values
  if (values.length > 1) throw malformed(`The parameter ${member.wireName} came more than once.`)
  return values[0]
}

function headerValue({ headers }: HttpRequest, name: string): string | undefined {
  const values = headers[name.toLowerCase()]
  if (values !== undefined && values.length > 1) throw malformed(`The header ${name} came more than once.`)
  return values?.[0]
}
