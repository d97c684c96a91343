/** Reads the schemas that the SDK's clients export, whose encoding is that of `@smithy/types`. */
import type { ErrorModel, Member, Shape, StructureShape } from '#models'

/** A schema, or a function that gives it, or one of these with the traits of this use. */
export type SchemaRef = unknown

interface Resolved {
  /** A number for what has no name, `unit` for nothing, or the schema's parts. */
  readonly schema: number | 'unit' | readonly unknown[]
  readonly traits: Traits
}

type Traits = Readonly<Record<string, unknown>>

export const kinds = { simple: 0, list: 1, map: 2, structure: 3, union: 4, error: -3, operation: 9 } as const

const flagNames = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
] as const

/** The schemas say of a number only that it is one; the services that are modelled here have whole ones. */
const scalars: Readonly<Record<number, readonly [name: string, shape: Shape]>> = {
  0: ['String', { type: 'string' }],
  1: ['Integer', { type: 'integer' }],
  2: ['Boolean', { type: 'boolean' }],
  4: ['Timestamp', { type: 'timestamp' }],
  5: ['DateTime', { type: 'timestamp', timestampFormat: 'date-time' }],
  6: ['HttpDate', { type: 'timestamp', timestampFormat: 'http-date' }],
  7: ['EpochSeconds', { type: 'timestamp', timestampFormat: 'epoch-seconds' }],
  15: ['Document', { type: 'document' }],
  17: ['Long', { type: 'long' }],
  21: ['Blob', { type: 'blob' }],
  42: ['Blob', { type: 'blob' }],
}
const listBit = 64
const mapBit = 128

/** Names of shapes that the schemas leave without one. */
const taken = new Set(Object.values(scalars).flatMap(([name]) => [name, `${name}List`, `${name}Map`]))

/** Traits that say nothing about the form of a value. */
const silent = new Set([
  'idempotent',
  'mediaType',
  'streaming',
  'error',
  'httpError',
  'awsQueryError',
  'http',
  'endpoint',
])

/** Collects shapes by name, with all that they lead to. */
export class ShapeReader {
  readonly shapes: Record<string, Shape> = {}
  readonly errors: Record<string, ErrorModel> = {}

  /** Gives: the name of the operation's input or output structure; `undefined` where nothing goes. */
  structure(ref: SchemaRef): string | undefined {
    const { schema } = resolve(ref)
    return schema === 'unit' ? undefined : this.#name(schema)
  }

  /** Takes in one error. Gives: its model. */
  error(ref: SchemaRef): ErrorModel {
    const { schema, traits } = resolve(ref)
    if (typeof schema === 'number' || schema === 'unit') throw new Error('an error without a name')
    const shape = this.#name(schema)
    const name = String(schema[2])
    const query = Array.isArray(traits['awsQueryError']) ? traits['awsQueryError'] : []
    const model = {
      code: String(query[0] ?? name),
      status: Number(query[1] ?? traits['httpError'] ?? (traits['error'] === 'server' ? 500 : 400)),
      shape,
    }
    const other = this.errors[model.code]
    if (other !== undefined && other.shape !== shape)
      throw new Error(`${other.shape} and ${shape} have the same code ${model.code}`)
    this.errors[model.code] = model
    return model
  }

  #name(schema: number | readonly unknown[]): string {
    if (typeof schema === 'number') return this.#unnamed(schema)
    if (schema[0] === kinds.simple) return this.#name(plain(schema[4]))
    const name = nameOf(schema)
    if (this.shapes[name] !== undefined) return name
    const members: Record<string, Member> = {}
    switch (schema[0]) {
      case kinds.list:
        this.shapes[name] = { type: 'list', member: this.#member(schema[4]) }
        return name
      case kinds.map:
        this.shapes[name] = { type: 'map', key: this.#member(schema[4]), value: this.#member(schema[5]) }
        return name
      case kinds.structure:
      case kinds.union:
      case kinds.error:
        // INVARIANT: a structure is known before its members are read, for they may lead back to it.
        this.shapes[name] = structureOf(schema, members)
        for (const [index, member] of listed(schema[4]).entries())
          members[String(member)] = this.#member(listed(schema[5])[index])
        return name
      default:
        throw new Error(`${name} is of the unknown kind ${String(schema[0])}`)
    }
  }

  #unnamed(code: number): string {
    const scalar = scalars[code & ~(listBit | mapBit)]
    if (scalar === undefined) throw new Error(`unknown scalar ${code}`)
    const [name, shape] = scalar
    this.shapes[name] = shape
    if (code & listBit) {
      this.shapes[`${name}List`] = { type: 'list', member: { shape: name } }
      return `${name}List`
    }
    if (code & mapBit) {
      this.shapes['String'] = { type: 'string' }
      this.shapes[`${name}Map`] = { type: 'map', key: { shape: 'String' }, value: { shape: name } }
      return `${name}Map`
    }
    return name
  }

