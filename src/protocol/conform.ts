import { structureCheck, type Violation } from './conform-check.ts'
import { Fault } from './fault.ts'
import type { Call } from './wire.ts'

/** So many violations are told in full; the number of all is told always. */
const mostTold = 50

/**
 * Checks an input against the model: required members, lengths, patterns, enumerations and ranges, at every depth.
 *
 * Gives: the input itself.
 * Errors: one `ValidationError` (400) that tells all that is wrong, in AWS's words.
 * Cost: linear in the input; the checks of an operation are made once.
 */
export function conform(value: object, { service, operation }: Call): object {
  if (operation.input === undefined) return value
  const violations: Violation[] = []
  structureCheck(service, operation.input)(value, '', violations)
  if (violations.length === 0) return value
  throw new Fault({ code: 'ValidationError', status: 400, message: told(violations) })
}

function told(violations: readonly Violation[]): string {
  const count = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`
  const each = violations.slice(0, mostTold).map(({ path, shown, constraint }) => {
    const value = shown === undefined ? 'Value' : `Value ${shown}`
    return `${value} at '${path}' failed to satisfy constraint: ${constraint}`
  })
  return `${count} detected: ${each.join('; ')}`
}
