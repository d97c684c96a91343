import { parseSync } from 'oxc-parser'
import { isNode, type Node } from './operator.ts'

/** A function's body or a block: what runs as a whole. */
export interface Unit {
  readonly id: number
  readonly start: number
  readonly end: number
}

/** A file that calls `globalThis.cardeaHit(id)` whenever one of its units begins. */
export interface Instrumented {
  readonly text: string
  readonly units: readonly Unit[]
}

/** Gives: the file with `globalThis.cardeaTick()`, which may throw, in every round of every loop and every call of a function. */
export function guarded(path: string, text: string): string {
  const inserts: Insert[] = []
  const root: unknown = parseSync(path, text).program
  visit(root, ({ type, body }) => {
    if (!isNode(body)) return
    if (/^(?:For|ForOf|ForIn|While|DoWhile)Statement$/.test(type))
      inserts.push({ at: body.start, put: '{cardeaTick();' }, { at: body.end, put: '}' })
    else if (body.type === 'BlockStatement' && /Function/.test(type))
      inserts.push({ at: body.start + 1, put: 'cardeaTick();' })
    else if (type === 'ArrowFunctionExpression')
      inserts.push({ at: body.start, put: '(cardeaTick(), ' }, { at: body.end, put: ')' })
  })
  return `const cardeaTick = globalThis.cardeaTick;${withInserts(text, inserts)}`
}

interface Insert {
  readonly at: number
  readonly put: string
}

function withInserts(text: string, inserts: readonly Insert[]): string {
  let result = text
  for (const { at, put } of inserts.toReversed().toSorted((left, right) => right.at - left.at))
    result = result.slice(0, at) + put + result.slice(at)
  return result
}

/** Takes: the number of the file's first unit. */
export function instrumented(path: string, text: string, first: number): Instrumented {
  const units: Unit[] = []
  const inserts: Insert[] = []
  const root: unknown = parseSync(path, text).program
  visit(root, (node) => {
    const id = first + units.length
    if (node.type === 'BlockStatement') {
      units.push({ id, start: node.start, end: node.end })
      inserts.push({ at: node.start + 1, put: `globalThis.cardeaHit(${id});` })
    }
    const { body } = node
    if (node.type !== 'ArrowFunctionExpression' || !isNode(body) || body.type === 'BlockStatement') return
    units.push({ id, start: body.start, end: body.end })
    inserts.push({ at: body.start, put: `(globalThis.cardeaHit(${id}), ` }, { at: body.end, put: ')' })
  })
  return { text: withInserts(text, inserts), units }
}

/** The smallest unit around a place. Gives: `undefined` for what runs when the module is loaded. */
export function unitAt(units: readonly Unit[], at: number): Unit | undefined {
  let found: Unit | undefined
  for (const unit of units)
    if (unit.start <= at && at < unit.end && (found === undefined || unit.end - unit.start < found.end - found.start))
      found = unit
  return found
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const one of value) visit(one, see)
  if (!isNode(value)) return
  see(value)
  for (const below of Object.values(value)) visit(below, see)
}
