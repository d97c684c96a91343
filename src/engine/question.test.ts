import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explain } from './explain.ts'
import { readQuestion } from './question.ts'

const all = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
const none = { ...all, Statement: { ...all.Statement, Effect: 'Deny' } }

function questionOf(policies: object): string {
  const account = '111122223333'
  const principal = { type: 'user', arn: `arn:aws:iam::${account}:user/ann`, account }
  const request = { principal, action: 's3:GetObject', resource: '*', resourceAccount: account, context: {} }
  return JSON.stringify({ request, policies })
}

test('a policy is named by its place in the question, so that the level that denies can be told', () => {
  const question = readQuestion(questionOf({ identity: [all, all], scp: [[all], [all, none]] }))
  assert.ok(!('error' in question))
  const { because, deciding } = explain(question.request, question.layers)
  const names = because.flatMap(({ statements = [] }) => statements.map(({ policyId }) => policyId))
  assert.deepEqual(names, ['scp[0]', 'scp[1][0]', 'scp[1][1]', 'identity[0]', 'identity[1]'])
  assert.deepEqual(
    deciding.map(({ policyId }) => policyId),
    ['scp[1][1]'],
  )
})

test('a policy that cannot be parsed is told by its place in the question too', () => {
  const broken = { ...all, Statement: { Effect: 'Allow', Resource: '*' } }
  const found = readQuestion(questionOf({ identity: [all], scp: [[all], [all, broken]] }))
  assert.ok('error' in found)
  assert.equal(found.error.code, 'MalformedPolicyDocument')
  assert.match(found.error.message, /\(scp\[1\]\[1\], line 1, column \d+\)$/)
})
