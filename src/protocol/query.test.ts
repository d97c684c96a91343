import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { modelOf, type ServiceModel, type Shape } from '#models'
import { conform } from './conform.ts'
import { Fault } from './fault.ts'
import { readForm } from './form.ts'
import type { HttpRequest } from './http.ts'
import { operationOf, query } from './query.ts'
import type { Call } from './wire.ts'

const shapes: Readonly<Record<string, Shape>> = {
  Both: {
    type: 'structure',
    members: {
      Text: { shape: 'Text', wireName: 'text' },
      Whole: { shape: 'Integer' },
      Long: { shape: 'Long' },
      Half: { shape: 'Double' },
      Yes: { shape: 'Boolean' },
      When: { shape: 'When' },
      Bytes: { shape: 'Bytes' },
      List: { shape: 'List' },
      Named: { shape: 'Named' },
      Flat: { shape: 'Flat', wireName: 'flat' },
      Map: { shape: 'Map' },
      FlatMap: { shape: 'FlatMap' },
      Inner: { shape: 'Both' },
    },
  },
  Text: { type: 'string' },
  Integer: { type: 'integer' },
  Long: { type: 'long' },
  Double: { type: 'double' },
  Boolean: { type: 'boolean' },
  When: { type: 'timestamp' },
  Bytes: { type: 'blob' },
  List: { type: 'list', member: { shape: 'Text' } },
  Named: { type: 'list', member: { shape: 'Text', wireName: 'item' } },
  Flat: { type: 'list', member: { shape: 'Text' }, flattened: true },
  Map: { type: 'map', key: { shape: 'Text' }, value: { shape: 'Integer' } },
  FlatMap: {
    type: 'map',
    key: { shape: 'Text', wireName: 'K' },
    value: { shape: 'Text', wireName: 'V' },
    flattened: true,
  },
}

const service: ServiceModel = {
  name: 'test',
  serviceId: 'Test',
  apiVersion: '2026-01-01',
  protocol: 'query',
  signingName: 'test',
  xmlNamespace: 'https://test.example/',
  operations: { Do: { name: 'Do', input: 'Both', output: 'Both', errors: [] }, Rest: { name: 'Rest', errors: [] } },
  shapes,
  errors: {},
}

function post(body: string): HttpRequest {
  const headers = { 'content-type': ['application/x-www-form-urlencoded'] }
  const bytes = new TextEncoder().encode(body)
  return { method: 'POST', path: '/', query: '', headers, body: bytes, remoteAddress: '203.0.113.9', secure: false }
}

function callOf(name: string, model = service): Call {
  return { service: model, operation: model.operations[name] ?? assert.fail(name), form: query }
}

function read(body: string): object {
  return structuredClone(query.read(post(body), callOf('Do')))
}

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    assert.ok(error instanceof Fault, String(error))
    return `${error.status} ${error.code}: ${error.message}`
  }
  return assert.fail('it was taken')
}

test('values are read by the types of the model', () => {
  assert.deepEqual(read('text=a&Whole=-5&Long=9007199254740991&Half=1.5e3&Yes=true&When=0&Bytes=AQI%3D&Unknown=1'), {
    Text: 'a',
    Whole: -5,
    Long: 9007199254740991,
    Half: 1500,
    Yes: true,
    When: new Date(0),
    Bytes: Uint8Array.of(1, 2),
  })
  assert.deepEqual(read('Yes=0&Bytes='), { Yes: false, Bytes: new Uint8Array() })
})

test('the members of a list come in the order of their numbers, and gaps close', () => {
  assert.deepEqual(read('List.member.10=c&List.member.2=b&List.member.1=a'), { List: ['a', 'b', 'c'] })
  assert.deepEqual(read('List.member.999999999=z'), { List: ['z'] })
  assert.deepEqual(read('Named.item.1=a&flat.2=b&flat.1=a'), { Named: ['a'], Flat: ['a', 'b'] })
  assert.deepEqual(read('List=&flat='), { List: [], Flat: [] })
})

test('maps are read with and without the element around each entry', () => {
  const body = 'Map.entry.1.key=a&Map.entry.1.value=1&FlatMap.1.K=k&FlatMap.1.V=v&Map.entry.2.key=b&Map.entry.2.value=2'
  assert.deepEqual(read(body), { Map: { a: 1, b: 2 }, FlatMap: { k: 'v' } })
})

