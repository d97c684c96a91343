import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { createSigner } from '../../test/issuer.ts'
import { type Fetched, Issuers, keySet } from './issuer.ts'

const url = 'https://id.example.com'
const wanted = { alg: 'RS256', kid: 'one' }
const minute = 60_000
const hour = 60 * minute
const [one, two] = await Promise.all([createSigner('RS256', 'one'), createSigner('RS256', 'two')])

/** An issuer without a network. */
function issuerOf(keys: readonly JWK[]) {
  const state = { keys, asked: 0, failure: undefined as Fetched | undefined, issuer: url }
  const issuers = new Issuers(async (address) => {
    state.asked += 1
    await Promise.resolve()
    if (state.failure !== undefined) return state.failure
    if (address === `${url}/keys`) return { value: { keys: state.keys } }
    return { value: { issuer: state.issuer, jwks_uri: `${url}/keys` } }
  })
  return { state, issuers }
}

test('keys are fetched once, for all who ask at the same time and for an hour', async () => {
  const { state, issuers } = issuerOf([one.jwk])
  const found = await Promise.all(Array.from({ length: 20 }, () => issuers.find(url, wanted, 0)))
  for (const one of found) assert.ok('key' in one)
  assert.ok('key' in (await issuers.find(url, wanted, hour - 1)))
  assert.equal(state.asked, 2)
  await issuers.find(url, wanted, hour)
  assert.equal(state.asked, 4)
})

test('a key that is not known is looked for once, and then not again for half a minute', async () => {
  const { state, issuers } = issuerOf([one.jwk])
  await issuers.find(url, wanted, 0)
  state.keys = [one.jwk, two.jwk]
  const other = { alg: 'RS256', kid: 'two' }
  assert.ok('why' in (await issuers.find(url, other, minute / 2 - 1)))
  assert.equal(state.asked, 2)
  assert.ok('key' in (await issuers.find(url, other, minute / 2)))
  assert.equal(state.asked, 4)
  for (let guess = 0; guess < 100; guess++)
    assert.ok('why' in (await issuers.find(url, { alg: 'RS256', kid: `guess-${guess}` }, minute / 2 + 1)))
  assert.equal(state.asked, 4)
})

test('a key that is withdrawn is taken no more after an hour', async () => {
  const { state, issuers } = issuerOf([one.jwk])
  await issuers.find(url, wanted, 0)
  state.keys = [two.jwk]
  assert.ok('key' in (await issuers.find(url, wanted, hour - 1)))
  assert.ok('why' in (await issuers.find(url, wanted, hour)))
})

test('an issuer that does not answer is asked again after longer and longer whiles', async () => {
  const { state, issuers } = issuerOf([one.jwk])
  state.failure = { why: 'it is down', passing: true }
  const askedAt: number[] = []
  for (let now = 0; now < 20 * minute; now += 1000) {
    const before = state.asked
    assert.deepEqual(await issuers.find(url, wanted, now), {
      why: 'it is down',
      passing: true,
      times: askedAt.length + (state.asked > before ? 1 : 0),
    })
    if (state.asked > before) askedAt.push(now)
  }
  const pauses = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? 0))
  assert.deepEqual(pauses.slice(0, 7), [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000])
  assert.ok(pauses.every((pause) => pause <= 300_000))
  state.failure = undefined
  assert.ok('key' in (await issuers.find(url, wanted, 40 * minute)))
})

test('known keys serve for a day when their issuer does not answer any more', async () => {
  const { state, issuers } = issuerOf([one.jwk])
  await issuers.find(url, wanted, 0)
  state.failure = { why: 'it is down', passing: true }
  assert.ok('key' in (await issuers.find(url, wanted, 24 * hour - 1)))
  const late = await issuers.find(url, wanted, 24 * hour)
  assert.ok('why' in late && late.passing)
})

test('a discovery document of another issuer is not believed', async () => {
  for (const issuer of [`${url}/`, 'https://evil.example.com', undefined]) {
    const { state, issuers } = issuerOf([one.jwk])
    state.issuer = issuer as string
    const found = await issuers.find(url, wanted, 0)
    assert.match('why' in found ? found.why : '', /names another issuer/)
  }
})

test('a key set gives public RSA and EC keys for signatures only', async () => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const secret = { kty: 'oct', k: 'c2VjcmV0', kid: 'one', alg: 'RS256' }
  const encrypting = { ...one.jwk, use: 'enc' }
  for (const jwk of [secret, encrypting, await exportJWK(privateKey), { kty: 'OKP', crv: 'Ed25519', x: 'AA' }, 7, null])
    assert.ok('why' in keySet({ keys: [jwk] }), JSON.stringify(jwk))
  for (const value of [
    undefined,
    null,
    [],
    'x',
    {},
    { keys: {} },
    { keys: Array.from({ length: 101 }, () => one.jwk) },
  ])
    assert.ok('why' in keySet(value))
  assert.ok('set' in keySet({ keys: [secret, one.jwk] }))
})

test('a token without the name of a key is verified only where one key fits', async () => {
  const single = issuerOf([one.jwk])
  assert.ok('key' in (await single.issuers.find(url, { alg: 'RS256' }, 0)))
  const several = issuerOf([one.jwk, two.jwk])
  const found = await several.issuers.find(url, { alg: 'RS256' }, 0)
  assert.match('why' in found ? found.why : '', /several keys/)
})

test('a provider means its https issuer, unless the operator marked the plain one', () => {
  const plain = new Issuers(async () => ({ why: '', passing: true }), ['http://127.0.0.1:4000'])
  assert.equal(plain.urlOf('127.0.0.1:4000'), 'http://127.0.0.1:4000')
  assert.equal(plain.urlOf('127.0.0.1'), 'https://127.0.0.1')
  assert.ok(plain.isLocal('http://127.0.0.1:4000') && !plain.isLocal('https://127.0.0.1:4000'))
})

test('where an issuer for local use is, only that issuer leads: no key set of another, and no path beside it', async () => {
  const marked = 'https://login.corp.internal'
  const asked: string[] = []
  const fetch = async (address: string): Promise<Fetched> => {
    asked.push(address)
    if (address.endsWith('/keys')) return { value: { keys: [one.jwk] } }
    return { value: { issuer: address.replace('/.well-known/openid-configuration', ''), jwks_uri: `${marked}/keys` } }
  }
  const issuers = new Issuers(fetch, [marked])
  assert.ok('key' in (await issuers.find(marked, wanted, 0)))
  asked.length = 0
  for (const other of [url, `${marked}/admin`]) {
    const found = await issuers.find(other, wanted, 0)
    assert.match('why' in found ? found.why : '', /for local use/, other)
  }
  assert.deepEqual(asked, [`${url}/.well-known/openid-configuration`])
})
