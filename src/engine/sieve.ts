/**
 * Patterns by something that every text they match must have: three units in a row.
 * Cost: a question is linear in the text, and in the patterns that may match; not in how many there are.
 */
export interface Sieve {
  /** For each hash: the first pattern, or -1. */
  readonly heads: Int32Array
  /** For each pattern: the next one with the same hash, or -1. */
  readonly next: Int32Array
  /** For each hash: the last question that came across it. */
  readonly asked: Int32Array
  questions: number
  /** Patterns that the latest question left; those that have nothing of the kind come first. */
  readonly left: Int32Array
  readonly always: number
}

const mostHashes = 4096

/** Fewer patterns than this are better tried one by one. */
export const fewestSifted = 12

/** Takes: for each pattern a text that it has; the longer the better. */
export function sieveOf(needles: readonly string[]): Sieve {
  let size = 64
  while (size < 4 * needles.length && size < mostHashes) size *= 2
  const counts = new Int32Array(size)
  for (const needle of needles) for (let at = 0; at < looked(needle); at++) add(counts, hashAt(needle, at) & (size - 1))
  const sieve = {
    heads: new Int32Array(size).fill(-1),
    next: new Int32Array(needles.length),
    asked: new Int32Array(size),
    questions: 0,
    left: new Int32Array(needles.length),
  }
  let always = 0
  for (let index = 0; index < needles.length; index++) {
    const hash = rarest(needles[index] ?? '', counts)
    if (hash < 0) {
      sieve.left[always++] = index
      continue
    }
    sieve.next[index] = sieve.heads[hash] ?? -1
    sieve.heads[hash] = index
  }
  return { ...sieve, always }
}

/** Gives: how many patterns may match a text from an offset on; `left` has them. */
export function sift(sieve: Sieve, text: string, from: number): number {
  const { heads, next, asked, left, always } = sieve
  if (sieve.questions === mostQuestions) {
    asked.fill(0)
    sieve.questions = 0
  }
  const question = ++sieve.questions
  const mask = heads.length - 1
  let count = always
  if (count === left.length) return count
  for (let at = from; at < text.length - 2; at++) {
    const hash = hashAt(text, at) & mask
    let index = heads[hash] ?? -1
    if (index < 0 || asked[hash] === question) continue
    asked[hash] = question
    for (; index >= 0; index = next[index] ?? -1) left[count++] = index
    if (count === left.length) break
  }
  return count
}

/** The longest text of a pattern between wildcards. */
export function needleOf(pattern: string, from = 0): string {
  let longest = ''
  let start = from
  for (let at = from; at <= pattern.length; at++) {
    const unit = pattern.charCodeAt(at)
    if (at < pattern.length && unit !== 42 && unit !== 63) continue
    if (at - start > longest.length) longest = pattern.slice(start, at)
    start = at + 1
  }
  return longest
}

/** Questions are told apart by numbers of 32 bits. */
const mostQuestions = 0x7fffffff

const mostLooked = 64

function looked(needle: string): number {
  return Math.min(needle.length - 2, mostLooked)
}

function hashAt(text: string, at: number): number {
  const three = (text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) * 31 + text.charCodeAt(at + 2)
  return Math.imul(three, 0x9e3779b1) >>> 16
}

function add(counts: Int32Array, hash: number): void {
  counts[hash] = (counts[hash] ?? 0) + 1
}

function rarest(needle: string, counts: Int32Array): number {
  let best = -1
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at < looked(needle); at++) {
    const hash = hashAt(needle, at) & (counts.length - 1)
    const count = counts[hash] ?? 0
    if (count >= least) continue
    least = count
    best = hash
  }
  return best
}