test('structures are read at any depth that a name can spell', () => {
  assert.deepEqual(read('Inner.Inner.text=a&Inner.Inner.List.member.1=b'), {
    Inner: { Inner: { Text: 'a', List: ['b'] } },
  })
  assert.match(
    refusal(() => read(`${'Inner.'.repeat(40)}text=a`)),
    /^400 MalformedInput: /,
  )
})

test('a name of the prototype is only a name', () => {
  const body = '__proto__.a=1&constructor=1&Map.entry.1.key=__proto__&Map.entry.1.value=7&Inner.__proto__.text=1'
  const value = query.read(post(body), callOf('Do'))
  assert.deepEqual(Object.keys(value), ['Map', 'Inner'])
  assert.deepEqual(Object.entries(Reflect.get(value, 'Map')), [['__proto__', 7]])
  assert.equal(Reflect.get({}, 'a'), undefined)
})

test('what is not of the model’s type is malformed input', () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['Whole=1.5', 'integer must follow xsd1.1 definition'],
    ['Whole=2147483648', 'integer must follow xsd1.1 definition'],
    ['Whole=', 'integer must follow xsd1.1 definition'],
    ['Long=9007199254740993', 'long must follow xsd1.1 definition'],
    ['Half=0x1', 'double must follow xsd1.1 definition'],
    ['Yes=TRUE', 'boolean must follow xsd1.1 definition'],
    ['When=today', 'timestamp must follow ISO8601'],
    ['Bytes=A', 'Invalid base64-encoded value'],
    ['text.member.1=a', 'Start of list found where not expected'],
    ['text.a=a', 'Start of structure or map found where not expected'],
    ['Inner=a', 'Unexpected complex element termination'],
    ['List=a', 'Unexpected list element termination'],
    ['List.1=a', 'Unexpected list element termination'],
    ['List.member.0=a', 'Unexpected list element termination'],
    ['List.member.01=a', 'Unexpected list element termination'],
    ['List.member.x=a', 'Unexpected list element termination'],
    ['List.member=a', 'Unexpected list element termination'],
    ['Map.entry.1.key=a', 'Unexpected map entry termination'],
  ]
  for (const [body, message] of wrong)
    assert.equal(
      refusal(() => read(body)),
      `400 MalformedInput: ${message}`,
      body,
    )
})

test('an answer is written in the service’s namespace, absent members left out', () => {
  const output = {
    Text: 'a<b',
    Yes: false,
    When: new Date(0),
    Bytes: Uint8Array.of(1, 2),
    List: ['a', 'b'],
    Named: ['c'],
    Flat: ['d', 'e'],
    Map: { k: 1 },
    FlatMap: { k: 'v' },
    Inner: { List: [] },
    Whole: undefined,
    Unknown: 'x',
  }
  assert.deepEqual(query.write(output, callOf('Do'), 'id-1'), {
    status: 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'id-1' },
    body:
      '<DoResponse xmlns="https://test.example/"><DoResult><text>a&lt;b</text><Yes>false</Yes>' +
      '<When>1970-01-01T00:00:00Z</When><Bytes>AQI=</Bytes><List><member>a</member><member>b</member></List>' +
      '<Named><item>c</item></Named><flat>d</flat><flat>e</flat>' +
      '<Map><entry><key>k</key><value>1</value></entry></Map><FlatMap><K>k</K><V>v</V></FlatMap>' +
      '<Inner><List></List></Inner></DoResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DoResponse>',
  })
  assert.equal(
    query.write({}, callOf('Rest'), 'id-2').body,
    '<RestResponse xmlns="https://test.example/"><ResponseMetadata><RequestId>id-2</RequestId></ResponseMetadata></RestResponse>',
  )
})

test('an output that is not of the model’s shape is a fault of ours, not an answer', () => {
  for (const output of [{ When: 'x' }, { Bytes: 'x' }, { List: 'x' }, { Text: {} }, { Map: 'x' }, { Inner: 'x' }])
    assert.throws(() => query.write(output, callOf('Do'), 'id'), TypeError)
})

