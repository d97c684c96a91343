import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Member, modelOf, type ServiceModel, type Shape } from '#models'
import { conform } from './conform.ts'
import { Fault } from './fault.ts'
import { query } from './query.ts'
import type { Call } from './wire.ts'

const name = '[\\w+=,.@-]+'

const shapes: Readonly<Record<string, Shape>> = {
  Input: {
    type: 'structure',
    members: {
      UserName: { shape: 'Text', min: 1, max: 8, pattern: name },
      SAMLAssertion: { shape: 'Text', min: 4 },
      Status: { shape: 'Status' },
      MaxItems: { shape: 'Count' },
      Tags: { shape: 'Tags', max: 2 },
      Names: { shape: 'Names', min: 1 },
      Password: { shape: 'Text', min: 6, max: 10, pattern: '[ -~]+', sensitive: true },
      Secrets: { shape: 'Names', sensitive: true },
      Bytes: { shape: 'Bytes', max: 2 },
      Map: { shape: 'Map', max: 1 },
      SecretMap: { shape: 'Map', sensitive: true },
      TokenCode: { shape: 'Text', max: 6 },
      AuthenticationCode2: { shape: 'Text', max: 6 },
      Inner: { shape: 'Input' },
    },
    required: ['UserName'],
  },
  Text: { type: 'string' },
  Status: { type: 'string', enum: ['Active', 'Inactive'] },
  Count: { type: 'integer', min: 1, max: 1000 },
  Bytes: { type: 'blob' },
  Tags: { type: 'list', member: { shape: 'Tag' } },
  Tag: {
    type: 'structure',
    members: { Key: { shape: 'Text', min: 1, max: 128, pattern: '[\\p{L}]+' }, Value: { shape: 'Text', max: 2 } },
    required: ['Key', 'Value'],
  },
  Names: { type: 'list', member: { shape: 'Text', min: 1, max: 4, pattern: '[a-z]+' } },
  Map: { type: 'map', key: { shape: 'Text', max: 2 }, value: { shape: 'Status' } },
}

const service: ServiceModel = {
  name: 'test',
  serviceId: 'Test',
  apiVersion: '2026-01-01',
  protocol: 'query',
  signingName: 'test',
  operations: { Do: { name: 'Do', input: 'Input', errors: [] }, Rest: { name: 'Rest', errors: [] } },
  shapes,
  errors: {},
}

function callOf(model: ServiceModel, operationName: string): Call {
  const operation = model.operations[operationName]
  return operation === undefined ? assert.fail(operationName) : { service: model, operation, form: query }
}

function complaint(value: object, call = callOf(service, 'Do')): string {
  try {
    assert.equal(conform(value, call), value)
  } catch (error) {
    assert.ok(error instanceof Fault)
    assert.equal(`${error.status} ${error.code}`, '400 ValidationError')
    return error.message
  }
  return ''
}

const one = '1 validation error detected: '
const failed = 'failed to satisfy constraint:'

test('a value of the model’s shape is given back as it is', () => {
  assert.equal(complaint({ UserName: 'a', Status: 'Active', MaxItems: 1000, Tags: [], Names: ['a'], Map: {} }), '')
  assert.equal(complaint({}, callOf(service, 'Rest')), '')
})

test('a missing member is told as null', () => {
  assert.equal(complaint({}), `${one}Value null at 'userName' ${failed} Member must not be null`)
})

test('lengths, patterns, enumerations and ranges are told in AWS’s words', () => {
  const rules: readonly (readonly [object, string])[] = [
    [
      { UserName: 'a'.repeat(9) },
      `'aaaaaaaaa' at 'userName' ${failed} Member must have length less than or equal to 8`,
    ],
    [{ UserName: 'a b' }, `'a b' at 'userName' ${failed} Member must satisfy regular expression pattern: ${name}`],
    [{ SAMLAssertion: 'abc' }, `'abc' at 'sAMLAssertion' ${failed} Member must have length greater than or equal to 4`],
    [{ Status: 'active' }, `'active' at 'status' ${failed} Member must satisfy enum value set: [Active, Inactive]`],
    [{ MaxItems: 0 }, `'0' at 'maxItems' ${failed} Member must have value greater than or equal to 1`],
    [{ MaxItems: 1001 }, `'1001' at 'maxItems' ${failed} Member must have value less than or equal to 1000`],
  ]
  for (const [value, expected] of rules) assert.equal(complaint({ UserName: 'a', ...value }), `${one}Value ${expected}`)
})

