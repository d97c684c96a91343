import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, test } from 'node:test'
import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam'
import { AssumeRoleWithWebIdentityCommand, type AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts'
import { CompactEncrypt, exportSPKI, importJWK, type JWTPayload } from 'jose'
import { createLog } from '#server'
import { openFrontDoor } from '../../../test/front-door.ts'
import { createSigner, openIssuer } from '../../../test/issuer.ts'
import { makeRole } from '../../../test/server/role.ts'

const signer = await createSigner('RS256', 'one')
const elliptic = await createSigner('ES256', 'two')
const forger = await createSigner('RS256', 'one')
const modern = await createSigner('Ed25519', 'three')
const issuer = await openIssuer([signer.jwk, elliptic.jwk, modern.jwk])
const lair = await openIssuer([forger.jwk])
const lines: string[] = []
const log = createLog('debug', { write: (line) => lines.push(line) })
const door = await openFrontDoor('111122223333', { log, federation: { localIssuers: [issuer.url] } })
after(async () => {
  await door.close()
  await issuer.close()
  await lair.close()
})
const { account, iam, sts } = door
const host = issuer.url.replace('http://', '')
const { OpenIDConnectProviderArn: provider = '' } = await iam.send(
  new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['app', 'tool'] }),
)
const seconds = Math.floor(door.now() / 1000)
const role = await makeRole(door, {
  name: 'deploy',
  trust: { Federated: provider },
  trusted: ['sts:AssumeRoleWithWebIdentity'],
  condition: { StringEquals: { [`${host}:aud`]: 'app', [`${host}:sub`]: 'ann' } },
})
await door.addAccount('444455556666')

