import type { HttpRequest } from './http.ts'
import type { SigningRules } from './signing-rule.ts'
import { encodeUri, normalizePath, respellUri } from './uri.ts'

/** What of a request is signed. */
export type Signable = Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers'>

/** What besides the request bears on its canonical form. */
export interface CanonicalParts {
  /** Lower case, sorted, each once. */
  readonly signedHeaders: readonly string[]
  readonly payloadHash: string
  readonly rules: SigningRules
}

/** The first of the two texts of Signature Version 4. Source: AWS, "Create a signed AWS API request", step 1. */
export function canonicalRequest(request: Signable, { signedHeaders, payloadHash, rules }: CanonicalParts): string {
  const path = canonicalPath(request.path, rules)
  let text = `${request.method}\n${path}\n${canonicalQuery(request.query)}\n`
  for (const name of signedHeaders) text += `${name}:${canonicalHeader(valuesOf(request, name) ?? [])}\n`
  return `${text}\n${signedHeaders.join(';')}\n${payloadHash}`
}

/** The values of a header; `undefined` when it is absent, whatever its name. */
export function valuesOf({ headers }: Pick<Signable, 'headers'>, name: string): readonly string[] | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined
}

/** The path as it is signed. */
export function canonicalPath(path: string, { plainPath }: SigningRules): string {
  if (path === '/' || path === '') return '/'
  if (plainPath) return respellUri(path, { kept: '/' })
  return encodeUri(normalizePath(path), '/')
}

/** The query string as it is signed: canonically spelled, sorted by name and then by value, without the signature itself. */
export function canonicalQuery(query: string): string {
  if (query === '') return ''
  const pairs: (readonly [string, string])[] = []
  for (const piece of query.split('&')) {
    if (piece === '') continue
    const at = piece.indexOf('=')
    const name = respellUri(at < 0 ? piece : piece.slice(0, at), { space: true })
    if (name === 'X-Amz-Signature') continue
    pairs.push([name, at < 0 ? '' : respellUri(piece.slice(at + 1), { space: true })])
  }
  pairs.sort(byNameThenValue)
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

/** All values of a header as they are signed: trimmed, runs of white space folded, joined with commas in their order. */
export function canonicalHeader(values: readonly string[]): string {
  if (values.length === 1) return folded(values[0] ?? '')
  return values.map(folded).join(',')
}

function byNameThenValue(one: readonly [string, string], other: readonly [string, string]): number {
  if (one[0] !== other[0]) return one[0] < other[0] ? -1 : 1
  if (one[1] === other[1]) return 0
  return one[1] < other[1] ? -1 : 1
}

function folded(value: string): string {
  return isFolded(value) ? value : value.replace(/[\t-\r ]+/g, ' ').replace(/^ | $/g, '')
}

/** Whether there is no white space but single spaces between words. */
function isFolded(value: string): boolean {
  let space = true
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index)
    if (code > 0x20 && code < 0x7f) space = false
    else if (code !== 0x20 || space) return false
    else space = true
  }
  return !space || value === ''
}
