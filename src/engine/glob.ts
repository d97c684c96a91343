import { findPoints, findText } from './glob-search.ts'

/** A pattern of literal text, `*` and `?`, ready to be matched. */
export interface Glob {
  /** The texts between the stars; one when there is no star. Empty ones in the middle are dropped. */
  readonly segments: readonly string[]
  /** The texts between all wildcards, when there is a `?`: they must be there in this order, whatever else. */
  readonly literals: readonly string[] | undefined
  /** The same by code points, `?` as -1; present when there is a `?`. */
  readonly points: readonly Int32Array[] | undefined
  /** No shorter text matches, in UTF-16 units. */
  readonly least: number
}

/** A stretch of a pattern. In data nothing is a wildcard. */
export interface Run {
  readonly text: string
  readonly data: boolean
}

/** Takes: a pattern in which every `*` and `?` is a wildcard. */
export function globOf(pattern: string): Glob {
  if (!pattern.includes('?')) return literalGlob(pattern.split('*'))
  return pointGlob([{ text: pattern, data: false }])
}

/** Takes: a pattern of which some stretches are data. */
export function globOfRuns(runs: readonly Run[]): Glob {
  if (runs.some((run) => !run.data && run.text.includes('?'))) return pointGlob(runs)
  const segments = ['']
  for (const { text, data } of runs) {
    const [first = '', ...rest] = data ? [text] : text.split('*')
    segments[segments.length - 1] += first
    for (const segment of rest) segments.push(segment)
  }
  return literalGlob(segments)
}

/** Whether a pattern without wildcards; then `segments[0]` is its text. */
export function isLiteral(glob: Glob): boolean {
  return glob.segments.length === 1 && glob.points === undefined
}

/**
 * Whether the pattern covers the text from an offset to its end (rules, CS-3).
 * Cost: near linear in text and pattern, for every pattern (rule R-12).
 */
export function globMatches(glob: Glob, text: string, from = 0): boolean {
  if (text.length - from < glob.least) return false
  if (glob.points !== undefined)
    return segmentsMatch(glob.literals ?? [], text, from) && pointsMatch(glob.points, pointsOf(text, from))
  const { segments } = glob
  if (segments.length > 1) return segmentsMatch(segments, text, from)
  const first = segments[0] ?? ''
  return text.length - from === first.length && text.startsWith(first, from)
}

/** Whether two or more texts are there in order, the first at the beginning and the last at the end. */
function segmentsMatch(segments: readonly string[], text: string, from: number): boolean {
  const first = segments[0] ?? ''
  if (!text.startsWith(first, from)) return false
  const last = segments[segments.length - 1] ?? ''
  return text.endsWith(last) && middleMatches(segments, text, from + first.length)
}

/** Whether the text has, at an offset, what the pattern has before its first star. */
export function globStarts(glob: Glob, text: string, from: number): boolean {
  if (glob.points === undefined) return text.startsWith(glob.segments[0] ?? '', from)
  const first = glob.points[0]
  return first !== undefined && pointsAt(pointsOf(text.slice(from, from + 2 * first.length), 0), first, 0)
}

function middleMatches(segments: readonly string[], text: string, from: number): boolean {
  const limit = text.length - (segments[segments.length - 1] ?? '').length
  let at = from
  for (let index = 1; index < segments.length - 1; index++) {
    const segment = segments[index] ?? ''
    const found = findText(text, segment, at)
    if (found < 0) return false
    at = found + segment.length
    if (at > limit) return false
  }
  return at <= limit
}

function literalGlob(parts: readonly string[]): Glob {
  const last = parts.length - 1
  const segments = last < 2 ? parts : parts.filter((part, index) => index === 0 || index === last || part !== '')
  let least = 0
  for (const segment of segments) least += segment.length
  return { segments, literals: undefined, points: undefined, least }
}

const hole = -1

function pointGlob(runs: readonly Run[]): Glob {
  const parts: number[][] = [[]]
  let current: number[] = parts[0] ?? []
  let onlyHoles = false
  for (const { text, data } of runs) {
    for (const character of text) {
      if (character === '*' && !data) {
        // Between stars, `*?*?` says the same as `*??`.
        if (onlyHoles) continue
        current = []
        parts.push(current)
        onlyHoles = true
        continue
      }
      const isHole = character === '?' && !data
      if (!isHole) onlyHoles = false
      current.push(isHole ? hole : (character.codePointAt(0) ?? hole))
    }
  }
  const last = parts.length - 1
  const kept = parts.filter((part, index) => index === 0 || index === last || part.length > 0)
  let least = 0
  for (const part of kept) least += part.length
  return {
    segments: kept.map(() => ''),
    literals: literalsOf(runs),
    points: kept.map((part) => Int32Array.from(part)),
    least,
  }
}

function literalsOf(runs: readonly Run[]): readonly string[] {
  const literals = ['']
  for (const { text, data } of runs) {
    const [first = '', ...rest] = data ? [text] : text.split(/[*?]/)
    literals[literals.length - 1] += first
    for (const literal of rest) literals.push(literal)
  }
  const last = literals.length - 1
  return literals.filter((literal, index) => index === 0 || index === last || literal !== '')
}

function pointsMatch(segments: readonly Int32Array[], text: Int32Array): boolean {
  const first = segments[0]
  const last = segments[segments.length - 1]
  if (first === undefined || last === undefined || !pointsAt(text, first, 0)) return false
  if (segments.length === 1) return text.length === first.length
  const limit = text.length - last.length
  if (limit < first.length || !pointsAt(text, last, limit)) return false
  let at = first.length
  for (let index = 1; index < segments.length - 1; index++) {
    const segment = segments[index]
    if (segment === undefined) return false
    const found = findPoints(text, segment, { from: at, limit })
    if (found < 0) return false
    at = found + segment.length
  }
  return true
}

function pointsAt(text: Int32Array, segment: Int32Array, at: number): boolean {
  if (at + segment.length > text.length) return false
  for (let index = 0; index < segment.length; index++)
    if (segment[index] !== hole && segment[index] !== text[at + index]) return false
  return true
}

let latest: { readonly text: string; readonly from: number; readonly points: Int32Array } | undefined
const longestKept = 1 << 16

/** The code points of a text from an offset on; those of the text asked for last are kept. */
function pointsOf(text: string, from: number): Int32Array {
  if (latest !== undefined && latest.from === from && latest.text === text) return latest.points
  const points = new Int32Array(text.length - from)
  let count = 0
  for (let at = from; at < text.length; at++) {
    const point = text.codePointAt(at) ?? 0
    if (point > 0xffff) at++
    points[count++] = point
  }
  const found = points.subarray(0, count)
  if (text.length <= longestKept) latest = { text, from, points: found }
  return found
}
