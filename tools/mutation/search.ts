/** Seeded chance for the ways in which the engine looks for texts and for the patterns that may match. */
import type * as Engine from './room.ts'

type Room = typeof Engine
export type Next = (below: number) => number

export function points(room: Room, next: Next): unknown {
  const text = Int32Array.from({ length: 40 + next(next(8) === 0 ? 3_000 : 300) }, () => (next(9) === 0 ? 2 : next(2)))
  const start = next(text.length)
  const cut = text.slice(start, start + 1 + next(next(4) === 0 ? 600 : 60))
  const wanted = cut.map((point) => (next(3) === 0 ? -1 : next(60) === 0 ? 2 - point : point))
  const from = next(text.length)
  const limit = text.length - (next(2) === 0 ? 0 : next(40))
  return [room.findPoints(text, wanted, { from: 0, limit }), room.findPoints(text, wanted, { from, limit })]
}

/** Points so far apart that there are no grams of them. */
export function bits(room: Room, next: Next): unknown {
  const period = 2 + next(3)
  const other = next(3) === 0
  const text = Int32Array.from({ length: 60 + next(900) }, (_, at) => (next(80) === 0 && other ? 9 : at % period))
  const start = next(text.length)
  const apart = 5 + next(4)
  const cut = text.slice(start, start + 20 + next(400))
  const wanted = cut.map((point, at) => (at % apart === 0 ? (next(40) === 0 ? 9 : point) : -1))
  const from = next(text.length)
  const limit = text.length - next(3) * next(70)
  const whole = room.findPoints(text, wanted, { from: 0, limit: text.length })
  return [whole, room.findPoints(text, wanted, { from: 0, limit }), room.findPoints(text, wanted, { from, limit })]
}

/** A text of which every gram is common, and what is nearly in it. */
export function periods(room: Room, next: Next): unknown {
  const unit = ['ab', 'aab', 'abac'][next(3)] ?? ''
  const run = unit.repeat(40 + next(220))
  const text = `${run}c`.repeat(1 + Math.ceil(2_600 / run.length))
  const wanted = unit.repeat(Math.ceil(run.length / unit.length) + 1) + (next(3) === 0 ? 'c' : '')
  const shorter = wanted.slice(next(3), run.length - next(3))
  const other = `x${text}`
  return Array.from({ length: 5 }, () => {
    const from = next(3) * next(900)
    const found = [text, text, other, text].map((one) => room.findText(one, wanted, from))
    return [
      found,
      room.findText(text, shorter, from),
      room.findText(text, shorter, from + 1),
      room.findText(text, wanted, 1),
    ]
  })
}

/** The same long text again and again, so that it is indexed. */
export function texts(room: Room, next: Next): unknown {
  const block = word(next, next(2) === 0 ? ['a', 'b'] : ['a', 'a', 'a', 'aab', 'c'], 60)
  const text = `${block}aab`.repeat(40 + next(20)).slice(0, 2_500) + word(next, ['a', 'b', 'c'], 900)
  return Array.from({ length: 14 }, () => {
    const start = next(text.length)
    const length = next(4) === 0 ? 500 + next(200) : 1 + next(50)
    const cut = text.slice(start, start + length)
    const wanted = next(3) === 0 ? `${cut.slice(0, -1)}${next(2) === 0 ? 'd' : 'b'}` : cut
    const from = next(3) === 0 ? next(text.length) : 0
    const found = [room.findText(text, wanted, from), room.findText(text, wanted, from)]
    return [...found, room.findText(text, `${cut}${wanted}`, 0)]
  })
}

/** Whether every place where what is wanted is, is among the places told. */
export function grams(room: Room, next: Next): unknown {
  const text = room.unitsIn(word(next, ['a', 'b', 'c'], 120))
  const wanted = Int32Array.from(word(next, ['a', 'b', 'c', '?'], 14), (letter) =>
    letter === '?' ? -1 : letter.charCodeAt(0),
  )
  const anchor = room.rarestGram(text, wanted)
  if (anchor === undefined) return 'none'
  const places = [...anchor.places.subarray(anchor.begin, anchor.end)]
  const starts = Array.from(text.keys()).filter(
    (start) =>
      start + wanted.length <= text.length && wanted.every((point, at) => point < 0 || point === text[start + at]),
  )
  const ordered = places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0))
  return [ordered, starts.every((start) => places.includes(start + anchor.offset)), starts.length > 0]
}

/** Whether each pattern that matches is left, once. */
export function sieves(room: Room, next: Next): unknown {
  const patterns = Array.from({ length: next(40) }, () => word(next, ['a', 'b', 'c', '*', '?', 'é'], 9))
  const sieve = room.sieveOf(patterns.map((pattern) => room.needleOf(pattern)))
  const first = [...sieve.left.subarray(0, room.sift(sieve, 'abcabéc', 0))].length
  sieve.questions = 0x7fffffff
  const begun = [...sieve.left.subarray(0, room.sift(sieve, 'abcabéc', 0))].length === first
  sieve.questions = next(2) === 0 ? 0x7fffffff - next(4) : 0
  return Array.from({ length: 6 }, () => {
    const text = word(next, ['a', 'b', 'c', 'é'], 14)
    const from = next(3)
    const left = [...sieve.left.subarray(0, room.sift(sieve, text, from))]
    const matching = patterns
      .keys()
      .filter((index) => room.globMatches(room.globOf(patterns[index] ?? ''), text.slice(from)))
      .toArray()
    const needles = patterns.map((pattern) => room.needleOf(pattern, Math.min(from, pattern.length)))
    return [
      begun,
      matching.every((index) => left.includes(index)),
      new Set(left).size === left.length,
      matching,
      needles,
    ]
  })
}

export function lists(room: Room, next: Next): unknown {
  const values = Array.from({ length: 8 + next(12) }, () =>
    word(next, ['a', 'b', 'ab', 'c*', '?', '${*}', 'bc', 'd'], 7),
  )
  const list = room.patternList(values, (value) => room.globOf(value.replaceAll('${*}', 'a')))
  return Array.from({ length: 5 }, () =>
    room.someMatch(list, word(next, ['a', 'b', 'bc', 'c', 'd'], 7), room.globMatches),
  )
}

export function word(next: Next, letters: readonly string[], most: number): string {
  return Array.from({ length: next(most + 1) }, () => letters[next(letters.length)] ?? '').join('')
}
