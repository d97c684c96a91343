import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide, readQuestion } from '#engine'
import { apply, type Change } from './change.ts'
import { fixesFor } from './fix.ts'

const account = '111122223333'
const ann = { type: 'user', arn: `arn:aws:iam::${account}:user/ann`, account }
const session = {
  type: 'assumedRole',
  arn: `arn:aws:sts::${account}:assumed-role/Reader/s`,
  roleArn: `arn:aws:iam::${account}:role/team/Reader`,
  account,
}
const everything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
const nothing = { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: 'x:Y', Resource: '*' } }
const object = 'arn:aws:s3:::photos/a.jpg'

function denying(extra: object, more: readonly object[] = []) {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*', ...extra }, ...more] }
}

interface Asked {
  readonly principal?: object
  readonly action?: string
  readonly resource?: string
  readonly owner?: string
  readonly context?: object
}

/** The fixes of a question; each is decided again here, with all its changes and with each of them left out. */
function fixes({ principal = ann, action = 's3:GetObject', resource = object, ...rest }: Asked, policies: object) {
  const { owner = account, context = {} } = rest
  const request = { principal, action, resource, resourceAccount: owner, context }
  const question = readQuestion(JSON.stringify({ request, policies }))
  if ('error' in question) throw new Error(question.error.message)
  const found = fixesFor(question.request, question.layers)
  const decisionAfter = (changes: readonly Change[]) => {
    const { request: changed, layers } = changes.reduce(apply, question)
    return decide(changed, layers).decision
  }
  for (const { changes } of found) {
    assert.equal(decisionAfter(changes), 'allowed')
    for (const left of changes) assert.notEqual(decisionAfter(changes.filter((change) => change !== left)), 'allowed')
  }
  return found.map(({ changes }) => changes)
}

test('an allowed request needs no fix', () => {
  assert.deepEqual(fixes({}, { identity: [everything] }), [])
})

test('where nothing allows, the narrowest fix is a statement for this action on this resource', () => {
  const [first = [], second = []] = fixes({}, {})
  assert.deepEqual(
    first.map(({ kind, layer }) => [kind, layer]),
    [['add', 'identity']],
  )
  const [addition] = first
  assert.ok(addition?.kind === 'add')
  assert.deepEqual(addition.statement, { Effect: 'Allow', Action: 's3:GetObject', Resource: object })
  assert.equal(second[0]?.layer, 'resource')
})

test('another account must consent too: both sides are part of one fix', () => {
  const [first = []] = fixes({ owner: '444455556666' }, {})
  assert.deepEqual(first.map(({ layer }) => layer).sort(), ['identity', 'resource'])
})

test('a Deny is excepted for the caller by a condition, when the request carries the key that it needs', () => {
  const context = { 'aws:PrincipalArn': ann.arn }
  const [first = []] = fixes({ context }, { identity: [everything, denying({})] })
  const [exception] = first
  assert.ok(exception?.kind === 'except')
  assert.equal(exception.how, 'principal')
  assert.equal(exception.value, ann.arn)
})

test('without that key a Deny of everything is excepted for the resource, and any other taken out', () => {
  const [first = []] = fixes({}, { identity: [everything, denying({})] })
  assert.ok(first[0]?.kind === 'except' && first[0].how === 'resource')
  const [other = []] = fixes({}, { identity: [everything, denying({ Resource: 'arn:aws:s3:::photos/*' })] })
  assert.ok(other[0]?.kind === 'except' && other[0].how === 'remove')
})

test('every Deny that hits is answered, in one policy and in several layers', () => {
  const context = { 'aws:PrincipalArn': ann.arn }
  const twice = denying({}, [{ Effect: 'Deny', Action: 's3:GetObject', Resource: '*' }])
  const [first = []] = fixes(
    { context },
    { identity: [everything, twice], scp: [[everything], [everything, denying({})]] },
  )
  assert.equal(first.length, 3)
  assert.ok(first.every(({ kind }) => kind === 'except'))
  assert.deepEqual(
    first.filter(({ layer }) => layer === 'scp').map(({ level }) => level),
    [1],
  )
})

