import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam'
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts'
import fc from 'fast-check'
import { openFrontDoor } from '../../../test/front-door.ts'
import { createSigner, openIssuer } from '../../../test/issuer.ts'
import { Issuers } from '../issuer.ts'
import { audienceOf, claimKeys, doubleClaim, sessionClaims } from './web-identity-claim.ts'
import { providerFor, type Trusted } from './web-identity-provider.ts'
import { examine, failedCheck } from './web-identity-token.ts'

const url = 'https://id.example.com'
const now = Date.UTC(2026, 0, 15) / 1000
const signer = await createSigner('ES256', 'one')
const pinned = JSON.stringify({ keys: [signer.jwk] })
const trusted: Trusted = { issuer: url, name: 'id.example.com', principal: 'arn', clientIds: ['app'], pinned }
const issuers = new Issuers(async () => ({ why: 'nobody is asked', passing: true }))
const examining = { now, issuers, providerFor: async (issuer: string) => (issuer === url ? trusted : undefined) }

test('a text that is no token of the provider is refused, whatever it is, and nothing is thrown', async () => {
  const piece = fc.oneof(
    fc.base64String(),
    fc.string(),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc
      .record(
        {
          alg: fc.constantFrom('RS256', 'ES256', 'none', 'HS256', ''),
          kid: fc.constantFrom('one', 'two'),
          iss: fc.constant(url),
        },
        { requiredKeys: [] },
      )
      .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  )
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('.')),
  )
  await fc.assert(
    fc.asyncProperty(text, async (token) => {
      const examination = await examine(token, examining)
      assert.equal(examination.word, undefined)
      assert.notEqual(failedCheck(examination), undefined)
    }),
    { numRuns: 500 },
  )
})

test('claims of any shape in a genuine token are either in order or refused, and nothing is thrown', async () => {
  const names = ['iss', 'sub', 'aud', 'azp', 'iat', 'nbf', 'exp', 'amr', 'https://aws.amazon.com/tags']
  const claim = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(url, 'app', now, now + 60, ['app']))
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), claim), async (claims) => {
      const token = await signer.seal(JSON.stringify({ iss: url, ...claims }))
      const { word, ...examination } = await examine(token, examining)
      const failed = failedCheck(examination)
      if (word === undefined) return assert.notEqual(failed, undefined)
      const audience = audienceOf(word.claims, trusted.clientIds)
      const right =
        audience !== undefined &&
        typeof word.claims['sub'] === 'string' &&
        typeof sessionClaims(word.claims) !== 'string' &&
        doubleClaim(word.claims) === undefined
      if (failed === undefined) assert.ok(right)
      for (const key of Object.keys(claimKeys('id.example.com', word.claims, audience ?? { aud: '' })))
        assert.ok(key.startsWith('id.example.com:'))
    }),
    { numRuns: 300 },
  )
})

test('every change of one character makes a token invalid', async () => {
  const token = await signer.sign({ iss: url, sub: 'ann', aud: 'app', iat: now, exp: now + 300 })
  assert.equal(failedCheck(await examine(token, examining)), undefined)
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (let at = 0; at < token.length; at++) {
    const letter = token[at] ?? ''
    if (letter === '.') continue
    // The last letter of a part has bits that mean nothing; the letter that differs in the highest bit always means something.
    const other = letters[(letters.indexOf(letter) + 32) % 64]
    const found = await examine(`${token.slice(0, at)}${other}${token.slice(at + 1)}`, examining)
    assert.notEqual(failedCheck(found), undefined, `character ${at}`)
  }
})

test('clocks may differ by a minute, and no more', async () => {
  const failed = async (claims: object) => {
    const token = await signer.sign({ iss: url, sub: 'ann', aud: 'app', iat: now, exp: now + 300, ...claims })
    return failedCheck(await examine(token, examining))?.check
  }
  assert.equal(await failed({ exp: now - 59 }), undefined)
  assert.equal(await failed({ exp: now - 60 }), 'expiry')
  assert.equal(await failed({ iat: now + 60 }), undefined)
  assert.equal(await failed({ iat: now + 61 }), 'issued')
  assert.equal(await failed({ nbf: now + 60 }), undefined)
  assert.equal(await failed({ nbf: now + 61 }), 'not before')
})

const door = await openFrontDoor()
after(() => door.close())

test('a provider that every account knows needs not be registered, and is named by its host', async () => {
  const find = (issuer: string) => door.store.read((tables) => providerFor(issuer, door.account, { tables, issuers }))
  assert.deepEqual(await find('https://accounts.google.com'), {
    issuer: 'https://accounts.google.com',
    name: 'accounts.google.com',
    principal: 'accounts.google.com',
  })
  for (const issuer of [
    'http://accounts.google.com',
    'https://accounts.google.com/',
    'accounts.google.com',
    'https://id.example.com',
  ])
    assert.equal(await find(issuer), undefined, issuer)
})

test('a provider cannot have the name of keys that the house fills', async () => {
  for (const name of ['aws', 'sts', 'iam', 'saml']) {
    await door.iam
      .send(new CreateOpenIDConnectProviderCommand({ Url: `https://${name}`, ClientIDList: ['app'] }))
      .catch(() => undefined)
    const found = await door.store.read((tables) => providerFor(`https://${name}`, door.account, { tables, issuers }))
    assert.equal(found, undefined, name)
  }
})

test('a provider that does not answer is told from one that has no such key', async () => {
  const issuer = await openIssuer([signer.jwk])
  const local = await openFrontDoor('444455556666', { federation: { localIssuers: [issuer.url] } })
  try {
    await local.iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['app'] }))
    const seconds = Math.floor(local.now() / 1000)
    const WebIdentityToken = await signer.sign({
      iss: issuer.url,
      sub: 'a',
      aud: 'app',
      iat: seconds,
      exp: seconds + 300,
    })
    const call = () =>
      local.sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: 'arn:aws:iam::444455556666:role/any',
          RoleSessionName: 'session',
          WebIdentityToken,
        }),
      )
    issuer.answers.set('/.well-known/openid-configuration', (response) => response.writeHead(503).end())
    await assert.rejects(call(), { Code: 'IDPCommunicationError', name: 'IDPCommunicationErrorException' })
    local.pass(6000)
    issuer.answers.delete('/.well-known/openid-configuration')
    await assert.rejects(call(), { Code: 'AccessDenied' })
  } finally {
    await local.close()
    await issuer.close()
  }
})
