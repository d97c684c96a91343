import type { Surface, SurfaceOperation, SurfaceShape } from '#models'
import type { Form } from '#protocol'
import type { Json, JsonObject } from './json.ts'
import { malformed, notCovered, shown } from './refusal.ts'

/** A part of a field's name, with what hangs under it: `Tags` → `member` → `1` → `Key`. */
interface Node {
  text?: string
  readonly parts: Map<string, Node>
  read: boolean
}

const deepest = 16
const heads = new Set(['Action', 'Version'])

/**
 * Reads the input of an operation of the query and EC2 protocols.
 * Errors: `MalformedInput` (400) for what is not of the shape of the input; `AccessDenied` "not covered" for a field that the
 *   operation does not have: an upstream might know it.
 */
export function readFormInput(form: Form, surface: Surface, operation: SurfaceOperation): JsonObject {
  const root: Node = { parts: new Map(), read: true }
  for (const [name, value] of form.entries()) if (!heads.has(name)) plant(root, name, value)
  const input = operation.input === undefined ? {} : readStructure(root, operation.input, surface)
  const left = unread(root, '')
  if (left !== undefined) throw notCovered(`${surface.name}:${operation.name}`, `it has no parameter ${shown(left)}`)
  return input
}

function plant(root: Node, name: string, value: string): void {
  const parts = name.split('.', deepest + 1)
  if (parts.length > deepest) throw misplaced(name)
  let node = root
  for (const part of parts) {
    const next: Node = node.parts.get(part) ?? { parts: new Map(), read: false }
    node.parts.set(part, next)
    node = next
  }
  node.text = value
}

function unread(node: Node, name: string): string | undefined {
  if (node.text !== undefined && !node.read) return name
  for (const [part, inner] of node.parts) {
    const found = unread(inner, name === '' ? part : `${name}.${part}`)
    if (found !== undefined) return found
  }
  return undefined
}

function read(node: Node, shape: SurfaceShape | undefined, surface: Surface): Json {
  if (shape?.type === 'structure') return readStructure(node, shape, surface)
  if (shape?.type === 'list') return readList(node, shape, surface)
  if (shape?.type === 'map') return readMap(node, shape, surface)
  if (node.parts.size > 0 || node.text === undefined) throw misplaced('a value')
  node.read = true
  return node.text
}

type Of<Type extends SurfaceShape['type']> = Extract<SurfaceShape, { type: Type }>

function readStructure(node: Node, shape: Of<'structure'>, surface: Surface): JsonObject {
  const value: Record<string, Json> = Object.create(null)
  for (const { name, wireName, shape: number } of shape.members) {
    const part = node.parts.get(wireName)
    if (part !== undefined) value[name] = read(part, surface.shapes[number], surface)
  }
  return value
}

function readList(node: Node, { member, wireName, flattened }: Of<'list'>, surface: Surface): readonly Json[] {
  if (node.text === '' && node.parts.size === 0) {
    node.read = true
    return []
  }
  const parts = flattened ? node.parts : node.parts.get(wireName)?.parts
  return inOrder(parts).map((item) => read(item, surface.shapes[member], surface))
}

function readMap(node: Node, shape: Of<'map'>, surface: Surface): JsonObject {
  const value: Record<string, Json> = Object.create(null)
  if (node.text === '' && node.parts.size === 0) {
    node.read = true
    return value
  }
  for (const entry of inOrder(shape.flattened ? node.parts : node.parts.get('entry')?.parts)) {
    const key = entry.parts.get(shape.keyName)
    const inner = entry.parts.get(shape.valueName)
    if (key === undefined || inner === undefined) throw misplaced('a map')
    const name = read(key, surface.shapes[shape.key], surface)
    if (typeof name !== 'string' || name === '__proto__' || name in value) throw misplaced('a map')
    value[name] = read(inner, surface.shapes[shape.value], surface)
  }
  return value
}

/** The nodes under `1`, `2`, … Errors: for a gap: some readers stop at it and others close it. */
function inOrder(parts: ReadonlyMap<string, Node> | undefined): readonly Node[] {
  return Array.from({ length: parts?.size ?? 0 }, (_, index) => {
    const found = parts?.get(String(index + 1))
    if (found === undefined) throw misplaced('a list')
    return found
  })
}

function misplaced(name: string) {
  return malformed(`The parameters of the request do not fit its operation: ${name}`, { code: 'MalformedInput' })
}
