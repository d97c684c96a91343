/** Joins lengths, patterns, enums, pages and errors, which the SDK's schemas do not say, to what they say. */
import type { Constraints, Member, Pagination, Shape } from '#models'
import type { Stated } from './stated.ts'

/** One file of `tools/constraints`. */
export interface ConstraintFile {
  /** Each with its places: `Structure.Member`, or `Structure.Member.member` (`key`, `value`) for the parts of a collection. */
  readonly rules: readonly (Constraints & { readonly of: readonly string[] })[]
  /** Each with its operations. */
  readonly pages: readonly (Pagination & { readonly of: readonly string[] })[]
  /** By the name of the error's shape: the operations that answer with it. */
  readonly errors: Readonly<Record<string, readonly string[]>>
  /** All the rest of the service, where its client exports no schemas. */
  readonly stated?: Stated
}

type Shapes = Record<string, Shape>

/** Puts every rule in its place. Gives: new shapes, and beside them those that places no longer use. Errors: a rule's place is not in the schemas. */
export function constrain(shapes: Readonly<Shapes>, rules: ConstraintFile['rules']): Shapes {
  const result: Shapes = { ...shapes }
  const places = rules.flatMap((rule) => rule.of)
  const twice = places.find((place, index) => places.indexOf(place) !== index)
  if (twice !== undefined) throw new Error(`two rules for ${twice}`)
  for (const { of, ...constraints } of rules) {
    const exact = normal(constraints)
    for (const place of of) put(result, place.split('.'), exact)
  }
  return result
}

/** Gives: those of the shapes that the named ones lead to, and these. */
export function reachable(shapes: Readonly<Shapes>, roots: Iterable<string>): Shapes {
  const found: Shapes = {}
  const waiting = [...roots]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const shape = shapes[name]
    if (shape === undefined) throw new Error(`there is no shape ${name}`)
    if (found[name] !== undefined) continue
    found[name] = shape
    waiting.push(...partsOf(shape).map((part) => part.shape))
  }
  return found
}

function partsOf(shape: Shape): readonly Member[] {
  if (shape.type === 'structure') return Object.values(shape.members)
  if (shape.type === 'list') return [shape.member]
  return shape.type === 'map' ? [shape.key, shape.value] : []
}

function put(shapes: Shapes, [structure = '', name = '', part]: readonly string[], exact: Constraints): void {
  const place = [structure, name, part].filter((step) => step !== undefined).join('.')
  const whole = shapes[structure]
  const member = whole?.type === 'structure' ? whole.members[name] : undefined
  if (whole?.type !== 'structure' || member === undefined) throw new Error(`there is no ${place} in the schemas`)
  const replace = (changed: Member) => {
    shapes[structure] = { ...whole, members: { ...whole.members, [name]: changed } }
  }
  if (part === undefined) {
    replace({ ...member, ...exact })
    return
  }
  const constrained = withPart(shapes[member.shape], part, exact)
  if (constrained === undefined) throw new Error(`there is no ${place} in the schemas`)
  replace({
    ...member,
    shape: nameFor(shapes, constrained, [collectionName(name, constrained), `${structure}.${name}`]),
  })
}

function withPart(shape: Shape | undefined, part: string, exact: Constraints): Shape | undefined {
  if (shape?.type === 'list' && part === 'member') return { ...shape, member: { ...shape.member, ...exact } }
  if (shape?.type === 'map' && part === 'key') return { ...shape, key: { ...shape.key, ...exact } }
  if (shape?.type === 'map' && part === 'value') return { ...shape, value: { ...shape.value, ...exact } }
  return undefined
}

function collectionName(member: string, shape: Shape): string {
  const suffix = shape.type === 'map' ? 'Map' : 'List'
  return member.endsWith(suffix) ? member : `${member}${suffix}`
}

/** Shares a shape among places whose parts obey the same rules. */
function nameFor(shapes: Shapes, shape: Shape, names: readonly string[]): string {
  const text = JSON.stringify(shape)
  for (const name of names) {
    if (shapes[name] === undefined) shapes[name] = shape
    if (JSON.stringify(shapes[name]) === text) return name
  }
  const last = names.at(-1) ?? ''
  shapes[last] = shape
  return last
}

/** A pattern as JavaScript reads it with the flag `u`; beside it as AWS writes it, where that differs. */
function normal(constraints: Constraints): Constraints {
  const { pattern } = constraints
  if (pattern === undefined) return constraints
  const exact = pattern.replaceAll('\\u10000-\\u10FFFF', '\\u{10000}-\\u{10FFFF}')
  if (/\\u[\dA-Fa-f]{5}/.test(exact)) throw new Error(`a code point of five digits in ${pattern}`)
  new RegExp(exact, 'u')
  return exact === pattern ? constraints : { ...constraints, pattern: exact, patternText: pattern }
}
