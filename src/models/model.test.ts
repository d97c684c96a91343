import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type IamCodes,
  type Member,
  modelOf,
  type Shape,
  type StructureShape,
  type StsCodes,
  serviceNames,
} from '#models'

const iam = modelOf('iam')
const sts = modelOf('sts')

function structure(name: string | undefined, model = iam): StructureShape {
  const shape = model.shapes[name ?? '']
  return shape?.type === 'structure' ? shape : assert.fail(`${name} is no structure`)
}

function uses(shape: Shape): readonly Member[] {
  if (shape.type === 'structure') return Object.values(shape.members)
  if (shape.type === 'list') return [shape.member]
  return shape.type === 'map' ? [shape.key, shape.value] : []
}

test('a model is read once, and one that is not there is refused', () => {
  for (const name of serviceNames) assert.equal(modelOf(name).name, name)
  assert.equal(modelOf('iam'), iam)
  for (const name of ['s3', '', 'IAM', '../models/iam', 'constructor', 'generated/codes'])
    assert.throws(() => modelOf(name), /no model of the service/, name)
})

test('a name that every JavaScript object has is no operation, shape, member or error', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    assert.equal(iam.operations[name], undefined)
    assert.equal(iam.shapes[name], undefined)
    assert.equal(iam.errors[name], undefined)
    assert.equal(structure('CreateUserRequest').members[name], undefined)
  }
})

test('a service says its names, version, protocol and XML namespace', () => {
  const { operations: _, shapes: __, errors: ___, ...head } = iam
  assert.deepEqual(head, {
    name: 'iam',
    serviceId: 'IAM',
    apiVersion: '2010-05-08',
    protocol: 'query',
    signingName: 'iam',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  })
  assert.equal(sts.xmlNamespace, 'https://sts.amazonaws.com/doc/2011-06-15/')
  assert.equal(sts.apiVersion, '2011-06-15')
})

test('CreateUser asks for a name of at most 64 characters, and says its errors with their statuses', () => {
  const operation = iam.operations['CreateUser']
  const input = structure(operation?.input)
  assert.deepEqual(input.required, ['UserName'])
  assert.deepEqual(input.members['UserName'], { shape: 'String', min: 1, max: 64, pattern: '[\\w+=,.@-]+' })
  assert.equal(operation?.resultWrapper, 'CreateUserResult')
  const statuses = operation?.errors.map((code) => `${code} ${iam.errors[code]?.status}`)
  assert.deepEqual(statuses, [
    'ConcurrentModification 409',
    'EntityAlreadyExists 409',
    'InvalidInput 400',
    'LimitExceeded 409',
    'NoSuchEntity 404',
    'ServiceFailure 500',
  ])
  const codes: IamCodes['CreateUser'][] = ['NoSuchEntity', 'EntityAlreadyExists']
  assert.ok(codes.every((code) => operation?.errors.includes(code)))
})

test('an operation that answers with nothing has no output and no wrapper around it', () => {
  assert.deepEqual(Object.keys(iam.operations['DeleteUser'] ?? {}), ['name', 'input', 'errors'])
})

test('lists, maps, blobs, timestamps and secrets are told as what they are', () => {
  assert.deepEqual(iam.shapes['tagListType'], { type: 'list', member: { shape: 'Tag' } })
  assert.deepEqual(structure('CreateUserRequest').members['Tags'], { shape: 'tagListType', max: 50 })
  assert.deepEqual(structure('User').members['CreateDate'], { shape: 'Timestamp' })
  assert.deepEqual(iam.shapes['Timestamp'], { type: 'timestamp' })
  assert.deepEqual(structure('GetAccountSummaryResponse').members['SummaryMap'], { shape: 'IntegerMap' })
  assert.deepEqual(iam.shapes['IntegerMap'], { type: 'map', key: { shape: 'String' }, value: { shape: 'Integer' } })
  assert.deepEqual(structure('AccessKey').members['SecretAccessKey'], { shape: 'String', sensitive: true })
  const seed = structure('VirtualMFADevice').members['Base32StringSeed']
  assert.deepEqual(seed, { shape: 'Blob', sensitive: true })
  assert.deepEqual(iam.shapes['Blob'], { type: 'blob' })
})

