import { isAscii } from 'node:buffer'
import { Fault } from './fault.ts'
import type { HttpRequest } from './http.ts'

/** The fields of a request of the query protocol. Every name is there once. */
export interface Form {
  readonly size: number
  get(name: string): string | undefined
  names(): Iterable<string>
  entries(): Iterable<readonly [string, string]>
}

const mostFields = 1_000
const longestName = 512
/** A request is asked for several times in a row, so the last one is enough to remember. */
let last: { readonly request: HttpRequest; readonly form: Form } | undefined
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the fields of the query string and of the body together. What is asked for again at once is not read again.
 *
 * Gives: all fields except those that carry a presigned request's signature (`X-Amz-…` in the query string).
 * Errors: `MalformedQueryString` (400) for what is not percent-encoded UTF-8; `InvalidQueryParameter` (400) for a name that
 * comes twice, is empty or too long, and for more than 1,000 fields; `UnknownOperationException` (404) for another type of body.
 */
export function readForm(request: HttpRequest): Form {
  if (last?.request === request) return last.form
  const fields = new Map<string, string>()
  readFields(queryOf(request), (name, value) => {
    if (!/^x-amz-/i.test(name)) add(fields, name, value)
  })
  readFields(bodyOf(request), (name, value) => add(fields, name, value))
  const form: Form = {
    size: fields.size,
    get: (name) => fields.get(name),
    names: () => fields.keys(),
    entries: () => fields.entries(),
  }
  last = { request, form }
  return form
}

function queryOf({ query }: HttpRequest): string {
  if (/[^\x21-\x7E]/.test(query)) throw malformed()
  return query
}

function bodyOf({ body, headers }: HttpRequest): string {
  if (body.length === 0) return ''
  const types = headers['content-type'] ?? []
  if (!types.every((type) => /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)))
    throw new Fault({
      code: 'UnknownOperationException',
      status: 404,
      message: 'The body of a request of the query protocol must be of type application/x-www-form-urlencoded',
    })
  if (isAscii(body)) return Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1')
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw malformed(cause)
  }
}

function readFields(text: string, take: (name: string, value: string) => void): void {
  let count = 0
  for (let start = 0; start < text.length; ) {
    const ampersand = text.indexOf('&', start)
    const end = ampersand === -1 ? text.length : ampersand
    if (end > start) {
      count += 1
      if (count > mostFields) throw tooMany()
      const equals = text.indexOf('=', start)
      const middle = equals === -1 || equals > end ? end : equals
      take(decode(text.slice(start, middle)), decode(text.slice(middle + 1, end)))
    }
    start = end + 1
  }
}

function add(fields: Map<string, string>, name: string, value: string): void {
  if (name === '') throw malformed()
  if (name.length > longestName) throw invalid(`The name of a parameter is longer than ${longestName} characters`)
  if (fields.has(name)) throw invalid(`The parameter ${name} was given more than once`)
  if (fields.size === mostFields) throw tooMany()
  fields.set(name, value)
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch (cause) {
    throw malformed(cause)
  }
}

function tooMany(): Fault {
  return invalid(`The request has more than ${mostFields} parameters`)
}

function invalid(message: string): Fault {
  return new Fault({ code: 'InvalidQueryParameter', status: 400, message })
}

function malformed(cause?: unknown): Fault {
  return new Fault({
    code: 'MalformedQueryString',
    status: 400,
    message: 'The query string contains a syntax error',
    cause,
  })
}
