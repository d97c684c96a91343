import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalHeader, canonicalPath, canonicalQuery, canonicalRequest } from './canonical.ts'
import { s3SigningRules, signingRules } from './signing-rule.ts'
import { encodeUri, respellUri } from './uri.ts'

const everyUnreserved = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

test('a canonical request has the method, the path, the query, the headers, their names and the hash of the body', () => {
  const request = {
    method: 'POST',
    path: '/garden//./beds/../roses',
    query: 'size=2&colour=dark%20red',
    headers: {
      host: ['garden.example'],
      'my-note': ['  two   words '],
      'x-amz-date': ['20260115T120000Z'],
      other: ['x'],
    },
  }
  const signedHeaders = ['host', 'my-note', 'x-amz-date']
  assert.equal(
    canonicalRequest(request, { signedHeaders, payloadHash: 'f00d', rules: signingRules }),
    'POST\n/garden/roses\ncolour=dark%20red&size=2\nhost:garden.example\nmy-note:two words\nx-amz-date:20260115T120000Z\n\nhost;my-note;x-amz-date\nf00d',
  )
})

test('a path loses its dot segments and repeated slashes and is encoded once more, but not for S3', () => {
  const cases: readonly (readonly [path: string, other: string, s3: string])[] = [
    ['', '/', '/'],
    ['/', '/', '/'],
    ['//', '/', '//'],
    ['/.', '/', '/.'],
    ['/..', '/', '/..'],
    ['/oak/..', '/', '/oak/..'],
    ['/oak/../..', '/', '/oak/../..'],
    ['/oak/../elm/', '/elm/', '/oak/../elm/'],
    ['/./oak', '/oak', '/./oak'],
    ['//oak//elm//', '/oak/elm/', '//oak//elm//'],
    ['/old oak/', '/old%20oak/', '/old%20oak/'],
    ['/old%20oak', '/old%2520oak', '/old%20oak'],
    ['/a%2fb', '/a%252fb', '/a%2Fb'],
    ['/ሴ', '/%E1%88%B4', '/%E1%88%B4'],
    ['/50%', '/50%25', '/50%25'],
    ['/a+b=c', '/a%2Bb%3Dc', '/a%2Bb%3Dc'],
    [`/${everyUnreserved}`, `/${everyUnreserved}`, `/${everyUnreserved}`],
  ]
  for (const [path, other, s3] of cases) {
    assert.equal(canonicalPath(path, signingRules), other, path)
    assert.equal(canonicalPath(path, s3SigningRules), s3, path)
  }
})

test('a query is sorted by name and then by value after encoding, whatever order and spelling it came in', () => {
  const cases: readonly (readonly [query: string, canonical: string])[] = [
    ['', ''],
    ['b=1&a=2', 'a=2&b=1'],
    ['a=z&a=B&a=a', 'a=B&a=a&a=z'],
    ['a=1&A=1&a-b=1', 'A=1&a=1&a-b=1'],
    ['uploads', 'uploads='],
    ['a=&a', 'a=&a='],
    ['=', '='],
    ['&&a=1&', 'a=1'],
    ['a=b=c', 'a=b%3Dc'],
    ['a=+%2b', 'a=%20%2B'],
    ['%61=%7e%2f', 'a=~%2F'],
    ['a=100%&b=%zz&c=%4', 'a=100%25&b=%25zz&c=%254'],
    ['ሴ=bar', '%E1%88%B4=bar'],
    ['a=%E1%88%B4', 'a=%E1%88%B4'],
    [`${everyUnreserved}=${everyUnreserved}`, `${everyUnreserved}=${everyUnreserved}`],
    ['b=1&X-Amz-Signature=00&a=1', 'a=1&b=1'],
  ]
  for (const [query, canonical] of cases) assert.equal(canonicalQuery(query), canonical, query)
})

test('a header is trimmed and folded, and a repeated one is joined in the order it came', () => {
  const cases: readonly (readonly [values: readonly string[], canonical: string])[] = [
    [[''], ''],
    [['  '], ''],
    [['oak'], 'oak'],
    [[' oak\t elm  '], 'oak elm'],
    [['"old   oak"'], '"old oak"'],
    [['one\r\n  two\n three'], 'one two three'],
    [['z', 'a', 'p '], 'z,a,p'],
    [['a, b', 'c'], 'a, b,c'],
    [['é  è'], 'é è'],
    [['\u00a0oak'], '\u00a0oak'],
  ]
  for (const [values, canonical] of cases) assert.equal(canonicalHeader(values), canonical, JSON.stringify(values))
})

test('a header of any value stays on one line of the canonical request', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 }), (values) => {
      assert.doesNotMatch(canonicalHeader(values), /[\r\n]|^ | $| {2}/)
    }),
    { numRuns: 5_000, seed: 4 },
  )
})

test('what was encoded is respelled as itself, and reads as the text that it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const encoded = encodeUri(text)
      assert.match(encoded, /^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/)
      assert.equal(respellUri(encoded), encoded)
      assert.equal(decodeURIComponent(encoded), text)
    }),
    { numRuns: 5_000, seed: 4 },
  )
})