test('each closed level of an organization is opened', () => {
  const [first = []] = fixes({}, { identity: [everything], scp: [[everything], [], [nothing]], rcp: [[]] })
  assert.deepEqual(first.map(({ layer, level }) => `${layer} ${level}`).sort(), ['rcp 0', 'scp 1', 'scp 2'])
})

test('a boundary, a session policy and an endpoint are opened beside the grant', () => {
  const policies = {
    permissionsBoundary: nothing,
    session: [nothing],
    vpcEndpoint: { Version: '2012-10-17', Statement: { ...nothing.Statement, Principal: '*' } },
  }
  const [first = []] = fixes({ principal: session }, policies)
  // Naming the session in the resource's policy needs neither boundary nor session policy (rule E-15).
  assert.deepEqual(first.map(({ layer }) => layer).sort(), ['resource', 'vpcEndpoint'])
  const [own = []] = fixes({ principal: session, owner: '444455556666' }, policies)
  assert.deepEqual(own.map(({ layer }) => layer).sort(), [
    'identity',
    'permissionsBoundary',
    'resource',
    'session',
    'vpcEndpoint',
  ])
})

test('a role must trust its caller: the statement is written as a trust policy', () => {
  const role = `arn:aws:iam::${account}:role/Target`
  const [first = []] = fixes({ action: 'sts:AssumeRole', resource: role }, { identity: [everything] })
  assert.ok(first[0]?.kind === 'add')
  assert.equal(first[0].layer, 'resource')
  assert.deepEqual(first[0].statement, { Effect: 'Allow', Principal: { AWS: ann.arn }, Action: 'sts:AssumeRole' })
})

test('where an Allow fails by a key that the request could carry, the smallest fix is to give it', () => {
  const role = `arn:aws:iam::${account}:role/Target`
  const trusting = (Condition: object) => ({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: ann.arn }, Action: 'sts:AssumeRole', Condition },
  })
  const asked = { action: 'sts:AssumeRole', resource: role }
  const external = trusting({ StringEquals: { 'sts:ExternalId': 'X' }, Bool: { 'aws:MultiFactorAuthPresent': 'true' } })
  const kinds = (found: readonly (readonly Change[])[]) =>
    found[0]?.map((change) => (change.kind === 'give' ? `${change.key}=${change.value}` : change.kind))
  const wanted = ['sts:ExternalId=X', 'aws:MultiFactorAuthPresent=true']
  assert.deepEqual(kinds(fixes(asked, { identity: [everything], resource: external })), wanted)
  const context = { 'sts:externalid': 'Y', 'aws:MultiFactorAuthPresent': 'true' }
  assert.deepEqual(kinds(fixes({ ...asked, context }, { identity: [everything], resource: external })), [wanted[0]])
  for (const condition of [{ StringLike: { 'aws:k': 'a*' } }, { StringEquals: { 'aws:k': '${aws:absent}' } }])
    assert.deepEqual(kinds(fixes(asked, { identity: [everything], resource: trusting(condition) })), ['add'])
  const other = { ...asked, context: { 'aws:PrincipalTag/team': 'b' } }
  const tagged = trusting({ StringEquals: { 'aws:PrincipalTag/team': 'a' } })
  assert.deepEqual(kinds(fixes(other, { identity: [everything], resource: tagged })), ['add'])
})

test('a service and an anonymous caller are let in by the resource only', () => {
  const service = fixes({ principal: { type: 'service', service: 'ec2.amazonaws.com' } }, {})
  assert.deepEqual(
    service.map((changes) => changes.map(({ layer }) => layer)),
    [['resource']],
  )
  const anonymous = fixes({ principal: { type: 'anonymous' } }, {})
  assert.ok(anonymous[0]?.[0]?.kind === 'add' && anonymous[0][0].statement['Principal'] === '*')
})

test('what no policy can allow has no fix', () => {
  const root = { type: 'root', arn: `arn:aws:iam::${account}:root`, account }
  assert.deepEqual(
    fixes({ principal: root, action: 'sts:AssumeRole', resource: `arn:aws:iam::${account}:role/R` }, {}),
    [],
  )
})
