import type { Scope } from '../context.ts'
import { fold } from '../fold.ts'
import { globMatches, type Run } from '../glob.ts'
import { remembering } from '../remember.ts'
import { no, type Truth, unknown, yes } from '../truth.ts'
import { closedGlob, closedRuns, filled, type Template, templateMatches, templateOf } from '../variable.ts'
import { patternList, someMatch } from './pattern-list.ts'
import type { ValueTest } from './value-test.ts'

/** Exact, case-sensitive; wildcards are text, escapes and variables are not (rules CS-1, V-6). */
export function stringEquals(values: readonly string[], variables: boolean): ValueTest {
  return equality(values, variables, (text) => text)
}

/** As `stringEquals`, without case (rule CS-2). */
export function stringEqualsIgnoreCase(values: readonly string[], variables: boolean): ValueTest {
  return equality(values, variables, foldOnce)
}

/** What long texts come to is kept for a while, for they may be variables that many values name. */
const foldLong = remembering(fold, { most: 8, longest: Number.POSITIVE_INFINITY })
const shortestKept = 64

function foldOnce(text: string): string {
  return text.length < shortestKept ? fold(text) : foldLong(text)
}

/** Case-sensitive with `*` and `?`, anchored at both ends (rule CS-3). */
export function stringLike(values: readonly string[], variables: boolean): ValueTest {
  const closed: string[] = []
  const open: Template[] = []
  for (const value of new Set(values)) {
    const template = value.includes('${') ? templateOf(value, variables) : undefined
    if (template?.open === true) open.push(template)
    else closed.push(value)
  }
  const globs = patternList(closed, (value) => closedGlob(templateOf(value, variables)))
  return (value, scope) => {
    if (someMatch(globs, value, globMatches)) return yes
    return open.length === 0 ? no : anyOpen(open, (template) => templateMatches(template, value, { scope }))
  }
}

function equality(values: readonly string[], variables: boolean, plain: (text: string) => string): ValueTest {
  const [first] = values
  if (values.length === 1 && first !== undefined && !(variables && first.includes('${')))
    return same(plain(first), plain)
  const templates = values.map((value) => templateOf(value, variables))
  const closed = new Set(templates.filter(({ open }) => !open).map((template) => plain(closedText(template))))
  const open = templates.filter((template) => template.open)
  return (value, scope) => {
    const text = plain(value)
    if (closed.has(text)) return yes
    return open.length === 0 ? no : anyOpen(open, (template) => equalTruth(template, text, { scope, plain }))
  }
}

function same(wanted: string, plain: (text: string) => string): ValueTest {
  return (value) => (plain(value) === wanted ? yes : no)
}

function closedText(template: Template): string {
  return closedRuns(template)
    .map(({ text }) => text)
    .join('')
}

/** INVARIANT: folding changes no length, so that what must be where is known before anything is folded or built. */
function equalTruth(
  template: Template,
  text: string,
  { scope, plain }: { readonly scope: Scope; readonly plain: (text: string) => string },
): Truth {
  const runs = filled(template, scope, text.length)
  if (runs === no || runs === unknown) return runs
  return runsAre(runs, text, plain) ? yes : no
}

/** Holds what the policy says against the text first, then the values of variables, which may be long and many. */
function runsAre(runs: readonly Run[], text: string, plain: (text: string) => string): boolean {
  let length = 0
  for (const run of runs) length += run.text.length
  if (length !== text.length) return false
  if (runs.some((run) => /[\ud800-\udbff]$/.test(run.text))) return plain(runs.map((run) => run.text).join('')) === text
  for (const data of [false, true]) {
    let at = 0
    for (const run of runs) {
      if (run.data === data && !text.startsWith(plain(run.text), at)) return false
      at += run.text.length
    }
  }
  return true
}

function anyOpen(templates: readonly Template[], test: (template: Template) => Truth): Truth {
  let truth: Truth = no
  for (const template of templates) {
    const one = test(template)
    if (one === yes) return yes
    if (one === unknown) truth = unknown
  }
  return truth
}
