import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { modelOf } from '#models'
import { type HttpRequest, signRequest } from '#protocol'
import { answer } from '#server'
import { openFrontDoor } from '../front-door.ts'

const cases = 100_000
/** Every tenth request carries a valid signature, so that what comes after it is reached too. */
const signedOnce = 10

const door = await openFrontDoor()
after(() => door.close())

/** Numbers that are the same in every run. Source: the generator "mulberry32". */
function dice(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most
  }
}

type Roll = ReturnType<typeof dice>

function one<Item>(items: readonly [Item, ...Item[]], roll: Roll): Item {
  return items[roll(items.length)] ?? items[0]
}

/** One of those, and now and then something else. */
function mostly(items: readonly [string, ...string[]], roll: Roll): string {
  return roll(10) === 0 ? word(roll) : one(items, roll)
}

const services = ['iam', 'sts'].map(modelOf)
const actions = services.flatMap(({ operations }) => Object.keys(operations))
const members = services.flatMap(({ shapes }) =>
  Object.values(shapes).flatMap((shape) => (shape.type === 'structure' ? Object.keys(shape.members) : [])),
)
const oddities = [
  '',
  '%',
  '%zz',
  '%00',
  '%ff%fe',
  '\u0000',
  '\ud800',
  '💥',
  '__proto__',
  'constructor',
  '-1',
  '1e999',
  '99999999999999999999',
  'true',
  '${aws:username}',
  '{"Version":"2012-10-17","Statement":[]}',
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
  '[[[[[[',
  'arn:aws:iam::111122223333:role/x',
  'arn:aws:iam::aws:policy/AdministratorAccess',
  'administrator',
  'a'.repeat(5000),
  "'; DROP TABLE user; --",
  '<x>&amp;',
] as const

function word(roll: Roll): string {
  const kind = roll(4)
  if (kind === 0) return members[roll(members.length)] ?? ''
  if (kind === 1) return oddities[roll(oddities.length)] ?? ''
  return Array.from({ length: roll(12) }, () => String.fromCharCode(roll(kind === 2 ? 128 : 65_536))).join('')
}

function field(roll: Roll): string {
  const depth = roll(4)
  const name = [members[roll(members.length)] ?? '', ...['member', '1', 'Key'].slice(0, depth)].join('.')
  const key = roll(3) === 0 ? word(roll) : name
  const value = word(roll)
  return roll(8) === 0
    ? `${key}=${value}`
    : `${encodeURIComponent(key.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`
}

function form(roll: Roll): string {
  const fields = Array.from({ length: roll(6) }, () => field(roll))
  if (roll(8) > 0) fields.push(`Action=${roll(8) === 0 ? word(roll) : actions[roll(actions.length)]}`)
  if (roll(8) > 0) fields.push(`Version=${roll(8) === 0 ? word(roll) : one(['2010-05-08', '2011-06-15'], roll)}`)
  return fields.join('&')
}

function credential(roll: Roll): string {
  const key = mostly(['AKIAAAAAAAAAAAAAAAAA', door.administrator.accessKeyId, 'ASIAAAAAAAAAAAAAAAAA'], roll)
  const parts = [key, mostly(['20260115', '20000101'], roll), mostly(['us-east-1'], roll)]
  return [...parts, mostly(['iam', 'sts'], roll), mostly(['aws4_request'], roll)].join('/')
}

function authorization(roll: Roll): string {
  const scheme = mostly(['AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256', 'Basic'], roll)
  const signed = mostly(['host;x-amz-date', 'host', 'HOST', '__proto__'], roll)
  const signature = mostly(['0'.repeat(64)], roll)
  const parts = [`Credential=${credential(roll)}`, `SignedHeaders=${signed}`, `Signature=${signature}`]
  return `${scheme} ${parts.slice(0, roll(4) + 1).join(one([', ', ',', ' '], roll))}`
}

