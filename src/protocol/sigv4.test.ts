import assert from 'node:assert/strict'
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { test } from 'node:test'
import { CreateUserCommand, IAMClient } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { SignatureV4 } from '@smithy/signature-v4'
import { readClaim } from './claim.ts'
import type { HttpRequest } from './http.ts'
import { signRequest } from './sign.ts'
import { type KeyScope, SigningKeys } from './signing-key.ts'
import { s3SigningRules } from './signing-rule.ts'
import { type Proof, verifyClaim } from './sigv4.ts'

const noon = Date.UTC(2026, 0, 15, 12)
const secret = 'wr+ng/secret/for/tests/only'
const credentials = { accessKeyId: 'AKIAROSEGARDEN000001', secretAccessKey: secret }
const temporary = { ...credentials, sessionToken: 'a+session/token==' }
const signingKeys = new SigningKeys()
const proof: Proof = { secret, now: noon, service: 'iam', signingKeys }

/** What the SDK hands to its transport. */
interface Sent {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

function received({ method, path, query = {}, headers, body = '' }: Sent): HttpRequest {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one ?? '')}`),
  )
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]] as const)
  return {
    method,
    path,
    query: pairs.join('&'),
    headers: Object.fromEntries(entries),
    body: Buffer.from(body),
    remoteAddress: '192.0.2.1',
    secure: false,
  }
}

function verify(request: HttpRequest, changed: Partial<Proof> = {}): void {
  const claim = readClaim(request)
  assert.ok(claim)
  verifyClaim(request, claim, { ...proof, ...changed })
}

function refused(request: HttpRequest, code = 'SignatureDoesNotMatch', changed: Partial<Proof> = {}): void {
  assert.throws(() => verify(request, changed), { name: 'Fault', code })
}

/** The hash as @smithy/signature-v4 wants it; with a key it is an HMAC. */
class Sha256 {
  readonly #key: Buffer | undefined
  #hash: Hash | Hmac

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#key = key === undefined ? undefined : bytesOf(key)
    this.#hash = this.#begin()
  }

  update(bytes: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(bytes))
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {
    this.#hash = this.#begin()
  }

  #begin(): Hash | Hmac {
    return this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key)
  }
}

function bytesOf(bytes: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes)
  return bytes instanceof ArrayBuffer
    ? Buffer.from(bytes)
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function signer(service = 'iam', options: { uriEscapePath?: boolean; applyChecksum?: boolean } = {}) {
  return new SignatureV4({ credentials: temporary, region: 'us-east-1', service, sha256: Sha256, ...options })
}

function asked(parts: Partial<Sent> = {}) {
  const { query, ...rest } = parts
  return {
    protocol: 'https:',
    hostname: 'iam.example',
    method: 'GET',
    path: '/',
    ...rest,
    query: { ...query } as Record<string, string | string[] | null>,
    headers: { host: 'iam.example', ...parts.headers },
  }
}

const signedByUs = (parts: Partial<Parameters<typeof signRequest>[0]> = {}): HttpRequest => {
  const unsigned = {
    method: 'POST',
    path: '/',
    query: '',
    headers: { host: 'iam.example' } as Readonly<Record<string, string>>,
    body: Buffer.from('Action=ListUsers&Version=2010-05-08'),
    credentials,
    scope: { region: 'us-east-1', service: 'iam' },
    now: noon,
    ...parts,
  }
  return { ...received({ ...unsigned, query: {}, headers: signRequest(unsigned) }), query: unsigned.query }
}

test('a request of the AWS SDK is verified, and one with another body, secret, service or region is not', async () => {
  const sent: Sent[] = []
  const config = {
    region: 'us-east-1',
    credentials: temporary,
    endpoint: 'http://cardea.test',
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: Sent) => {
        sent.push(request)
        return { response: { statusCode: 200, headers: {}, body: new Uint8Array() } }
      },
    },
  }
  await new IAMClient(config).send(new CreateUserCommand({ UserName: 'rosa é+ %' })).catch(() => undefined)
  await new STSClient(config).send(new GetCallerIdentityCommand()).catch(() => undefined)
  const [iam, sts] = sent.map(received)
  assert.ok(iam && sts)
  assert.equal(readClaim(iam)?.sessionToken, temporary.sessionToken)
  const now = Date.now()
  verify(iam, { now })
  verify(sts, { now, service: 'sts' })
  refused({ ...iam, body: Buffer.from('Action=DeleteUser') }, undefined, { now })
  refused(iam, undefined, { now, secret: `${secret}x` })
  refused(iam, undefined, { now, service: 'sts' })
  refused(iam, undefined, { now, regions: ['eu-west-1'] })
})

test('requests that @smithy/signature-v4 signs in the header are verified in all their shapes', async () => {
  const shapes: readonly Partial<Sent>[] = [
    {},
    { query: { Action: 'ListUsers', Version: '2010-05-08' } },
    { query: { b: ['2', '1', 'A'], a: '', 'a-b': 'ü & =+', '~': '*' } },
    { path: '/oak//elm/../ash/' },
    { path: '/old%20oak/%E1%88%B4' },
    { headers: { 'my-note': '  two   words ', empty: '' } },
    { method: 'POST', body: 'Action=ListUsers', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ]
  for (const shape of shapes) {
    const signed = await signer().sign(asked(shape), { signingDate: new Date(noon) })
    verify(received({ ...signed, query: { ...signed.query } }))
    const bare = await signer('iam', { applyChecksum: false }).sign(asked(shape), { signingDate: new Date(noon) })
    verify(received({ ...bare, query: { ...bare.query } }))
  }
})

test('a presigned request lives for as long as its signer said, and not from before its moment', async () => {
  const query = { Action: 'GetCallerIdentity', Version: '2011-06-15' }
  const signed = await signer('sts').presign(asked({ query }), { expiresIn: 3600, signingDate: new Date(noon) })
  const request = received({ ...signed, query: { ...signed.query } })
  const sts = { service: 'sts' }
  assert.equal(readClaim(request)?.expiresInSeconds, 3600)
  assert.equal(readClaim(request)?.sessionToken, temporary.sessionToken)
  verify(request, sts)
  verify(request, { ...sts, now: noon + 3600_000 })
  verify(request, { ...sts, now: noon - 900_000 })
  refused(request, 'RequestExpired', { ...sts, now: noon + 3600_001 })
  refused(request, 'SignatureDoesNotMatch', { ...sts, now: noon - 900_001 })
  refused({ ...request, query: `${request.query}&PolicyArn=x` }, undefined, sts)
  refused({ ...request, query: request.query.replace('Expires=3600', 'Expires=3601') }, undefined, sts)
  refused({ ...request, body: Buffer.from('x') }, undefined, sts)
  refused({ ...request, headers: { ...request.headers, 'x-amz-meta-a': ['b'] } }, undefined, sts)
})

test('S3 takes an unsigned payload and a plain path, the other services take neither', async () => {
  const s3 = { service: 's3', rules: s3SigningRules }
  const s3Signer = signer('s3', { uriEscapePath: false })
  const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const put = await s3Signer.sign(asked({ method: 'PUT', path: '/a//b/../c%20d', headers, body: 'x' }), {
    signingDate: new Date(noon),
  })
  const request = received({ ...put, query: {} })
  verify(request, s3)
  verify({ ...request, body: Buffer.from('other') }, s3)
  refused({ ...request, path: '/a/b/../c%20d' }, undefined, s3)
  const link = await s3Signer.presign(asked({ path: '/a', headers }), { signingDate: new Date(noon) })
  verify(received({ ...link, query: { ...link.query } }), s3)
  const iam = await signer().sign(asked({ headers, body: 'x' }), { signingDate: new Date(noon) })
  refused(received({ ...iam, query: {} }))
})

test('a hash of the body that is signed but false is refused', async () => {
  const headers = { host: 'iam.example', 'x-amz-content-sha256': '0'.repeat(64) }
  refused(signedByUs({ headers }))
  const s3 = { service: 's3', rules: s3SigningRules }
  const scope = { region: 'us-east-1', service: 's3' }
  refused(signedByUs({ headers, scope }), 'XAmzContentSHA256Mismatch', s3)
  const streaming = { ...headers, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }
  refused(signedByUs({ headers: streaming, scope }), 'InvalidArgument', s3)
  refused(signedByUs({ headers: streaming }))
})

test('what signRequest signs is verified, and a signature by another list of headers is not', () => {
  const request = signedByUs({ query: 'b=2&a=1+1&a=%7e', path: '/x y/', credentials: temporary })
  verify(request)
  verify({ ...request, query: 'a=~&a=1%201&b=2' })
  const [authorization = ''] = request.headers['authorization'] ?? []
  const lists = ['x-amz-date;host;x-amz-security-token', 'host;host;x-amz-date;x-amz-security-token']
  lists.push('Host;host;x-amz-date;x-amz-security-token', 'absent;host;x-amz-date;x-amz-security-token')
  for (const list of lists) {
    const changed = authorization.replace('host;x-amz-date;x-amz-security-token', list)
    assert.notEqual(changed, authorization)
    refused({ ...request, headers: { ...request.headers, authorization: [changed] } })
  }
})

test('a session token that comes outside of the signature is refused', () => {
  const { headers, ...request } = signedByUs()
  assert.throws(() => verify({ ...request, headers: { ...headers, 'x-amz-security-token': ['t'] } }), {
    code: 'SignatureDoesNotMatch',
    status: 403,
    message: "'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.",
  })
})

test('a wrong signature is answered with the texts that should have been signed', () => {
  const request = signedByUs()
  assert.throws(() => verify(request, { secret: 'other' }), {
    code: 'SignatureDoesNotMatch',
    status: 403,
    message: `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.

