import type { Constraints, ScalarShape } from '#models'

/** What is wrong with one value, each in AWS's words; `undefined`: nothing. */
export type ScalarCheck = (value: unknown) => readonly string[] | undefined

const mostShown = 512
const mostMatched = 1_024
const patterns = new Map<string, RegExp>()

/** Makes the check of a plain value. Errors: an `Error` for a pattern that is none. */
export function scalarCheck(type: ScalarShape['type'], constraints: Constraints): ScalarCheck {
  if (type === 'string') return stringCheck(constraints)
  if (type === 'document') return () => undefined
  if (type === 'boolean') return (value) => (typeof value === 'boolean' ? undefined : ['Member must be a boolean'])
  if (type === 'timestamp') return (value) => (value instanceof Date ? undefined : ['Member must be a timestamp'])
  if (type === 'blob') {
    const size = sizeCheck(constraints)
    return (value) => (value instanceof Uint8Array ? some(size(value.length)) : ['Member must be a blob'])
  }
  const { min = -Infinity, max = Infinity } = constraints
  return (value) => {
    if (typeof value !== 'number') return ['Member must be a number']
    if (value > max) return [`Member must have value less than or equal to ${max}`]
    return value < min ? [`Member must have value greater than or equal to ${min}`] : undefined
  }
}

/** Makes the check of how many there are in a list, a map or a blob. */
export function sizeCheck({ min = 0, max = Infinity }: Constraints): (length: number) => readonly string[] {
  return (length) => {
    if (length > max) return [`Member must have length less than or equal to ${max}`]
    return length < min ? [`Member must have length greater than or equal to ${min}`] : []
  }
}

/** Says all that a plain value must satisfy, in AWS's order. */
export function sayConstraints(
  type: ScalarShape['type'],
  { min, max, pattern, patternText = pattern, enum: values }: Constraints,
): string[] {
  const measure = type === 'string' || type === 'blob' ? 'length' : 'value'
  const said: string[] = []
  if (max !== undefined) said.push(`Member must have ${measure} less than or equal to ${max}`)
  if (min !== undefined) said.push(`Member must have ${measure} greater than or equal to ${min}`)
  if (pattern !== undefined) said.push(`Member must satisfy regular expression pattern: ${patternText}`)
  if (values !== undefined) said.push(`Member must satisfy enum value set: [${values.join(', ')}]`)
  return said
}

/** The value as a violation tells it, cut where it is long; `undefined` for bytes, which are not told. */
export function showValue(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return undefined
  const text = Array.isArray(value) ? `[${value.slice(0, mostShown).join(', ')}]` : String(value)
  return text.length <= mostShown ? `'${text}'` : `'${text.slice(0, mostShown).toWellFormed()}...'`
}

function stringCheck({
  min = 0,
  max = Infinity,
  pattern,
  patternText = pattern,
  enum: values,
}: Constraints): ScalarCheck {
  const whole = pattern === undefined ? undefined : wholePattern(pattern)
  const allowed = values === undefined ? undefined : new Set(values)
  const tooShort = `Member must have length greater than or equal to ${min}`
  const tooLong = `Member must have length less than or equal to ${max}`
  const unmatched = `Member must satisfy regular expression pattern: ${patternText}`
  const unlisted = `Member must satisfy enum value set: [${values?.join(', ')}]`
  return (value) => {
    if (typeof value !== 'string') return ['Member must be a string']
    const wrong: string[] = []
    const length = lengthOf(value)
    // INVARIANT: a pattern sees no text that is longer than allowed, except a short one.
    const matchable = length <= max || length <= mostMatched
    if (whole !== undefined && matchable && !whole.test(value)) wrong.push(unmatched)
    if (length < min) wrong.push(tooShort)
    if (length > max) wrong.push(tooLong)
    if (allowed !== undefined && !allowed.has(value)) wrong.push(unlisted)
    return some(wrong)
  }
}

/** Counts Unicode code points, as the models' lengths do. */
function lengthOf(text: string): number {
  let length = text.length
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0xd800 || unit > 0xdbff) continue
    const next = text.charCodeAt(index + 1)
    if (next >= 0xdc00 && next <= 0xdfff) length -= 1
  }
  return length
}

function wholePattern(pattern: string): RegExp {
  const known = patterns.get(pattern)
  if (known !== undefined) return known
  const whole = new RegExp(`^(?:${pattern})$`, 'u')
  patterns.set(pattern, whole)
  return whole
}

function some(wrong: readonly string[]): readonly string[] | undefined {
  return wrong.length === 0 ? undefined : wrong
}
