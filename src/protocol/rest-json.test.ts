import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { modelOf, type ServiceModel } from '#models'
import { Fault } from './fault.ts'
import type { HttpRequest } from './http.ts'
import { restJson } from './rest-json.ts'
import { readRestInput } from './rest-json-read.ts'
import { isForRestJson, routeOf } from './rest-json-route.ts'

const anywhere = modelOf('rolesanywhere')

/** A service with everything that the protocol knows. */
const store: ServiceModel = {
  ...{ name: 'shop', serviceId: 'Shop', apiVersion: '2020-01-01', protocol: 'rest-json', signingName: 'shop' },
  operations: {
    GetItem: operation('GetItem', 'GET', '/items/{id}', 'Item'),
    GetNewest: operation('GetNewest', 'GET', '/items/newest', 'Item'),
    PutFile: operation('PutFile', 'PUT', '/files/{path+}', 'File'),
    GetFile: operation('GetFile', 'GET', '/files/{path+}', 'Path'),
    ListDrafts: operation('ListDrafts', 'GET', '/lists?draft=yes', 'Item'),
    ListAll: operation('ListAll', 'GET', '/lists', 'Item'),
    PutTree: operation('PutTree', 'POST', '/trees', 'Tree'),
  },
  shapes: {
    Text: { type: 'string' },
    Whole: { type: 'integer' },
    Long: { type: 'long' },
    Real: { type: 'double' },
    Truth: { type: 'boolean' },
    Bytes: { type: 'blob' },
    Moment: { type: 'timestamp' },
    Dated: { type: 'timestamp', timestampFormat: 'date-time' },
    Any: { type: 'document' },
    Texts: { type: 'list', member: { shape: 'Text' } },
    Table: { type: 'map', key: { shape: 'Text' }, value: { shape: 'Whole' } },
    Item: {
      type: 'structure',
      members: {
        id: { shape: 'Text', location: 'uri' },
        many: { shape: 'Texts', location: 'query', wireName: 'm' },
        count: { shape: 'Whole', location: 'query', orBody: true },
        when: { shape: 'Moment', location: 'header', wireName: 'X-When' },
        code: { shape: 'Whole', location: 'status' },
        note: { shape: 'Text', wireName: 'Note' },
        inner: { shape: 'Tree' },
      },
    },
    Path: { type: 'structure', members: { path: { shape: 'Text', location: 'uri' } } },
    File: {
      type: 'structure',
      members: { path: { shape: 'Text', location: 'uri' }, bytes: { shape: 'Bytes', location: 'payload' } },
    },
    Tree: {
      type: 'structure',
      members: {
        ...{ long: { shape: 'Long' }, real: { shape: 'Real' }, truth: { shape: 'Truth' }, any: { shape: 'Any' } },
        ...{
          bytes: { shape: 'Bytes' },
          table: { shape: 'Table' },
          dated: { shape: 'Dated' },
          child: { shape: 'Tree' },
        },
      },
    },
  },
  errors: {},
}

function operation(name: string, method: string, path: string, shape: string) {
  return { name, input: shape, output: shape, errors: [], http: { method, path, status: 200 } }
}

function request(method: string, target: string, body = '', headers: HttpRequest['headers'] = {}): HttpRequest {
  const [path = '', query = ''] = target.split('?', 2)
  return { method, path, query, headers, body: Buffer.from(body), remoteAddress: '', secure: false }
}

function read(asked: HttpRequest, services: readonly ServiceModel[] = [store]): object {
  const found = routeOf(asked, services)
  assert.ok(found, asked.path)
  return readRestInput(asked, { ...found, form: restJson })
}

function refusal(asked: HttpRequest): string {
  try {
    read(asked)
  } catch (cause) {
    assert.ok(cause instanceof Fault)
    return `${cause.status} ${cause.code}: ${cause.message}`
  }
  return assert.fail('it was read')
}

