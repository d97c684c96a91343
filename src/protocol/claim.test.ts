import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { readClaim } from './claim.ts'
import { checkClaim } from './claim-check.ts'
import type { HttpRequest } from './http.ts'
import { expiredToken, invalidClientTokenId, missingAuthenticationToken } from './refusal.ts'

const noon = Date.UTC(2026, 0, 15, 12)
const credential = 'AKIAROSEGARDEN000001/20260115/us-east-1/iam/aws4_request'
const signature = '0123456789abcdef'.repeat(4)
const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`
const presigned = {
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': credential,
  'X-Amz-Date': '20260115T120000Z',
  'X-Amz-Expires': '900',
  'X-Amz-SignedHeaders': 'host',
  'X-Amz-Signature': signature,
}

function request(headers: HttpRequest['headers'], query = ''): HttpRequest {
  const body = new Uint8Array()
  return { method: 'GET', path: '/', query, headers, body, remoteAddress: '192.0.2.1', secure: false }
}

function signed(
  value: string,
  date: Readonly<Record<string, readonly string[]>> = { 'x-amz-date': ['20260115T120000Z'] },
) {
  return request({ host: ['iam.example'], ...date, authorization: [value] })
}

function link(changed: Readonly<Record<string, string | undefined>> = {}): HttpRequest {
  const fields = Object.entries({ ...presigned, ...changed }).filter(([, value]) => value !== undefined)
  const query = fields.map(([name, value = '']) => `${name}=${encodeURIComponent(value)}`).join('&')
  return request({ host: ['iam.example'] }, query)
}

function refused(asked: HttpRequest, message: string, code = 'IncompleteSignature'): void {
  assert.throws(() => readClaim(asked), {
    name: 'Fault',
    code,
    status: code === 'IncompleteSignature' ? 400 : 403,
    message,
  })
}

test('a request without a signature has no claim', () => {
  assert.equal(readClaim(request({ host: ['iam.example'] })), undefined)
  assert.equal(
    readClaim(request({ host: ['iam.example'] }, 'Action=ListUsers&X-Amz-Date=x&X-Amz-Expires=9')),
    undefined,
  )
})

test('a claim is read from the header in every spacing that AWS takes', () => {
  const claim = readClaim(signed(authorization))
  assert.deepEqual(claim, {
    form: 'header',
    accessKeyId: 'AKIAROSEGARDEN000001',
    scope: { day: '20260115', region: 'us-east-1', service: 'iam', terminator: 'aws4_request' },
    signedAt: noon,
    moment: '20260115T120000Z',
    signedHeaders: ['host', 'x-amz-date'],
    signature,
  })
  const parts = authorization.split(/,? /)
  const spacings = [
    `${parts[0]} ${parts.slice(1).join(',')}`,
    parts.join('  '),
    `${parts.join(' , ')},`,
    ` ${parts.join(',\t')} `,
  ]
  spacings.push([parts[0], parts[3], parts[1], parts[2]].join(' '))
  for (const spacing of spacings) assert.deepEqual(readClaim(signed(spacing)), claim, spacing)
})

test('the moment is that of x-amz-date, or of a Date header in either form', () => {
  const other = { date: ['Wed, 14 Jan 2026 12:00:00 GMT'] }
  assert.equal(readClaim(signed(authorization, { ...other, 'x-amz-date': ['20260115T120000Z'] }))?.signedAt, noon)
  for (const date of ['Thu, 15 Jan 2026 12:00:00 GMT', '20260115T120000Z']) {
    const claim = readClaim(signed(authorization, { date: [date] }))
    assert.equal(claim?.signedAt, noon)
    assert.equal(claim?.moment, '20260115T120000Z')
  }
})

test('a claim is read from the query, with its time and its token', () => {
  const claim = readClaim(link({ 'X-Amz-Security-Token': 'a+b/c==' }))
  assert.equal(claim?.form, 'query')
  assert.equal(claim?.expiresInSeconds, 900)
  assert.equal(claim?.sessionToken, 'a+b/c==')
  assert.deepEqual(claim?.signedHeaders, ['host'])
  assert.equal(readClaim(link({ 'X-Amz-Expires': undefined }))?.expiresInSeconds, undefined)
  for (const seconds of [1, 604_800])
    assert.equal(readClaim(link({ 'X-Amz-Expires': `${seconds}` }))?.expiresInSeconds, seconds)
})

test('all that is missing in a header is said at once, and the header itself is not shown', () => {
  const sentence = (name: string) => `Authorization header requires '${name}' parameter. `
  const date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
  const [credentialWord, signatureWord, headersWord] = ['Credential', 'Signature', 'SignedHeaders'].map(sentence)
  const cases: readonly (readonly [value: string, sentences: string, dated: boolean])[] = [
    ['AWS4-HMAC-SHA256', `${credentialWord}${signatureWord}${headersWord}`, true],
    ['AWS AKIAROSEGARDEN000001:c2lnbmF0dXJl=', `${credentialWord}${signatureWord}${headersWord}`, true],
    ['Basic cm9zYTpyb3Nh==', `${credentialWord}${signatureWord}${headersWord}${date}`, false],
    [`AWS4-HMAC-SHA256 Credential=${credential}`, `${signatureWord}${headersWord}`, true],
    [`AWS4-HMAC-SHA256 Credential=, SignedHeaders=host, Signature=${signature}`, `${credentialWord}`, true],
    [authorization, date, false],
  ]
  for (const [value, sentences, dated] of cases)
    refused(
      dated ? signed(value) : signed(value, {}),
      `${sentences}(Hashed with SHA-256 and encoded with Base64) Authorization=${hash('sha256', value, 'base64')}`,
    )
})

test('a header that cannot be read is refused in the words of AWS', () => {
  const bearer = 'Bearer some.secret.token'
  refused(
    signed(bearer),
    `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash('sha256', bearer, 'base64')}'.`,
  )
  for (const bare of ['x-api-key=rosa', authorization.slice('AWS4-HMAC-SHA256 '.length)])
    refused(signed(bare), 'Authorization header must begin with the algorithm name, which cannot include an equal-sign')
  refused(signed(authorization.replace('SHA256', 'SHA512')), "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'.")
  for (const wrong of ['a/b', `a/${credential}`, '/20260115/us-east-1/iam/aws4_request', `${credential}/`])
    refused(
      signed(authorization.replace(credential, wrong)),
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${wrong}'`,
    )
  refused(signed(`${authorization}, Signature=00`), "Authorization header has 'Signature' parameter more than once.")
})