test('all that is wrong with a request is told at once, the pattern of a value before its length', () => {
  const tags = [
    { Key: 'k', Value: '' },
    { Key: '1', Value: 'long' },
  ]
  assert.equal(
    complaint({ UserName: '', Tags: tags }),
    [
      `4 validation errors detected: Value '' at 'userName' ${failed} Member must satisfy regular expression pattern: ${name}`,
      `Value '' at 'userName' ${failed} Member must have length greater than or equal to 1`,
      `Value '1' at 'tags.2.member.key' ${failed} Member must satisfy regular expression pattern: [\\p{L}]+`,
      `Value 'long' at 'tags.2.member.value' ${failed} Member must have length less than or equal to 2`,
    ].join('; '),
  )
})

test('a structure within a structure is checked with the path that leads to it', () => {
  assert.equal(
    complaint({ UserName: 'a', Inner: { UserName: 'a', Inner: {} } }),
    `${one}Value null at 'inner.inner.userName' ${failed} Member must not be null`,
  )
})

test('a list has its size checked, and its values are told only where they are plain', () => {
  const tag = { Key: 'k', Value: '' }
  assert.equal(
    complaint({ UserName: 'a', Tags: [tag, tag, tag] }),
    `${one}Value at 'tags' ${failed} Member must have length less than or equal to 2`,
  )
  assert.equal(
    complaint({ UserName: 'a', Names: [] }),
    `${one}Value '[]' at 'names' ${failed} Member must have length greater than or equal to 1`,
  )
})

test('a wrong value in a list of plain values is told as a fault of the list, with all that its values must satisfy', () => {
  assert.equal(
    complaint({ UserName: 'a', Names: ['ok', 'wrong'] }),
    `${one}Value '[ok, wrong]' at 'names' ${failed} Member must satisfy constraint: [Member must have length less than or equal to 4, ` +
      'Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [a-z]+]',
  )
})

test('the keys and the values of a map are checked', () => {
  assert.equal(
    complaint({ UserName: 'a', Map: { long: 'Active' } }),
    `${one}Value at 'map' ${failed} Map keys must satisfy constraint: [Member must have length less than or equal to 2]`,
  )
  assert.equal(
    complaint({ UserName: 'a', Map: { a: 'Active', b: 'x' } }),
    `2 validation errors detected: Value at 'map' ${failed} Member must have length less than or equal to 1; ` +
      `Value 'x' at 'map.2.value' ${failed} Member must satisfy enum value set: [Active, Inactive]`,
  )
})

test('a sensitive value is never told', () => {
  assert.equal(
    complaint({ UserName: 'a', Password: 'é' }),
    `2 validation errors detected: Value at 'password' ${failed} Member must satisfy regular expression pattern: [ -~]+; ` +
      `Value at 'password' ${failed} Member must have length greater than or equal to 6`,
  )
  assert.match(complaint({ UserName: 'a', Secrets: ['hunter2'] }), /^1 validation error detected: Value at 'secrets' /)
  assert.match(
    complaint({ UserName: 'a', SecretMap: { a: 'hunter2' } }),
    /^1 validation error detected: Value at 'secretMap\.1\.value' /,
  )
  assert.equal(complaint({ UserName: 'a', Bytes: Uint8Array.of(1, 2, 3) }).includes('1,2,3'), false)
})

test('a length counts code points', () => {
  assert.equal(complaint({ UserName: 'a', Tags: [{ Key: 'k', Value: '😀😀' }] }), '')
  assert.notEqual(complaint({ UserName: 'a', Tags: [{ Key: 'k', Value: '😀😀😀' }] }), '')
})

test('a value of another type than the model’s is refused', () => {
  const wrong = [
    { UserName: 1 },
    { MaxItems: '1' },
    { Tags: 'x' },
    { Tags: ['x'] },
    { Names: {} },
    { Bytes: 'x' },
    { Map: 1 },
  ]
  for (const value of wrong) assert.match(complaint({ UserName: 'a', ...value }), / Member must be /)
})

