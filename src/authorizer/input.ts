import { Fault } from '#protocol'

/** An object of a request's JSON, unchecked. INVARIANT: its members are asked for with `Object.hasOwn` or listed. */
export type Fields = Readonly<Record<string, unknown>>

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads a body that is a JSON object. Errors: `ValidationError` (400). */
export function fieldsIn(body: Uint8Array): Fields {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(body))
  } catch (cause) {
    throw invalid('The body is not JSON.', cause)
  }
  return fieldsOf(value, 'The body')
}

/** Errors: `ValidationError` for what is no object. Takes: how the value is called. */
export function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${name} must be an object.`)
  // It is an object, whose members are unknown.
  return value as Fields
}

/** Errors: `ValidationError` for a member that is not known. */
export function checkMembers(fields: Fields, known: ReadonlySet<string>, name: string): void {
  for (const member of Object.keys(fields))
    if (!known.has(member)) throw invalid(`${name} has the member ${shown(member)}, which is not known.`)
}

/** What a text has to look like, and how to say it. */
export interface Shape {
  /** Anchored. */
  readonly pattern: RegExp
  readonly wants: string
}

/** Errors: `ValidationError` for one that is absent or of another shape. */
export function textOf(value: unknown, name: string, { pattern, wants }: Shape): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw invalid(`${name} must be ${wants}.`)
  return value
}

/** Gives: `undefined` for one that is absent. Errors: `ValidationError` for one that is neither true nor false. */
export function truthOf(value: unknown, name: string): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw invalid(`${name} must be true or false.`)
}

/** A member of its own; never one that every object has. */
export function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** A text of somebody else, short enough to repeat, and without what could break a line. */
export function shown(text: string): string {
  const clean = text.slice(0, 80).replace(/[^ -~]/g, '?')
  return text.length > 80 ? `${clean}…` : clean
}

export function invalid(message: string, cause?: unknown): Fault {
  return new Fault({ code: 'ValidationError', status: 400, message, ...(cause === undefined ? {} : { cause }) })
}
