import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  DisableProfileCommand,
  DisableTrustAnchorCommand,
  GetSubjectCommand,
  ImportCrlCommand,
  ListSubjectsCommand,
} from '@aws-sdk/client-rolesanywhere'
import 'reflect-metadata'
import { Extension, KeyUsageFlags } from '@peculiar/x509'
import type { HttpRequest } from '#protocol'
import { createLog } from '#server'
import { authority, type Certified, certified, endEntity, revocationList } from '../../../test/authority.ts'
import { type Asking, anchored, anywhereRole, type Change, idIn, openAnywhere } from '../../../test/roles-anywhere.ts'

const lines: string[] = []
const log = createLog('debug', { write: (line) => lines.push(line) })
const { door, client, createSession } = await openAnywhere({ log })
after(() => door.close())
const now = door.now()
const day = 86_400_000
const caUse = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign

const root = await authority('Root', now)
const impostor = await authority('Root', now)
const narrow = await authority('Narrow', now, { basic: { ca: true, pathLength: 0 } })
const role = await anywhereRole(door, 'web', { StringEquals: { 'aws:PrincipalTag/x509Subject/CN': ['web', 'w b'] } })
const other = await anywhereRole(door, 'other')
const asking = await anchored(client, root.pem + narrow.pem, { roleArn: role })
const good = await endEntity('web', root, { now })
const elsewhere = await endEntity('web', root, { now })

const disabledAnchor = await anchored(client, root.pem, { roleArn: role })
await client.send(new DisableTrustAnchorCommand({ trustAnchorId: idIn(disabledAnchor.trustAnchorArn) }))
const disabledProfile = await anchored(client, root.pem, { roleArn: role })
await client.send(new DisableProfileCommand({ profileId: idIn(disabledProfile.profileArn) }))
const demanding = await anchored(client, root.pem, { roleArn: role, requireInstanceProperties: true })
const revoking = await anchored(client, root.pem, { roleArn: role })
const revoked = await endEntity('web', root, { now })
await client.send(
  new ImportCrlCommand({
    name: 'list',
    enabled: true,
    trustAnchorArn: revoking.trustAnchorArn,
    crlData: await revocationList(root, [revoked.serial], now),
  }),
)
const gone = await anchored(client, root.pem, { roleArn: `arn:aws:iam::${door.account}:role/gone` })

interface Case {
  readonly what: string
  readonly leaf?: Certified | Promise<Certified>
  readonly asked?: Partial<Asking>
  readonly change?: Change
  readonly status?: number
  readonly code: string
  readonly says: RegExp
  /** What the operator reads. */
  readonly why?: RegExp
}

