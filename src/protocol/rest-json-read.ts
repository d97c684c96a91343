import type { Member, ServiceModel, Shape, StructureShape } from '#models'
import { compiledOnce, shapeOf } from './compiled.ts'
import { Fault } from './fault.ts'
import { type HttpRequest, header } from './http.ts'
import { segmentsOf } from './rest-json-route.ts'
import { checkDepth, misplaced, type ReadValue, readText, valueReader } from './rest-json-value.ts'
import type { Call } from './wire.ts'

/**
 * Reads the input of an operation from where each member travels.
 *
 * Gives: members that the model knows, and no others.
 * Errors: `SerializationException` (400) for a body that is no JSON, is nested too deep, or has another type somewhere than
 *   the model; `UnsupportedMediaTypeException` (415) for a body that says that it is something else.
 */
export function readRestInput(request: HttpRequest, { service, operation }: Call): object {
  if (operation.input === undefined) return {}
  const value = readerOf(service, operation.input)({ request, labels: labelsOf(request, operation.http?.path ?? '/') })
  if (typeof value !== 'object' || value === null) throw new Error('a structure is read as an object')
  return value
}

/** What an input is read from. */
interface From {
  readonly request: HttpRequest
  readonly labels: ReadonlyMap<string, string>
}

/** Reads one member; `undefined`: it is absent. Takes: the members of the body. */
type ReadMember = (from: Parts) => unknown

interface Parts extends From {
  readonly query: URLSearchParams
  readonly body: object
}

const readerOf = compiledOnce<[From], object>((service, name) => {
  const shape = shapeOf(service, name)
  if (shape.type !== 'structure') throw new Error(`${name} is not a structure`)
  const members = Object.entries(shape.members).map(
    ([key, member]) => [key, memberReader(service, key, member)] as const,
  )
  const payload = Object.values(shape.members).some(({ location }) => location === 'payload')
  return (from) => {
    const parts = { ...from, query: queryOf(from.request), body: payload ? {} : bodyOf(from.request, takesBody(shape)) }
    const value: Record<string, unknown> = {}
    for (const [key, read] of members) {
      const one = read(parts)
      if (one !== undefined) value[key] = one
    }
    return value
  }
})

function takesBody({ members }: StructureShape): boolean {
  return Object.values(members).some(({ location, orBody }) => location === undefined || orBody === true)
}

function memberReader(service: ServiceModel, key: string, member: Member): ReadMember {
  const { location, wireName = key, orBody = false } = member
  const shape = shapeOf(service, member.shape)
  const inBody = valueReader(service, member.shape)
  const fromBody: ReadMember = ({ body }) => own(body, wireName, inBody)
  switch (location) {
    case 'uri':
      return ({ labels }) => readOne(shape, labels.get(wireName))
    case 'query': {
      const read = queryReader(service, shape, wireName)
      // QUIRK: AWS takes some members of a query in the body too, as its page shows them; what the query says goes first.
      return orBody ? (parts) => read(parts) ?? fromBody(parts) : read
    }
    case 'header':
      return ({ request }) => readOne(shape, header(request, wireName.toLowerCase()))
    case 'payload':
      return payloadReader(shape, inBody)
    default:
      return fromBody
  }
}

function readOne(shape: Shape, text: string | undefined): unknown {
  return text === undefined ? undefined : readText(shape, text)
}

/** A list comes as a parameter that repeats, a map as the parameters that nothing else names. */
function queryReader(service: ServiceModel, shape: Shape, name: string): ReadMember {
  if (shape.type === 'list') {
    const item = shapeOf(service, shape.member.shape)
    return ({ query }) => (query.has(name) ? query.getAll(name).map((text) => readText(item, text)) : undefined)
  }
  return ({ query }) => {
    const values = query.getAll(name)
    if (values.length > 1) throw serialization(`The parameter ${name} was given more than once`)
    return readOne(shape, values[0])
  }
}

function payloadReader(shape: Shape, read: ReadValue): ReadMember {
  if (shape.type === 'blob') return ({ request }) => (request.body.length === 0 ? undefined : request.body)
  if (shape.type === 'string') return ({ request }) => (request.body.length === 0 ? undefined : textOf(request.body))
  return ({ request }) => (request.body.length === 0 ? undefined : read(parsed(request)))
}

function own(body: object, name: string, read: ReadValue): unknown {
  const value: unknown = Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined
  return value === undefined || value === null ? undefined : read(value)
}

function queryOf({ query }: HttpRequest): URLSearchParams {
  return new URLSearchParams(query)
}

function bodyOf(request: HttpRequest, takes: boolean): object {
  if (!takes || request.body.length === 0) return {}
  const value = parsed(request)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misplaced('a structure', value)
  return value
}

function parsed(request: HttpRequest): unknown {
  const type = header(request, 'content-type')
  if (type !== undefined && !/^\s*application\/(?:[\w.+-]+\+)?(?:json|x-amz-json-1\.[01])\s*(?:;|$)/i.test(type))
    throw new Fault({
      code: 'UnsupportedMediaTypeException',
      status: 415,
      message: 'The body of the request must be of type application/json.',
    })
  const text = textOf(request.body)
  checkDepth(text)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault({ code: 'SerializationException', status: 400, message: 'The body is not valid JSON.', cause })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new Fault({ code: 'SerializationException', status: 400, message: 'The body is not valid UTF-8.', cause })
  }
}

/** The parts of the path that the template leaves open, decoded. */
function labelsOf({ path }: HttpRequest, template: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  const given = segmentsOf(path)
  for (const [index, segment] of segmentsOf(template.split('?', 1)[0] ?? '').entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+)?\}$/.exec(segment) ?? []
    if (name === undefined) continue
    labels.set(name, decoded(greedy === undefined ? (given[index] ?? '') : given.slice(index).join('/')))
    if (greedy !== undefined) break
  }
  return labels
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new Fault({ code: 'SerializationException', status: 400, message: 'The path is not well encoded.', cause })
  }
}

function serialization(message: string): Fault {
  return new Fault({ code: 'SerializationException', status: 400, message })
}