test('an operation is found by method and path, a literal before a label, and the query that its template fixes', () => {
  const found = (method: string, target: string) => routeOf(request(method, target), [store])?.operation.name
  assert.equal(found('GET', '/items/7'), 'GetItem')
  assert.equal(found('GET', '/items/newest'), 'GetNewest')
  assert.equal(found('PUT', '/files/a/b/c'), 'PutFile')
  assert.equal(found('GET', '/lists?draft=yes'), 'ListDrafts')
  assert.equal(found('GET', '/lists?draft=no'), 'ListAll')
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/items'],
    ['GET', '/items/'],
    ['POST', '/items/7'],
    ['GET', '/items/7/8'],
    ['GET', '/constructor'],
    ['GET', '//items/7'],
  ])
    assert.equal(found(String(method), String(path)), undefined, `${method} ${path}`)
})

test('of services with the same path, the one that the request is signed for is meant', () => {
  const other: ServiceModel = { ...store, name: 'other', signingName: 'other' }
  const signed = (service: string) => ({
    authorization: [
      `AWS4-HMAC-SHA256 Credential=AKID/20260115/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    ],
  })
  const serviceOf = (headers: HttpRequest['headers'], query = '') =>
    routeOf(request('GET', `/items/7${query}`, '', headers), [store, other])?.service.name
  assert.equal(serviceOf(signed('other')), 'other')
  assert.equal(serviceOf(signed('shop')), 'shop')
  assert.equal(serviceOf({}, '?X-Amz-Credential=AKID%2F20260115%2Fus-east-1%2Fother%2Faws4_request'), 'other')
  assert.equal(serviceOf({}), 'shop')
  assert.equal(isForRestJson(request('GET', '/x', '', signed('shop')), [store]), true)
  assert.equal(isForRestJson(request('GET', '/x', '', signed('iam')), [store]), false)
})

test('members are read from the path, the query, headers and the body', () => {
  const body = JSON.stringify({ Note: 'n', inner: { long: 5, table: { a: 1 }, bytes: 'AAE=', unknown: 1 }, other: {} })
  const asked = request('GET', '/items/a%2Fb%20c?m=1&m=2&count=7', body, { 'x-when': ['2026-01-15T12:00:00Z'] })
  assert.deepEqual(JSON.parse(JSON.stringify(read(asked))), {
    ...{ id: 'a/b c', many: ['1', '2'], count: 7, when: '2026-01-15T12:00:00.000Z', note: 'n' },
    inner: { long: 5, table: { a: 1 }, bytes: { 0: 0, 1: 1 } },
  })
  assert.deepEqual(read(request('PUT', '/files/a/b%2Fc', 'raw')), { path: 'a/b/c', bytes: Buffer.from('raw') })
  assert.deepEqual(read(request('GET', '/items/x', '{"count":3}')), { id: 'x', count: 3 })
  assert.deepEqual(read(request('GET', '/items/x?count=4', '{"count":3}')), { id: 'x', count: 4 })
})

test('keys of a map mean nothing but themselves, and members that the model does not know are left out', () => {
  const value = read(request('POST', '/trees', '{"table":{"__proto__":1,"constructor":2},"__proto__":{"long":1}}'))
  const { table } = value as { readonly table: object }
  assert.deepEqual(Object.entries(table), [
    ['__proto__', 1],
    ['constructor', 2],
  ])
  assert.deepEqual(Object.keys(value), ['table'])
  assert.equal(Object.getPrototypeOf(table), null)
})

test('a value of another type than the model has is refused, and so is what is no JSON', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{', /^400 SerializationException: The body is not valid JSON/],
    ['[]', /START_ARRAY can not be converted to a structure/],
    ['"x"', /STRING_VALUE can not be converted to a structure/],
    ['null', /NULL_VALUE can not be converted to a structure/],
    ['{"long":"1"}', /STRING_VALUE can not be converted to a number/],
    ['{"long":1.5}', /NUMBER_VALUE can not be converted to a long/],
    ['{"long":1e300}', /NUMBER_VALUE can not be converted to a long/],
    ['{"truth":"true"}', /STRING_VALUE can not be converted to a boolean/],
    ['{"truth":0}', /NUMBER_VALUE can not be converted to a boolean/],
    ['{"bytes":"!"}', /can not be converted to a blob/],
    ['{"bytes":[1]}', /START_ARRAY can not be converted to a blob/],
    ['{"table":[]}', /START_ARRAY can not be converted to a map/],
    ['{"table":{"a":"x"}}', /STRING_VALUE can not be converted to a number/],
    ['{"dated":"yesterday"}', /can not be converted to a timestamp/],
    ['{"child":true}', /TRUE_VALUE can not be converted to a structure/],
    [`${'{"child":'.repeat(100)}1${'}'.repeat(100)}`, /nested more than 64 levels deep/],
    [`{"any":${'['.repeat(100_000)}`, /nested more than 64 levels deep/],
  ]
  for (const [body, says] of cases) assert.match(refusal(request('POST', '/trees', body)), says)
  assert.match(refusal(request('GET', '/items/x?count=many')), /SerializationException/)
  assert.match(refusal(request('GET', '/items/x?count=1&count=2')), /given more than once/)
  assert.match(refusal(request('GET', '/items/%ff')), /path is not well encoded/)
  const form = { 'content-type': ['application/x-www-form-urlencoded'] }
  assert.match(refusal(request('POST', '/trees', 'a=1', form)), /^415 UnsupportedMediaTypeException/)
  assert.match(refusal({ ...request('POST', '/trees'), body: Uint8Array.from([0xff]) }), /not valid UTF-8/)
})

test('an answer has each member where it travels, moments in the spelling of their shape', () => {
  const [service, moment] = [store, new Date(Date.UTC(2026, 0, 15))]
  const call = { service, operation: service.operations['GetItem'], form: restJson }
  assert.ok(call.operation)
  const output = {
    id: 'x',
    code: 202,
    when: moment,
    note: 'n',
    inner: { dated: moment, bytes: Buffer.from('a'), real: 0.5 },
    secret: 1,
  }
  const { status, headers, body } = restJson.write(output, { ...call, operation: call.operation }, 'id')
  assert.equal(status, 202)
  assert.equal(headers['x-amzn-requestid'], 'id')
  assert.ok(headers['x-when']?.includes('2026'))
  assert.deepEqual(JSON.parse(String(body)), {
    Note: 'n',
    inner: { dated: '2026-01-15T00:00:00.000Z', bytes: 'YQ==', real: 0.5 },
  })
})

test('a refusal carries the code as services say it that answer in JSON', () => {
  const codes = {
    InvalidClientTokenId: 'UnrecognizedClientException',
    ValidationError: 'ValidationException',
    Odd: 'Odd',
  }
  for (const [code, alias] of Object.entries(codes)) {
    const fault = new Fault({ code, status: 403, message: 'no', detail: 'for the log' })
    const { status, headers, body } = restJson.refuse(fault, undefined, 'id')
    assert.deepEqual([status, headers['x-amzn-errortype'], body], [403, alias, '{"message":"no"}'])
  }
})

test('no body, path or query does anything but be read or be refused', () => {
  const bodies = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.json().map((text) => `{"tags":${text},"source":${text},"name":${text},"roleArns":${text}}`),
  )
  const paths = fc.constantFrom(
    '/profiles',
    '/trustanchors',
    '/sessions',
    '/crls',
    '/TagResource',
    '/crl/x',
    '/%',
    '/profile/%zz',
  )
  const methods = fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'DELETE')
  fc.assert(
    fc.property(methods, paths, bodies, fc.string({ unit: 'binary' }), (method, path, body, query) => {
      const asked = { ...request(method, path, body), query }
      const found = routeOf(asked, [anywhere])
      if (found === undefined) return
      try {
        assert.equal(typeof restJson.read(asked, { ...found, form: restJson }), 'object')
      } catch (cause) {
        assert.ok(cause instanceof Fault && cause.status >= 400 && cause.status < 500, String(cause))
      }
    }),
    { numRuns: 1000 },
  )
})