const untrusted = { code: 'AccessDeniedException', says: /^Untrusted signing certificate$/ }
const unable = { code: 'AccessDeniedException', says: /^Unable to assume role for arn:aws:iam::111122223333:role\// }
const incomplete = { code: 'IncompleteSignatureException', status: 400 }
const mismatch = { code: 'InvalidSignatureException' }
const invalid = { code: 'ValidationException', status: 400 }

function headers(change: (headers: Record<string, readonly string[] | undefined>) => void): Change {
  return (request) => {
    const copy = { ...request.headers }
    change(copy)
    return { ...request, headers: copy }
  }
}

function authorization(change: (text: string) => string): Change {
  return headers((all) => {
    all['authorization'] = [change(all['authorization']?.[0] ?? '')]
  })
}

async function belowTwo(): Promise<readonly Certified[]> {
  const one = await authority('One', now, { by: narrow })
  return [one, await endEntity('web', one, { now })]
}

const [below, deep] = await belowTwo()
const fakeIssuer = await endEntity('Fake', root, { now })
const noSigning = await authority('NoSigning', now, { by: root, usages: KeyUsageFlags.cRLSign })
const expiredCa = await authority('Expired', now, { by: root, from: now - 5 * day, to: now - day })
const unknown = new Extension('1.3.6.1.4.1.55555.1', true, Uint8Array.from([5, 0]))
const constrained = await authority('Constrained', now, {
  by: root,
  extensions: [new Extension('2.5.29.30', true, Uint8Array.from([0x30, 0]))],
})

const certificates: readonly Case[] = [
  {
    what: 'is expired',
    leaf: endEntity('web', root, { now: now - 2 * day }),
    ...untrusted,
    why: /"CN=web" was not valid after 2026-01-14/,
  },
  {
    what: 'is not valid yet',
    leaf: endEntity('web', root, { now: now + 2 * day }),
    ...untrusted,
    why: /"CN=web" is not valid before 2026-01-17/,
  },
  {
    what: 'is of another authority with the same name',
    leaf: endEntity('web', impostor, { now }),
    ...untrusted,
    why: /the signature of "CN=web" is not by the key of "CN=Root"/,
  },
  {
    what: 'is of an unknown authority that is sent along',
    leaf: endEntity('web', impostor, { now, by: impostor }),
    asked: { chain: [impostor] },
    ...untrusted,
    why: /the signature of "CN=Root" is not by the key of "CN=Root"/,
  },
  {
    what: 'signed itself',
    leaf: certified({
      subject: 'web',
      from: now - day,
      to: now + day,
      basic: { ca: false },
      usages: KeyUsageFlags.digitalSignature,
    }),
    ...untrusted,
    why: /no certificate of the trust anchor issued it/,
  },
  {
    what: 'was issued by what is no authority',
    leaf: endEntity('web', fakeIssuer, { now }),
    asked: { chain: [fakeIssuer] },
    ...untrusted,
    why: /"CN=Fake" is not a certification authority/,
  },
  {
    what: 'was issued by a key that is not for issuing',
    leaf: endEntity('web', noSigning, { now }),
    asked: { chain: [noSigning] },
    ...untrusted,
    why: /the key of "CN=NoSigning" is not for issuing/,
  },
  {
    what: 'was issued by an authority that has expired',
    leaf: endEntity('web', expiredCa, { now }),
    asked: { chain: [expiredCa] },
    ...untrusted,
    why: /"CN=Expired" was not valid after/,
  },
  {
    what: 'lies deeper than its authority allows',
    leaf: deep as Certified,
    asked: { chain: [below as Certified] },
    ...untrusted,
    why: /"CN=Narrow" allows 0 certification authorities below it, and there are 1/,
  },
  {
    what: 'lacks the certificate between it and the anchor',
    leaf: deep as Certified,
    ...untrusted,
    why: /no certificate of the trust anchor issued it/,
  },
  {
    what: 'is an authority itself',
    leaf: authority('web', now, { by: root, usages: caUse | KeyUsageFlags.digitalSignature }),
    ...untrusted,
    why: /"CN=web" is a certification authority, which cannot be an end entity/,
  },
  {
    what: 'does not say what its key is for',
    leaf: certified({ subject: 'web', by: root, from: now - day, to: now + day, basic: { ca: false } }),
    ...untrusted,
    why: /the key usage of "CN=web" does not have digitalSignature/,
  },
  {
    what: 'has a key for something else',
    leaf: endEntity('web', root, { now, usages: KeyUsageFlags.keyEncipherment }),
    ...untrusted,
    why: /does not have digitalSignature/,
  },
  {
    what: 'has a weak RSA key',
    leaf: endEntity('web', root, { now, key: 'rsa-1024' }),
    ...untrusted,
    why: /the RSA key of "CN=web" has 1024 bits, not 2048 to 8192/,
  },
  {
    what: 'is signed with SHA-1',
    leaf: endEntity('web', root, { now, hash: 'SHA-1' }),
    ...untrusted,
    why: /is signed with the algorithm 1\.2\.840\.10045\.4\.1, which is not allowed/,
  },
  {
    what: 'has a critical extension that nobody knows',
    leaf: endEntity('web', root, { now, extensions: [unknown] }),
    ...untrusted,
    why: /has the critical extension 1\.3\.6\.1\.4\.1\.55555\.1, which is not understood/,
  },
  {
    what: 'is below an authority with constraints that are not understood',
    leaf: endEntity('web', constrained, { now }),
    asked: { chain: [constrained] },
    ...untrusted,
    why: /critical extension 2\.5\.29\.30/,
  },
  {
    what: 'has a serial number of 21 bytes',
    leaf: endEntity('web', root, { now, serial: '01'.repeat(21) }),
    ...untrusted,
    why: /longer than 20 bytes/,
  },
  {
    what: 'was revoked',
    leaf: revoked,
    asked: revoking,
    code: 'AccessDeniedException',
    says: /^Certificate has been revoked$/,
    why: /is in the revocation list [0-9a-f-]{36}/,
  },
  {
    what: 'has a common name that no tag takes',
    leaf: endEntity('web (7)', root, { now }),
    ...unable,
    says: /Some attributes failed to be mapped into session tags\. Issuer: \[ {2}\]; Subject: \[ CN \]; SAN: \[ {2}\]$/,
    why: /Subject: \[ CN \]/,
  },
  {
    what: 'has a common name that is no source identity',
    leaf: endEntity('w b', root, { now }),
    ...unable,
    says: /cannot be a source identity\.$/,
    why: /source identity/,
  },
  {
    what: 'has another common name than the role trusts',
    leaf: endEntity('db', root, { now }),
    ...unable,
    why: /StringEquals aws:PrincipalTag\/x509Subject\/CN expected web or w b, actual db/,
  },
]

const names: readonly Case[] = [
  {
    what: 'the trust anchor is disabled',
    asked: disabledAnchor,
    code: 'AccessDeniedException',
    says: /^Trust anchor is disabled$/,
    why: /is disabled/,
  },
  {
    what: 'the profile is disabled',
    asked: disabledProfile,
    ...unable,
    says: /The profile is disabled\.$/,
    why: /The profile is disabled/,
  },
  {
    what: 'the role is not in the profile',
    asked: { roleArn: other },
    ...unable,
    says: /The role is not in the profile\.$/,
    why: /not in the profile/,
  },
  { what: 'the role is not there', asked: gone, ...unable, why: /the role is not there/ },
  {
    what: 'the profile takes no session name',
    asked: { body: { roleSessionName: 'x7' } },
    ...unable,
    says: /does not accept a role session name/,
    why: /session name/,
  },
  {
    what: 'the profile wants instance properties',
    asked: demanding,
    ...unable,
    says: /requires instance properties/,
    why: /instance properties/,
  },
  {
    what: 'the trust anchor is unknown',
    asked: {
      trustAnchorArn: asking.trustAnchorArn
        .replace(/.$/, 'x')
        .replace(/x$/, asking.trustAnchorArn.endsWith('0') ? '1' : '0'),
    },
    status: 404,
    code: 'ResourceNotFoundException',
    says: /^Trust anchor was not found\.$/,
    why: /there is no such Trust anchor/,
  },
  {
    what: 'the profile is unknown',
    asked: { profileArn: asking.profileArn.replace(/.$/, asking.profileArn.endsWith('0') ? '1' : '0') },
    status: 404,
    code: 'ResourceNotFoundException',
    says: /^Profile was not found\.$/,
    why: /there is no such Profile/,
  },
  {
    what: 'it is signed for another region',
    asked: { region: 'eu-west-1' },
    ...invalid,
    says: /must be in the region eu-west-1/,
  },
  {
    what: 'the role is of another account',
    asked: { roleArn: role.replace('111122223333', '444455556666') },
    ...invalid,
    says: /must be of one account/,
  },
  {
    what: 'the profile is a trust anchor',
    asked: { profileArn: asking.trustAnchorArn },
    ...invalid,
    says: /profileArn/,
  },
  {
    what: 'the ARN of the trust anchor is none',
    asked: { trustAnchorArn: 'nonsense' },
    ...invalid,
    says: /trustAnchorArn/,
  },
  {
    what: 'an ARN is missing',
    asked: { inBody: true, body: { profileArn: asking.profileArn } },
    ...invalid,
    says: /must not be null/i,
  },
  { what: 'the duration is too short', asked: { body: { durationSeconds: 1 } }, ...invalid, says: /durationSeconds/ },
  {
    what: 'the body has another type',
    asked: { body: { durationSeconds: 'long' } },
    status: 400,
    code: 'SerializationException',
    says: /STRING_VALUE can not be converted to a number/,
  },
]

function changedBody(request: HttpRequest): HttpRequest {
  return { ...request, body: Buffer.from('{"durationSeconds":7200}') }
}

const signatures: readonly Case[] = [
  {
    what: 'the signature is of another key',
    change: authorization((text) => text.replace(/Signature=.*/, 'Signature=3006020101020101')),
    ...mismatch,
    says: /signature we calculated does not match/,
  },
  {
    what: 'the signature is no DER',
    change: authorization((text) => text.replace(/Signature=.*/, 'Signature=00ff00')),
    ...mismatch,
    says: /does not match/,
  },
  {
    what: 'the signature is no hexadecimal text',
    change: authorization((text) => text.replace(/Signature=.*/, 'Signature=zz')),
    ...incomplete,
    says: /requires 'Credential'/,
  },
  { what: 'the body was changed', change: changedBody, ...mismatch, says: /does not match/ },
  {
    what: 'the query was changed',
    change: (request) => ({ ...request, query: request.query.replace('role%2Fweb', 'role%2Fother') }),
    ...mismatch,
    says: /does not match/,
  },
  {
    what: 'the certificate is another with the same subject',
    change: headers((all) => {
      all['x-amz-x509'] = [Buffer.from(elsewhere.der).toString('base64')]
    }),
    ...mismatch,
    says: /serial number in the Credential is not that of the certificate/,
  },
  {
    what: 'the serial number is another',
    change: authorization((text) => text.replace(/Credential=\d+/, 'Credential=7')),
    ...mismatch,
    says: /serial number/,
  },
  {
    what: 'the algorithm is not that of the key',
    change: authorization((text) => text.replace('ECDSA', 'RSA')),
    ...mismatch,
    says: /does not sign with AWS4-X509-RSA-SHA256/,
  },
  {
    what: 'the algorithm is unknown',
    change: authorization((text) => text.replace('ECDSA', 'MD5')),
    ...incomplete,
    says: /Unsupported AWS 'algorithm'/,
  },
  {
    what: 'it is signed for another service',
    change: authorization((text) => text.replace('/rolesanywhere/', '/sts/')),
    ...mismatch,
    says: /correct service: 'rolesanywhere'/,
  },
  {
    what: 'the scope has another day',
    change: authorization((text) => text.replace('/20260115/', '/20260114/')),
    ...mismatch,
    says: /Date in Credential scope/,
  },
  {
    what: 'the certificate is not among the signed headers',
    change: authorization((text) => text.replace(';x-amz-x509', '')),
    ...mismatch,
    says: /'x-amz-x509' must be a 'SignedHeader'/,
  },
  {
    what: 'the date is not among the signed headers',
    change: authorization((text) => text.replace(';x-amz-date', '')),
    ...mismatch,
    says: /'x-amz-date' must be a 'SignedHeader'/,
  },
  {
    what: 'the host is not among the signed headers',
    change: authorization((text) => text.replace(';host', '')),
    ...mismatch,
    says: /'Host' or ':authority'/,
  },
  {
    what: 'a chain was added that is not signed',
    change: headers((all) => {
      all['x-amz-x509-chain'] = [Buffer.from(root.der).toString('base64')]
    }),
    ...mismatch,
    says: /'x-amz-x509-chain' must be a 'SignedHeader'/,
  },
  {
    what: 'the certificate is truncated',
    change: headers((all) => {
      all['x-amz-x509'] = [Buffer.from(good.der.subarray(0, 99)).toString('base64')]
    }),
    ...incomplete,
    says: /X-Amz-X509 is not a certificate in DER/,
  },
  {
    what: 'something follows the certificate',
    change: headers((all) => {
      all['x-amz-x509'] = [Buffer.concat([good.der, good.der]).toString('base64')]
    }),
    ...incomplete,
    says: /X-Amz-X509 is not a certificate in DER/,
  },
  {
    what: 'the certificate is PEM',
    change: headers((all) => {
      all['x-amz-x509'] = [Buffer.from(good.pem).toString('base64')]
    }),
    ...incomplete,
    says: /X-Amz-X509 is not a certificate in DER/,
  },
  {
    what: 'the certificate is no base64',
    change: headers((all) => {
      all['x-amz-x509'] = ['!!!!']
    }),
    ...incomplete,
    says: /is not the base64/,
  },
  {
    what: 'there is no certificate',
    change: headers((all) => {
      delete all['x-amz-x509']
    }),
    ...incomplete,
    says: /must have the header 'x-amz-x509' once/,
  },
  {
    what: 'the chain is huge',
    change: headers((all) => {
      all['x-amz-x509-chain'] = [Array(99).fill('AAAA').join(',')]
    }),
    ...incomplete,
    says: /X-Amz-X509-Chain has more than 5 certificates/,
  },
  {
    what: 'there is no date',
    change: headers((all) => {
      delete all['x-amz-date']
    }),
    ...incomplete,
    says: /'x-amz-date' once/,
  },
  {
    what: 'there is no signature',
    change: headers((all) => {
      delete all['authorization']
    }),
    status: 403,
    code: 'MissingAuthenticationTokenException',
    says: /Missing|missing/,
  },
  {
    what: 'it is signed with an access key',
    change: authorization((text) => text.replace('AWS4-X509-ECDSA-SHA256', 'AWS4-HMAC-SHA256')),
    status: 403,
    code: 'MissingAuthenticationTokenException',
    says: /missing/,
  },
]

for (const { what, leaf = good, asked, change, status = 403, code, says, why } of [
  ...certificates,
  ...names,
  ...signatures,
])
  test(`no session when ${certificates.some((one) => one.what === what) ? `the certificate ${what}` : what}`, async () => {
    lines.length = 0
    const answer = await createSession(await leaf, { ...asking, ...asked }, change)
    const told = String(answer.body['message'])
    assert.deepEqual([answer.status, answer.headers['x-amzn-errortype']], [status, code], told)
    assert.match(told, says)
    assert.match(lines.join('\n').replaceAll('\\"', '"'), why ?? says)
  })

test('a signature is good for fifteen minutes before and after its moment', async () => {
  const late = await openAnywhere()
  const own = await anchored(late.client, root.pem, { roleArn: await anywhereRole(late.door, 'web') })
  const shifted = (by: number) => late.createSession(good, own, undefined, late.door.now() + by)
  assert.equal((await shifted(14 * 60_000)).status, 201)
  assert.equal((await shifted(-14 * 60_000)).status, 201)
  for (const by of [16 * 60_000, -16 * 60_000])
    assert.equal((await shifted(by)).headers['x-amzn-errortype'], 'InvalidSignatureException')
  await late.door.close()
})

test('a subject remembers the certificates that it showed in vain', async () => {
  const name = [{ CN: ['vain (7)'] }]
  await createSession(await endEntity('', root, { now, subject: name }), asking)
  await createSession(await endEntity('', impostor, { now, subject: name }), asking)
  await door.store.flush()
  const { subjects = [] } = await client.send(new ListSubjectsCommand({}))
  const found = subjects.find(({ x509Subject }) => x509Subject === 'CN=vain (7)')
  const { subject } = await client.send(new GetSubjectCommand({ subjectId: found?.subjectId }))
  // Of a stranger with the same name nothing is remembered.
  assert.deepEqual(
    subject?.credentials?.map(({ issuer, failed }) => [issuer, failed]),
    [['CN=Root', true]],
  )
})

test('refusals of certificates that lead to an anchor are in the audit trail, with the explanation', async () => {
  await createSession(revoked, { ...asking, ...revoking })
  await door.store.flush()
  const records = await door.store.read(({ audit }) => audit.list(door.account, { limit: 5 }))
  const record = records.find(({ errorMessage }) => errorMessage === 'Certificate has been revoked')
  assert.equal(record?.principal, 'rolesanywhere.amazonaws.com')
  assert.match(record?.errorDetail ?? '', /with the serial number \d+ is in the revocation list/)
})