  #member(ref: SchemaRef): Member {
    const { schema, traits } = resolve(ref)
    if (schema === 'unit') throw new Error('a member that is nothing')
    const shape = this.#name(schema)
    if (traits['xmlFlattened'] === undefined) return { shape, ...usage(traits) }
    const whole = this.shapes[shape]
    if (whole?.type !== 'list' && whole?.type !== 'map') throw new Error(`${shape} cannot be flattened`)
    this.shapes[`Flat${shape}`] = { ...whole, flattened: true }
    return { shape: `Flat${shape}`, ...usage(traits) }
  }
}

function nameOf(schema: readonly unknown[]): string {
  const name = String(schema[2])
  return taken.has(name) ? `${name}Shape` : name
}

/** The required members come first; the schema says how many they are. */
function structureOf(schema: readonly unknown[], members: Record<string, Member>): StructureShape {
  const names = listed(schema[4]).map(String)
  const required = schema[0] === kinds.union ? [] : names.slice(0, Number(schema[6] ?? 0))
  return {
    type: 'structure',
    ...(schema[0] === kinds.union && { union: true }),
    ...(required.length > 0 && { required }),
    members,
  }
}

function usage(traits: Traits): Omit<Member, 'shape'> {
  const found: { -readonly [Key in keyof Member]?: Member[Key] } = {}
  for (const [trait, value] of Object.entries(traits)) {
    if (trait === 'sensitive') found.sensitive = true
    else if (trait === 'idempotencyToken') found.idempotencyToken = true
    else if (trait === 'xmlName' || trait === 'jsonName') found.wireName = String(value)
    else if (trait === 'httpLabel') found.location = 'uri'
    else if (trait === 'httpPayload') found.location = 'payload'
    else if (trait === 'httpResponseCode') found.location = 'status'
    else if (trait === 'httpHeader') Object.assign(found, { location: 'header', wireName: String(value) })
    else if (trait === 'httpQuery') Object.assign(found, { location: 'query', wireName: String(value) })
    else if (trait !== 'xmlFlattened' && !silent.has(trait)) throw new Error(`unknown trait ${trait}`)
  }
  return found
}

/** Follows functions and uses to the schema itself, and gathers the traits on the way. */
export function resolve(ref: SchemaRef): Resolved {
  if (typeof ref === 'function') return resolve(ref())
  if (ref === 'unit') return { schema: 'unit', traits: {} }
  if (typeof ref === 'number') return { schema: ref, traits: {} }
  const parts = listed(ref)
  if (parts.length !== 2) return { schema: parts, traits: traitsOf(parts[3]) }
  const inner = resolve(parts[0])
  return { schema: inner.schema, traits: { ...inner.traits, ...traitsOf(parts[1]) } }
}

function plain(ref: SchemaRef): number | readonly unknown[] {
  const { schema } = resolve(ref)
  if (schema === 'unit') throw new Error('a simple shape that is nothing')
  return schema
}

function traitsOf(value: unknown): Traits {
  if (typeof value === 'object' && value !== null) return { ...value }
  const bits = Number(value)
  return Object.fromEntries(flagNames.filter((_, index) => (bits >> index) & 1).map((name) => [name, 1]))
}

function listed(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`not a schema: ${String(value)}`)
  return value
}
