import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as iamSdk from '@aws-sdk/client-iam'
import * as rolesAnywhereSdk from '@aws-sdk/client-rolesanywhere'
import * as stsSdk from '@aws-sdk/client-sts'
import type { Constraints, Shape } from '#models'
import { modelOf, serviceNames } from '#models'
import { constrain, reachable } from './constraint.ts'
import { catalogue, committedText, publishedPolicies } from './managed-policies.ts'
import { committedNames, factsOf, filesFor, firstDifference, modelFrom } from './models.ts'
import { ShapeReader } from './schema.ts'
import { outline } from './stated.ts'

const sdks: Readonly<Record<string, object>> = { iam: iamSdk, sts: stsSdk }

test('the committed models are what the tool makes', async () => {
  assert.equal(firstDifference(await filesFor(committedNames())), undefined)
  assert.deepEqual(committedNames(), serviceNames)
})

test('a model that is not what the tool makes is told by its first line that differs', () => {
  const path = 'src/models/generated/service-names.ts'
  const text = committedText(path)
  assert.equal(firstDifference(new Map([[path, text]])), undefined)
  assert.match(firstDifference(new Map([[path, text.replace('sts', 'xyz')]])) ?? '', /^src\/.*:2\n.*'sts'.*\n.*'xyz'/)
  assert.match(firstDifference(new Map([['src/models/none.json', '{}']])) ?? '', /none\.json:1\n.*\(nothing\)\n.*\{\}/)
})

test('the committed catalogue of managed policies is what the tool makes', () => {
  for (const [path, text] of catalogue(Object.values(publishedPolicies())))
    assert.ok(committedText(path) === text, `${path}: run node tools/managed-policies.ts`)
})

test('every operation that the SDK has a command for is in the model', () => {
  for (const [service, sdk] of Object.entries(sdks)) {
    const commands = Object.keys(sdk).filter((name) => /^[A-Z]\w+Command$/.test(name))
    assert.deepEqual(
      Object.keys(modelOf(service).operations).sort(),
      commands.map((name) => name.slice(0, -'Command'.length)).sort(),
    )
  }
})

test('every constraint of the tables stands in the model at its place', () => {
  for (const service of serviceNames) {
    const { shapes } = modelOf(service)
    for (const { of, ...rule } of factsOf(service).rules)
      for (const place of of) {
        const { pattern, ...limits } = constraintsAt(shapes, place)
        const { pattern: wanted, ...wantedLimits } = rule
        assert.deepEqual({ ...limits, ...wantedLimits }, limits, `${service} ${place}`)
        assert.equal(limits.patternText ?? pattern, wanted, `${service} ${place}`)
      }
  }
})

function constraintsAt(shapes: Readonly<Record<string, Shape>>, place: string): Constraints {
  const [structure = '', name = '', part] = place.split('.')
  const whole = shapes[structure]
  const member = whole?.type === 'structure' ? whole.members[name] : undefined
  if (member === undefined || part === undefined) return member ?? assert.fail(place)
  const inner = shapes[member.shape]
  if (inner?.type === 'list' && part === 'member') return inner.member
  if (inner?.type === 'map' && part === 'key') return inner.key
  return inner?.type === 'map' && part === 'value' ? inner.value : assert.fail(place)
}

test('a rule for a place that is not in the schemas, or a second one for the same place, is refused', () => {
  const shapes: Record<string, Shape> = {
    Text: { type: 'string' },
    Texts: { type: 'list', member: { shape: 'Text' } },
    Input: { type: 'structure', members: { Name: { shape: 'Text' }, Names: { shape: 'Texts' } } },
  }
  for (const place of ['Output.Name', 'Input.Path', 'Input.Name.member', 'Input.Names.key', 'Input'])
    assert.throws(() => constrain(shapes, [{ min: 1, of: [place] }]), /there is no/, place)
  assert.throws(() => constrain(shapes, [{ min: 1, of: ['Input.Name', 'Input.Name'] }]), /two rules for Input.Name/)
  assert.throws(() => constrain(shapes, [{ pattern: '[', of: ['Input.Name'] }]), SyntaxError)
  assert.throws(() => constrain(shapes, [{ pattern: '\\u12345', of: ['Input.Name'] }]), /five digits/)
})

test('the parts of a list are constrained where the list is used, not wherever it is used', () => {
  const shapes: Record<string, Shape> = {
    Text: { type: 'string' },
    Texts: { type: 'list', member: { shape: 'Text' } },
    A: { type: 'structure', members: { Names: { shape: 'Texts' }, Words: { shape: 'Texts' } } },
    B: { type: 'structure', members: { Names: { shape: 'Texts' } } },
    C: { type: 'structure', members: { Names: { shape: 'Texts' } } },
  }
  const result = constrain(shapes, [
    { max: 9, of: ['A.Names'] },
    { min: 1, of: ['A.Names.member', 'C.Names.member'] },
    { min: 2, of: ['B.Names.member'] },
  ])
  const left = reachable(result, ['A', 'B', 'C'])
  assert.deepEqual(left['A'], {
    type: 'structure',
    members: { Names: { shape: 'NamesList', max: 9 }, Words: { shape: 'Texts' } },
  })
  assert.deepEqual(left['B'], { type: 'structure', members: { Names: { shape: 'B.Names' } } })
  assert.deepEqual(left['C'], { type: 'structure', members: { Names: { shape: 'NamesList' } } })
  assert.deepEqual(left['NamesList'], { type: 'list', member: { shape: 'Text', min: 1 } })
  assert.deepEqual(left['B.Names'], { type: 'list', member: { shape: 'Text', min: 2 } })
  assert.equal(reachable(result, ['B'])['Texts'], undefined)
})

