import assert from 'node:assert/strict'
import { createPrivateKey, hash, verify, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { authority, type Certified, endEntity } from '../../test/authority.ts'
import type { HttpRequest } from './http.ts'
import { readX509Claim } from './x509-claim.ts'
import { signX509Request, verifyX509Claim } from './x509-signature.ts'

const now = Date.UTC(2026, 0, 15, 12)
const root = await authority('Root', now)
const elliptic = await endEntity('web', root, { now, serial: '00ff00ff00ff00ff' })
const rsa = await endEntity('web', root, { now, key: 'rsa' })

function signed(leaf: Certified, chain: readonly Certified[] = []): HttpRequest {
  const parts = { method: 'POST', path: '/sessions', query: 'b=%2F&a=1', body: Buffer.from('{}') }
  const headers = signX509Request({
    ...parts,
    headers: { Host: 'example.com', 'Content-Type': 'application/json' },
    certificate: leaf.der,
    chain: chain.map(({ der }) => der),
    privateKey: leaf.privateKey,
    region: 'us-east-1',
    now,
  })
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  return { ...parts, headers: lists, remoteAddress: '', secure: true }
}

test('the signature is over the text that the documentation describes, letter by letter', () => {
  for (const [leaf, algorithm] of [
    [elliptic, 'AWS4-X509-ECDSA-SHA256'],
    [rsa, 'AWS4-X509-RSA-SHA256'],
  ] as const) {
    const request = signed(leaf, [root])
    const [text = ''] = request.headers['authorization'] ?? []
    const serial = BigInt(`0x${new X509Certificate(leaf.der).serialNumber}`)
    const names = 'content-type;host;x-amz-date;x-amz-x509;x-amz-x509-chain'
    const start = `${algorithm} Credential=${serial}/20260115/us-east-1/rolesanywhere/aws4_request, SignedHeaders=${names}, Signature=`
    assert.ok(text.startsWith(start), text)
    const canonical = [
      ...['POST', '/sessions', 'a=1&b=%2F', 'content-type:application/json', 'host:example.com'],
      'x-amz-date:20260115T120000Z',
      `x-amz-x509:${Buffer.from(leaf.der).toString('base64')}`,
      `x-amz-x509-chain:${Buffer.from(root.der).toString('base64')}`,
      ...['', names, hash('sha256', '{}')],
    ].join('\n')
    const scope = '20260115/us-east-1/rolesanywhere/aws4_request'
    const toSign = `${algorithm}\n20260115T120000Z\n${scope}\n${hash('sha256', canonical)}`
    const signature = Buffer.from(text.slice(start.length), 'hex')
    assert.ok(verify('sha256', Buffer.from(toSign), new X509Certificate(leaf.der).publicKey, signature))
  }
})

test('what was signed is verified, with what the claim says of it', () => {
  for (const leaf of [elliptic, rsa]) {
    const request = signed(leaf, [root])
    const claim = readX509Claim(request)
    assert.ok(claim)
    verifyX509Claim(request, claim, { now, service: 'rolesanywhere' })
    assert.equal(claim.chain[0]?.subject, 'CN=Root')
    assert.equal(claim.scope.region, 'us-east-1')
  }
})

test('a hash that the request says of its body must be that of its body', () => {
  const request = signed(elliptic)
  const claim = readX509Claim(request)
  assert.ok(claim)
  const lying = { ...claim, payload: 'UNSIGNED-PAYLOAD' }
  assert.throws(() => verifyX509Claim(request, lying, { now, service: 'rolesanywhere' }), {
    code: 'SignatureDoesNotMatch',
  })
  const honest = { ...claim, payload: hash('sha256', '{}') }
  verifyX509Claim(request, honest, { now, service: 'rolesanywhere' })
})

test('a request that is signed in another way, or not at all, has no such claim', () => {
  const request = signed(elliptic)
  for (const authorization of [undefined, ['AWS4-HMAC-SHA256 Credential=x'], ['Bearer x']])
    assert.equal(readX509Claim({ ...request, headers: { ...request.headers, authorization } }), undefined)
  const twice = { ...request.headers, authorization: ['AWS4-X509-RSA-SHA256 x', 'AWS4-X509-RSA-SHA256 y'] }
  assert.throws(() => readX509Claim({ ...request, headers: twice }), { code: 'IncompleteSignature' })
})

test('nobody signs with a key that is not the certificate’s', () => {
  const stolen = { ...elliptic, privateKey: createPrivateKey(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })) }
  assert.throws(() => signed(stolen), /not an RSA or EC key of the certificate/)
  assert.throws(() => signed({ ...elliptic, der: Uint8Array.from([1, 2]) }), /not one in DER/)
})
