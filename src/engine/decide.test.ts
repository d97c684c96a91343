import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Context,
  compile,
  contextKeysOf,
  decide,
  denial,
  explain,
  explainUnknown,
  type Layers,
  outlook,
  type PolicyType,
  parse,
  type Request,
  readQuestion,
} from './index.ts'

const account = '111122223333'
const alice = { type: 'user', arn: `arn:aws:iam::${account}:user/alice`, account } as const

function compiled(type: PolicyType, ...policies: readonly { readonly statements: object[]; readonly arn?: string }[]) {
  return compile(
    policies.map(({ statements, arn }) => {
      const { policy, problems } = parse(JSON.stringify({ Version: '2012-10-17', Statement: statements }), type)
      assert.ok(policy !== undefined, JSON.stringify(problems))
      return arn === undefined ? { policy } : { policy, arn }
    }),
  )
}

function asked(context: Context = {}, parts: Partial<Request> = {}): Request {
  return {
    principal: alice,
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::b/k',
    resourceAccount: account,
    context,
    ...parts,
  }
}

function answered(request: Request, layers: Layers) {
  const { decision, deniedBy, policyArn } = explain(request, layers)
  const verdict = decide(request, layers)
  assert.deepEqual({ decision, deniedBy, policyArn }, { deniedBy: undefined, policyArn: undefined, ...verdict })
  return verdict
}

const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' }

test('K: a key is found whatever its case, in contexts small and large', () => {
  const keys = ['aws:A', 'AWS:b', 'aws:PrincipalTag/É', ...Array.from({ length: 20 }, (_, index) => `absent${index}`)]
  const condition = Object.fromEntries(keys.slice(0, 3).map((key) => [key.toLowerCase(), 'v']))
  const absent = Object.fromEntries(keys.slice(3).map((key) => [key, 'v']))
  const statement = { ...allowAll, Condition: { StringEquals: condition, StringNotEquals: absent } }
  const identity = compiled('identity', { statements: [statement] })
  const small = Object.fromEntries(keys.slice(0, 3).map((key) => [key, 'v']))
  const large = { ...Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, 'x'])), ...small }
  assert.equal(answered(asked(small), { identity }).decision, 'allowed')
  assert.equal(answered(asked(large), { identity }).decision, 'allowed')
  assert.equal(answered(asked({ ...large, 'AWS:a': 'v', 'aws:A': 'w' }), { identity }).decision, 'implicitDeny')
})

test('names of an object that every object has are no context keys', () => {
  const statement = { ...allowAll, Condition: { Null: { toString: 'true', __proto__x: 'true', constructor: 'true' } } }
  assert.equal(answered(asked(), { identity: compiled('identity', { statements: [statement] }) }).decision, 'allowed')
})

