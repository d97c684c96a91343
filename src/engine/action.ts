import { covers } from './cover.ts'
import { globMatches, globOf } from './glob.ts'
import type { Element } from './policy.ts'
import { remembering } from './remember.ts'

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
  let wild = 0
  let hasService = false
  for (; ; wild++) {
    const unit = pattern.charCodeAt(wild)
    if (unit === star || unit === hole) break
    if (unit !== action.charCodeAt(wild)) return false
    if (unit === colon) hasService = true
  }
  if (!hasService) return false
  if (wild === pattern.length - 1 && pattern.charCodeAt(wild) === star) return true
  return short
    ? covers(pattern, action, { from: wild, place: wild })
    : globMatches(globOf(pattern.slice(wild)), action, wild)
}

const star = 42
const hole = 63
const colon = 58
const longestShort = 128

/** Whether an action is one for which `covers` is right and quick. */
function isShort(action: string): boolean {
  return action.length <= longestShort && !notAscii.test(action)
}

const notAscii = /[^\0-\x7f]/

/** What stands before the first colon, with the colon; nothing when there is none. */
export function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(':') + 1)
}

const bounds = { most: 4096, longest: 128 }

/** The service of a pattern, without case. */
export const serviceOfPattern = remembering((pattern) => lowerCase(serviceOf(pattern)), bounds)

/** An action or an action pattern without case. */
export const actionName = remembering(lowerCase, bounds)

/** Only the letters of ASCII: actions have no others, and no other letter is to turn into one. */
function lowerCase(text: string): string {
  if (!notAscii.test(text)) return text.toLowerCase()
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
