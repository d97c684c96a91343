import { Fault } from '#protocol'

const uncovered = new WeakSet<Fault>()

/** What cannot be described is refused: nobody can decide whether it is allowed. Takes: `what`: an operation, or words. */
export function notCovered(what: string, reason: string): Fault {
  const message = `The gateway does not cover this request: ${what}: ${reason}.`
  const fault = new Fault({ code: 'AccessDenied', status: 403, message, detail: `not covered: ${what}: ${reason}` })
  uncovered.add(fault)
  return fault
}

/** Whether a request was refused because it cannot be described, and not because it is malformed. */
export function isNotCovered(error: unknown): boolean {
  return error instanceof Fault && uncovered.has(error)
}

/** A request that could be read in more than one way, or in none. */
export function malformed(message: string, { code = 'InvalidRequest', cause }: Wrong = {}): Fault {
  return new Fault({ code, status: 400, message, cause })
}

interface Wrong {
  readonly code?: string
  readonly cause?: unknown
}

/** A text of a caller, short enough for a message. */
export function shown(text: string): string {
  return JSON.stringify(text.length <= 128 ? text : `${text.slice(0, 128).toWellFormed()}…`)
}
