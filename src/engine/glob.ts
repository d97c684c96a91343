import { covers, isCoverable, longestCovered } from './cover.ts'
import { findPoints, findText } from './glob-search.ts'
import { pointsFrom } from './text-view.ts'

/** A pattern of literal text, `*` and `?`, ready to be matched. */
export interface Glob {
  /** The texts between the stars; one when there is no star. Empty ones in the middle are dropped. */
  readonly segments: readonly string[]
  /** Present when there is a `?`; then there are no segments. */
  readonly holes: Holes | undefined
  /** No shorter text matches, in UTF-16 units. */
  readonly least: number
}

/** A pattern with `?`. What is worked out of it is worked out when it is asked for. */
interface Holes {
  readonly runs: readonly Run[]
  /** Whether there is a star. */
  readonly starred: boolean
  /** The texts between all wildcards: they must be there in this order, whatever else. */
  literals: readonly string[] | undefined
  /** What stands between the stars by code points, `?` as -1. */
  points: readonly Int32Array[] | undefined
}

/** A stretch of a pattern. In data nothing is a wildcard. */
export interface Run {
  readonly text: string
  readonly data: boolean
}

/** Takes: a pattern in which every `*` and `?` is a wildcard. */
export function globOf(pattern: string): Glob {
  return pattern.includes('?') ? pointGlob([{ text: pattern, data: false }]) : literalGlob(pattern.split('*'))
}

/** Takes: a pattern of which some stretches are data. */
export function globOfRuns(runs: readonly Run[]): Glob {
  const [only] = runs
  if (runs.length === 1 && only !== undefined && !only.data) return globOf(only.text)
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
  return glob.segments.length === 1 && glob.holes === undefined
}

/**
 * Whether the pattern covers the text from an offset to its end (rules, CS-3).
 * Cost: near linear in text and pattern, for every pattern (rule R-12).
 */
export function globMatches(glob: Glob, text: string, from = 0): boolean {
  if (text.length - from < glob.least) return false
  const { segments, holes } = glob
  if (holes !== undefined) {
    const [only] = holes.runs
    const isPlain = holes.runs.length === 1 && only?.data === false
    if (isPlain && only.text.length <= longestCovered && isCoverable(text, from))
      return covers(only.text, text, { from })
    holes.literals ??= literalsOf(holes.runs)
    if (!segmentsMatch(holes.literals, text, from)) return false
    holes.points ??= pointSegments(holes.runs)
    const { points, start } = pointsFrom(text, from)
    return pointsMatch(holes.points, points, start)
  }
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

export function hasStar({ segments, holes }: Glob): boolean {
  return holes === undefined ? segments.length > 1 : holes.starred
}

/** Whether the text has, at an offset, what the pattern has before its first star. */
export function globStarts({ segments, holes }: Glob, text: string, from: number): boolean {
  if (holes === undefined) return text.startsWith(segments[0] ?? '', from)
  holes.points ??= pointSegments(holes.runs)
  const first = holes.points[0]
  const { points, start } = pointsFrom(text, from)
  return first !== undefined && pointsAt(points, first, start)
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
  return { segments, holes: undefined, least }
}

const star = 42
const hole = 63
const anyPoint = -1

/** A `?` takes a unit at least, and a literal as many as it has. */
function pointGlob(runs: readonly Run[]): Glob {
  let least = 0
  let stars = 0
  for (const { text, data } of runs) {
    least += text.length
    for (let at = data ? -1 : text.indexOf('*'); at >= 0; at = text.indexOf('*', at + 1)) stars++
  }
  const holes = { runs, starred: stars > 0, literals: undefined, points: undefined }
  return { segments: [], holes, least: least - stars }
}

/** The texts between wildcards, the first and the last even when empty. */
function literalsOf(runs: readonly Run[]): readonly string[] {
  const literals: string[] = []
  let current = ''
  for (const { text, data } of runs) {
    let from = 0
    for (let at = 0; at < text.length && !data; at++) {
      const unit = text.charCodeAt(at)
      if (unit !== star && unit !== hole) continue
      if (at > from) current += text.slice(from, at)
      if (current !== '' || literals.length === 0) literals.push(current)
      current = ''
      from = at + 1
    }
    current += text.slice(from)
  }
  literals.push(current)
  return literals
}

/** INVARIANT: between stars, `*?*?` says the same as `*??`, so that no segment but the first and the last is all holes before a star. */
function pointSegments(runs: readonly Run[]): readonly Int32Array[] {
  let total = 0
  for (const { text } of runs) total += text.length
  const points = new Int32Array(total)
  const segments: Int32Array[] = []
  let count = 0
  let start = 0
  let onlyHoles = false
  for (const { text, data } of runs)
    for (let at = 0; at < text.length; at++) {
      const point = text.codePointAt(at) ?? 0
      if (point > 0xffff) at++
      if (point === star && !data) {
        if (onlyHoles) continue
        if (segments.length === 0 || count > start) segments.push(points.subarray(start, count))
        start = count
        onlyHoles = true
        continue
      }
      const isHole = point === hole && !data
      if (!isHole) onlyHoles = false
      points[count++] = isHole ? anyPoint : point
    }
  segments.push(points.subarray(start, count))
  return segments
}

function pointsMatch(segments: readonly Int32Array[], text: Int32Array, from: number): boolean {
  const first = segments[0]
  const last = segments[segments.length - 1]
  if (first === undefined || last === undefined || !pointsAt(text, first, from)) return false
  if (segments.length === 1) return text.length - from === first.length
  const limit = text.length - last.length
  let at = from + first.length
  if (limit < at || !pointsAt(text, last, limit)) return false
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
    if (segment[index] !== anyPoint && segment[index] !== text[at + index]) return false
  return true
}
