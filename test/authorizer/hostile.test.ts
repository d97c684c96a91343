import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { type AuthorizerDoor, type Json, openAuthorizer } from './door.ts'

const account = '111122223333'
const root = `arn:aws:iam::${account}:root`
const arn = `arn:aws:acme:us-east-1:${account}:photo/1`
let door: AuthorizerDoor

before(async () => {
  door = await openAuthorizer(account)
  await door.registerAcme()
})
after(() => door.close())

function member(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined
}

const good = { principal: root, action: 'acme:GetPhoto', resource: arn }

describe('what is no question', () => {
  test('is refused with 400 and says what is wrong', async () => {
    const request = { method: 'GET', url: '/photos/1', headers: {} }
    const bodies: readonly unknown[] = [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '{"__proto__":{"principal":"x"},"action":"acme:ListPhotos"}',
      '{"constructor":1,"action":"acme:ListPhotos"}',
      {},
      { ...good, colour: 'red' },
      { ...good, principal: undefined },
      { ...good, request },
      { ...good, action: undefined },
      { ...good, action: 'acme:*' },
      { ...good, action: 7 },
      { ...good, resource: [] },
      { ...good, resource: Array.from({ length: 101 }, () => arn) },
      { ...good, resource: 'x'.repeat(3000) },
      { ...good, context: [] },
      { ...good, context: 'x' },
      { ...good, service: 'acme' },
      { ...good, explain: 'yes' },
      { action: 'acme:GetPhoto', resource: arn, request: { ...request, url: 'photos' } },
      { action: 'acme:GetPhoto', resource: arn, request: { ...request, method: 'get' } },
      { action: 'acme:GetPhoto', resource: arn, request: { ...request, headers: { 'a b': 'x' } } },
      { action: 'acme:GetPhoto', resource: arn, request: { ...request, headers: { a: 'x\r\ny' } } },
      { action: 'acme:GetPhoto', resource: arn, request: { ...request, headers: { a: 'x', A: 'y' } } },
      { action: 'acme:GetPhoto', resource: arn, request: { ...request, body: 'x', bodySha256: 'a'.repeat(64) } },
      { action: 'acme:GetPhoto', resource: arn, request: { ...request, bodySha256: 'x' } },
      { action: 'acme:GetPhoto', resource: arn, request: { ...request, sourceIp: 'somewhere' } },
    ]
    for (const body of bodies) {
      const { status, body: told } = await door.ask('POST', '/v1/authorize', body)
      assert.equal(status, 400, JSON.stringify(body))
      assert.equal(member(told, '__type'), 'ValidationException')
      assert.ok(String(member(told, 'message')).length > 10)
    }
  })

  test('is refused by itself where it is well formed and not known, and the operator hears why', async () => {
    const questions = [
      { ...good, action: 'acme:GetFoto' },
      { ...good, action: 'nothing:GetPhoto' },
      { ...good, action: 's3:NoSuchAction', resource: 'arn:aws:s3:::b' },
      { ...good, resource: '*' },
      { ...good, resource: `arn:aws:acme:us-east-1:${account}:album/1` },
      { ...good, resource: 'arn:aws:acme:us-east-1:444455556666:photo/1' },
      { ...good, resource: 'arn:aws:acme:us-east-1:x:photo/1' },
      { ...good, action: 'acme:ListPhotos' },
      ...[
        'aws:PrincipalArn',
        'aws:userid',
        'aws:PrincipalTag/team',
        'aws:MultiFactorAuthPresent',
        'aws:CurrentTime',
        'aws:ResourceAccount',
        'acme:Nothing',
        's3:prefix',
        'constructor',
        'toString',
        'x',
      ].map((key) => ({ ...good, context: { [key]: 'x' } })),
      { ...good, context: { 'acme:Album': ['x'] } },
      { ...good, context: { 'acme:Album': 'x', 'acme:album': 'y' } },
      { ...good, context: { 'acme:Size': 'NaN' } },
      { ...good, context: { 'acme:Album': null } },
      { ...good, context: { 'aws:SourceIp': '300.1.1.1' } },
      { ...good, action: 'acme:PutPhoto', context: { 'acme:Labels': 'x' } },
    ]
    for (const question of questions) {
      const told = door.log.length
      const { status, body } = await door.ask('POST', '/v1/authorize', question)
      assert.equal(status, 200)
      assert.equal(member(body, 'allowed'), false, JSON.stringify(question))
      assert.equal(member(body, 'decision'), 'refused', JSON.stringify(question))
      assert.equal(member(member(body, 'error'), 'code'), 'ValidationError')
      assert.ok(door.log.length > told)
    }
    const parsed = `{"principal":"${root}","action":"acme:GetPhoto","resource":"${arn}","context":{"__proto__":"x"}}`
    assert.equal(member((await door.ask('POST', '/v1/authorize', parsed)).body, 'decision'), 'refused')
  })

  test('is never allowed, and never a failure of the server, whatever is thrown at it', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            principal: fc.oneof(fc.string(), fc.constant(`arn:aws:iam::${account}:user/x`), fc.jsonValue()),
            action: fc.oneof(fc.string(), fc.constant('acme:GetPhoto'), fc.jsonValue()),
            resource: fc.oneof(fc.string(), fc.constant(arn), fc.jsonValue()),
            context: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
            request: fc.oneof(
              fc.jsonValue(),
              fc.record({
                method: fc.constant('GET'),
                url: fc.webPath(),
                headers: fc.dictionary(fc.string(), fc.string()),
              }),
            ),
            service: fc.constantFrom('acme', 'x'),
          },
          { requiredKeys: [] },
        ),
        async (body) => {
          const { status, body: told } = await door.ask('POST', '/v1/authorize', body)
          assert.ok(status === 200 || status === 400, `${status} ${JSON.stringify(body)}`)
          assert.notEqual(member(told, 'allowed'), true, JSON.stringify(body))
        },
      ),
      { numRuns: 300 },
    ))

  test('cannot break a definition either', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            actions: fc.jsonValue(),
            resourceTypes: fc.jsonValue(),
            conditionKeys: fc.jsonValue(),
            routes: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
        async (definition) => {
          const { status } = await door.ask('PUT', '/v1/services/fuzz', definition)
          assert.equal(status, 400)
        },
      ),
      { numRuns: 100 },
    ))
})

test('signing keys are given over TLS, or on this machine, and to nobody else', async () => {
  const nonce = 'n'.repeat(16)
  const request = { method: 'GET', url: '/photos/1', headers: {} }
  for (const [path, body] of [
    ['/v1/snapshot', { services: ['acme'], nonce }],
    ['/v1/session', { service: 'acme', request, nonce }],
  ] as const) {
    const { status, body: told } = await door.ask('POST', path, body)
    assert.equal(status, 403)
    assert.match(String(member(told, 'message')), /over TLS only/)
  }
})
