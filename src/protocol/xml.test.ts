import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeXml } from './xml.ts'

test('what means something in XML is written as an entity', () => {
  assert.equal(escapeXml('a & b < c > "d"\r\n\te'), 'a &amp; b &lt; c &gt; &quot;d&quot;&#xD;\n\te')
})

test('a character that XML 1.0 cannot hold becomes U+FFFD, and one beyond the first plane stays', () => {
  assert.equal(escapeXml('a\u0000b\u001Fc\uFFFEd\uFFFFe'), 'a\uFFFDb\uFFFDc\uFFFDd\uFFFDe')
  assert.equal(escapeXml('\uD800x\uDC00'), '\uFFFDx\uFFFD')
  assert.equal(escapeXml('\uD800\uD83D\uDE00'), '\uFFFD😀')
  assert.equal(escapeXml('😀é'), '😀é')
})

test('no text gets through that XML 1.0 forbids', () => {
  const legal = /^[\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escapeXml(text)
      assert.match(escaped, legal)
      assert.doesNotMatch(escaped, /[<>"]|&(?!(?:amp|lt|gt|quot|#x[0-9A-F]+);)/)
    }),
    { numRuns: 5_000, seed: 1 },
  )
})
