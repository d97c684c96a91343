import { type Glob, globMatches, globOf } from './glob.ts'
import type { Element } from './policy.ts'

/** An `Action` or `NotAction` element, ready to be matched. */
export interface ActionTest {
  readonly not: boolean
  /** Whether an entry matches every action. */
  readonly all: boolean
  /** Whole names without case. */
  readonly exact: ReadonlySet<string>
  readonly wild: readonly ActionPattern[]
}

interface ActionPattern {
  readonly service: string
  readonly name: Glob
}

/** The services an element can match an action of; `undefined`: any. */
export function servicesOf(test: ActionTest): ReadonlySet<string> | undefined {
  if (test.not || test.all) return undefined
  const services = new Set(test.wild.map(({ service }) => service))
  for (const action of test.exact) services.add(serviceOf(action))
  return services
}

export function actionTest({ not, patterns }: Element): ActionTest {
  const exact = new Set<string>()
  const wild: ActionPattern[] = []
  let all = false
  for (const pattern of patterns) {
    const lower = lowerCase(pattern)
    if (lower === '*' || lower === '*:*') all = true
    else if (!/[*?]/.test(lower)) exact.add(lower)
    else {
      const colon = lower.indexOf(':')
      // Rule D-12: without a literal service there is nothing that could match.
      if (colon >= 0) wild.push({ service: lower.slice(0, colon), name: globOf(lower.slice(colon + 1)) })
    }
  }
  return { not, all, exact, wild }
}

/** Takes: an action without case. */
export function actionHolds(test: ActionTest, action: string): boolean {
  return test.not !== (test.all || test.exact.has(action) || wildMatches(test.wild, action))
}

function wildMatches(patterns: readonly ActionPattern[], action: string): boolean {
  if (patterns.length === 0) return false
  const service = serviceOf(action)
  const from = service.length + 1
  return patterns.some((pattern) => pattern.service === service && globMatches(pattern.name, action, from))
}

/**
 * Whether an action pattern of a policy covers an action, in any case of letters (rules ).
 * Takes: `*`, or a literal service, a colon and a name with `*` and `?`.
 */
export function actionMatches(pattern: string, action: string): boolean {
  return actionHolds(actionTest({ not: false, patterns: [pattern] }), actionName(action))
}

/** What stands before the first colon; the whole text when there is none. */
export function serviceOf(action: string): string {
  const colon = action.indexOf(':')
  return colon < 0 ? action : action.slice(0, colon)
}

const names = new Map<string, string>()
const mostNames = 4096

/** An action without case; the answer is kept for the actions asked for most recently. */
export function actionName(action: string): string {
  const known = names.get(action)
  if (known !== undefined) return known
  const name = lowerCase(action)
  if (names.size >= mostNames) names.clear()
  if (action.length <= 128) names.set(action, name)
  return name
}

/** Only the letters of ASCII: actions have no others, and no other letter is to turn into one. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
