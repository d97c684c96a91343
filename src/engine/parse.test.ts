import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { denyAll, type PolicyType, parse, principalsOf } from './index.ts'

const types: readonly PolicyType[] = [
  'identity',
  'resource',
  'trust',
  'permissionsBoundary',
  'session',
  'scp',
  'rcp',
  'vpcEndpoint',
]

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }

function policyOf(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

function messagesOf(text: string, type: PolicyType = 'identity'): readonly string[] {
  return parse(text, type).problems.map(({ message }) => message)
}

function isUsable(text: string, type: PolicyType = 'identity'): boolean {
  return parse(text, type).policy !== undefined
}

test('nothing that is written makes the parser throw: mutated documents', () => {
  const names = ['Version', 'Statement', 'Effect', 'Action', 'NotAction', 'Resource', 'Principal', 'Condition', 'Sid']
  const word = fc.constantFrom(...names, 'Allow', 'Deny', '*', 's3:*', 'arn:aws:s3:::b', 'StringEquals', '${a}', '{')
  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      word,
      fc.constantFrom(1, true, null),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(word, tie('node'), { maxKeys: 4 }),
    ),
  })).node
  const statement = fc.record(
    {
      Effect: fc.oneof(fc.constantFrom('Allow', 'Deny', 'allow'), value),
      Action: fc.oneof(word, value),
      Resource: fc.oneof(word, value),
      Principal: fc.oneof(fc.record({ AWS: word }), value),
      Condition: fc.oneof(fc.record({ StringEquals: fc.dictionary(word, value) }), value),
    },
    { requiredKeys: [] },
  )
  const document = fc.record({ Version: fc.constant('2012-10-17'), Statement: fc.array(statement, { maxLength: 3 }) })
  fc.assert(
    fc.property(fc.oneof(document, value), fc.constantFrom(...types), (doc, type) => {
      const { policy, problems } = parse(JSON.stringify(doc), type)
      const broken = problems.some(({ severity }) => severity === 'grammar')
      assert.equal(policy === undefined, broken)
    }),
    { seed: 11, numRuns: 50_000 },
  )
})

test('nothing that is written makes the parser throw: arbitrary and damaged text', () => {
  const good = policyOf(allow, { ...allow, Condition: { StringLike: { 'aws:x': ['${aws:username}', 'a*'] } } })
  const damaged = fc
    .tuple(fc.nat(good.length), fc.nat(6), fc.string({ maxLength: 3, unit: 'binary' }))
    .map(([at, length, put]) => good.slice(0, at) + put + good.slice(at + length))
  fc.assert(
    fc.property(fc.oneof(damaged, damaged, fc.string({ unit: 'binary' })), fc.constantFrom(...types), (text, type) => {
      const { policy, problems } = parse(text, type)
      assert.ok(policy !== undefined || problems.length > 0)
      for (const { line, column, message } of problems) assert.ok(line > 0 && column > 0 && message !== '')
    }),
    { seed: 12, numRuns: 60_000 },
  )
})

test('D-1, D-8: a member twice or an unknown element makes a document malformed', () => {
  assert.equal(isUsable('{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}'), false)
  const twice = policyOf(allow).replace('"Effect":"Allow"', '"Effect":"Allow","Effect":"Allow"')
  assert.deepEqual(messagesOf(twice), ['Syntax errors in policy.'])
  assert.equal(isUsable(policyOf({ ...allow, effect: 'Allow' })), false)
  assert.equal(isUsable(policyOf({ ...allow, Condition: { StringEquals: {} } })), true)
})

test('D-2: another version is refused when it is saved, and evaluated all the same', () => {
  const old = JSON.stringify({ Version: '2008-10-17', Statement: allow })
  const { policy, problems } = parse(old, 'identity')
  assert.equal(policy?.version, '2008-10-17')
  assert.deepEqual(
    problems.map(({ message, severity }) => [message, severity]),
    [['Policy document must be version 2012-10-17 or greater.', 'saving']],
  )
  assert.deepEqual(messagesOf(JSON.stringify({ Statement: { ...allow, Principal: '*' } }), 'resource'), [])
  assert.equal(isUsable(JSON.stringify({ Version: '2012-10-18', Statement: allow })), false)
})

test('D-6, D-7: Effect counts its case, and of a pair there is one', () => {
  assert.deepEqual(messagesOf(policyOf({ ...allow, Effect: 'allow' })), ['The policy failed legacy parsing'])
  assert.equal(isUsable(policyOf({ ...allow, Effect: 'deny' })), false)
  assert.deepEqual(messagesOf(policyOf({ ...allow, NotAction: 's3:*' })), ['Syntax errors in policy.'])
  assert.deepEqual(messagesOf(policyOf({ Effect: 'Allow', Resource: '*' })), ['Policy statement must contain actions.'])
  assert.deepEqual(messagesOf(policyOf({ ...allow, Resource: [] })), ['Policy statement must contain resources.'])
})