function headersOf(roll: Roll): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null)
  if (roll(8) > 0) headers['host'] = ['cardea.test']
  if (roll(4) > 0) headers['content-type'] = [mostly(['application/x-www-form-urlencoded'], roll)]
  if (roll(3) > 0) headers['authorization'] = Array.from({ length: roll(12) === 0 ? 2 : 1 }, () => authorization(roll))
  if (roll(3) > 0) headers['x-amz-date'] = [mostly(['20260115T120000Z', '20260115T130000Z'], roll)]
  if (roll(6) === 0) headers['x-amz-security-token'] = [word(roll)]
  if (roll(6) === 0) headers['x-amz-target'] = [word(roll)]
  if (roll(6) === 0) headers[word(roll).toLowerCase()] = [word(roll), word(roll)]
  return headers
}

function presigned(roll: Roll): string {
  const parts = [
    `X-Amz-Algorithm=${mostly(['AWS4-HMAC-SHA256'], roll)}`,
    `X-Amz-Credential=${encodeURIComponent(credential(roll).toWellFormed())}`,
    `X-Amz-Date=${mostly(['20260115T120000Z'], roll)}`,
    `X-Amz-Expires=${mostly(['60', '-1', '1e9'], roll)}`,
    `X-Amz-SignedHeaders=${mostly(['host'], roll)}`,
    `X-Amz-Signature=${'0'.repeat(64)}`,
  ]
  return parts.slice(0, roll(parts.length + 1)).join('&')
}

function hostile(roll: Roll): HttpRequest {
  const method = roll(8) > 0 ? one(['POST', 'GET'], roll) : mostly(['PUT', 'DELETE', 'HEAD', 'OPTIONS'], roll)
  const text = form(roll)
  const inQuery = roll(3) === 0
  const body = new TextEncoder().encode(inQuery ? '' : text)
  if (roll(50) === 0) for (let index = 0; index < body.length; index += 3) body[index] = roll(256)
  const query = [inQuery ? text : '', roll(5) === 0 ? presigned(roll) : ''].filter((part) => part !== '').join('&')
  const path = one(['/', '//', '/a/../b', '/%2e', '/%', `/${word(roll)}`], roll)
  return { method, path, query, headers: headersOf(roll), body, remoteAddress: '203.0.113.9', secure: roll(2) === 0 }
}

function signed(roll: Roll): HttpRequest {
  const body = new TextEncoder().encode(form(roll))
  const service = new TextDecoder().decode(body).includes('2011-06-15') ? 'sts' : 'iam'
  const parts = { method: 'POST', path: '/', query: '', body }
  const headers = signRequest({
    ...parts,
    headers: { host: 'cardea.test', 'content-type': 'application/x-www-form-urlencoded' },
    credentials: door.administrator,
    scope: { region: 'us-east-1', service },
    now: door.now(),
  })
  const listed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  return { ...parts, headers: listed, remoteAddress: '203.0.113.9', secure: false }
}

/** The code of a refusal of the query protocol, or of a JSON protocol, which names its operation in a header. */
function codeIn(text: string): string {
  const [, code = ''] =
    /<Code>([^<]+)<\/Code><Message>[^<]+<\/Message>/.exec(text) ??
    /^\{"__type":"(\w+)","message":".+"\}$/s.exec(text) ??
    []
  return code
}

test('100,000 odd requests are refused or answered, each in AWS form, and none is a failure of the server', async () => {
  const roll = dice(20_260_115)
  const codes = new Map<string, number>()
  for (let index = 0; index < cases; index++) {
    const request = index % signedOnce === 0 ? signed(roll) : hostile(roll)
    const { status, body } = await answer(request, door.house)
    const text = String(body)
    const code = status === 200 ? 'OK' : codeIn(text)
    const shown = () => `case ${index}: ${JSON.stringify({ ...request, body: Buffer.from(request.body).toString() })}`
    assert.ok(status < 500 || status === 501, `${shown()} gave ${text}`)
    assert.notEqual(code, '', `${shown()} gave ${text}`)
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  for (const wanted of [
    'OK',
    'InvalidAction',
    'MissingAction',
    'MissingAuthenticationToken',
    'IncompleteSignature',
    'SignatureDoesNotMatch',
    'InvalidClientTokenId',
    'ValidationError',
    'UnknownOperationException',
  ])
    assert.ok((codes.get(wanted) ?? 0) > 20, `${wanted}: ${JSON.stringify([...codes])}`)
})
