import { contextValue, isUnknown, type Key, keyOf, type Scope } from './context.ts'
import { type Glob, globMatches, globOfRuns, type Run } from './glob.ts'
import { no, type Truth, unknown, yes } from './truth.ts'

/** A text of a policy, split at its variables once. */
export interface Template {
  readonly pieces: readonly Piece[]
  /** Whether there is a variable to be filled in. */
  readonly open: boolean
}

/** Plain text, an escape such as `${*}` (data), or a variable. */
export type Piece = Run | Variable

export interface Variable {
  readonly key: Key
  /** What stands for an absent key (rule V-7). */
  readonly fallback: string | undefined
}

/**
 * Splits a text at `${…}`.
 * Takes: whether the document's version has variables (rule V-3).
 * Cost: linear in the text.
 */
export function templateOf(text: string, variables: boolean): Template {
  if (!variables || !text.includes('${')) return { pieces: [{ text, data: false }], open: false }
  const pieces: Piece[] = []
  const lastClose = text.lastIndexOf('}')
  const lastQuoted = text.lastIndexOf("'}")
  let from = 0
  for (let at = text.indexOf('${'); at >= 0 && at < lastClose; at = text.indexOf('${', from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), data: false })
    const { piece, end } = readVariable(text, at + 2, lastQuoted)
    pieces.push(piece)
    from = end
  }
  if (from < text.length) pieces.push({ text: text.slice(from), data: false })
  return { pieces, open: pieces.some(isVariable) }
}

export function isVariable(piece: Piece): piece is Variable {
  return 'key' in piece
}

/** The stretches of a template without variables. */
export function closedRuns(template: Template): readonly Run[] {
  return template.pieces.filter((piece): piece is Run => !isVariable(piece))
}

/** The keys of a template's variables. */
export function variablesOf(template: Template): readonly Key[] {
  return template.pieces.filter(isVariable).map(({ key }) => key)
}

/** Takes: a position just after `${`, before the last `}` of the text. */
function readVariable(text: string, from: number, lastQuoted: number): { readonly piece: Piece; readonly end: number } {
  const close = text.indexOf('}', from)
  const name = text.slice(from, close)
  if (name === '*' || name === '?' || name === '$') return { piece: { text: name, data: true }, end: close + 1 }
  const comma = name.indexOf(", '")
  if (comma >= 0) {
    const start = from + comma + 3
    const end = start <= lastQuoted ? text.indexOf("'}", start) : -1
    if (end >= 0) return { piece: { key: keyOf(name.slice(0, comma)), fallback: text.slice(start, end) }, end: end + 2 }
  }
  return { piece: { key: keyOf(name), fallback: undefined }, end: close + 1 }
}

/** Gives: a variable's text; `null` when it has no value (rules V-5, V-9), `undefined` when it is not known. */
export function textOf(variable: Variable, scope: Scope): string | null | undefined {
  const value = contextValue(scope, variable.key)
  if (typeof value === 'string') return value
  if (value === undefined && isUnknown(scope, variable.key)) return undefined
  return variable.fallback ?? null
}

/**
 * Takes: the longest that what is filled in may be to be of use; stars count for nothing.
 * Gives: the stretches of a template with its variables filled in as data; `no` when one has no value, or when it is too
 * long; `unknown` when one is not known. INVARIANT: what is built from them is no longer than the text it is held against.
 */
export function filled(
  template: Template,
  scope: Scope,
  most = Number.POSITIVE_INFINITY,
): readonly Run[] | typeof no | typeof unknown {
  const runs: Run[] = []
  let length = 0
  let known = true
  for (const piece of template.pieces) {
    if (!isVariable(piece)) {
      runs.push(piece)
      length += piece.data ? piece.text.length : piece.text.length - starsOf(piece.text)
      continue
    }
    const text = textOf(piece, scope)
    if (text === null) return no
    if (text === undefined) known = false
    else {
      runs.push({ text, data: true })
      length += text.length
    }
  }
  if (!known) return unknown
  return length > most ? no : runs
}

/** Whether a template that is filled in covers a text from an offset on. */
export function templateMatches(template: Template, text: string, { scope, from = 0 }: Place): Truth {
  const runs = filled(template, scope, text.length - from)
  if (runs === no || runs === unknown) return runs
  return globMatches(globOfRuns(runs), text, from) ? yes : no
}

export interface Place {
  readonly scope: Scope
  readonly from?: number
}

/** The glob of a template without variables. */
export function closedGlob(template: Template): Glob {
  return globOfRuns(closedRuns(template))
}

function starsOf(text: string): number {
  let stars = 0
  for (let at = text.indexOf('*'); at >= 0; at = text.indexOf('*', at + 1)) stars++
  return stars
}
