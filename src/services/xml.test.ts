import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readXml } from './xml.ts'

test('elements keep their name, namespace, attributes, children and text', () => {
  const root = readXml(
    '\ufeff<?xml version="1.0"?><!-- c --><a:r xmlns:a="urn:a" xmlns="urn:d" id=\'1\' a:q="2">x<b k="&lt;&#65;&#x42;"/>' +
      '<![CDATA[<&]]><?pi d?><c xmlns="">y</c>&amp;</a:r>\n',
  )
  assert.equal(root?.name, 'r')
  assert.equal(root?.namespace, 'urn:a')
  assert.deepEqual([...(root?.attributes ?? [])], [['id', '1']])
  assert.equal(root?.text, 'x<&&')
  assert.deepEqual(
    root?.children.map(({ name, namespace }) => [name, namespace]),
    [
      ['b', 'urn:d'],
      ['c', ''],
    ],
  )
  assert.equal(root?.children[0]?.attributes.get('k'), '<AB')
})

test('a document type, an entity of its own and what is not well-formed are refused', () => {
  const refused = [
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a/>x',
    '<!DOCTYPE a><a/>',
    '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    '<a>&e;</a>',
    '<a>&</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>]]></a>',
    '<a b="1" b="2"/>',
    '<a b="<"/>',
    '<a b=1/>',
    '<p:a/>',
    '<a p:b="1"/>',
    '<a><!-- a -- b --></a>',
    '<a><![CDATA[</a>',
    '<a><?xml version="1.0"?></a>',
    '<a>\u0001</a>',
    '<a>\ud800</a>',
    '<1a/>',
    '< a/>',
    `${'<a>'.repeat(65)}${'</a>'.repeat(65)}`,
    `<a>${'<b/>'.repeat(100_001)}</a>`,
  ]
  for (const text of refused) assert.equal(readXml(text), undefined, JSON.stringify(text.slice(0, 60)))
})

test('whatever is read ends soon, and no text breaks the reader', () => {
  const piece = fc.constantFrom(
    '<a',
    '>',
    '</a>',
    '/>',
    ' b="',
    '"',
    '&',
    'amp;',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?p',
    '?>',
    ' xmlns:p="u"',
    'p:',
    '=',
    '\n',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (pieces) => void readXml(pieces.join(''))),
  )
  const hostile = [
    '<a '.padEnd(1_000_000, ' '),
    `<a b="${'&'.repeat(1_000_000)}"/>`,
    `<?p ${'?'.repeat(1_000_000)}`,
    `<a ${Array.from({ length: 50_000 }, (_, index) => `xmlns:p${index}="u"`).join(' ')}>${'<b xmlns:q="u"/>'.repeat(40_000)}</a>`,
  ]
  for (const text of hostile) {
    const began = performance.now()
    assert.equal(readXml(text), undefined)
    assert.ok(performance.now() - began < 5000)
  }
})

test('only what XML calls white space stands between the parts of a tag', () => {
  for (const space of ['\ufeff', '\u00a0', '\u2028', '\u3000']) {
    assert.equal(readXml(`<a${space}b="c"/>`), undefined)
    assert.equal(readXml(`<a></a${space}>`), undefined)
  }
  assert.equal(readXml('<a\tb\n=\r"c" ></a >')?.attributes.get('b'), 'c')
})
