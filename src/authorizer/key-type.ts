import { isIP } from 'node:net'
import type { ConditionKeyType } from '#models'
import { invalid, shown } from './input.ts'

/** The types of condition keys, as the service authorization reference writes them. */
export const keyTypes: readonly ConditionKeyType[] = (
  ['ARN', 'Bool', 'Date', 'IPAddress', 'Numeric', 'String'] as const
).flatMap((type) => [type, `ArrayOf${type}`] as const)

const longestValue = 4096
const mostValues = 100

/**
 * A value of the context as the engine takes it.
 * Takes: the key, for the message, and its type; a number and a truth may be given plainly.
 * Errors: `ValidationError` for a value that is not of the type.
 */
export function contextValue(value: unknown, key: string, type: ConditionKeyType): string | readonly string[] {
  if (!type.startsWith('ArrayOf')) return scalar(value, key, type)
  if (!Array.isArray(value)) throw invalid(`The context key ${shown(key)} must be a list, for it is of type ${type}.`)
  if (value.length > mostValues) throw invalid(`The context key ${shown(key)} has more than ${mostValues} values.`)
  return value.map((one) => scalar(one, key, type.slice('ArrayOf'.length)))
}

function scalar(value: unknown, key: string, type: string): string {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
  if (typeof text !== 'string' || text.length > longestValue || !(checks[type]?.(text) ?? false))
    throw invalid(`The context key ${shown(key)} has a value that is not of type ${type}.`)
  return text
}

const checks: Readonly<Record<string, (text: string) => boolean>> = {
  String: () => true,
  Bool: (text) => text === 'true' || text === 'false',
  Numeric: (text) => /^[+-]?(?:\d{1,32}(?:\.\d{0,32})?|\.\d{1,32})(?:[eE][+-]?\d{1,3})?$/.test(text),
  Date: (text) => /^\d{1,13}$/.test(text) || isMoment(text),
  IPAddress: (text) => isIP(text) !== 0,
  ARN: (text) => /^arn:[^:]+:[^:]+:[^:]*:[^:]*:./s.test(text),
}

function isMoment(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  )
}
