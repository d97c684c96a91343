import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '#protocol'
import { readFieldLists, readFields } from './field.ts'
import { readJson } from './json.ts'
import { childOf, readXml, textOf } from './xml.ts'

function isRefusal(error: unknown): boolean {
  return error instanceof Fault && error.status === 400
}

test('a JSON object is read as everybody reads it, whatever is in its strings', () => {
  const values = fc.dictionary(
    fc.string().filter((name) => name !== '__proto__'),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(values, fc.nat(3), (value, indent) => {
      fc.pre(!JSON.stringify(value).includes('"__proto__"'))
      const text = JSON.stringify(value, undefined, indent)
      assert.deepEqual(JSON.parse(JSON.stringify(readJson(Buffer.from(text)))), JSON.parse(text))
    }),
  )
})

test('a name that comes twice is found wherever and however it is written', () => {
  for (const text of [
    '{"a":1,"a":1}',
    '{"a":{"b":[{"c":1,"\\u0063":2}]}}',
    '{"a":":","b":1,"a":2}',
    '{"\\"a":1,"\\"a":2}',
  ])
    assert.throws(() => readJson(Buffer.from(text)), isRefusal, text)
  for (const text of ['{"a":":\\":","b":{"a":1},"c":[{"a":1},{"a":2}]}', '{}', '{"":1}'])
    assert.ok(readJson(Buffer.from(text)))
  assert.throws(() => readJson(Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), isRefusal)
})

test('whatever bytes come, JSON and XML are read or refused', () => {
  const bits = fc.constantFrom(
    '<',
    '>',
    '/',
    'a',
    '&',
    ';',
    '"',
    '=',
    ' ',
    '<a>',
    '</a>',
    '&amp;',
    '<?xml version="1.0"?>',
    '{',
    '}',
    ':',
    '[',
    '\\',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(bits).map((parts) => Buffer.from(parts.join(''))),
        fc.uint8Array(),
      ),
      (bytes) => {
        for (const read of [readJson, readXml])
          try {
            assert.equal(typeof read(bytes), 'object')
          } catch (error) {
            assert.ok(isRefusal(error), String(error))
          }
      },
    ),
    { numRuns: 1_000 },
  )
})

test('the texts of an XML body are what was written', () => {
  const safe = fc
    .string({ unit: 'grapheme' })
    .filter((text) => text.isWellFormed() && !/[\u0000-\u001f\ufffe\uffff\u007f-\u009f]/.test(text))
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&#x3E;')
  fc.assert(
    fc.property(safe, safe, (one, other) => {
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Delete xmlns="http://x/"><Key a="${escaped(other).replaceAll('"', '&quot;')}">${escaped(one)}</Key><Empty/></Delete>\n`
      const root = readXml(Buffer.from(body))
      assert.equal(textOf(root, 'Key'), one)
      assert.equal(childOf(root, 'Key')?.attributes.get('a'), other)
      assert.equal(textOf(root, 'Empty'), '')
    }),
  )
})

test('what readers of XML treat in different ways is refused', () => {
  const refused = [
    '',
    'a',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a><b></a></b>',
    '<!DOCTYPE a><a/>',
    '<a>&b;</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&</a>',
    '<a>&amp</a>',
    '<a><!-- b --></a>',
    '<a><![CDATA[b]]></a>',
    '<a>]]></a>',
    '<a><?b c?></a>',
    '<b:a/>',
    '<a b="1" b="2"/>',
    '<a b=1/>',
    '<a>text<b/></a>',
    '<A></a>',
    `${'<a>'.repeat(17)}${'</a>'.repeat(17)}`,
    '<a>\u0001</a>',
  ]
  for (const text of refused) assert.throws(() => readXml(Buffer.from(text)), isRefusal, text)
  assert.throws(() => textOf(readXml(Buffer.from('<a><b>1</b><b>2</b></a>')), 'b'), isRefusal)
  assert.throws(() => textOf(readXml(Buffer.from('<a><b><c/></b></a>')), 'b'), isRefusal)
})

test('fields of a query come once, in one case of letters, and none that carries the signature', () => {
  assert.deepEqual(
    [...readFields('a=1&b&c=%20x+y&X-Amz-Date=z&x-amz-acl=private')],
    [
      ['a', '1'],
      ['b', ''],
      ['c', ' x y'],
      ['x-amz-acl', 'private'],
    ],
  )
  for (const query of ['a=1&a=2', 'a=1&A=1', 'a=%zz', 'a=%ff', 'a= b', 'é=1'])
    assert.throws(() => readFields(query), isRefusal, query)
  assert.deepEqual(readFieldLists('k=1&k=2').get('k'), ['1', '2'])
  assert.throws(() => readFieldLists('k=1&K=2'), isRefusal)
})
