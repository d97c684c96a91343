import { covers } from './cover.ts'
import { globMatches, globOf } from './glob.ts'
import type { Element } from './policy.ts'

/** Whether an `Action` or `NotAction` element covers an action. Takes: the action without case. */
export function elementHolds({ not, patterns }: Element, action: string): boolean {
  const short = isShort(action)
  for (const pattern of patterns) if (patternHolds(actionName(pattern), action, short)) return !not
  return not
}

/**
 * Whether an action pattern of a policy covers an action, in any case of letters (rules ).
 * Takes: `*`, or a literal service, a colon and a name with `*` and `?`.
 */
export function actionMatches(pattern: string, action: string): boolean {
  const name = actionName(action)
  return patternHolds(actionName(pattern), name, isShort(name))
}

/** Both without case. Rule D-12: a pattern without a literal service matches nothing but what is the same text. */
function patternHolds(pattern: string, action: string, short: boolean): boolean {
  if (pattern === action || pattern === '*' || pattern === '*:*') return true
  const colon = pattern.indexOf(':')
  let wild = 0
  for (; wild < pattern.length; wild++) {
    const unit = pattern.charCodeAt(wild)
    if (unit === star || unit === hole) break
    if (unit !== action.charCodeAt(wild)) return false
  }
  if (wild === pattern.length || colon < 0 || wild < colon) return false
  if (wild === pattern.length - 1 && pattern.charCodeAt(wild) === star) return true
  return short
    ? covers(pattern, action, { from: wild, place: wild })
    : globMatches(globOf(pattern.slice(wild)), action, wild)
}

const star = 42
const hole = 63
const longestShort = 128

/** Whether an action is one for which `covers` is right and quick. */
function isShort(action: string): boolean {
  return action.length <= longestShort && !/[^\0-\x7f]/.test(action)
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

const mostKept = 4096
const longestKept = 128

/** Keeps what was worked out for a text; forgets all when there is too much. */
function keep<T>(kept: Map<string, T>, text: string, value: T): void {
  if (text.length > longestKept) return
  if (kept.size >= mostKept) kept.clear()
  kept.set(text, value)
}

/** Only the letters of ASCII: actions have no others, and no other letter is to turn into one. */
function lowerCase(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text.toLowerCase()
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
