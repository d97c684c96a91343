import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalRequest } from './canonical.ts'
import { readClaim } from './claim.ts'
import { Fault } from './fault.ts'
import { HmacKey } from './hmac.ts'
import type { HttpRequest } from './http.ts'
import { signRequest } from './sign.ts'
import { stringToSign } from './signature.ts'
import { deriveKey, SigningKeys } from './signing-key.ts'
import { signingRules } from './signing-rule.ts'
import { verifyClaim } from './sigv4.ts'

const cases = { numRuns: 100_000, seed: 20_260_115 }
const now = Date.UTC(2026, 0, 15, 12)
const secret = 'wr+ng/secret/for/tests/only'
const credentials = { accessKeyId: 'AKIAROSEGARDEN000001', secretAccessKey: secret, sessionToken: 'a+token/==' }
const signingKeys = new SigningKeys(100)
const body = Buffer.from('Action=ListUsers&Version=2010-05-08')

const byHeader = headerSigned()
const byQuery = presigned()

function headerSigned(): HttpRequest {
  const unsigned = { method: 'POST', path: '/', query: '', headers: { host: 'iam.example' }, body }
  const headers = signRequest({ ...unsigned, credentials, scope: { region: 'us-east-1', service: 'iam' }, now })
  const lists = Object.entries(headers).map(([name, value]) => [name, [value]] as const)
  return { ...unsigned, headers: Object.fromEntries(lists), remoteAddress: '192.0.2.1', secure: false }
}

function presigned(): HttpRequest {
  const scope = { day: '20260115', region: 'us-east-1', service: 'iam' }
  const credential = encodeURIComponent(`${credentials.accessKeyId}/20260115/us-east-1/iam/aws4_request`)
  const token = encodeURIComponent(credentials.sessionToken)
  const query = `Action=ListUsers&Version=2010-05-08&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}&X-Amz-Date=20260115T120000Z&X-Amz-Expires=900&X-Amz-Security-Token=${token}&X-Amz-SignedHeaders=host`
  const request = { method: 'GET', path: '/', query, headers: { host: ['iam.example'] }, body: new Uint8Array() }
  const payloadHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const canonical = canonicalRequest(request, { signedHeaders: ['host'], payloadHash, rules: signingRules })
  const signature = new HmacKey(deriveKey(secret, scope)).sign(stringToSign('20260115T120000Z', scope, canonical))
  return { ...request, query: `${query}&X-Amz-Signature=${signature}`, remoteAddress: '192.0.2.1', secure: false }
}

/** What becomes of a request: verified, without a signature, or refused with a code, a status of the caller's fault and a message. */
function outcome(request: HttpRequest): 'verified' | 'unsigned' | 'refused' {
  try {
    const claim = readClaim(request)
    if (claim === undefined) return 'unsigned'
    const known = claim.accessKeyId === credentials.accessKeyId ? secret : 'the secret of another key'
    verifyClaim(request, claim, { secret: known, now, service: 'iam', signingKeys })
    return 'verified'
  } catch (cause) {
    assert.ok(cause instanceof Fault, String(cause))
    assert.match(cause.code, /^[A-Z][A-Za-z0-9]+$/)
    assert.ok(cause.status >= 400 && cause.status < 500)
    assert.ok(cause.message.length > 0 && cause.message.length < 5_000)
    return 'refused'
  }
}

/** A text with a piece of it replaced, dropped, doubled or moved to another place. */
function mutated(text: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: text.length })
  const replacement = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom(
      '',
      ',',
      '=',
      '/',
      ';',
      ' ',
      '%',
      '%00',
      '&',
      '+',
      '\n',
      '\u0000',
      '\ud800',
      'host',
      '__proto__',
      'constructor',
    ),
    fc.tuple(place, fc.nat({ max: 40 })).map(([from, length]) => text.slice(from, from + length)),
  )
  return fc
    .array(fc.tuple(place, fc.nat({ max: 12 }), replacement), { minLength: 1, maxLength: 3 })
    .map((edits) =>
      edits.reduce((before, [at, length, piece]) => before.slice(0, at) + piece + before.slice(at + length), text),
    )
}

function hostile(text: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: mutated(text) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')) },
  )
}

test('a request as it was signed is verified, in both forms', () => {
  assert.equal(outcome(byHeader), 'verified')
  assert.equal(outcome(byQuery), 'verified')
})

/** All that a signature binds: two requests with the same meaning differ only in how it is spelled. */
function meaningOf(request: HttpRequest): unknown {
  const { signedHeaders = [], ...claim } = readClaim(request) ?? {}
  const payloadHash = hash('sha256', request.body)
  return { claim, canonical: canonicalRequest(request, { signedHeaders, payloadHash, rules: signingRules }) }
}

const meanings = new Map([byHeader, byQuery].map((request) => [request, meaningOf(request)]))

/** Asserts that a changed request is refused, or that only its spelling changed. */
function assertBound(request: HttpRequest, changed: Partial<HttpRequest>): string {
  const other = { ...request, ...changed }
  const result = outcome(other)
  if (result === 'verified') assert.deepEqual(meaningOf(other), meanings.get(request))
  return result
}

test('whatever stands in an Authorization header, the answer is a fault or the claim that was signed', () => {
  const [valid = ''] = byHeader.headers['authorization'] ?? []
  const seen = new Set<string>()
  fc.assert(
    fc.property(hostile(valid), (authorization) => {
      seen.add(assertBound(byHeader, { headers: { ...byHeader.headers, authorization: [authorization] } }))
    }),
    cases,
  )
  assert.deepEqual([...seen].sort(), ['refused', 'verified'])
})

test('whatever stands in a presigned query, the answer is a fault, no claim, or the claim that was signed', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(hostile(byQuery.query), (query) => {
      seen.add(assertBound(byQuery, { query }))
    }),
    cases,
  )
  assert.deepEqual([...seen].sort(), ['refused', 'unsigned', 'verified'])
})

test('whatever headers come with a signature, the answer is a fault or the request that was signed', () => {
  const names = ['host', 'date', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256', '__proto__', 'x-amz-']
  const values = fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 3 })
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), values, { maxKeys: 3 }), (headers) => {
      const { authorization } = byHeader.headers
      assertBound(byHeader, { headers: { ...byHeader.headers, ...headers, authorization } })
    }),
    { ...cases, numRuns: 20_000 },
  )
})

test('no byte of a signed part can be another one', () => {
  const bytes = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
  const everyChange = (text: string, change: (changed: string) => void) => {
    for (let at = 0; at < text.length; at += 1)
      for (const byte of bytes) if (byte !== text[at]) change(text.slice(0, at) + byte + text.slice(at + 1))
  }
  for (const [name, [value = ''] = []] of Object.entries(byHeader.headers))
    everyChange(value, (changed) => assertBound(byHeader, { headers: { ...byHeader.headers, [name]: [changed] } }))
  everyChange(byHeader.body.toString(), (changed) => {
    assert.equal(outcome({ ...byHeader, body: Buffer.from(changed) }), 'refused')
  })
  everyChange(byHeader.method, (method) => assert.equal(outcome({ ...byHeader, method }), 'refused'))
  everyChange(byQuery.query, (query) => assertBound(byQuery, { query }))
  everyChange('iam.example', (host) => {
    assert.equal(outcome({ ...byQuery, headers: { host: [host] } }), 'refused')
  })
})