test('D-11: an unknown operator makes a document malformed unless its map is empty', () => {
  const withOperator = (operator: string, map: object) => policyOf({ ...allow, Condition: { [operator]: map } })
  assert.equal(isUsable(withOperator('StringIs', { a: 'b' })), false)
  assert.equal(isUsable(withOperator('StringIs', {})), true)
  assert.equal(isUsable(withOperator('NullIfExists', { a: 'true' })), false)
  const { policy, problems } = parse(withOperator('stringequals', { a: 'b' }), 'identity')
  assert.notEqual(policy, undefined)
  assert.deepEqual(
    problems.map(({ severity }) => severity),
    ['saving'],
  )
})

test('each type of policy has its own grammar', () => {
  const named = { ...allow, Principal: '*' }
  for (const type of ['identity', 'permissionsBoundary', 'session', 'scp'] as const)
    assert.deepEqual(messagesOf(policyOf(named), type), ['Policy document should not specify a principal.'])
  assert.deepEqual(messagesOf(policyOf(named), 'trust'), ['Has prohibited field Resource'])
  assert.deepEqual(messagesOf(policyOf(allow), 'resource'), ['Missing required field Principal'])
  assert.equal(isUsable(policyOf(allow), 'resource'), true)
  const deny = { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }
  assert.deepEqual(messagesOf(policyOf(deny), 'rcp'), [])
  assert.equal(isUsable(policyOf({ ...deny, Principal: { AWS: '111122223333' } }), 'rcp'), false)
  assert.equal(isUsable(policyOf({ Effect: 'Deny', Principal: '*', NotAction: '*', Resource: '*' }), 'rcp'), false)
  assert.equal(isUsable(policyOf({ ...allow, NotPrincipal: '*' }), 'rcp'), false)
  assert.deepEqual(messagesOf(policyOf({ ...allow, NotPrincipal: { AWS: '111122223333' } }), 'resource'), [
    'Syntax errors in policy.',
  ])
})

test('R-9: an incomplete ARN is malformed in a session policy, and in an SCP that does not end in a star', () => {
  const short = policyOf({ ...allow, Resource: 'arn:aws:sqs' })
  assert.equal(isUsable(short, 'identity'), true)
  assert.equal(isUsable(short, 'session'), false)
  assert.equal(isUsable(short, 'scp'), false)
  assert.equal(isUsable(policyOf({ ...allow, Resource: 'arn:aws:sqs*' }), 'scp'), true)
})

