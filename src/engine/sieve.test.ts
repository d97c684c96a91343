import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { globMatches, globOf } from './glob.ts'
import { findText } from './glob-search.ts'
import { rarestGram } from './gram.ts'
import { needleOf, sieveOf, sift } from './sieve.ts'
import { pointsFrom, unitsIn } from './text-view.ts'

const word = (letters: string, maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((parts) => parts.join(''))

test('a sieve leaves every pattern that matches, each once, question after question', () => {
  fc.assert(
    fc.property(fc.array(word('abc*?é', 9), { maxLength: 40 }), fc.array(word('abcé', 12)), (patterns, texts) => {
      const sieve = sieveOf(patterns.map((pattern) => needleOf(pattern)))
      for (const text of texts) {
        const left = [...sieve.left.subarray(0, sift(sieve, text, 0))]
        assert.equal(new Set(left).size, left.length)
        for (const [index, pattern] of patterns.entries())
          if (globMatches(globOf(pattern), text)) assert.ok(left.includes(index), `${pattern} ${text}`)
      }
    }),
    { seed: 41, numRuns: 5_000 },
  )
})

test('a sieve leaves few of many patterns, and still tells its questions apart when their number begins anew', () => {
  const sieve = sieveOf(Array.from({ length: 1_000 }, (_, index) => `-item-${index}-`))
  for (let round = 0; round < 3; round++) {
    assert.ok(sift(sieve, 'x-item-77-x', 0) < 20)
    assert.ok(sieve.left.subarray(0, sift(sieve, 'x-item-77-x', 0)).includes(77))
    sieve.questions = 0x7fffffff - 1
  }
  assert.equal(sift(sieve, 'x-item-77-x', 9), 0)
})

test('the needle of a pattern is its longest text between wildcards', () => {
  assert.deepEqual(
    ['a*bcd?ef', '***', 'abc', 'ab*cd', ''].map((pattern) => needleOf(pattern)),
    ['bcd', '', 'abc', 'ab', ''],
  )
  assert.equal(needleOf('abcdef*gh', 6), 'gh')
})

test('the rarest gram is where the text has it, and nowhere when the text lacks any', () => {
  fc.assert(
    fc.property(word('ab', 60), word('ab?', 12), (text, pattern) => {
      const points = unitsIn(text)
      const wanted = Int32Array.from(pattern, (letter) => (letter === '?' ? -1 : letter.charCodeAt(0)))
      const anchor = rarestGram(points, wanted)
      const starts = Array.from(points.keys()).filter(
        (start) =>
          start + wanted.length <= points.length &&
          wanted.every((point, at) => point < 0 || point === points[start + at]),
      )
      if (anchor === undefined) return
      const { offset, places, begin, end } = anchor
      const places_ = [...places.subarray(begin, end)]
      assert.deepEqual(
        places_,
        places_.toSorted((left, right) => left - right),
      )
      for (const start of starts) assert.ok(places_.includes(start + offset))
    }),
    { seed: 42, numRuns: 5_000 },
  )
})

test('what is looked for again and again in a long text is found where indexOf finds it', () => {
  const letters = fc.constantFrom('ab', 'aaaaab', 'abc')
  fc.assert(
    fc.property(
      letters.chain((some) =>
        fc.tuple(word(some, 40), fc.array(fc.tuple(word(some, 30), fc.nat(3_000)), { minLength: 30 })),
      ),
      ([block, searches]) => {
        const text = `${block}aab`.repeat(60).padEnd(1_500, `${block}b`)
        const long = text.slice(200, 900)
        for (const [wanted, from] of searches)
          for (const looked of [wanted, `${long}${wanted}`, long])
            assert.equal(findText(text, looked, from), text.indexOf(looked, from))
      },
    ),
    { seed: 43, numRuns: 100 },
  )
})

test('code points count from an offset, whether the text has pairs or not', () => {
  assert.deepEqual([pointsFrom('ab', 1).start, pointsFrom('ab', 1).points.length], [1, 2])
  const { points, start } = pointsFrom('a😀b😀', 3)
  assert.deepEqual([...points.subarray(start)], [98, 0x1f600])
  assert.equal(globMatches(globOf('b?'), 'a😀b😀', 3), true)
})
