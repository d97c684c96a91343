import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type AuthorizerDoor, acme, type Json, openAuthorizer, sent } from './door.ts'

const account = '111122223333'
const root = `arn:aws:iam::${account}:root`

let door: AuthorizerDoor
let description: Json

before(async () => {
  door = await openAuthorizer(account)
  description = (await sent(door.front, { method: 'GET', path: '/v1/openapi.json', headers: {} })).body
})
after(() => door.close())

function at(value: Json | undefined, ...names: readonly string[]): Json | undefined {
  let found = value
  for (const name of names) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined
    found = Object.hasOwn(found, name) ? found[name] : undefined
  }
  return found
}

/** Says what in a value is not as its schema says. Reads the part of JSON Schema that the description is written in. */
function faults(value: Json, schema: Json | undefined, where = '$'): readonly string[] {
  const named = at(schema, '$ref')
  if (typeof named === 'string') return faults(value, at(description, ...named.slice(2).split('/')), where)
  const either = at(schema, 'oneOf')
  if (Array.isArray(either))
    return either.some((one) => faults(value, one).length === 0) ? [] : [`${where} is none of what it may be`]
  const type = at(schema, 'type')
  const is = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  const fits = type === is || (type === 'integer' && Number.isInteger(value))
  if (!fits) return [`${where} is ${is}, not ${String(type)}`]
  const words = at(schema, 'enum')
  if (Array.isArray(words) && !words.includes(value)) return [`${where} is ${String(value)}`]
  if (Array.isArray(value)) return value.flatMap((one, index) => faults(one, at(schema, 'items'), `${where}[${index}]`))
  return typeof value === 'object' && value !== null ? membersOf(value, schema, where) : []
}

function membersOf(
  value: { readonly [name: string]: Json },
  schema: Json | undefined,
  where: string,
): readonly string[] {
  const required = at(schema, 'required')
  const missing = Array.isArray(required) ? required.filter((name) => !Object.hasOwn(value, String(name))) : []
  const rest = at(schema, 'additionalProperties')
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const known = at(schema, 'properties', name)
    if (known !== undefined) return faults(member, known, `${where}.${name}`)
    if (rest === false) return [`${where}.${name} is not described`]
    return rest === undefined ? [] : faults(member, rest, `${where}.${name}`)
  })
  return [...missing.map((name) => `${where}.${String(name)} is missing`), ...wrong]
}

const calls: readonly (readonly [method: string, path: string, body?: object | undefined, described?: string])[] = [
  ['PUT', '/v1/services/acme', acme, '/v1/services/{prefix}'],
  ['GET', '/v1/services'],
  ['GET', '/v1/services/acme', undefined, '/v1/services/{prefix}'],
  ['GET', '/v1/services/none', undefined, '/v1/services/{prefix}'],
  ['POST', '/v1/authorize', { principal: root, action: 'acme:ListPhotos', explain: true }],
  ['POST', '/v1/authorize', { principal: root, action: 'acme:Nothing' }],
  ['POST', '/v1/authorize', { principal: root, colour: 'red' }],
  [
    'POST',
    '/v1/authorize/batch',
    { principal: 'anonymous', items: [{ action: 'acme:ListPhotos' }, { action: 's3:ListAllMyBuckets' }] },
  ],
  ['POST', '/v1/authorize', { service: 'acme', request: { method: 'GET', url: '/photos', headers: { host: 'x' } } }],
  ['POST', '/v1/complete', { text: 'acme:' }],
  [
    'POST',
    '/v1/check-policy',
    { policy: '{"Version":"2012-10-17","Statement":{"Sid":"A","Effect":"Allow","Action":"acme:X","Resource":"*"}}' },
  ],
  ['POST', '/v1/snapshot', { services: ['acme'], nonce: 'n'.repeat(16) }],
  ['DELETE', '/v1/services/acme', undefined, '/v1/services/{prefix}'],
]

describe('the description of the interface', () => {
  test('is the one that the documentation keeps', () => {
    const kept = readFileSync(new URL('../../docs/authorizer-openapi.json', import.meta.url), 'utf8')
    assert.deepEqual(JSON.parse(kept), description)
  })

  test('is right about what is asked and what is answered', async () => {
    for (const [method, path, body, described = path] of calls) {
      const operation = at(description, 'paths', described, method.toLowerCase())
      const { status, body: answer } = await door.ask(method, path, body)
      const schema = at(
        operation,
        'responses',
        status === 200 ? '200' : 'default',
        'content',
        'application/json',
        'schema',
      )
      assert.ok(schema !== undefined, `${method} ${path}`)
      assert.deepEqual(faults(answer, schema), [], `${method} ${path} ${JSON.stringify(answer)}`)
      const asked = at(operation, 'requestBody', 'content', 'application/json', 'schema')
      if (body !== undefined && status === 200)
        assert.deepEqual(faults(JSON.parse(JSON.stringify(body)), asked), [], `${method} ${path}`)
    }
  })

  test('describes every path that answers', async () => {
    for (const path of Object.keys(at(description, 'paths') ?? {})) {
      const { status } = await door.ask('PATCH', path.replace('{prefix}', 'acme'))
      assert.equal(status, 405, path)
    }
  })
})
