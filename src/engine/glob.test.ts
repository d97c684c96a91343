import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { globMatches, globOf, globOfRuns, globStarts } from './glob.ts'
import { findPoints, findText } from './glob-search.ts'

/** By code points, as slow as it is plain. */
function plainly(pattern: string, text: string): boolean {
  const wanted = [...pattern]
  let reached = new Set([0])
  const spread = (states: Set<number>) => {
    for (const state of states) if (wanted[state] === '*') states.add(state + 1)
    return states
  }
  reached = spread(reached)
  for (const character of text) {
    const next = new Set<number>()
    for (const state of reached) {
      if (wanted[state] === '*') next.add(state)
      else if (wanted[state] === '?' || wanted[state] === character) next.add(state + 1)
    }
    reached = spread(next)
  }
  return reached.has(wanted.length)
}

const alphabet = (letters: string, maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((parts) => parts.join(''))

test('a pattern covers what a plain matcher says it covers', () => {
  fc.assert(
    fc.property(alphabet('ab*?😀', 12), alphabet('ab😀', 14), (pattern, text) => {
      assert.equal(globMatches(globOf(pattern), text), plainly(pattern, text))
    }),
    { seed: 3, numRuns: 40_000 },
  )
})

test('long patterns of two letters cover what a plain matcher says they cover', () => {
  fc.assert(
    fc.property(alphabet('aab?', 90), alphabet('aaab', 300), (middle, text) => {
      const pattern = `*${middle}*b`
      assert.equal(globMatches(globOf(pattern), text), plainly(pattern, text))
    }),
    { seed: 4, numRuns: 1000 },
  )
})

test('a text is found where indexOf finds it', () => {
  fc.assert(
    fc.property(alphabet('aaab', 400), alphabet('aaab', 80), fc.nat(100), (text, wanted, from) => {
      assert.equal(findText(text, wanted, from), text.indexOf(wanted, from))
    }),
    { seed: 5, numRuns: 5000 },
  )
  const periodic = `${'ab'.repeat(40)}aa${'ab'.repeat(40)}`
  assert.equal(findText('ab'.repeat(500) + periodic, periodic, 3), ('ab'.repeat(500) + periodic).indexOf(periodic, 3))
})

test('code points with gaps are found at the first place where all fit, by either way of looking', () => {
  const text = Int32Array.from({ length: 4000 }, (_, index) => index % 2)
  const wanted = Int32Array.from({ length: 900 }, (_, index) => (index % 2 === 1 ? -1 : 0))
  assert.equal(findPoints(text, wanted, { from: 1, limit: text.length }), 2)
  const impossible = wanted.slice()
  impossible[800] = 1
  assert.equal(findPoints(text, impossible, { from: 0, limit: text.length }), -1)
  const other = text.slice()
  other[3800] = 1
  assert.equal(findPoints(other, impossible, { from: 0, limit: text.length }), 3000)
  assert.equal(findPoints(other, impossible, { from: 3002, limit: text.length }), -1)
})

test('data in a pattern has no wildcards', () => {
  const glob = globOfRuns([
    { text: 'a*', data: false },
    { text: '*?', data: true },
  ])
  assert.equal(globMatches(glob, 'a-*?'), true)
  assert.equal(globMatches(glob, 'a-xy'), false)
  const holed = globOfRuns([
    { text: '?', data: true },
    { text: '?', data: false },
  ])
  assert.equal(globMatches(holed, '?x'), true)
  assert.equal(globMatches(holed, 'xx'), false)
})

test('an offset is where the pattern begins', () => {
  assert.equal(globMatches(globOf('b*'), 'ab', 1), true)
  assert.equal(globMatches(globOf('a*b*c'), 'xxa-b-c', 2), true)
  assert.equal(globMatches(globOf('?'), 'ab', 1), true)
  assert.equal(globStarts(globOf('b*x'), 'ab', 1), true)
  assert.equal(globStarts(globOf('?b*x'), 'xab', 1), true)
  assert.equal(globStarts(globOf('?c*x'), 'xab', 1), false)
})
