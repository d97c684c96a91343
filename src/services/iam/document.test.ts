import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encoded, sizeOf } from './document.ts'

test('a document counts the same with and without white space outside strings', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 4, '\t'), (value, indent) => {
      assert.equal(sizeOf(JSON.stringify(value, null, indent)), JSON.stringify(value).length)
    }),
  )
})

test('white space inside strings counts, behind escaped quotes too', () => {
  assert.equal(sizeOf('{ "a b" : "c \\" d" }'), '{"a b":"c \\" d"}'.length)
})

test('any text is encoded with unreserved characters only, and comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.match(encoded(text), /^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/)
      assert.equal(decodeURIComponent(encoded(text)), text)
    }),
  )
})

test('counting takes time linear in a text that is no JSON', () => {
  const started = performance.now()
  for (const text of ['"'.repeat(131071), '\\'.repeat(131072), `"${'\\'.repeat(131071)}`, ' '.repeat(131072)])
    assert.ok(sizeOf(text) <= text.length)
  assert.ok(performance.now() - started < 1000)
})
