import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { authority, endEntity, revocationList } from '../../../test/authority.ts'
import { anchored, anywhereRole, openAnywhere } from '../../../test/roles-anywhere.ts'
import { readBundle } from './bundle.ts'
import { readCertificate } from './certificate.ts'
import { elementsIn, sequenceIn } from './der.ts'
import { findPath } from './path.ts'
import { readRevocations } from './revocation.ts'

const { door, client, createSession } = await openAnywhere()
after(() => door.close())
const now = door.now()
const root = await authority('Root', now)
const leaf = await endEntity('web', root, {
  now,
  names: [
    { type: 'dns', value: 'web.example.com' },
    { type: 'url', value: 'spiffe://x/y' },
    { type: 'dn', value: 'O=x' },
  ],
})
const list = await revocationList(root, ['0a', '0b0c'], now)
const asking = await anchored(client, root.pem, { roleArn: await anywhereRole(door, 'web') })

/** Some bytes of something good, changed, cut or put in. */
function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat(bytes.length - 1)
  const changes = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 })
  const changed = changes.map((all) => {
    const copy = Uint8Array.from(bytes)
    for (const [at, byte] of all) copy[at] = byte
    return copy
  })
  const cut = place.map((end) => bytes.slice(0, end))
  const longer = fc
    .tuple(place, fc.uint8Array({ maxLength: 20 }))
    .map(([at, more]) => Uint8Array.from([...bytes.slice(0, at), ...more, ...bytes.slice(at)]))
  return fc.oneof(changed, cut, longer, fc.uint8Array({ maxLength: 300 }))
}

test('no bytes make the readers of DER, certificates and revocation lists do anything but read or refuse', () => {
  fc.assert(
    fc.property(damaged(leaf.der), damaged(list), (certificate, revocations) => {
      elementsIn(certificate)
      sequenceIn(revocations)
      const read = readRevocations(revocations)
      assert.ok('why' in read || read.serials instanceof Set)
      assert.ok(readCertificate(certificate)?.version !== 0)
    }),
    { numRuns: 1000 },
  )
})

test('no damaged certificate leads to the anchor', () => {
  const anchor = readCertificate(root.der)
  assert.ok(anchor)
  fc.assert(
    fc.property(damaged(leaf.der), (der) => {
      fc.pre(Buffer.compare(der, leaf.der) !== 0)
      const read = readCertificate(der)
      if (read === undefined) return
      assert.ok('why' in findPath({ leaf: read, chain: [], anchors: [anchor], now }))
    }),
    { numRuns: 1000 },
  )
})

test('no text makes the reader of bundles do anything but read or refuse', () => {
  const pieces = fc.constantFrom(
    '-----BEGIN CERTIFICATE-----',
    '-----END CERTIFICATE-----',
    '\n',
    'AAAA',
    root.pem,
    '-----',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }), (parts) => {
      const read = readBundle(parts.join(''))
      assert.ok('why' in read || read.anchors.length > 0)
    }),
    { numRuns: 1000 },
  )
})

test('no header of a signature makes the server fail', async () => {
  const names = fc.constantFrom(
    'authorization',
    'x-amz-x509',
    'x-amz-x509-chain',
    'x-amz-date',
    'x-amz-content-sha256',
    'content-type',
    'host',
  )
  const values = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    damaged(leaf.der).map((der) => Buffer.from(der).toString('base64')),
    fc.constantFrom(
      '',
      ',',
      ',,,,,,',
      'AWS4-X509-ECDSA-SHA256',
      'AWS4-X509-RSA-SHA256 Credential=,SignedHeaders=,Signature=',
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(names, values), { minLength: 1, maxLength: 3 }), async (changes) => {
      const answer = await createSession(leaf, asking, (request) => {
        const changed = Object.fromEntries(changes.map(([name, value]) => [name, [value]]))
        return { ...request, headers: { ...request.headers, ...changed } }
      })
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${JSON.stringify(answer.body)}`)
    }),
    { numRuns: 150 },
  )
})
