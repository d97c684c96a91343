import { partsOf } from '../arn.ts'
import type { Scope } from '../context.ts'
import { type Glob, globMatches, globOfRuns, type Run } from '../glob.ts'
import { no, type Truth, unknown, yes } from '../truth.ts'
import { closedRuns, filled, type Template, templateOf } from '../variable.ts'
import { patternList, someMatch } from './pattern-list.ts'
import { unparseable, type ValueTest } from './value-test.ts'

/** Component by component, with `*` and `?` that stay inside their component (rule CA-1). */
export function arnLike(values: readonly string[], variables: boolean): ValueTest {
  const closed: string[] = []
  const open: Template[] = []
  for (const value of new Set(values)) {
    const template = value.includes('${') ? templateOf(value, variables) : undefined
    if (template?.open === true) open.push(template)
    else closed.push(value)
  }
  const patterns = patternList(closed, (value) => patternOf(closedRuns(templateOf(value, variables))) ?? nothing)
  return (value, scope) => {
    if (!isWhole(value)) return unparseable
    if (someMatch(patterns, value, matches)) return yes
    let truth: Truth = no
    for (const template of open) {
      const one = openMatches(template, value, scope)
      if (one === yes) return yes
      if (one === unknown) truth = unknown
    }
    return truth
  }
}

/** Rule CA-2: a value with fewer than six components is no ARN. */
function isWhole(value: string): boolean {
  let colon = -1
  for (let count = 0; count < 5; count++) {
    colon = value.indexOf(':', colon + 1)
    if (colon < 0) return false
  }
  return true
}

interface ArnPattern {
  /** The first five components with their colons, when they have no wildcard. */
  readonly prefix: string | undefined
  readonly components: readonly Glob[]
}

const nothing: ArnPattern = { prefix: undefined, components: [] }

/** Gives: `undefined` for fewer than six components, which match nothing (rule CA-2). */
function patternOf(runs: readonly Run[]): ArnPattern | undefined {
  const components = splitRuns(runs)
  if (components.length < 6) return undefined
  const first = components.slice(0, 5)
  const literal = first.every((component) => component.every(({ text, data }) => data || !/[*?]/.test(text)))
  const prefix = literal
    ? first.map((component) => `${component.map(({ text }) => text).join('')}:`).join('')
    : undefined
  return { prefix, components: components.map(globOfRuns) }
}

/** Splits at the first five colons, those of data among them. */
function splitRuns(runs: readonly Run[]): readonly (readonly Run[])[] {
  let current: Run[] = []
  const components: Run[][] = [current]
  for (const { text, data } of runs) {
    let from = 0
    for (let colon = text.indexOf(':'); colon >= 0 && components.length < 6; colon = text.indexOf(':', from)) {
      current.push({ text: text.slice(from, colon), data })
      current = []
      components.push(current)
      from = colon + 1
    }
    current.push({ text: text.slice(from), data })
  }
  return components
}

function matches({ prefix, components }: ArnPattern, value: string): boolean {
  const last = components[5]
  if (last === undefined) return false
  if (prefix !== undefined) return value.startsWith(prefix) && globMatches(last, value, prefix.length)
  const parts = partsOf(value)
  return components.every((component, index) => globMatches(component, parts[index] ?? ''))
}

function openMatches(template: Template, value: string, scope: Scope): Truth {
  const runs = filled(template, scope, value.length)
  if (runs === no || runs === unknown) return runs
  const pattern = patternOf(runs)
  return pattern !== undefined && matches(pattern, value) ? yes : no
}