test('schemas give names, requirements, secrets, flattened collections and places in HTTP', () => {
  const reader = new ShapeReader()
  const secret = [0, 'ns', 'secret', 8, 0]
  const item: unknown[] = [3, 'ns', 'Item', 0, ['Again'], [() => item]]
  const list = [1, 'ns', 'Items', 0, [() => item, { xmlName: 'item' }]]
  const map = [2, 'ns', 'Table', 0, [0, { xmlName: 'k' }], 65]
  const members: Readonly<Record<string, unknown>> = {
    Id: [0, 1],
    Secret: [() => secret, 0],
    Token: [0, 4],
    Items: [() => list, { xmlFlattened: 1 }],
    Table: () => map,
    When: 7,
    Etag: [0, { httpHeader: 'ETag' }],
    Body: [21, 16],
  }
  const input = [3, 'ns', 'Input', 0, Object.keys(members), Object.values(members), 2]
  assert.equal(reader.structure('unit'), undefined)
  assert.equal(
    reader.structure(() => input),
    'Input',
  )
  assert.deepEqual(reader.shapes['Input'], {
    type: 'structure',
    required: ['Id', 'Secret'],
    members: {
      Id: { shape: 'String', location: 'uri' },
      Secret: { shape: 'String', sensitive: true },
      Token: { shape: 'String', idempotencyToken: true },
      Items: { shape: 'FlatItems' },
      Table: { shape: 'Table' },
      When: { shape: 'EpochSeconds' },
      Etag: { shape: 'String', location: 'header', wireName: 'ETag' },
      Body: { shape: 'Blob', location: 'payload' },
    },
  })
  assert.deepEqual(reader.shapes['FlatItems'], {
    type: 'list',
    member: { shape: 'Item', wireName: 'item' },
    flattened: true,
  })
  assert.deepEqual(reader.shapes['Table'], {
    type: 'map',
    key: { shape: 'String', wireName: 'k' },
    value: { shape: 'IntegerList' },
  })
  assert.deepEqual(reader.shapes['Item'], { type: 'structure', members: { Again: { shape: 'Item' } } })
})

test('a shape that has the name of a scalar stands beside it', () => {
  const reader = new ShapeReader()
  const document = [3, 'ns', 'Document', 0, ['Text', 'Tags'], [0, 64]]
  const list = [1, 'ns', 'StringList', 0, () => document]
  const input = [3, 'ns', 'Input', 0, ['Documents', 'Any'], [() => list, 15]]
  reader.structure(input)
  assert.deepEqual(reader.shapes['Input'], {
    type: 'structure',
    members: { Documents: { shape: 'StringListShape' }, Any: { shape: 'Document' } },
  })
  assert.deepEqual(reader.shapes['StringListShape'], { type: 'list', member: { shape: 'DocumentShape' } })
  assert.deepEqual(reader.shapes['StringList'], { type: 'list', member: { shape: 'String' } })
  assert.deepEqual(reader.shapes['Document'], { type: 'document' })
})

test('what the tool does not know in a schema stops it', () => {
  const reader = new ShapeReader()
  const holding = (member: unknown, name: string) => [3, 'ns', name, 0, ['Member'], [member]]
  assert.throws(() => reader.structure(holding([0, { xmlGold: 1 }], 'A')), /unknown trait xmlGold/)
  assert.throws(() => reader.structure(holding(63, 'B')), /unknown scalar 63/)
  assert.throws(() => reader.structure(holding([77, 'ns', 'Odd', 0, 0], 'C')), /Odd is of the unknown kind 77/)
  assert.throws(() => reader.structure(holding('unit', 'D')), /nothing/)
})

test('an error has the code and the status of the wire, and a code belongs to one error', () => {
  const reader = new ShapeReader()
  const queryError = { awsQueryError: ['Gone', 410], error: 'client', httpError: 400 }
  assert.deepEqual(reader.error([-3, 'ns', 'GoneException', queryError, ['message'], [0]]), {
    code: 'Gone',
    status: 410,
    shape: 'GoneException',
  })
  assert.equal(reader.error([-3, 'ns', 'Lost', { error: 'server' }, [], []]).status, 500)
  assert.equal(reader.error([-3, 'ns', 'Odd', { error: 'client', httpError: 402 }, [], []]).status, 402)
  assert.throws(() => reader.error([-3, 'ns', 'OtherGone', queryError, [], []]), /the same code Gone/)
})

test('a service that has no client is told by the name of the package', async () => {
  await assert.rejects(modelFrom('no-such-service'), /@aws-sdk\/client-no-such-service/)
})

test('what is stated of a service becomes its model, and a type that there is not is refused', async () => {
  const { operations, errors, shapes } = await modelFrom('rolesanywhere')
  for (const name of Object.keys(rolesAnywhereSdk).filter((one) => /^[A-Z]\w+Command$/.test(one)))
    assert.ok(operations[name.slice(0, -'Command'.length)], name)
  assert.deepEqual(operations['TagResource'], {
    name: 'TagResource',
    input: 'TagResourceRequest',
    output: 'TagResourceResponse',
    http: { method: 'POST', path: '/TagResource', status: 201 },
    errors: ['AccessDeniedException', 'ResourceNotFoundException', 'TooManyTagsException', 'ValidationException'],
  })
  assert.equal(errors['ResourceNotFoundException']?.status, 404)
  assert.deepEqual(shapes['Timestamp'], { type: 'timestamp', timestampFormat: 'date-time' })
  const { stated } = factsOf('rolesanywhere')
  assert.ok(stated)
  const structures = { Odd: { members: { part: { type: 'nothing' } } } }
  assert.throws(() => outline({ ...stated, structures }), /Odd\.part is of the unknown type Nothing/)
})
