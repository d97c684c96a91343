import type { Constraints, ListShape, MapShape, Member, ServiceModel } from '#models'
import { compiledOnce, shapeOf } from './compiled.ts'
import { sayConstraints, scalarCheck, showValue, sizeCheck } from './conform-scalar.ts'

/** Something that the model forbids. */
export interface Violation {
  /** `tags.1.member.key` */
  readonly path: string
  /** The value as it is told; absent: it is not told. */
  readonly shown?: string | undefined
  readonly constraint: string
}

/** Looks at a value and adds what is wrong with it. */
export type Check = (value: unknown, path: string, violations: Violation[]) => void

/**
 * Makes the check of a structure.
 *
 * Takes: the name of a structure of the model, which may contain itself.
 * Errors: an `Error` where the model names a shape that it does not have or a pattern that is none.
 */
export const structureCheck = compiledOnce<Parameters<Check>, void>((service, shapeName) => {
  const shape = shapeOf(service, shapeName)
  if (shape.type !== 'structure') throw new Error(`${shapeName} is not a structure`)
  const required = new Set(shape.required)
  const fields = Object.entries(shape.members).map(([name, member]) => ({
    name,
    shown: lowerFirst(name),
    required: required.has(name),
    check: memberCheck(service, code.test(name) ? { ...member, sensitive: true } : member),
  }))
  return (value, path, violations) => {
    if (typeof value !== 'object' || value === null)
      return void violations.push({ path, constraint: 'Member must be a structure' })
    for (const field of fields) {
      const part: unknown = Reflect.get(value, field.name)
      if (part === undefined && !field.required) continue
      const inner = path === '' ? field.shown : `${path}.${field.shown}`
      if (part === undefined || part === null)
        violations.push({ path: inner, shown: 'null', constraint: 'Member must not be null' })
      else field.check(part, inner, violations)
    }
  }
})

/** What is good for half a minute, and is not told either though models do not call it sensitive. */
const code = /^(?:TokenCode|AuthenticationCode[12])$/

function memberCheck(service: ServiceModel, member: Member): Check {
  const shape = shapeOf(service, member.shape)
  const constraints = { ...shape, ...member }
  if (shape.type === 'structure') return structureCheck(service, member.shape)
  if (shape.type === 'list') return listCheck(service, shape, { ...constraints, sensitive: member.sensitive === true })
  if (shape.type === 'map') return mapCheck(service, shape, { ...constraints, sensitive: member.sensitive === true })
  const check = scalarCheck(shape.type, constraints)
  return (value, path, violations) => {
    const wrong = check(value)
    if (wrong === undefined) return
    const shown = member.sensitive === true ? undefined : showValue(value)
    for (const constraint of wrong) violations.push({ path, shown, constraint })
  }
}

function listCheck(service: ServiceModel, list: ListShape, use: Constraints & { sensitive: boolean }): Check {
  // INVARIANT: what a sensitive list holds is as sensitive as the list.
  const item = use.sensitive ? { ...list.member, sensitive: true } : list.member
  const shape = shapeOf(service, item.shape)
  const size = sizeCheck(use)
  if (shape.type !== 'structure' && shape.type !== 'list' && shape.type !== 'map')
    return plainListCheck(service, item, size)
  const check = memberCheck(service, item)
  return (value, path, violations) => {
    if (!Array.isArray(value)) return void violations.push({ path, constraint: 'Member must be a list' })
    for (const constraint of size(value.length)) violations.push({ path, constraint })
    value.forEach((one, index) => {
      check(one, `${path}.${index + 1}.member`, violations)
    })
  }
}

/** QUIRK: a wrong value in a list of plain values is told as a fault of the list, with all that its values must satisfy. */
function plainListCheck(service: ServiceModel, member: Member, size: (length: number) => readonly string[]): Check {
  const shape = shapeOf(service, member.shape)
  if (shape.type === 'structure' || shape.type === 'list' || shape.type === 'map') throw new Error('not a plain value')
  const merged = { ...shape, ...member }
  const check = scalarCheck(shape.type, merged)
  const all = `Member must satisfy constraint: [${sayConstraints(shape.type, merged).join(', ')}]`
  return (value, path, violations) => {
    if (!Array.isArray(value)) return void violations.push({ path, constraint: 'Member must be a list' })
    const wrong = [...size(value.length)]
    if (value.some((item) => check(item) !== undefined)) wrong.push(all)
    const shown = wrong.length === 0 || member.sensitive === true ? undefined : showValue(value)
    for (const constraint of wrong) violations.push({ path, shown, constraint })
  }
}

function mapCheck(service: ServiceModel, { key, value }: MapShape, use: Constraints & { sensitive: boolean }): Check {
  const size = sizeCheck(use)
  const keyConstraints = { ...shapeOf(service, key.shape), ...key }
  const keyCheck = scalarCheck('string', keyConstraints)
  const allOfKeys = `Map keys must satisfy constraint: [${sayConstraints('string', keyConstraints).join(', ')}]`
  const valueCheck = memberCheck(service, use.sensitive ? { ...value, sensitive: true } : value)
  return (map, path, violations) => {
    if (typeof map !== 'object' || map === null)
      return void violations.push({ path, constraint: 'Member must be a map' })
    const entries = Object.entries(map)
    for (const constraint of size(entries.length)) violations.push({ path, constraint })
    if (entries.some(([name]) => keyCheck(name) !== undefined)) violations.push({ path, constraint: allOfKeys })
    entries.forEach(([, item], index) => {
      valueCheck(item, `${path}.${index + 1}.value`, violations)
    })
  }
}

function lowerFirst(name: string): string {
  return `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`
}
