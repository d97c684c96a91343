import { remembering } from './remember.ts'

/** What was worked out of a text that patterns are held against; that of the latest texts is kept. */
interface View {
  /** How often something was looked for in it. */
  searches: number
  units: Int32Array | undefined
  points: Int32Array | undefined
}

const viewOf = remembering((): View => ({ searches: 0, units: undefined, points: undefined }), {
  most: 8,
  longest: 1 << 18,
})

/** Counts that something is looked for in a text. Gives: how often that was the case lately. */
export function searchesOf(text: string): number {
  return ++viewOf(text).searches
}

/** The UTF-16 units of a text that patterns are held against. */
export function unitsOf(text: string): Int32Array {
  const view = viewOf(text)
  view.units ??= unitsIn(text)
  return view.units
}

/** The UTF-16 units of a text. */
export function unitsIn(text: string): Int32Array {
  const units = new Int32Array(text.length)
  for (let at = 0; at < text.length; at++) units[at] = text.charCodeAt(at)
  return units
}

/** The code points of a text, and the first of them at or after an offset in units. */
export function pointsFrom(text: string, from: number): { readonly points: Int32Array; readonly start: number } {
  const view = viewOf(text)
  view.points ??= isPaired(text) ? pointsIn(text) : (view.units ?? unitsIn(text))
  const { points } = view
  if (points.length === text.length) {
    view.units = points
    return { points, start: from }
  }
  return { points, start: from === 0 ? 0 : pointsIn(text.slice(0, from)).length }
}

function isPaired(text: string): boolean {
  return /[\ud800-\udbff][\udc00-\udfff]/.test(text)
}

function pointsIn(text: string): Int32Array {
  const points = new Int32Array(text.length)
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) ?? 0
    if (point > 0xffff) at++
    points[count++] = point
  }
  return points.subarray(0, count)
}
