import type { Member, ServiceModel, Shape } from '#models'
import { compiledOnce, shapeOf } from './compiled.ts'
import { Fault } from './fault.ts'
import type { Form } from './form.ts'
import { readScalar } from './scalar.ts'
import type { Call } from './wire.ts'

/** A part of a field's name, with what hangs under it: `Tags` → `member` → `1` → `Key`. */
interface Node {
  text?: string
  parts?: Map<string, Node>
}

type Read = (node: Node) => unknown

interface Field {
  readonly name: string
  readonly wireName: string
  readonly read: Read
}

const deepest = 32
const nothing: ReadonlyMap<string, Node> = new Map()

/**
 * Reads the input of an operation from the fields of a request.
 *
 * Gives: only members that the model knows; members of a list in the order of their indices, gaps closed.
 * Errors: `MalformedInput` for a structure, list, map or value where the model has something else.
 */
export function readInput(form: Form, { service, operation }: Call): object {
  if (operation.input === undefined) return {}
  const isKnown = knownIn(service, operation.input)
  const root: Node = { parts: new Map() }
  for (const [name, value] of form.entries()) if (isKnown(name)) plant(root, name, value)
  const value = readerOf(service, operation.input)(root)
  if (typeof value !== 'object' || value === null) throw new Error('a structure is read as an object')
  return value
}

/** Whether a field belongs to a member of a structure. */
const knownIn = compiledOnce<[string], boolean>((service, shapeName) => {
  const shape = shapeOf(service, shapeName)
  if (shape.type !== 'structure') throw new Error(`${shapeName} is not a structure`)
  const known = new Set(Object.entries(shape.members).map(([name, { wireName = name }]) => wireName))
  return (name) => {
    const dot = name.indexOf('.')
    return known.has(dot === -1 ? name : name.slice(0, dot))
  }
})

function plant(root: Node, name: string, value: string): void {
  const parts = name.split('.', deepest + 1)
  if (parts.length > deepest) throw malformed('The name of a parameter has too many parts')
  let node = root
  for (const part of parts) {
    node.parts ??= new Map()
    let next = node.parts.get(part)
    if (next === undefined) {
      next = {}
      node.parts.set(part, next)
    }
    node = next
  }
  node.text = value
}

const readerOf = compiledOnce<[Node], unknown>((service, name) => compile(service, shapeOf(service, name)))

function compile(service: ServiceModel, shape: Shape): Read {
  const inner = (member: Member) => readerOf(service, member.shape)
  if (shape.type === 'structure') {
    const fields = Object.entries(shape.members).map(([name, member]) => ({
      name,
      wireName: member.wireName ?? name,
      read: inner(member),
    }))
    return (node) => readStructure(node, fields)
  }
  if (shape.type === 'list') {
    const around = shape.flattened === true ? undefined : (shape.member.wireName ?? 'member')
    const read = inner(shape.member)
    return (node) => readList(node, around, read)
  }
  if (shape.type === 'map') {
    const around = shape.flattened === true ? undefined : 'entry'
    const key = { name: 'key', wireName: shape.key.wireName ?? 'key', read: inner(shape.key) }
    const value = { name: 'value', wireName: shape.value.wireName ?? 'value', read: inner(shape.value) }
    return (node) => readMap(node, around, { key, value })
  }
  return (node) => {
    if (node.parts !== undefined) throw misplaced(node.parts)
    return readScalar(shape, node.text ?? '')
  }
}

function readStructure(node: Node, fields: readonly Field[]): object {
  if (node.text !== undefined && (node.text !== '' || node.parts !== undefined))
    throw malformed('Unexpected complex element termination')
  const value: Record<string, unknown> = {}
  for (const field of fields) {
    const part = node.parts?.get(field.wireName)
    if (part !== undefined) value[field.name] = field.read(part)
  }
  return value
}

function readList(node: Node, around: string | undefined, read: Read): readonly unknown[] {
  return membersOf(node, around).map(read)
}

function readMap(node: Node, around: string | undefined, { key, value }: Record<'key' | 'value', Field>): object {
  // INVARIANT: without a prototype, so that no key of a caller means anything but itself.
  const map: Record<string, unknown> = Object.create(null)
  for (const entry of membersOf(node, around)) {
    const keyNode = entry.parts?.get(key.wireName)
    const valueNode = entry.parts?.get(value.wireName)
    if (keyNode === undefined || valueNode === undefined) throw malformed('Unexpected map entry termination')
    const name = String(key.read(keyNode))
    if (name in map) throw malformed('A key of a map was given more than once')
    map[name] = value.read(valueNode)
  }
  return map
}

/** The nodes under `1`, `2`, … in their order. An empty text is an empty list, as the SDKs write one. */
function membersOf(node: Node, around: string | undefined): readonly Node[] {
  if (node.text !== undefined && (node.text !== '' || node.parts !== undefined))
    throw malformed('Unexpected list element termination')
  const list = around === undefined ? node : listUnder(node, around)
  if (list?.text !== undefined && list !== node) throw malformed('Unexpected list element termination')
  const found = [...(list?.parts ?? nothing)].map(([part, inner]) => {
    if (!/^[1-9]\d{0,9}$/.test(part)) throw malformed('Unexpected list element termination')
    return [Number(part), inner] as const
  })
  return found.sort(([one], [other]) => one - other).map(([, inner]) => inner)
}

function listUnder({ parts }: Node, around: string): Node | undefined {
  if (parts === undefined) return undefined
  const list = parts.get(around)
  if (list === undefined || parts.size > 1) throw malformed('Unexpected list element termination')
  return list
}

function misplaced(parts: ReadonlyMap<string, Node>): Fault {
  const list = parts.keys().every((part) => part === 'member' || /^\d+$/.test(part))
  return malformed(`Start of ${list ? 'list' : 'structure or map'} found where not expected`)
}

function malformed(message: string): Fault {
  return new Fault({ code: 'MalformedInput', status: 400, message })
}
