/** Makes models of services whose clients export no schemas, from what `tools/constraints` states of them. */
import type { ErrorModel, Member, OperationModel, ServiceModel, Shape, StructureShape } from '#models'

/** What a file of `tools/constraints` states of a whole service. */
export interface Stated {
  readonly serviceId: string
  readonly apiVersion: string
  readonly protocol: ServiceModel['protocol']
  readonly signingName: string
  /** How moments are spelled. */
  readonly timestampFormat: 'date-time' | 'epoch-seconds' | 'http-date'
  readonly operations: Readonly<Record<string, StatedOperation>>
  readonly structures: Readonly<Record<string, StatedStructure>>
}

export interface StatedOperation {
  readonly http: readonly [method: string, path: string, status: number]
  readonly input: string
  readonly output: string
}

export interface StatedStructure {
  readonly required?: readonly string[]
  readonly members: Readonly<Record<string, StatedMember>>
  /** Present: the structure is an error, and this is its HTTP status. */
  readonly status?: number
}

export interface StatedMember {
  /** A scalar or a structure; or `list` of them, or `map` from text to them. */
  readonly type?: string
  readonly list?: string
  readonly map?: string
  readonly in?: 'uri' | 'query' | 'query-or-body'
  readonly sensitive?: true
}

/** The shapes, operations and errors of a service, before constraints are put in their places. */
export interface Outline {
  readonly shapes: Record<string, Shape>
  readonly operations: Readonly<Record<string, Omit<OperationModel, 'errors'>>>
  readonly errors: Readonly<Record<string, ErrorModel>>
}

const scalars = ['string', 'boolean', 'integer', 'long', 'float', 'double', 'timestamp', 'blob', 'document'] as const

/** Errors: a member of a type that is neither a scalar nor a structure. */
export function outline({ structures, operations, timestampFormat }: Stated): Outline {
  const shapes: Record<string, Shape> = {}
  for (const [name, structure] of Object.entries(structures)) shapes[name] = structureShape(structure)
  for (const type of scalars) shapes[capital(type)] = type === 'timestamp' ? { type, timestampFormat } : { type }
  for (const [name, { members }] of Object.entries(structures))
    for (const [member, stated] of Object.entries(members)) addCollection(shapes, stated, `${name}.${member}`)
  return {
    shapes,
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, { http, input, output }]) => [
        name,
        { name, input, output, http: { method: http[0], path: http[1], status: http[2] } },
      ]),
    ),
    errors: Object.fromEntries(
      Object.entries(structures).flatMap(([name, { status }]) =>
        status === undefined ? [] : [[name, { code: name, status, shape: name }]],
      ),
    ),
  }
}

function structureShape({ required, members }: StatedStructure): StructureShape {
  return {
    type: 'structure',
    ...(required && { required }),
    members: Object.fromEntries(Object.entries(members).map(([name, member]) => [name, memberOf(member)])),
  }
}

function memberOf({ type, list, map, in: place, sensitive }: StatedMember): Member {
  const shape = list !== undefined ? `${capital(list)}List` : map !== undefined ? `${capital(map)}Map` : capital(type)
  return {
    shape,
    ...(place && { location: place === 'uri' ? 'uri' : 'query' }),
    ...(place === 'query-or-body' && { orBody: true }),
    ...(sensitive && { sensitive }),
  }
}

function addCollection(shapes: Record<string, Shape>, { type, list, map }: StatedMember, place: string): void {
  const inner = capital(list ?? map ?? type)
  if (shapes[inner] === undefined) throw new Error(`${place} is of the unknown type ${inner}`)
  if (list !== undefined) shapes[`${inner}List`] = { type: 'list', member: { shape: inner } }
  if (map !== undefined) shapes[`${inner}Map`] = { type: 'map', key: { shape: 'String' }, value: { shape: inner } }
}

function capital(type = ''): string {
  return `${type.slice(0, 1).toUpperCase()}${type.slice(1)}`
}

const plainTypes: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  integer: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  timestamp: 'Date',
  blob: 'Uint8Array',
  document: 'unknown',
}

/** The text of a file of types: an interface for each structure, and what stands in for the module of the client. */
export function typesText(model: ServiceModel, moduleName: string): string {
  const lines = [`/** Written by \`tools/models.ts\`: the inputs and outputs of the operations of ${model.name}. */`]
  lines.push("import type { Handler } from '@smithy/types'", '')
  for (const [name, shape] of Object.entries(model.shapes)) {
    if (shape.type !== 'structure') continue
    const members = Object.entries(shape.members).map(([key, member]) => memberLine(model, shape, key, member))
    lines.push(members.length === 0 ? `export type ${name} = object` : `export interface ${name} {`)
    lines.push(...members, ...(members.length === 0 ? [''] : ['}', '']))
  }
  lines.push('type Command<Input, Output> = new (input: never) => {')
  lines.push('  resolveMiddleware(...args: never): Handler<Input & object, Output & object>', '}', '')
  lines.push(`export interface ${moduleName} {`)
  for (const { name, input, output } of Object.values(model.operations))
    lines.push(`  readonly ${name}Command: Command<${input ?? 'object'}, ${output ?? 'object'}>`)
  return [...lines, '}', ''].join('\n')
}

function memberLine(model: ServiceModel, shape: StructureShape, key: string, member: Member): string {
  const optional = shape.required?.includes(key) !== true
  return `  readonly ${key}${optional ? '?' : ''}: ${typeOf(model, member.shape)}${optional ? ' | undefined' : ''}`
}

function typeOf(model: ServiceModel, name: string): string {
  const shape = model.shapes[name]
  if (shape === undefined) throw new Error(`there is no shape ${name}`)
  if (shape.type === 'structure') return name
  if (shape.type === 'list') return `readonly ${typeOf(model, shape.member.shape)}[]`
  if (shape.type === 'map') return `Readonly<Record<string, ${typeOf(model, shape.value.shape)}>>`
  return plainTypes[shape.type] ?? 'unknown'
}