/** Claims that are in order, with some others. `undefined` leaves one out. */
function claims(more: Readonly<Record<string, unknown>> = {}): JWTPayload {
  const all = { iss: issuer.url, sub: 'ann', aud: 'app', iat: seconds, exp: seconds + 300, ...more }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** A token signed with a secret that both sides know. */
function symmetric(secret: string, header: object = { alg: 'HS256', kid: 'one' }): string {
  const body = `${part(header)}.${part(claims())}`
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
}

async function changed(change: (parts: readonly string[]) => readonly string[]): Promise<string> {
  return change((await signer.sign(claims())).split('.')).join('.')
}

interface Case {
  readonly what: string
  readonly token: string | Promise<string>
  /** The code on the wire. */
  readonly code: string
  readonly says?: RegExp
  /** What the operator reads. */
  readonly why: RegExp
  readonly input?: Partial<AssumeRoleWithWebIdentityCommandInput>
}

const notJwt = { code: 'InvalidIdentityToken', says: /^The ID Token provided is not a valid JWT\./ }
const notValid = {
  code: 'InvalidIdentityToken',
  says: /^The web identity token that was passed could not be validated/,
}
const noKey = { code: 'InvalidIdentityToken', says: /^Couldn't retrieve verification key from your identity provider,/ }
const noProvider = { code: 'InvalidIdentityToken', says: /^No OpenIDConnect provider found in your account for / }
const denied = { code: 'AccessDenied', says: /^Not authorized to perform sts:AssumeRoleWithWebIdentity$/ }
const wrongAudience = { code: 'InvalidIdentityToken', says: /^Incorrect token audience$/ }
const rejected = { code: 'IDPRejectedClaim', says: /^The (?:claims|session tags)/ }

const publicKey = await exportSPKI((await importJWK(signer.jwk, 'RS256', { extractable: true })) as CryptoKey)
const encrypted = new CompactEncrypt(Buffer.from(JSON.stringify(claims())))
  .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
  .encrypt(await importJWK({ ...signer.jwk, alg: 'RSA-OAEP-256', use: 'enc' }, 'RSA-OAEP-256'))

const malformed: readonly Case[] = [
  { what: 'a word', token: 'word', ...notJwt, why: /check form/ },
  { what: 'two parts', token: 'abcd.efgh', ...notJwt, why: /check form/ },
  { what: 'four parts', token: changed((parts) => [...parts, 'abcd']), ...notJwt, why: /check form/ },
  { what: 'an encrypted token', token: encrypted, ...notJwt, why: /check form/ },
  { what: 'a header that is no JSON', token: `${part('{')}.${part(claims())}.abcd`, ...notJwt, why: /check form/ },
  { what: 'claims that are no JSON', token: signed('not json'), ...notJwt, why: /check form/ },
  { what: 'claims that are a list', token: signed('[]'), ...notJwt, why: /check form/ },
  {
    what: 'no algorithm',
    token: `${part({ kid: 'one' })}.${part(claims())}.abcd`,
    ...notJwt,
    why: /no algorithm|check form/,
  },
  { what: 'a kid that is a number', token: signer.sign(claims(), { kid: 7 }), ...notJwt, why: /kid/ },
  { what: 'no issuer', token: signer.sign(claims({ iss: undefined })), ...notJwt, why: /no iss/ },
  {
    what: 'an issuer that is a number',
    token: signed(JSON.stringify({ ...claims(), iss: 7 })),
    ...notJwt,
    why: /no iss/,
  },
  {
    what: 'an issuer that is a list',
    token: signed(JSON.stringify({ ...claims(), iss: [issuer.url] })),
    ...notJwt,
    why: /no iss/,
  },
]

const forged: readonly Case[] = [
  {
    what: 'no signature',
    token: `${part({ alg: 'none' })}.${part(claims())}.`,
    ...notValid,
    why: /check algorithm.*actual none/,
  },
  {
    what: 'an algorithm that is None',
    token: `${part({ alg: 'None' })}.${part(claims())}.`,
    ...notValid,
    why: /check algorithm/,
  },
  { what: 'a secret that is the public key', token: symmetric(publicKey), ...notValid, why: /algorithm.*actual HS256/ },
  {
    what: 'an algorithm that AWS does not take',
    token: modern.sign(claims()),
    ...notValid,
    why: /actual Ed25519|actual EdDSA/,
  },
  {
    what: 'a signature that was cut off',
    token: changed(([head, body]) => [head ?? '', body ?? '', '']),
    ...notValid,
    why: /check signature/,
  },
  {
    what: 'claims that were changed',
    token: changed(([head, , tail]) => [head ?? '', part(claims({ sub: 'root' })), tail ?? '']),
    ...notValid,
    why: /check signature/,
  },
  {
    what: 'the key of somebody else under the same name',
    token: forger.sign(claims()),
    ...notValid,
    why: /check signature/,
  },
  {
    what: 'a key that comes with the token',
    token: forger.sign(claims(), { jwk: forger.jwk, kid: 'other' }),
    ...noKey,
    why: /no key "other"/,
  },
  {
    what: 'keys at an address that comes with the token',
    token: forger.sign(claims(), { jku: `${lair.url}/keys` }),
    ...notValid,
    why: /check signature/,
  },
  {
    what: 'a key that the provider does not have',
    token: signer.sign(claims(), { kid: 'gone' }),
    ...noKey,
    why: /no key "gone" for RS256/,
  },
  {
    what: 'a key for another algorithm',
    token: elliptic.sign(claims(), { kid: 'one' }),
    ...noKey,
    why: /no key "one" for ES256/,
  },
  {
    what: 'a key that is for another padding',
    token: `${part({ alg: 'PS256', kid: 'one' })}.${part(claims())}.${part('any')}`,
    ...noKey,
    why: /for PS256/,
  },
  {
    what: 'a critical header that nobody knows',
    token: craftedCrit('x'),
    ...notValid,
    why: /check signature/,
  },
  { what: 'a payload that is not encoded', token: craftedCrit('b64'), ...notValid, why: /check signature/ },
]

const untimely: readonly Case[] = [
  {
    what: 'an expired token',
    token: signer.sign(claims({ exp: seconds - 61 })),
    code: 'ExpiredTokenException',
    says: /^Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
    why: /check expiry: expected exp after/,
  },
  {
    what: 'no expiry',
    token: signer.sign(claims({ exp: undefined })),
    code: 'InvalidIdentityToken',
    says: /exp/,
    why: /check expiry/,
  },
  {
    what: 'an expiry that is a text',
    token: signed(JSON.stringify({ ...claims(), exp: '9999999999' })),
    code: 'InvalidIdentityToken',
    why: /check expiry/,
  },
  {
    what: 'a token from the future',
    token: signer.sign(claims({ iat: seconds + 120 })),
    ...notValid,
    why: /check issued/,
  },
  {
    what: 'no time of issue',
    token: signer.sign(claims({ iat: undefined })),
    ...notValid,
    why: /check issued.*absent/,
  },
  {
    what: 'a token that is not valid yet',
    token: signer.sign(claims({ nbf: seconds + 120 })),
    ...notValid,
    why: /check not before/,
  },
  {
    what: 'a beginning that is a text',
    token: signed(JSON.stringify({ ...claims(), nbf: 'now' })),
    ...notValid,
    why: /check not before/,
  },
]

const misdirected: readonly Case[] = [
  { what: 'a stranger', token: forger.sign(claims({ iss: lair.url })), ...noProvider, why: /check issuer/ },
  {
    what: 'an issuer with a slash more',
    token: signer.sign(claims({ iss: `${issuer.url}/` })),
    ...noProvider,
    why: /check issuer/,
  },
  {
    what: 'an issuer of another scheme',
    token: signer.sign(claims({ iss: `https://${host}` })),
    ...noProvider,
    why: /check issuer/,
  },
  {
    what: 'an issuer in other letters',
    token: signer.sign(claims({ iss: issuer.url.replace('http', 'HTTP') })),
    ...noProvider,
    why: /check issuer/,
  },
  {
    what: 'an issuer without its scheme',
    token: signer.sign(claims({ iss: host })),
    ...noProvider,
    why: /check issuer/,
  },
  {
    what: 'an issuer that is longer than any',
    token: signer.sign(claims({ iss: `${issuer.url}/${'x'.repeat(3000)}` })),
    ...noProvider,
    why: /check issuer/,
  },
  {
    what: 'a token for a role of another account',
    token: signer.sign(claims()),
    ...noProvider,
    why: /check issuer/,
    input: { RoleArn: 'arn:aws:iam::444455556666:role/deploy' },
  },
  {
    what: 'another audience',
    token: signer.sign(claims({ aud: 'other' })),
    ...wrongAudience,
    why: /check audience: expected app or tool, actual \["other"\]/,
  },
  { what: 'no audience', token: signer.sign(claims({ aud: undefined })), ...wrongAudience, why: /check audience/ },
  {
    what: 'an audience that is a number',
    token: signed(JSON.stringify({ ...claims(), aud: 7 })),
    ...wrongAudience,
    why: /check audience/,
  },
  {
    what: 'an authorized party that is not registered',
    token: signer.sign(claims({ azp: 'other' })),
    ...wrongAudience,
    why: /azp "other"/,
  },
  {
    what: 'an authorized party that is a list',
    token: signer.sign(claims({ azp: ['app'] })),
    ...wrongAudience,
    why: /azp/,
  },
]

const unfit: readonly Case[] = [
  {
    what: 'no subject',
    token: signer.sign(claims({ sub: undefined })),
    code: 'InvalidIdentityToken',
    says: /sub/,
    why: /check subject/,
  },
  {
    what: 'an empty subject',
    token: signer.sign(claims({ sub: '' })),
    code: 'InvalidIdentityToken',
    why: /check subject/,
  },
  {
    what: 'a subject that is a number',
    token: signed(JSON.stringify({ ...claims(), sub: 7 })),
    code: 'InvalidIdentityToken',
    why: /check subject/,
  },
  {
    what: 'two subjects in different letters',
    token: signer.sign(claims({ SUB: 'ann', sub: 'eve' })),
    ...rejected,
    why: /check names/,
  },
  {
    what: 'tags that are no object',
    token: signer.sign(claims({ 'https://aws.amazon.com/tags': { principal_tags: 'x' } })),
    ...rejected,
    why: /check session/,
  },
  {
    what: 'a tag with two values',
    token: signer.sign(claims({ 'https://aws.amazon.com/tags': { principal_tags: { a: ['1', '2'] } } })),
    ...rejected,
    why: /check session/,
  },
  {
    what: 'a source identity that is none',
    token: signer.sign(claims({ 'https://aws.amazon.com/source_identity': 'a b' })),
    ...rejected,
    why: /check session/,
  },
  {
    what: 'a subject that is not trusted',
    token: signer.sign(claims({ sub: 'eve' })),
    ...denied,
    why: /StringEquals \S+:sub expected ann, actual eve/,
  },
  {
    what: 'an audience that is registered but not trusted',
    token: signer.sign(claims({ aud: 'tool' })),
    ...denied,
    why: /StringEquals \S+:aud expected app, actual tool/,
  },
  {
    what: 'a role that is not there',
    token: signer.sign(claims()),
    ...denied,
    why: /the role is not there/,
    input: { RoleArn: `arn:aws:iam::${account}:role/gone` },
  },
  {
    what: 'tags without leave to tag',
    token: signer.sign(claims({ 'https://aws.amazon.com/tags': { principal_tags: { a: ['1'] } } })),
    code: 'AccessDenied',
    says: /^Not authorized to perform sts:TagSession$/,
    why: /sts:TagSession/,
  },
  {
    what: 'a source identity without leave to set it',
    token: signer.sign(claims({ 'https://aws.amazon.com/source_identity': 'ann' })),
    code: 'AccessDenied',
    says: /sts:SetSourceIdentity$/,
    why: /sts:SetSourceIdentity/,
  },
]

/** Signs a text as it is, whatever it says. */
async function signed(text: string, header: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return signer.seal(text, header)
}

/** A token whose header says that something is critical, with any signature. */
function craftedCrit(name: string): string {
  return `${part({ alg: 'RS256', kid: 'one', crit: [name], [name]: false })}.${part(claims())}.${part('any')}`
}

for (const [kind, cases] of Object.entries({ malformed, forged, untimely, misdirected, unfit }))
  for (const { what, token, code, says, why, input } of cases)
    test(`${kind}: ${what} is refused with ${code}, and the log says why`, async () => {
      const WebIdentityToken = await token
      const call = { RoleArn: role, RoleSessionName: 'session', WebIdentityToken, ...input }
      const refusal: unknown = await sts.send(new AssumeRoleWithWebIdentityCommand(call)).then(
        () => undefined,
        (cause: unknown) => cause,
      )
      const { Code, message, $metadata } = refusal as Error & { Code: string; $metadata: { requestId: string } }
      assert.equal(Code, code, String(refusal))
      if (says !== undefined) assert.match(message, says)
      const told = lines.map((line) => JSON.parse(line)).find(({ requestId }) => requestId === $metadata.requestId)
      assert.match(told?.detail ?? '', why)
      assert.ok(!lines.join('').includes(WebIdentityToken), 'the token is in the log')
    })

test('nobody fetches from an address that a token names', () => {
  assert.deepEqual(lair.asked, [])
})

test('the record has what a genuine token was refused for, and nothing of one that is not', async () => {
  await door.store.flush()
  const records = await door.store.read(({ audit }) => audit.list(account, { limit: 1000 }))
  const refusals = records.filter(({ eventName }) => eventName === 'AssumeRoleWithWebIdentity')
  const details = refusals.map(({ errorCode, errorDetail = '' }) => `${errorCode} ${errorDetail}`)
  assert.ok(details.some((one) => /^ExpiredTokenException .*check expiry/.test(one)))
  assert.ok(details.some((one) => /^AccessDenied .*expected ann, actual eve/.test(one)))
  assert.ok(details.some((one) => /^InvalidIdentityToken .*check audience/.test(one)))
  assert.ok(!details.some((one) => /check (?:form|algorithm|issuer|key|signature)/.test(one)))
  for (const { principal, request } of refusals) {
    assert.equal(principal, provider)
    assert.equal(request?.['WebIdentityToken'], 'HIDDEN')
  }
})
