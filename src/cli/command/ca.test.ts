import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, test } from 'node:test'
import { ImportCrlCommand, UpdateCrlCommand } from '@aws-sdk/client-rolesanywhere'
import 'reflect-metadata'
import { Pkcs10CertificateRequestGenerator, X509Crl } from '@peculiar/x509'
import { anchored, anywhereRole, openAnywhere, type Presented } from '../../../test/roles-anywhere.ts'
import { initAuthority, issueCertificate, revokeCertificate } from './ca.ts'

const place = mkdtempSync(join(tmpdir(), 'cardea-ca-'))
after(() => rmSync(place, { recursive: true }))
const output = { json: true, out: new PassThrough(), err: new PassThrough() }
const entity = { dns: [], uri: [], key: 'p256', days: 30, name: undefined } as const

function told(): Record<string, unknown> {
  return JSON.parse(String(output.out.read()).trim().split('\n').at(-1) ?? '')
}

async function newAuthority(name: string, key: 'p256' | 'rsa' = 'p256'): Promise<string> {
  const folder = join(place, name)
  await initAuthority({ folder, name, key, days: 365 }, output)
  told()
  return folder
}

/** What was issued. Takes: its files, without their endings. */
function issuedAs(file: string): Presented {
  const certificate = new X509Certificate(readFileSync(`${file}.pem`))
  return { der: certificate.raw, privateKey: createPrivateKey(readFileSync(`${file}.key`)) }
}

test('an authority that was made here is a trust anchor, and what it issues gets sessions until it is revoked', async () => {
  const { door, as, createSession } = await openAnywhere()
  // What is made here is good from now on.
  door.pass(Date.now() - door.now())
  const today = { ...door, ...door.as(door.administrator) }
  const client = as(door.administrator)
  for (const key of ['p256', 'rsa'] as const) {
    const folder = await newAuthority(`ca-${key}`, key)
    const uri = ['spiffe://example.com/web']
    await issueCertificate({ ...entity, folder, name: 'web', key, dns: ['web.example.com', 'web'], uri }, output)
    const { serial } = told()
    const role = await anywhereRole(today, `web-${key}`, {
      StringEquals: { 'aws:PrincipalTag/x509SAN/URI': uri[0], 'aws:PrincipalTag/x509SAN/DNS': 'web.example.com' },
    })
    const asking = await anchored(client, readFileSync(join(folder, 'ca.pem'), 'utf8'), { roleArn: role })
    const leaf = issuedAs(join(folder, 'web'))
    assert.equal((await createSession(leaf, asking)).status, 201)
    const list = () => readFileSync(join(folder, 'crl.pem'))
    const { trustAnchorArn } = asking
    const made = await client.send(new ImportCrlCommand({ name: 'l', enabled: true, trustAnchorArn, crlData: list() }))
    assert.equal((await createSession(leaf, asking)).status, 201)
    await revokeCertificate({ folder, certificate: join(folder, 'web.pem') }, output)
    assert.equal(told()['serial'], String(serial).toLowerCase())
    await client.send(new UpdateCrlCommand({ crlId: made.crl?.crlId, crlData: list() }))
    const refused = await createSession(leaf, asking)
    assert.equal(refused.body['message'], 'Certificate has been revoked')
  }
  await door.close()
})

test('certificates of the authority are what OpenSSL takes them for', { skip: !hasOpenssl() }, async () => {
  const folder = await newAuthority('openssl')
  await issueCertificate({ ...entity, folder, name: 'web', dns: ['web'] }, output)
  const { serial } = told()
  const openssl = (...words: readonly string[]) => execFileSync('openssl', words, { cwd: folder, encoding: 'utf8' })
  assert.match(openssl('verify', '-x509_strict', '-CAfile', 'ca.pem', 'web.pem'), /web\.pem: OK/)
  await revokeCertificate({ folder, certificate: String(serial) }, output)
  told()
  assert.match(openssl('crl', '-in', 'crl.pem', '-noout', '-text'), new RegExp(String(serial), 'i'))
  writeFileSync(
    join(folder, 'both.pem'),
    readFileSync(join(folder, 'ca.pem'), 'utf8') + readFileSync(join(folder, 'crl.pem'), 'utf8'),
  )
  assert.throws(
    () =>
      execFileSync('openssl', ['verify', '-crl_check', '-CAfile', 'both.pem', 'web.pem'], {
        cwd: folder,
        stdio: 'pipe',
      }),
    /certificate revoked/,
  )
})

test('private keys are for their owner alone, and nothing that is there is written over', async () => {
  const folder = await newAuthority('own')
  await issueCertificate({ ...entity, folder, name: 'a/../b c' }, output)
  assert.equal(told()['certificate'], join(folder, 'a-..-b-c.pem'))
  for (const name of ['ca.key', 'a-..-b-c.key']) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
  const before = readFileSync(join(folder, 'ca.key'), 'utf8')
  await assert.rejects(newAuthority('own'), { message: `There is a certification authority in ${folder} already.` })
  await assert.rejects(issueCertificate({ ...entity, folder, name: 'a/../b c' }, output), /is there already/)
  assert.equal(readFileSync(join(folder, 'ca.key'), 'utf8'), before)
})

test('a certificate is issued for the key of a request, and for nothing else that the request says', async () => {
  const folder = await newAuthority('asked')
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const request = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=asked', keys, signingAlgorithm })
  const file = join(folder, 'request.pem')
  writeFileSync(file, request.toString('pem'))
  await issueCertificate({ ...entity, folder, request: file }, output)
  const { certificate, key } = told()
  assert.equal(key, undefined)
  const issued = new X509Certificate(readFileSync(String(certificate)))
  assert.equal(issued.subject, 'CN=asked')
  assert.equal(issued.ca, false)
  const der = issued.publicKey.export({ type: 'spki', format: 'der' })
  assert.deepEqual(der, Buffer.from(await crypto.subtle.exportKey('spki', keys.publicKey)))
  const bytes = Buffer.from(request.rawData)
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----`
  writeFileSync(file, pem)
  await assert.rejects(issueCertificate({ ...entity, folder, request: file, name: 'x' }, output), /cannot be used/)
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
  writeFileSync(file, weak.publicKey.export({ type: 'spki', format: 'pem' }))
  await assert.rejects(issueCertificate({ ...entity, folder, request: file, name: 'x' }, output), /cannot be used/)
})

test('only what was issued here can be revoked, and revoking twice changes nothing', async () => {
  const folder = await newAuthority('revoking')
  const other = await newAuthority('other')
  await issueCertificate({ ...entity, folder: other, name: 'foreign' }, output)
  const foreign = join(other, 'foreign.pem')
  await assert.rejects(revokeCertificate({ folder, certificate: foreign }, output), /has issued no certificate/)
  await assert.rejects(revokeCertificate({ folder, certificate: 'zz' }, output), /cannot be read/)
  await assert.rejects(
    revokeCertificate({ folder: join(place, 'none'), certificate: 'aa' }, output),
    /There is no certification authority/,
  )
  told()
  await revokeCertificate({ folder: other, certificate: foreign }, output)
  const entries = () => new X509Crl(readFileSync(join(other, 'crl.pem'), 'utf8')).entries
  const [first] = entries()
  await revokeCertificate({ folder: other, certificate: foreign }, output)
  assert.equal(entries().length, 1)
  assert.deepEqual(entries()[0]?.revocationDate, first?.revocationDate)
})

function hasOpenssl(): boolean {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).startsWith('OpenSSL 3')
  } catch {
    return false
  }
}