test('a moment that does not exist is refused', () => {
  const dates = [
    '2026-01-15T12:00:00Z',
    '20260230T120000Z',
    '20260115T240000Z',
    '20260115T120000',
    'Thu, 15 Jan 2026 12:00:00 GMT',
  ]
  for (const date of dates)
    refused(
      signed(authorization, { 'x-amz-date': [date] }),
      `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    )
  refused(
    signed(authorization, { date: ['yesterday'] }),
    "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601",
  )
})

test('a signature that does not cover the host is refused', () => {
  const message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
  refused(signed(authorization.replace('host;', '')), message, 'SignatureDoesNotMatch')
  refused(link({ 'X-Amz-SignedHeaders': 'x-amz-date' }), message, 'SignatureDoesNotMatch')
})

test('a request with two signatures is refused, however the names of the second are spelled', () => {
  const message = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
  const { headers } = signed(authorization)
  for (const query of [link().query, 'X-Amz-Signature=0', 'X%2DAmz%2DSignature=0', 'X-Amz-Algorithm'])
    refused(request(headers, query), message, 'SignatureDoesNotMatch')
})

test('a query that lacks a part, has one twice or cannot be read is refused in the words of AWS', () => {
  const again = 'Re-examine the query-string parameters.'
  for (const name of ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date'])
    refused(link({ [name]: undefined }), `AWS query-string parameters must include '${name}'. ${again}`)
  refused(
    link({ 'X-Amz-Date': '', 'X-Amz-Algorithm': undefined }),
    `AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Date'. ${again}`,
  )
  const twice = request({ host: ['iam.example'] }, `${link().query}&X-Amz-Expires=1`)
  refused(twice, `AWS query-string parameters must include 'X-Amz-Expires' once. ${again}`)
  refused(
    link({ 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' }),
    "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.",
  )
  refused(link({ 'X-Amz-Expires': 'soon' }), 'X-Amz-Expires should be a number')
  for (const seconds of ['0', '-1']) refused(link({ 'X-Amz-Expires': seconds }), 'X-Amz-Expires must be non-negative')
  refused(
    link({ 'X-Amz-Expires': '604801' }),
    'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
  )
})

test('the scope must name the region, the service, the day and the end that are right, and all that is wrong is said at once', () => {
  const region = 'Credential should be scoped to a valid region. '
  const service = "Credential should be scoped to correct service: 'iam'. "
  const end = "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. "
  const day =
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260114' != '20260115', from '20260115T120000Z'."
  const cases = [
    ['AKIA/20260115/eu-north-9/iam/aws4_request', region],
    ['AKIA/20260115//iam/aws4_request', region],
    ['AKIA/20260115/us-east-1/sts/aws4_request', service],
    ['AKIA/20260115/us-east-1/iam/aws5', end],
    ['AKIA/20260114/us-east-1/iam/aws4_request', day],
    ['AKIA/20260114/US/sts/aws5', `${region}${service}${end}${day}`],
  ] as const
  const checks = { now: noon, service: 'iam', regions: ['us-east-1'] }
  for (const [wrong, message] of cases) {
    const claim = readClaim(signed(authorization.replace(credential, wrong)))
    assert.ok(claim)
    assert.throws(() => checkClaim(claim, checks), { code: 'SignatureDoesNotMatch', status: 403, message })
  }
  const anywhere = readClaim(signed(authorization.replace('us-east-1', 'mars-north-1')))
  assert.ok(anywhere)
  checkClaim(anywhere, { now: noon, service: 'iam' })
  const endless = readClaim(signed(authorization.replace('us-east-1', 'a'.repeat(5000))))
  assert.ok(endless)
  assert.throws(() => checkClaim(endless, { now: noon, service: 'iam' }), { message: region })
})

test('a day that is only the beginning of the right one is refused', () => {
  const claim = readClaim(signed(authorization.replace('20260115/', '/')))
  assert.ok(claim)
  assert.throws(() => checkClaim(claim, { now: noon, service: 'iam' }), { code: 'SignatureDoesNotMatch' })
})

test('refusals before and after the signature have the codes and words of AWS', () => {
  assert.deepEqual(
    [missingAuthenticationToken(), invalidClientTokenId(), expiredToken()].map((fault) => [
      fault.code,
      fault.status,
      fault.message,
    ]),
    [
      ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
      ['InvalidClientTokenId', 403, 'The security token included in the request is invalid.'],
      ['ExpiredToken', 403, 'The security token included in the request is expired'],
    ],
  )
})