test('a code of a second factor is never told, though models do not call it sensitive', () => {
  for (const [member, told] of [
    ['TokenCode', 'tokenCode'],
    ['AuthenticationCode2', 'authenticationCode2'],
  ] as const)
    assert.equal(
      complaint({ UserName: 'a', [member]: '123 456' }),
      `1 validation error detected: Value at '${told}' ${failed} Member must have length less than or equal to 6`,
    )
})

test('what is told has a bound, however much is wrong', () => {
  const tags = Array.from({ length: 1_000 }, () => ({ Key: '1'.repeat(100_000), Value: '' }))
  const message = complaint({ UserName: '😀'.repeat(100_000), Tags: tags })
  assert.ok(/^1002 validation errors detected: Value '😀+\.\.\.' at 'userName'/u.test(message), message.slice(0, 80))
  assert.ok(message.length < 50_000, String(message.length))
  assert.ok(message.isWellFormed())
})

test('no pattern of IAM or STS takes more than linear time', () => {
  const used = [modelOf('iam'), modelOf('sts')].flatMap((model) => Object.values(model.shapes)).flatMap(constrained)
  const distinct = new Map(used.map(({ shape: _, ...constraints }) => [JSON.stringify(constraints), constraints]))
  assert.ok(distinct.size > 20)
  const members = Object.fromEntries([...distinct.values()].map((use, at) => [`M${at}`, { ...use, shape: 'Text' }]))
  const model: ServiceModel = { ...service, shapes: { ...shapes, Input: { type: 'structure', members } } }
  const call = callOf(model, 'Do')
  for (const unit of ['/', 'a', '/a', 'a-', '1', ' ', 'é', '.', 'v1.', 'http://', 'http://a?', 'o-aaaaaaaaaa/r-aaaa']) {
    for (const size of [60, 500, 1_000, 100_000]) {
      const bad = `${unit.repeat(size).slice(0, size)}\u0100`
      const started = performance.now()
      complaint(Object.fromEntries(Object.keys(members).flatMap((one) => [[one, bad]])), call)
      assert.ok(performance.now() - started < 1_000, `${unit} ${size}`)
    }
  }
})

function constrained(shape: Shape): readonly Member[] {
  if (shape.type === 'structure') return Object.values(shape.members).filter(({ pattern }) => pattern !== undefined)
  return shape.type === 'list' && shape.member.pattern !== undefined ? [shape.member] : []
}

test('IAM’s own constraints hold', () => {
  const call = callOf(modelOf('iam'), 'CreateRole')
  const role = { RoleName: 'r', AssumeRolePolicyDocument: '{}' }
  assert.equal(
    complaint({ ...role, Path: '/a/b/', MaxSessionDuration: 3600, Tags: [{ Key: 'k', Value: '' }] }, call),
    '',
  )
  assert.equal(
    complaint({ ...role, RoleName: 'charon-31f85414-3f74-11e5-b275-f23c91ae92d9-DynamoReadOnlyPermission' }, call),
    `${one}Value 'charon-31f85414-3f74-11e5-b275-f23c91ae92d9-DynamoReadOnlyPermission' at 'roleName' ${failed} ` +
      'Member must have length less than or equal to 64',
  )
  assert.equal(
    complaint({ ...role, Tags: [{ Key: '#', Value: '@#' }] }, call),
    `2 validation errors detected: Value '#' at 'tags.1.member.key' ${failed} Member must satisfy regular expression pattern: ` +
      `[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+; Value '@#' at 'tags.1.member.value' ${failed} Member must satisfy regular expression ` +
      'pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*',
  )
  const login = callOf(modelOf('iam'), 'CreateLoginProfile')
  assert.match(
    complaint({ UserName: 'a', Password: 'geheim\u0100' }, login),
    /^1 validation error detected: Value at 'password' /,
  )
})

test('a pattern is told as AWS writes it, where JavaScript reads another', () => {
  const call = callOf(modelOf('sts'), 'AssumeRole')
  const arn = 'arn:aws:iam::123456789012:role/r'
  assert.equal(complaint({ RoleArn: `${arn}😀`, RoleSessionName: 'me' }, call), '')
  const told = complaint({ RoleArn: `${arn}\u0000`, RoleSessionName: 'me' }, call)
  assert.ok(
    told.endsWith(
      'pattern: [\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+',
    ),
  )
})
