/** A shape of a gram: which of the points that follow a place belong to it. */
type Shape = readonly number[]

/** From the most telling shape to the least. */
const shapes: readonly Shape[] = [
  [0, 1, 2, 3, 4, 5, 6, 7],
  [0, 2, 4, 6],
  [0, 1, 2],
  [0, 1],
  [0, 2],
  [0, 3],
  [0, 4],
]

/** Where the grams of one shape stand in a text: places by hash, in order. */
interface Places {
  /** For each hash: where its places begin; those of the next end them. */
  readonly begins: Int32Array
  readonly places: Int32Array
  readonly mask: number
}

/** The places of grams by shape, for a text; a shape is looked at when it is asked for. */
type Grams = (Places | undefined)[]

const known = new WeakMap<Int32Array, Grams>()

/** A gram of what is wanted, and where it stands in the text. */
export interface Anchor {
  /** Offset of the gram in what is wanted. */
  readonly offset: number
  readonly places: Int32Array
  /** Range of `places`. Each place is one where the gram may be: others have the same hash. */
  readonly begin: number
  readonly end: number
}

/** Few enough places to look no further. */
const few = 4

/**
 * Looks for the rarest gram of what is wanted.
 * Gives: where it is, nowhere if any gram is nowhere; `undefined` when there is no gram.
 * Takes: points of which -1 stands for any. INVARIANT: a text that was asked about does not change.
 * Cost: linear in what is wanted, and in the text at the first question about it.
 */
export function rarestGram(text: Int32Array, wanted: Int32Array): Anchor | undefined {
  let grams = known.get(text)
  if (grams === undefined) {
    grams = []
    known.set(text, grams)
  }
  let rarest: Anchor | undefined
  for (let kind = 0; kind < shapes.length; kind++) {
    const shape = shapes[kind]
    if (shape === undefined || !fits(wanted, shape)) continue
    const places = grams[kind] ?? placesOf(text, shape)
    grams[kind] = places
    rarest = rarer(wanted, { shape, in: places }, rarest)
    if (rarest !== undefined && rarest.end - rarest.begin <= few) return rarest
  }
  return rarest
}

function rarer(
  wanted: Int32Array,
  { shape, in: { begins, places, mask } }: { readonly shape: Shape; readonly in: Places },
  before: Anchor | undefined,
): Anchor | undefined {
  let best = before === undefined ? Number.POSITIVE_INFINITY : before.end - before.begin
  let offset = -1
  for (let at = 0; at < wanted.length; at++) {
    const hash = hashAt(wanted, at, shape)
    if (hash < 0) continue
    const count = (begins[(hash & mask) + 1] ?? 0) - (begins[hash & mask] ?? 0)
    if (count >= best) continue
    best = count
    offset = at
    if (count === 0) break
  }
  if (offset < 0) return before
  const hash = hashAt(wanted, offset, shape) & mask
  return { offset, places, begin: begins[hash] ?? 0, end: begins[hash + 1] ?? 0 }
}

function fits(wanted: Int32Array, shape: Shape): boolean {
  for (let at = 0; at < wanted.length; at++) if (hashAt(wanted, at, shape) >= 0) return true
  return false
}

/** Gives: -1 where there is no such gram. */
function hashAt(points: Int32Array, at: number, shape: Shape): number {
  let hash = 0
  for (let index = 0; index < shape.length; index++) {
    const point = points[at + (shape[index] ?? 0)]
    if (point === undefined || point < 0) return -1
    hash = Math.imul(hash ^ point, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash & 0x7fffffff
}

/** Counts, then puts each place where the count says. */
function placesOf(text: Int32Array, shape: Shape): Places {
  let size = 256
  while (size < text.length) size *= 2
  const mask = size - 1
  const hashes = new Int32Array(Math.max(text.length - Math.max(...shape), 0))
  const begins = new Int32Array(size + 1)
  for (let at = 0; at < hashes.length; at++) {
    const hash = hashAt(text, at, shape) & mask
    hashes[at] = hash
    begins[hash + 1] = (begins[hash + 1] ?? 0) + 1
  }
  for (let index = 0; index < size; index++) begins[index + 1] = (begins[index + 1] ?? 0) + (begins[index] ?? 0)
  const ends = begins.slice(0, size)
  const places = new Int32Array(hashes.length)
  for (let at = 0; at < hashes.length; at++) {
    const hash = hashes[at] ?? 0
    const place = ends[hash] ?? 0
    places[place] = at
    ends[hash] = place + 1
  }
  return { begins, places, mask }
}