test('what a list holds is constrained where the list is used', () => {
  const names = structure('SimulatePrincipalPolicyRequest').members['ActionNames']
  assert.deepEqual(iam.shapes[names?.shape ?? ''], { type: 'list', member: { shape: 'String', min: 3, max: 128 } })
})

test('an operation that answers in pages says where the token and the size travel', () => {
  const page = { inputToken: 'Marker', outputToken: 'Marker', limit: 'MaxItems', moreResults: 'IsTruncated' }
  assert.deepEqual(iam.operations['ListUsers']?.pagination, page)
  assert.equal(iam.operations['GetUser']?.pagination, undefined)
})

test('AssumeRole asks for a role and a session name, within the limits of AWS', () => {
  const operation = sts.operations['AssumeRole']
  const input = structure(operation?.input, sts)
  assert.deepEqual(input.required, ['RoleArn', 'RoleSessionName'])
  assert.deepEqual(input.members['DurationSeconds'], { shape: 'Integer', min: 900, max: 43200 })
  const code: StsCodes['AssumeRole'] = 'MalformedPolicyDocument'
  assert.ok(operation?.errors.includes(code))
  assert.deepEqual(sts.errors['ExpiredTokenException'], {
    code: 'ExpiredTokenException',
    status: 400,
    shape: 'ExpiredTokenException',
  })
})

test('every shape and every error that a model names is in it, and every required member exists', () => {
  for (const model of serviceNames.map(modelOf)) {
    for (const operation of Object.values(model.operations)) {
      for (const name of [operation.input, operation.output]) if (name !== undefined) structure(name, model)
      for (const code of operation.errors) assert.equal(model.errors[code]?.code, code)
      const { inputToken = '', limit = inputToken, outputToken = '' } = operation.pagination ?? {}
      if (operation.pagination === undefined) continue
      for (const name of [inputToken, limit])
        assert.ok(structure(operation.input, model).members[name], `${operation.name} ${name}`)
      assert.ok(structure(operation.output, model).members[outputToken], `${operation.name} ${outputToken}`)
    }
    for (const [name, shape] of Object.entries(model.shapes)) {
      for (const member of uses(shape)) assert.ok(model.shapes[member.shape], `${name} names ${member.shape}`)
      if (shape.type === 'structure') for (const member of shape.required ?? []) assert.ok(shape.members[member], name)
    }
    for (const error of Object.values(model.errors)) structure(error.shape, model)
  }
})

test('every pattern is one that JavaScript reads, and no minimum is above its maximum', () => {
  let patterns = 0
  for (const model of serviceNames.map(modelOf))
    for (const [name, shape] of Object.entries(model.shapes))
      for (const { min = 0, max = Infinity, pattern } of [
        ...uses(shape),
        ...(shape.type === 'structure' ? [] : [shape]),
      ]) {
        assert.ok(min <= max, name)
        if (pattern === undefined) continue
        assert.doesNotThrow(() => new RegExp(`^(?:${pattern})$`, 'u'), `${name} ${pattern}`)
        patterns += 1
      }
  assert.ok(patterns > 200, `${patterns} patterns`)
})

test('a pattern of AWS that means all of Unicode matches characters beyond the first plane, and is kept as AWS writes it', () => {
  const arn = structure('AssumeRoleRequest', sts).members['RoleArn']
  const whole = new RegExp(`^(?:${arn?.pattern})$`, 'u')
  assert.match('arn:aws:iam::123456789012:role/é😀', whole)
  assert.doesNotMatch('arn:aws:iam::123456789012:role/\u0000', whole)
  assert.ok(arn?.patternText?.endsWith('\\uE000-\\uFFFD\\u10000-\\u10FFFF]+'))
})