test('M-3: of several managed policies that deny, the first is named, by decide and explain alike', () => {
  const deny = (resource: string) => ({ Effect: 'Deny', Action: 's3:*', Resource: resource })
  const arn = (name: string) => `arn:aws:iam::${account}:policy/${name}`
  const identity = compiled(
    'identity',
    { statements: [allowAll] },
    { statements: [deny('arn:aws:s3:::b/k')], arn: arn('First') },
    { statements: [deny('*')], arn: arn('Second') },
    { statements: [{ Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::c' }], arn: arn('Third') },
  )
  const verdict = answered(asked(), { identity })
  assert.deepEqual(verdict, { decision: 'explicitDeny', deniedBy: 'identity', policyArn: arn('First') })
  assert.equal(
    denial(asked(), verdict),
    `User: ${alice.arn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" with an explicit deny in an identity-based policy: ${arn('First')}`,
  )
})

test('M-1, M-2, M-5, M-6: a denial is told in the words of AWS', () => {
  const list = asked({}, { action: 'iam:ListUsers', resource: '*' })
  const by = (deniedBy: 'identity' | 'scp' | 'rcp' | 'resource' | 'session') =>
    denial(list, { decision: 'implicitDeny', deniedBy })
  const start = `User: ${alice.arn} is not authorized to perform: iam:ListUsers`
  assert.equal(by('identity'), `${start} because no identity-based policy allows the iam:ListUsers action`)
  assert.equal(by('scp'), `${start} because no service control policy allows the iam:ListUsers action`)
  assert.equal(by('session'), `${start} because no session policy allows the iam:ListUsers action`)
  assert.equal(by('rcp'), start)
  const assume = asked({}, { action: 'sts:AssumeRole', resource: `arn:aws:iam::${account}:role/r` })
  assert.match(
    denial(assume, { decision: 'implicitDeny', deniedBy: 'resource' }),
    /because no role trust policy allows/,
  )
  assert.match(denial(assume, { decision: 'explicitDeny', deniedBy: 'resource' }), /deny in the role trust policy$/)
  assert.doesNotMatch(denial(assume, { decision: 'implicitDeny', deniedBy: 'resource' }, { reason: false }), /because/)
  assert.equal(denial(asked(), { decision: 'implicitDeny', deniedBy: 'resource' }, { reason: false }), 'Access Denied')
  const anonymous = { ...list, principal: { type: 'anonymous' } } as const
  assert.match(denial(anonymous, { decision: 'implicitDeny', deniedBy: 'resource' }), /^User: anonymous is not/)
})

test('an explanation names the element that failed first, and every value that was seen', () => {
  const statements = [
    { Sid: 'A', Effect: 'Allow', Action: 's3:Put*', Resource: '*' },
    { Sid: 'B', Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::c/*' },
    { ...allowAll, Sid: 'C', Condition: { StringLike: { 'aws:k': ['${aws:username}-*', '${aws:gone}'] } } },
  ]
  const identity = compiled('identity', { statements })
  const { because, reason, sentence } = explain(asked({ 'aws:username': 'al', 'aws:k': 'bo-1' }), { identity })
  const seen = because[0]?.statements ?? []
  assert.deepEqual(
    seen.map(({ sid, failed }) => [sid, failed?.element]),
    [
      ['A', 'Action'],
      ['B', 'Resource'],
      ['C', 'Condition'],
    ],
  )
  assert.deepEqual(seen[0]?.failed, { element: 'Action', wanted: 's3:GetObject', patterns: ['s3:Put*'] })
  assert.deepEqual(seen[2]?.conditions, [
    { operator: 'StringLike', key: 'aws:k', values: ['al-*', null], actual: 'bo-1', holds: 'no' },
  ])
  assert.match(reason, /No Allow in the identity policies/)
  assert.match(sentence ?? '', /because no identity-based policy allows the s3:GetObject action$/)
})

test('an explanation shows what a variable in a resource became, or that it has no value', () => {
  const resources = ['arn:aws:s3:::home/${aws:username}/*', "arn:aws:s3:::${aws:x, 'y'}/${aws:k}${*}"]
  const identity = compiled('identity', { statements: [{ ...allowAll, Resource: resources }] })
  const patternsOf = (context: Context) => explain(asked(context), { identity }).because[0]?.statements[0]?.failed
  assert.deepEqual(patternsOf({ 'aws:username': 'al' }), {
    element: 'Resource',
    wanted: 'arn:aws:s3:::b/k',
    patterns: ['arn:aws:s3:::home/al/*', `${resources[1]} (no value for aws:k)`],
  })
  assert.deepEqual(patternsOf({ 'aws:K': 'k' })?.patterns, [
    `${resources[0]} (no value for aws:username)`,
    'arn:aws:s3:::y/k*',
  ])
  const old = parse(JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource: resources[0] } }), 'identity')
  assert.ok(old.policy !== undefined)
  const [layer] = explain(asked(), { identity: compile([{ policy: old.policy }]) }).because
  assert.deepEqual(layer?.statements[0]?.failed?.patterns, [resources[0]])
})

test('an explanation tells levels, exempt layers, strengths and deciding statements', () => {
  const scp = [compiled('scp', { statements: [allowAll] }), compiled('scp')]
  const resource = compiled('resource', { statements: [{ ...allowAll, Sid: 'R', Principal: { AWS: account } }] })
  const identity = compiled('identity', { statements: [{ ...allowAll, Sid: 'I' }] })
  const organization = { managementAccount: account }
  const explained = explain(asked({}, { organization }), { scp, resource, identity })
  assert.equal(explained.decision, 'allowed')
  assert.deepEqual(
    explained.because.map(({ layer, level, applies, result, strengths }) => [layer, level, applies, result, strengths]),
    [
      ['scp', 0, false, 'allow', undefined],
      ['scp', 1, false, 'none', undefined],
      ['resource', undefined, true, 'allow', ['account']],
      ['identity', undefined, true, 'allow', undefined],
    ],
  )
  assert.deepEqual(
    explained.deciding.map(({ layer, sid, line, column }) => [layer, sid, line, column]),
    [
      ['resource', 'R', 1, 38],
      ['identity', 'I', 1, 38],
    ],
  )
  assert.equal(answered(asked(), { scp, resource, identity }).deniedBy, 'scp')
})

test('a key that is not known leaves open what depends on it, and nothing else', () => {
  const open = { ...allowAll, Condition: { StringEquals: { 'aws:k': 'v' } } }
  const identity = compiled('identity', { statements: [open] })
  assert.deepEqual(outlook(asked(), { identity }, ['AWS:K']), { decision: 'unknown', needs: ['aws:k'] })
  assert.deepEqual(outlook(asked(), { identity }, '*'), { decision: 'unknown', needs: ['aws:k'] })
  assert.equal(outlook(asked(), { identity }, ['aws:other']).decision, 'implicitDeny')
  assert.equal(outlook(asked({ 'aws:k': 'v' }), { identity }, '*').decision, 'allowed')
  const both = compiled('identity', { statements: [open, allowAll] })
  assert.deepEqual(outlook(asked(), { identity: both }, '*'), { decision: 'allowed', needs: [] })
  const deny = compiled('identity', { statements: [{ ...open, Effect: 'Deny' }] })
  assert.equal(outlook(asked(), { identity: deny }, '*').decision, 'implicitDeny')
  const variable = compiled('identity', { statements: [{ ...allowAll, Resource: 'arn:aws:s3:::${aws:v}/k' }] })
  const explained = explainUnknown(asked(), { identity: variable }, '*')
  assert.deepEqual([explained.decision, explained.needs], ['unknown', ['aws:v']])
})

test('an action is asked for in any case, and asking one does not disturb another', () => {
  const identity = compiled('identity', { statements: [{ ...allowAll, Action: ['S3:Get*', 'iam:*User'] }] })
  for (const action of ['s3:getobject', 'S3:GETOBJECT', 'iam:CreateUser', 's3:GetObject'])
    assert.equal(answered(asked({}, { action }), { identity }).decision, 'allowed', action)
  for (const action of ['s3express:GetObject', 'iam:CreateUsers', 's3', 's3:', ':GetObject', 'ⅰam:CreateUser'])
    assert.equal(answered(asked({}, { action }), { identity }).decision, 'implicitDeny', action)
})

test('a question is read whole, and what is wrong with a line is told', () => {
  const good = { id: 'q', request: asked(), policies: { identity: [{ Version: '2012-10-17', Statement: allowAll }] } }
  const question = readQuestion(JSON.stringify(good))
  assert.ok('request' in question)
  assert.equal(question.id, 'q')
  assert.equal(decide(question.request, question.layers).decision, 'allowed')
  const text = { ...good, policies: { identity: [JSON.stringify({ Version: '2012-10-17', Statement: allowAll })] } }
  const asText = readQuestion(JSON.stringify(text))
  assert.ok('request' in asText && decide(asText.request, asText.layers).decision === 'allowed')
  const codeOf = (line: object | string) => {
    const read = readQuestion(typeof line === 'string' ? line : JSON.stringify(line))
    return 'error' in read ? [read.id, read.error.code] : ['no error']
  }
  assert.deepEqual(codeOf('{'), [undefined, 'InvalidQuestion'])
  assert.deepEqual(codeOf('[]'), [undefined, 'InvalidQuestion'])
  assert.deepEqual(codeOf({ id: 'q' }), ['q', 'InvalidQuestion'])
  assert.deepEqual(codeOf({ ...good, policies: { identity: [{ Statement: [] }] } }), ['q', 'MalformedPolicyDocument'])
  assert.deepEqual(codeOf({ ...good, policies: { identity: {} } }), ['q', 'MalformedPolicyDocument'])
  assert.deepEqual(codeOf({ ...good, policies: { identity: [null] } }), ['q', 'MalformedPolicyDocument'])
  for (const permissionsBoundary of [[], [allowAll, allowAll], 'x', 1])
    assert.deepEqual(codeOf({ ...good, policies: { permissionsBoundary } }), ['q', 'MalformedPolicyDocument'])
  assert.deepEqual(codeOf({ id: 'q', request: asked(), Policies: {} }), ['q', 'InvalidQuestion'])
  assert.deepEqual(codeOf({ ...good, request: { ...asked(), contexts: {} } }), ['q', 'InvalidQuestion'])
  assert.deepEqual(codeOf({ ...good, request: { ...asked(), context: { a: {} } } }), ['q', 'InvalidQuestion'])
  assert.deepEqual(codeOf({ ...good, request: { ...asked(), context: { a: [null] } } }), ['q', 'InvalidQuestion'])
  assert.deepEqual(codeOf({ ...good, request: { ...asked(), resourceAccount: undefined } }), ['q', 'InvalidQuestion'])
  assert.deepEqual(codeOf({ ...good, policies: { identities: [] } }), ['q', 'InvalidQuestion'])
  assert.deepEqual(codeOf({ ...good, request: asked({ a: 'x', A: 'y' }) }), ['q', 'InvalidQuestion'])
  const twice = JSON.stringify(good).replace('"Effect":"Allow"', '"Effect":"Deny","Effect":"Allow"')
  assert.deepEqual(codeOf(twice), ['q', 'MalformedPolicyDocument'])
})

test('a question that is written a little otherwise is answered where its meaning is plain', () => {
  const document = { Version: '2012-10-17', Statement: allowAll }
  const narrow = {
    ...document,
    Statement: { ...allowAll, Condition: { NumericEquals: { n: 1 }, Null: { gone: true } } },
  }
  const answer = (line: {
    readonly request: object
    readonly policies: object
    readonly id?: unknown
    more?: number
  }) => {
    const read = readQuestion(JSON.stringify(line))
    assert.ok('request' in read, JSON.stringify(read))
    return [read.id, decide(read.request, read.layers).decision, read.layers.permissionsBoundary === undefined]
  }
  const request = { ...asked(), principal: { ...alice, uniqueId: null, roleArn: 'x' }, organization: null }
  const context = { n: 1, gone: null, b: [true, 2, 'x'] }
  const policies = {
    identity: narrow,
    permissionsBoundary: null,
    session: null,
    scp: [document, [document]],
    rcp: null,
  }
  assert.deepEqual(answer({ id: 7, request: { ...request, context }, policies, more: 1 }), ['7', 'allowed', true])
  const closed = { identity: [document], scp: [document, []] }
  assert.deepEqual(answer({ request: { ...request, context: null }, policies: closed }), [
    undefined,
    'implicitDeny',
    true,
  ])
  const bounded = { identity: JSON.stringify(document), permissionsBoundary: [narrow] }
  assert.deepEqual(answer({ request, policies: bounded }), [undefined, 'implicitDeny', false])
  const queue = { ...asked(), resource: `arn:aws:sqs:eu-west-1:${account}:q`, resourceAccount: null }
  assert.deepEqual(answer({ request: queue, policies: { identity: document } }), [undefined, 'allowed', true])
  const foreign = { ...queue, resource: 'arn:aws:sqs:eu-west-1:444455556666:q' }
  assert.deepEqual(answer({ request: foreign, policies: { identity: document } }), [undefined, 'implicitDeny', true])
  const open = { ...document, Statement: { ...allowAll, Principal: '*' } }
  const service = {
    principal: { type: 'service', service: 's3.amazonaws.com', account: null },
    action: 'a:B',
    resource: '*',
  }
  assert.deepEqual(answer({ request: service, policies: { resource: [open] } }), [undefined, 'allowed', true])
})

test('the context keys of a policy are those of its conditions and its variables, once each', () => {
  const statement = {
    ...allowAll,
    Resource: ['arn:aws:s3:::b/${aws:username}', 'arn:aws:iam::${aws:not}:user/x'],
    Condition: {
      StringEquals: { 'aws:A': "${saml:sub, 'x'}" },
      NumericEquals: { 'aws:a': '${no:variable}' },
    },
  }
  const { policy } = parse(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'identity')
  assert.ok(policy !== undefined)
  assert.deepEqual(contextKeysOf(policy), ['aws:username', 'aws:A', 'saml:sub'])
})
