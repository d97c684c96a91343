import { partsOf } from './arn.ts'
import type { Scope } from './context.ts'
import { type Glob, globMatches, globOf, globOfRuns, isLiteral } from './glob.ts'
import type { PolicyType } from './layers.ts'
import { finalStarRunsOverColons } from './open-question.ts'
import { type HeadPattern, type PartPattern, partsMatch } from './part-pattern.ts'
import { needleOf } from './sieve.ts'
import { no, type Truth, unknown, yes } from './truth.ts'
import { closedGlob, filled, isVariable, type Template, templateMatches, templateOf } from './variable.ts'

/** One way in which an entry of `Resource` can match a resource that is not `*`. */
export interface ResourcePattern {
  /** Every resource that matches begins with this; the whole pattern when `exact`. */
  readonly prefix: string
  readonly exact: boolean
  /** What else it takes; absent where beginning with `prefix`, or being it when `exact`, is all. */
  readonly rest: Rest | undefined
}

/** What a resource that begins right must have besides. */
export interface Rest {
  /** Every resource that matches has this somewhere behind the beginning; empty where that is not worked out. */
  readonly needle: string
  readonly matches: (resource: string, scope: Scope) => Truth
}

/** What the meaning of an entry depends on besides its text. */
export interface ResourceRules {
  readonly type: PolicyType
  /** Whether the document's version has variables. */
  readonly variables: boolean
}

/**
 * Compiles an entry of `Resource` or `NotResource`.
 * Gives: patterns of which any may match; none for an entry that matches nothing (rule R-9).
 */
export function resourcePatterns(entry: string, { type, variables }: ResourceRules): readonly ResourcePattern[] {
  const plain = plainPattern(entry)
  if (plain !== undefined) return [plain]
  const parts = partsOf(entry)
  if (parts.length === 6) return [starredPattern(entry, parts) ?? wholePattern(parts, variables)]
  const asWritten = incompletePattern(parts)
  if (type === 'identity' || type === 'permissionsBoundary')
    return [asWritten, wholePattern(completed(parts), variables)]
  return entry.endsWith('*') ? [asWritten] : []
}

/** The shapes of most entries: a whole ARN without wildcards, or with one `*` at its end. */
function plainPattern(entry: string): ResourcePattern | undefined {
  const star = entry.indexOf('*')
  if ((star >= 0 && star < entry.length - 1) || entry.includes('?') || entry.includes('${')) return undefined
  let colon = -1
  for (let count = 0; count < 5; count++) {
    colon = entry.indexOf(':', colon + 1)
    if (colon < 0) return undefined
  }
  const prefix = star < 0 ? entry : entry.slice(0, -1)
  return { prefix, exact: star < 0, rest: undefined }
}

/** Wildcards in the sixth part only, and nothing else that needs care: compiled when it may match. */
function starredPattern(entry: string, parts: readonly string[]): ResourcePattern | undefined {
  const wild = entry.search(/[*?]/)
  const from = entry.length - (parts[5] ?? '').length
  if (wild < from || entry.includes('${')) return undefined
  let glob: Glob | undefined
  return behind(entry.slice(0, wild), needleOf(entry, wild), (resource) => {
    glob ??= globOf(entry.slice(from))
    return globMatches(glob, resource, from) ? yes : no
  })
}

/** Rule R-9: `arn:aws:sqs` means `arn:aws:sqs:*:*:*`. */
function completed(parts: readonly string[]): readonly string[] {
  return [...parts, ...new Array<string>(6 - parts.length).fill('*')]
}

function wholePattern(parts: readonly string[], variables: boolean): ResourcePattern {
  const head = `${parts.slice(0, 5).join(':')}:`
  const last = templateOf(parts[5] ?? '', variables)
  if (!/[*?]/.test(head)) return templatePattern(head, last)
  if (parts.slice(0, 5).every(hasOnlyFinalStar)) {
    const whole: Template = { pieces: [{ text: head, data: false }, ...last.pieces], open: last.open }
    return templatePattern('', whole)
  }
  return headPattern(parts, last)
}

function incompletePattern(parts: readonly string[]): ResourcePattern {
  if (parts.every(hasOnlyFinalStar))
    return templatePattern('', { pieces: [{ text: parts.join(':'), data: false }], open: false })
  return headPattern(parts, undefined)
}

/** Such a star is an ordinary one, since it runs over colons (rule R-8). */
function hasOnlyFinalStar(part: string): boolean {
  return (finalStarRunsOverColons ? /^[^*?]*\*?$/ : /^[^*?]*$/).test(part)
}

/** A literal beginning and a template for what follows. */
function templatePattern(head: string, template: Template): ResourcePattern {
  const prefix = head + literalPrefix(template)
  const from = head.length
  if (template.open)
    return behind(prefix, '', (resource, scope) => templateMatches(template, resource, { scope, from }))
  const glob = closedGlob(template)
  if (isLiteral(glob)) return { prefix, exact: true, rest: undefined }
  if (isPrefixOnly(glob)) return { prefix, exact: false, rest: undefined }
  return behind(prefix, '', (resource) => (globMatches(glob, resource, from) ? yes : no))
}

function behind(prefix: string, needle: string, matches: Rest['matches']): ResourcePattern {
  return { prefix, exact: false, rest: { needle, matches } }
}

/** A pattern such as `bucket/*`: its literal beginning says all. */
function isPrefixOnly({ segments, holes }: Glob): boolean {
  return holes === undefined && segments.length === 2 && segments[1] === ''
}

function literalPrefix({ pieces }: Template): string {
  let prefix = ''
  for (const piece of pieces) {
    if (isVariable(piece)) return prefix
    const wild = piece.data ? -1 : piece.text.search(/[*?]/)
    if (wild >= 0) return prefix + piece.text.slice(0, wild)
    prefix += piece.text
  }
  return prefix
}

/** Wildcards in the first five parts that must stay inside them. */
function headPattern(parts: readonly string[], last: Template | undefined): ResourcePattern {
  let heads: readonly PartPattern[] | undefined
  const text = parts.slice(0, 5).join(':')
  const prefix = text.slice(0, text.search(/[*?]/))
  if (last === undefined || !last.open) {
    let pattern: HeadPattern | undefined
    const needle = longer(needleOf(text, prefix.length), last === undefined ? '' : needleIn(last))
    return behind(prefix, needle, (resource) => {
      pattern ??= { parts: parts.slice(0, 5).map(partPattern), last: last && closedGlob(last) }
      return partsMatch(pattern, resource) ? yes : no
    })
  }
  return behind(prefix, '', (resource, scope) => {
    const runs = filled(last, scope, resource.length)
    if (runs === no || runs === unknown) return runs
    heads ??= parts.slice(0, 5).map(partPattern)
    return partsMatch({ parts: heads, last: globOfRuns(runs) }, resource) ? yes : no
  })
}

function needleIn({ pieces }: Template): string {
  const [only] = pieces
  return pieces.length === 1 && only !== undefined && !isVariable(only) && !only.data ? needleOf(only.text) : ''
}

function longer(left: string, right: string): string {
  return left.length < right.length ? right : left
}

function partPattern(part: string): PartPattern {
  const runsOver = finalStarRunsOverColons && part.endsWith('*')
  return { glob: globOfRuns([{ text: part, data: false }]), runsOver }
}
