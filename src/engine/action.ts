import { type Glob, globMatches, globOf } from './glob.ts'
import type { Element } from './policy.ts'

/** Whether an `Action` or `NotAction` element covers an action. Takes: the action without case. */
export function elementHolds({ not, patterns }: Element, action: string): boolean {
  for (const pattern of patterns) if (patternHolds(actionName(pattern), action)) return !not
  return not
}

/**
 * Whether an action pattern of a policy covers an action, in any case of letters (rules ).
 * Takes: `*`, or a literal service, a colon and a name with `*` and `?`.
 */
export function actionMatches(pattern: string, action: string): boolean {
  return patternHolds(actionName(pattern), actionName(action))
}

/** Both without case. Rule D-12: a pattern without a literal service matches nothing but what is the same text. */
function patternHolds(pattern: string, action: string): boolean {
  if (pattern === action || pattern === '*' || pattern === '*:*') return true
  if (!hasWildcard(pattern)) return false
  const service = serviceOf(pattern)
  if (hasWildcard(service) || !action.startsWith(service) || action.charCodeAt(service.length) !== 58) return false
  return globMatches(globFor(pattern.slice(service.length + 1)), action, service.length + 1)
}

/** What stands before the first colon; the whole text when there is none. */
export function serviceOf(action: string): string {
  const colon = action.indexOf(':')
  return colon < 0 ? action : action.slice(0, colon)
}

const services = new Map<string, string>()

/** The service of a pattern, without case. */
export function serviceOfPattern(pattern: string): string {
  const known = services.get(pattern)
  if (known !== undefined) return known
  const service = lowerCase(serviceOf(pattern))
  keep(services, pattern, service)
  return service
}

const names = new Map<string, string>()

/** An action or an action pattern without case. */
export function actionName(action: string): string {
  const known = names.get(action)
  if (known !== undefined) return known
  const name = lowerCase(action)
  keep(names, action, name)
  return name
}

const globs = new Map<string, Glob>()

function globFor(name: string): Glob {
  const known = globs.get(name)
  if (known !== undefined) return known
  const glob = globOf(name)
  keep(globs, name, glob)
  return glob
}

const mostKept = 4096
const longestKept = 128

/** Keeps what was worked out for a text; forgets all when there is too much. */
function keep<T>(kept: Map<string, T>, text: string, value: T): void {
  if (text.length > longestKept) return
  if (kept.size >= mostKept) kept.clear()
  kept.set(text, value)
}

function hasWildcard(text: string): boolean {
  return text.includes('*') || text.includes('?')
}

/** Only the letters of ASCII: actions have no others, and no other letter is to turn into one. */
function lowerCase(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text.toLowerCase()
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