test('entries of actions and resources are refused in the words of AWS', () => {
  const action = (value: string) => messagesOf(policyOf({ ...allow, Action: value }))[0]
  assert.equal(action('GetObject'), 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.')
  assert.equal(action('s3:Get:Object'), 'Actions/Condition can contain only one colon.')
  assert.equal(action('s*:GetObject'), 'Vendor s* is not valid')
  assert.equal(action('*:*'), undefined)
  const resource = (value: string) => messagesOf(policyOf({ ...allow, Resource: value }))[0]
  assert.equal(resource('bucket'), 'Resource bucket must be in ARN format or "*".')
  assert.equal(resource('arn:azure:s3:::b'), 'Partition "azure" is not valid for resource "arn:azure:s3:::b".')
  assert.equal(resource('arn:aws::::b'), 'Resource vendor must be fully qualified and cannot contain regexes.')
  assert.match(resource('arn:aws:iam::1:u*') ?? '', /^IAM resource path must either be/)
  assert.equal(
    resource('arn:aws:iam:eu-west-1:1:user/a'),
    'IAM resource arn:aws:iam:eu-west-1:1:user/a cannot contain region information.',
  )
  assert.equal(resource('arn:aws:s3:eu::b'), 'Resource arn:aws:s3:eu::b can not contain region information.')
  assert.equal(resource('arn:aws:iam::1:user/*'), undefined)
  assert.equal(resource('arn:aws:iam::1:root'), undefined)
  assert.equal(resource('arn:aws:iam::*:root'), undefined)
  assert.match(resource('arn:aws:iam::1:roots') ?? '', /^IAM resource path must either be/)
  assert.match(resource('arn:aws:iam::1:root/a') ?? '', /^IAM resource path must either be/)
  assert.equal(resource('arn:aws:iam::1:delegation-request/dr-1'), undefined)
})

test('principals that nobody can be are refused in the words of AWS', () => {
  const first = (principal: object) =>
    messagesOf(policyOf({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal }), 'trust')[0]
  assert.equal(first({ AWS: 'alice' }), 'Invalid principal in policy: "AWS":"alice"')
  assert.equal(
    first({ AWS: 'arn:aws:iam::111122223333:user/*' }),
    'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/*"',
  )
  assert.equal(first({ AWS: ['*', '111122223333', 'arn:aws:iam::111122223333:role/a/b'] }), undefined)
  assert.equal(first({ Service: 'ec2.amazonaws.com' }), undefined)
})

test('problems come in the order in which AWS checks, with line, column and path', () => {
  const text = `{
  "Statement": [
    { "Sid": "a", "Effect": "Allow", "Action": ["s3:*", "Get"], "Resource": "b" },
    { "Sid": "a", "Effect": "Allow", "Action": "*", "Resource": "*" }
  ]
}`
  const { problems } = parse(text, 'identity')
  assert.deepEqual(
    problems.map(({ message, line, column, path }) => [message.slice(0, 24), line, column, path]),
    [
      ['Policy document must be ', 1, 1, 'Version'],
      ['Statement IDs (SID) in a', 4, 14, 'Statement[1].Sid'],
      ['Actions/Conditions must ', 3, 57, 'Statement[0].Action[1]'],
      ['Resource b must be in AR', 3, 77, 'Statement[0].Resource'],
    ],
  )
})

test('an Effect in the wrong case leaves no policy, and hides nothing else that is wrong with its statement', () => {
  for (const Effect of ['allow', 'DENY']) {
    const Statement = { Effect, Action: 's3', Resource: 'b' }
    const { policy, problems } = parse(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity')
    assert.equal(policy, undefined)
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['Statement.Effect', 'Statement.Action', 'Statement.Resource'],
    )
  }
})

test('what is broken in a statement hides nothing else that is wrong with it', () => {
  const resource = { Resource: 'b', Condition: { DateLessThan: { k: 'x' } } }
  const dates = 'Statement.Condition.DateLessThan.k'
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [{ Action: 's3', ...resource }, ['Statement', 'Statement.Action', 'Statement.Resource', dates]],
    [{ Effect: 'Allow', ...resource }, ['Statement', 'Statement.Resource', dates]],
    [{ Effect: 7, Sid: 'a b', Action: 7, ...resource }, ['Effect', 'Action', 'Sid', 'Resource', dates]],
    [{ Effect: 'Deny', Action: 's3', NotAction: 'a:b', ...resource }, ['Statement', 'Action', 'Resource', dates]],
    [{ Foo: 1, Effect: 'Yes', Action: 'a:b:c', Resource: '*' }, ['Foo', 'Effect', 'Action']],
    [{ Action: 's3:*', Resource: 'b', NotResource: '*' }, ['Statement', 'Statement', 'Resource']],
  ]
  for (const [Statement, paths] of cases) {
    const { policy, problems } = parse(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity')
    assert.equal(policy, undefined)
    assert.deepEqual(
      problems.map(({ path }) => path).toSorted(),
      paths.map((path) => (path.startsWith('Statement') ? path : `Statement.${path}`)).toSorted(),
    )
  }
  const { problems } = parse(JSON.stringify({ Statement: { Principal: { AWS: 'x' }, NotAction: 'a:b' } }), 'rcp')
  assert.equal(problems.length, 5)
})

test('the first words for a text that is no JSON depend on the type', () => {
  assert.deepEqual(messagesOf('{', 'trust'), ['This policy contains invalid Json'])
  assert.deepEqual(messagesOf('{', 'identity'), ['Syntax errors in policy.'])
  assert.deepEqual(messagesOf('[]', 'identity'), ['Syntax errors in policy.'])
})

test('SIM-8: a statement starts after the token before it and ends after its brace', () => {
  const one = `{"Version":"2012-10-17","Statement":${JSON.stringify(allow)}}`
  const [single] = parse(one, 'identity').policy?.statements ?? []
  assert.deepEqual([single?.start, single?.end], [37, one.length - 1])
  const two = policyOf(allow, allow)
  const [first, second] = parse(two, 'identity').policy?.statements ?? []
  assert.equal(first?.start, 37)
  assert.equal(second?.start, first?.end)
})

test('D-10: numbers and booleans in conditions are their text', () => {
  const text = policyOf({ ...allow, Condition: { NumericEquals: { a: [1.5, '2'] }, Bool: { b: true } } })
  const [statement] = parse(text, 'identity').policy?.statements ?? []
  assert.deepEqual(statement?.conditions, [
    { operator: 'NumericEquals', key: 'a', values: ['1.5', '2'] },
    { operator: 'Bool', key: 'b', values: ['true'] },
  ])
})

test('what stands for a policy that cannot be read parses for every type and denies', () => {
  for (const type of types) assert.equal(denyAll(type).statements[0]?.effect, 'Deny')
})

test('every principal of a policy can be listed', () => {
  const text = policyOf({ Effect: 'Allow', Action: '*', Principal: { AWS: ['a', 'b'], Service: 'c.d' } })
  const { policy } = parse(text, 'trust')
  assert.ok(policy !== undefined)
  assert.deepEqual(
    principalsOf(policy).map(({ kind, value }) => `${kind} ${value}`),
    ['AWS a', 'AWS b', 'Service c.d'],
  )
})
