import { type Anchor, rarestGram } from './gram.ts'
import { searchesOf, unitsIn, unitsOf } from './text-view.ts'

/**
 * Finds a text in another from an offset on.
 * Gives: -1 for nowhere.
 * Cost: linear in both. The language's own `indexOf` is quadratic for long hostile texts, so it only looks for beginnings.
 * In a long text in which much is looked for, the cost hardly depends on the text.
 */
export function findText(text: string, wanted: string, from: number): number {
  if (text.length > longestShort && wanted.length > 1 && searchesOf(text) > fewSearches) {
    const found = findInLong(text, wanted, from)
    if (found !== undefined) return found
  }
  if (wanted.length <= longestSimple) return text.indexOf(wanted, from)
  const start = text.indexOf(wanted.slice(0, longestSimple), from)
  return start < 0 || text.startsWith(wanted, start) ? start : findLong(text, wanted, start)
}

let latest:
  | { readonly text: string; readonly wanted: string; readonly from: number; readonly found: number }
  | undefined

/** As `findByGram`, for texts; the latest answer about a long one is kept. */
function findInLong(text: string, wanted: string, from: number): number | undefined {
  const isLong = wanted.length > longestShort
  if (isLong && latest?.from === from && latest.wanted === wanted && latest.text === text) return latest.found
  const anchor = isLong ? knownAnchor(text, wanted) : rarestGram(unitsOf(text), unitsIn(wanted))
  if (anchor === undefined) return undefined
  const { offset, places, begin, end } = anchor
  let budget = (text.length + wanted.length) / (wanted.length / 64 + 4)
  let found = -1
  for (let at = firstFrom(places, { begin, end, least: from + offset }); at < end && found < 0; at++) {
    const start = (places[at] ?? 0) - offset
    if (start + wanted.length > text.length) break
    if (text.startsWith(wanted, start)) found = start
    else if (--budget < 0) return undefined
  }
  if (isLong) latest = { text, wanted, from, found }
  return found
}

let latestAnchor: { readonly text: string; readonly wanted: string; readonly anchor: Anchor | undefined } | undefined

function knownAnchor(text: string, wanted: string): Anchor | undefined {
  if (latestAnchor?.wanted === wanted && latestAnchor.text === text) return latestAnchor.anchor
  const anchor = rarestGram(unitsOf(text), unitsIn(wanted))
  latestAnchor = { text, wanted, anchor }
  return anchor
}

const longestShort = 512
const fewSearches = 8
const longestSimple = 32

interface Range {
  readonly from: number
  /** Where what is found must end at the latest. */
  readonly limit: number
}

/**
 * Finds code points, of which -1 stands for any, within a range.
 * Gives: the first start at which all fit, or -1.
 * Cost: linear for ordinary patterns; at worst the product of both lengths by 32.
 */
export function findPoints(text: Int32Array, wanted: Int32Array, { from, limit }: Range): number {
  const last = limit - wanted.length
  let budget = 2 * Math.min(text.length, longestShort) + wanted.length
  for (let start = from; start <= last; start++) {
    if (budget < 0)
      return findByGram(text, wanted, { from: start, limit }) ?? findByBits(text, wanted, { from: start, last })
    let index = 0
    while (index < wanted.length && (wanted[index] === -1 || wanted[index] === text[start + index])) index++
    if (index === wanted.length) return start
    budget -= index + 1
  }
  return -1
}

/** Tries the places of the rarest gram. Gives: `undefined` when that would take too long. */
function findByGram(text: Int32Array, wanted: Int32Array, { from, limit }: Range): number | undefined {
  const anchor = rarestGram(text, wanted)
  if (anchor === undefined) return undefined
  const { offset, places, begin, end } = anchor
  let budget = 2 * (text.length + wanted.length)
  for (let at = firstFrom(places, { begin, end, least: from + offset }); at < end; at++) {
    const start = (places[at] ?? 0) - offset
    if (start + wanted.length > limit) return -1
    let index = 0
    while (index < wanted.length && (wanted[index] === -1 || wanted[index] === text[start + index])) index++
    if (index === wanted.length) return start
    budget -= index + 1
    if (budget < 0) return undefined
  }
  return -1
}

/** The first of some ordered places that is not less than a given one. */
function firstFrom(
  places: Int32Array,
  { begin, end, least }: { readonly begin: number; readonly end: number; readonly least: number },
): number {
  let low = begin
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((places[middle] ?? 0) < least) low = middle + 1
    else high = middle
  }
  return low
}

/** Knuth, Morris and Pratt. */
function findLong(text: string, wanted: string, from: number): number {
  const borders = bordersOf(wanted)
  let matched = 0
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    while (matched > 0 && wanted.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0
    if (wanted.charCodeAt(matched) === unit) matched++
    if (matched === wanted.length) return at - matched + 1
  }
  return -1
}

function bordersOf(wanted: string): Int32Array {
  const borders = new Int32Array(wanted.length)
  let matched = 0
  for (let at = 1; at < wanted.length; at++) {
    const unit = wanted.charCodeAt(at)
    while (matched > 0 && wanted.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0
    if (wanted.charCodeAt(matched) === unit) matched++
    borders[at] = matched
  }
  return borders
}

/** One bit for every start that may still fit, 32 at a time. */
function findByBits(
  text: Int32Array,
  wanted: Int32Array,
  { from, last }: { readonly from: number; readonly last: number },
): number {
  const words = ((last - from) >>> 5) + 1
  const fits = new Int32Array(words).fill(-1)
  const occurrences = new Map<number, Int32Array>()
  let first = 0
  for (let index = 0; index < wanted.length; index++) {
    const point = wanted[index] ?? -1
    if (point === -1) continue
    const places = occurrences.get(point) ?? placesOf(point, text)
    if (occurrences.size < mostCached) occurrences.set(point, places)
    narrow(fits, places, { first, shift: from + index })
    while (first < words && fits[first] === 0) first++
    if (first === words) return -1
  }
  for (let start = from; start <= last; start++)
    if (((fits[(start - from) >>> 5] ?? 0) & (1 << (start - from))) !== 0) return start
  return -1
}

const mostCached = 64

function placesOf(point: number, text: Int32Array): Int32Array {
  const places = new Int32Array((text.length >>> 5) + 2)
  for (let at = 0; at < text.length; at++)
    if (text[at] === point) places[at >>> 5] = (places[at >>> 5] ?? 0) | (1 << at)
  return places
}

function narrow(
  fits: Int32Array,
  places: Int32Array,
  { first, shift }: { readonly first: number; readonly shift: number },
): void {
  const skip = shift >>> 5
  const bits = shift & 31
  for (let word = first; word < fits.length; word++) {
    const low = places[word + skip] ?? 0
    const shifted = bits === 0 ? low : (low >>> bits) | ((places[word + skip + 1] ?? 0) << (32 - bits))
    fits[word] = (fits[word] ?? 0) & shifted
  }
}
