import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from './fault.ts'
import { readForm } from './form.ts'
import type { HttpRequest } from './http.ts'

const urlEncoded = 'application/x-www-form-urlencoded; charset=utf-8'

function post(body: string | Uint8Array, { query = '', type = urlEncoded }: { query?: string; type?: string } = {}) {
  const request: HttpRequest = {
    method: 'POST',
    path: '/',
    query,
    headers: type === '' ? {} : { 'content-type': [type] },
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    remoteAddress: '203.0.113.9',
    secure: false,
  }
  return request
}

function refused(request: HttpRequest): string {
  try {
    readForm(request)
  } catch (error) {
    assert.ok(error instanceof Fault)
    return `${error.status} ${error.code}`
  }
  return assert.fail('the form was read')
}

test('fields come from the query string and the body together', () => {
  const form = readForm(post('Path=%2Fa+b%2F&UserName=%C3%A9', { query: 'Action=CreateUser&Version=2010-05-08' }))
  assert.deepEqual(
    [...form.entries()],
    [
      ['Action', 'CreateUser'],
      ['Version', '2010-05-08'],
      ['Path', '/a b/'],
      ['UserName', 'é'],
    ],
  )
  assert.equal(form.size, 4)
  assert.equal(form.get('Nothing'), undefined)
})

test('a field without a value, an empty value, and an equals sign within a value are read as they are', () => {
  const form = readForm(post('a&b=&c=d=e&&f=1&'))
  assert.deepEqual(
    [...form.entries()],
    [
      ['a', ''],
      ['b', ''],
      ['c', 'd=e'],
      ['f', '1'],
    ],
  )
})

test('the parts of a presigned signature are no input, in any case of letters', () => {
  const query = 'Action=A&X-Amz-Algorithm=AWS4-HMAC-SHA256&x-amz-signature=00&X-Amz-Security-Token=t'
  assert.deepEqual([...readForm(post('', { query })).names()], ['Action'])
})

test('a name that comes twice is refused, also when once in the query string and once in the body', () => {
  assert.equal(refused(post('a=1&a=2')), '400 InvalidQueryParameter')
  assert.equal(refused(post('a=1&%61=1')), '400 InvalidQueryParameter')
  assert.equal(refused(post('a=1', { query: 'a=1' })), '400 InvalidQueryParameter')
})

test('what is not percent-encoded UTF-8 is refused', () => {
  for (const body of ['a=%', 'a=%4', 'a=%zz', 'a=%ff', 'a=%C0%80', 'a=%ED%A0%80', '%=1', '=1'])
    assert.equal(refused(post(body)), '400 MalformedQueryString', body)
  assert.equal(refused(post(Uint8Array.of(0x61, 0x3d, 0xff))), '400 MalformedQueryString')
  assert.equal(refused(post('', { query: 'a=é' })), '400 MalformedQueryString')
})

test('a thousand fields are read and one more is refused, however they are spread', () => {
  const many = (count: number, prefix: string) => Array.from({ length: count }, (_, at) => `${prefix}${at}=1`).join('&')
  assert.equal(readForm(post(many(1_000, 'a'))).size, 1_000)
  assert.equal(readForm(post(many(500, 'a'), { query: many(500, 'b') })).size, 1_000)
  assert.equal(refused(post(many(1_001, 'a'))), '400 InvalidQueryParameter')
  assert.equal(refused(post(many(500, 'a'), { query: many(501, 'b') })), '400 InvalidQueryParameter')
  assert.equal(refused(post('', { query: many(1_001, 'X-Amz-') })), '400 InvalidQueryParameter')
})

test('a name may have 512 characters', () => {
  assert.equal(readForm(post(`${'a'.repeat(512)}=1`)).size, 1)
  assert.equal(refused(post(`${'a'.repeat(513)}=1`)), '400 InvalidQueryParameter')
})

test('a body of another type is no request of this protocol, and one that names no type is taken as a form', () => {
  assert.equal(refused(post('{}', { type: 'application/x-amz-json-1.1' })), '404 UnknownOperationException')
  assert.equal(refused(post('a=1', { type: 'application/x-www-form-urlencoded2' })), '404 UnknownOperationException')
  assert.equal(readForm(post('', { type: 'text/plain' })).size, 0)
  assert.equal(readForm(post('a=1', { type: '' })).get('a'), '1')
  assert.equal(readForm(post('a=1', { type: 'Application/X-WWW-Form-URLEncoded' })).get('a'), '1')
})

test('a request is read once', () => {
  const request = post('a=1')
  assert.equal(readForm(request), readForm(request))
})