The Canonical String for this request should have been
'POST
/

host:iam.example
x-amz-date:20260115T120000Z

host;x-amz-date
${createHash('sha256').update(request.body).digest('hex')}'

The String-to-Sign should have been
'AWS4-HMAC-SHA256
20260115T120000Z
20260115/us-east-1/iam/aws4_request
${createHash('sha256')
  .update(
    `POST\n/\n\nhost:iam.example\nx-amz-date:20260115T120000Z\n\nhost;x-amz-date\n${createHash('sha256').update(request.body).digest('hex')}`,
  )
  .digest('hex')}'
`,
  })
})

test('a refusal shows at most two thousand characters of the request', () => {
  const request = signedByUs({ headers: { host: 'iam.example', long: 'x'.repeat(50_000) } })
  const shows = (error: unknown) => error instanceof Error && error.message.length < 2_700
  assert.throws(() => verify(request, { secret: 'other' }), shows)
})

test('the clock of a caller may be fifteen minutes off', () => {
  const request = signedByUs()
  verify(request, { now: noon + 900_000 })
  verify(request, { now: noon - 900_000 })
  assert.throws(() => verify(request, { now: noon + 901_000 }), {
    code: 'SignatureDoesNotMatch',
    status: 403,
    message: 'Signature expired: 20260115T120000Z is now earlier than 20260115T120001Z (20260115T121501Z - 15 min.)',
  })
  assert.throws(() => verify(request, { now: noon - 901_000 }), {
    code: 'SignatureDoesNotMatch',
    status: 403,
    message:
      'Signature not yet current: 20260115T120000Z is still later than 20260115T115959Z (20260115T114459Z + 15 min.)',
  })
})

test('a signing key is remembered for its secret, and the one not used for longest is forgotten', () => {
  const keys = new SigningKeys(2)
  const scope: KeyScope = { day: '20260115', region: 'us-east-1', service: 'iam' }
  const first = keys.get('A', 'one', scope)
  assert.equal(keys.get('A', 'one', scope), first)
  keys.get('B', 'two', scope)
  assert.equal(keys.get('A', 'one', scope), first)
  keys.get('C', 'three', scope)
  assert.equal(keys.size, 2)
  assert.equal(keys.get('A', 'one', scope), first)
  const signed = first.sign('text')
  assert.notEqual(keys.get('A', 'another', scope).sign('text'), signed)
  assert.equal(keys.get('A', 'one', scope).sign('text'), signed)
  for (const other of [{ day: '20260116' }, { region: 'eu-west-1' }, { service: 'sts' }])
    assert.notEqual(keys.get('A', 'one', { ...scope, ...other }).sign('text'), signed)
})
