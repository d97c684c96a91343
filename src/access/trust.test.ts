import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trustForDecision } from '#access'

const ann = 'arn:aws:iam::111122223333:user/ann'
const bob = 'arn:aws:iam::111122223333:role/bob'

function decided(policy: object, trustPrincipals: Readonly<Record<string, string>>): unknown {
  return JSON.parse(trustForDecision({ trustPolicy: JSON.stringify(policy), trustPrincipals }))
}

test('principals stand for those who were meant, wherever they are written (U-1)', () => {
  const ids = { [ann]: 'AIDAANN', [bob]: 'AROABOB' }
  assert.deepEqual(decided({ Statement: { Principal: { AWS: ann, Service: 's' } } }, ids), {
    Statement: { Principal: { AWS: ['AIDAANN'], Service: 's' } },
  })
  assert.deepEqual(decided({ Statement: [{ NotPrincipal: { AWS: [bob, '111122223333', '*'] } }] }, ids), {
    Statement: [{ NotPrincipal: { AWS: ['AROABOB', '111122223333', '*'] } }],
  })
})

test('other kinds of principals, and ARNs in conditions, stay as they were written (U-4, U-5)', () => {
  const policy = {
    Statement: [
      { Principal: '*', Condition: { ArnEquals: { 'aws:PrincipalArn': ann } } },
      { Principal: { Federated: ann } },
    ],
  }
  assert.deepEqual(decided(policy, { [ann]: 'AIDAANN' }), policy)
})

test('a policy that names nobody is left as it is, byte for byte', () => {
  const trustPolicy = '{ "Statement" :{"Principal":{"AWS":"constructor"}}}'
  assert.equal(trustForDecision({ trustPolicy, trustPrincipals: {} }), trustPolicy)
  assert.deepEqual(decided(JSON.parse(trustPolicy), { [ann]: 'AIDAANN' }), {
    Statement: { Principal: { AWS: ['constructor'] } },
  })
})