test('a refusal says whose fault it is, also where the service is not known', () => {
  const missing = new Fault({ code: 'NoSuchEntity', status: 404, message: '<gone>' })
  assert.deepEqual(query.refuse(missing, callOf('Do'), 'id'), {
    status: 404,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'id' },
    body:
      '<ErrorResponse xmlns="https://test.example/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>' +
      '<Message>&lt;gone&gt;</Message></Error><RequestId>id</RequestId></ErrorResponse>',
  })
  const ours = query.refuse(new Fault({ code: 'InternalFailure', status: 500, message: 'm' }), undefined, 'id')
  assert.match(String(ours.body), /AWSFault.*<Type>Receiver<\/Type>/)
})

test('action and version together name an operation', () => {
  const find = (body: string) => operationOf(readForm(post(body)), [modelOf('iam'), modelOf('sts')])
  assert.equal(find('Action=GetUser&Version=2010-05-08').service.name, 'iam')
  assert.equal(find('Action=AssumeRole&Version=2011-06-15').operation.name, 'AssumeRole')
  assert.match(
    refusal(() => find('Version=2010-05-08')),
    /^400 MissingAction: /,
  )
  assert.match(
    refusal(() => find('Action=')),
    /^400 MissingAction: /,
  )
  const wrong: readonly (readonly [string, string])[] = [
    ['Action=GetUser&Version=2011-06-15', 'GetUser for version 2011-06-15'],
    ['Action=GetUser', 'GetUser for version NO_VERSION_SPECIFIED'],
    ['Action=constructor&Version=2010-05-08', 'constructor for version 2010-05-08'],
    [`Action=${'a'.repeat(9_999)}&Version=1`, `${'a'.repeat(128)}... for version 1`],
  ]
  for (const [body, named] of wrong)
    assert.equal(
      refusal(() => find(body)),
      `400 InvalidAction: Could not find operation ${named}`,
    )
})

test('a hundred thousand hostile bodies are read or refused, and nothing else', () => {
  const models = [modelOf('iam'), modelOf('sts'), service]
  const calls = models.flatMap((model) => Object.keys(model.operations).map((name) => callOf(name, model)))
  const words = [
    'member',
    'entry',
    '1',
    '2',
    '999999999',
    '0',
    '-1',
    'key',
    'value',
    '__proto__',
    'constructor',
    '',
    'Key',
  ]
  const value = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('', '1', 'true', '%00', '%', '%ff', '%ED%A0%80', '/a/'),
  )
  const kinds = ['real', 'hostile'] as const
  const field = fc.record({
    kind: fc.constantFrom(...kinds),
    at: fc.nat(),
    parts: fc.array(fc.constantFrom(...words), { maxLength: 6 }),
    value,
  })
  const body = fc.record({ call: fc.constantFrom(...calls), fields: fc.array(field, { maxLength: 8 }) })
  let refused = 0
  fc.assert(
    fc.property(body, ({ call, fields }) => {
      const input = call.service.shapes[call.operation.input ?? '']
      const names = input?.type === 'structure' ? Object.keys(input.members) : []
      const text = fields.map(({ kind, at, parts, value: said }) => {
        const first = kind === 'real' && names.length > 0 ? [names[at % names.length]] : []
        return `${[...first, ...parts].join('.')}=${said}`
      })
      const started = performance.now()
      try {
        conform(query.read(post(text.join('&')), call), call)
      } catch (error) {
        refused += 1
        assert.ok(error instanceof Fault, String(error))
        assert.ok(error.status >= 400 && error.status < 500 && error.code !== '' && error.message !== '')
      }
      assert.ok(performance.now() - started < 1_000)
    }),
    { numRuns: 100_000, seed: 20_260_115 },
  )
  assert.ok(refused > 10_000 && refused < 100_000, String(refused))
})

test('any bytes at all are a form or are refused', () => {
  const headers = { 'content-type': ['application/x-www-form-urlencoded'] }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 20 }), (body, said) => {
      try {
        readForm({ ...post(''), headers, body, query: said })
      } catch (error) {
        assert.ok(error instanceof Fault && error.status === 400 && error.code !== '' && error.message !== '')
      }
    }),
    { numRuns: 20_000, seed: 3 },
  )
})
