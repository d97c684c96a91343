/**
 * Finds a text in another from an offset on.
 * Gives: -1 for nowhere.
 * Cost: linear in both. The language's own `indexOf` is quadratic for long hostile texts, so it only looks for beginnings.
 */
export function findText(text: string, wanted: string, from: number): number {
  if (wanted.length <= longestSimple) return text.indexOf(wanted, from)
  const start = text.indexOf(wanted.slice(0, longestSimple), from)
  return start < 0 || text.startsWith(wanted, start) ? start : findLong(text, wanted, start)
}

/**
 * Finds code points, of which -1 stands for any, within a range.
 * Gives: the first start at which all fit, or -1.
 * Cost: linear for ordinary patterns; at worst the product of both lengths by 32.
 */
export function findPoints(
  text: Int32Array,
  wanted: Int32Array,
  { from, limit }: { readonly from: number; readonly limit: number },
): number {
  const last = limit - wanted.length
  let budget = 4 * (text.length + wanted.length)
  for (let start = from; start <= last; start++) {
    if (budget < 0) return findByBits(text, wanted, { from: start, last })
    let index = 0
    while (index < wanted.length && (wanted[index] === -1 || wanted[index] === text[start + index])) index++
    if (index === wanted.length) return start
    budget -= index + 1
  }
  return -1
}

const longestSimple = 32

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
