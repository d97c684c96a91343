import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type JsonNode, readJson } from './json.ts'

/** What the reader's tree means as an ordinary value. */
function valueOfNode(node: JsonNode): unknown {
  switch (node.kind) {
    case 'string':
      return node.value
    case 'array':
      return node.items.map(valueOfNode)
    case 'object':
      return Object.fromEntries(node.members.map(({ key, value }) => [key, valueOfNode(value)]))
    default:
      return JSON.parse(node.value)
  }
}

test('the reader reads what JSON.parse reads, and refuses what it refuses', () => {
  const text = fc.oneof(
    fc.json(),
    fc.json().chain((json) => fc.nat(json.length).map((at) => `${json.slice(0, at)}${json.slice(at + 1)}`)),
    fc.stringMatching(/^[[\]{}",:0-9eE.+\-\\untrfalse \t]{0,20}$/),
  )
  fc.assert(
    fc.property(text, (json) => {
      let expected: { readonly value: unknown } | undefined
      try {
        expected = { value: JSON.parse(json) }
      } catch {
        expected = undefined
      }
      const node = readJson(json)
      if (node.kind === 'error') assert.equal(expected, undefined, json)
      else assert.deepEqual(valueOfNode(node), expected?.value, json)
    }),
    { seed: 7, numRuns: 20_000 },
  )
})

test('a member that is there twice is told, in small objects and large', () => {
  const small = readJson('{"a":1,"b":2,"a":3}')
  assert.ok(small.kind === 'object')
  assert.equal(small.duplicate?.keyStart, 13)
  const large = readJson(`{${Array.from({ length: 20 }, (_, index) => `"k${index}":0`).join(',')},"k3":1}`)
  assert.ok(large.kind === 'object')
  assert.equal(large.duplicate?.key, 'k3')
  const none = readJson('{"a":1,"A":2}')
  assert.ok(none.kind === 'object')
  assert.equal(none.duplicate, undefined)
})

test('values that nest too deep are an error, however deep they are', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    assert.equal(readJson(open.repeat(64) + (open === '[' ? '' : '0') + close.repeat(64)).kind === 'error', false)
    assert.equal(readJson(`${open.repeat(65)}0${close.repeat(65)}`).kind, 'error')
    assert.equal(readJson(open.repeat(200_000)).kind, 'error')
  }
})

test('an error tells where it is', () => {
  const error = readJson('{"a": tru}')
  assert.ok(error.kind === 'error')
  assert.equal(error.offset, 6)
  const control = readJson('["a\nb"]')
  assert.ok(control.kind === 'error')
  assert.equal(control.offset, 3)
})
