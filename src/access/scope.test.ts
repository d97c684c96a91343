import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { GetScopedCredentialsCommand } from '@aws-sdk/client-sts'
import { type Credentials, openFrontDoor } from '../../test/front-door.ts'
import { ask, callerWith } from '../../test/server/ask.ts'
import { assume, makeRole, policyOf, temporary } from '../../test/server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account, store } = door
const role = await makeRole(door, { name: 'worker', trust: { AWS: account }, may: ['*'] })
const session = await assume(door, role)

async function narrowed(...statements: readonly object[]): Promise<Credentials> {
  const { sts } = door.as(session)
  const { Credentials } = await sts.send(new GetScopedCredentialsCommand({ Policy: policyOf(...statements) }))
  return temporary(Credentials)
}

test('a scope with conditions is decided with the keys of the request', async () => {
  const credentials = await narrowed({
    Effect: 'Allow',
    Action: 's3:*',
    Resource: 'arn:aws:s3:::bucket/*',
    Condition: { StringEquals: { 's3:ExistingObjectTag/team': 'a' } },
  })
  const asked = { action: 's3:GetObject', context: { 's3:ExistingObjectTag/team': 'a' } }
  assert.equal((await ask(door, credentials, asked)).decision, 'allowed')
  const { decision, refusal, decided } = await ask(door, credentials, { action: 's3:GetObject' })
  assert.equal(decision, 'implicitDeny')
  assert.match(refusal?.message ?? '', /because no session policy allows the s3:GetObject action$/)
  assert.match(refusal?.detail ?? '', /^implicitDeny by session for s3:GetObject on /)
  assert.equal(decided().deniedBy, 'session')
  const elsewhere = { ...asked, resource: 'arn:aws:s3:::other/key' }
  assert.equal((await ask(door, credentials, elsewhere)).decision, 'implicitDeny')
})

test('a scope holds for keys of KMS, and for what other accounts own', async () => {
  const credentials = await narrowed({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' })
  const key = `arn:aws:kms:us-east-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
  const encrypt = await ask(door, credentials, { action: 'kms:Encrypt', resource: key })
  assert.notEqual(encrypt.decision, 'allowed')
  const wide = await narrowed({ Effect: 'Allow', Action: '*', Resource: '*' })
  const [wider, whole] = await Promise.all(
    [wide, session].map((one) => ask(door, one, { action: 'kms:Encrypt', resource: key })),
  )
  assert.equal(wider?.decision, whole?.decision)
})

test('the condition keys that a scope names are those of the policies that bear', async () => {
  const credentials = await narrowed(
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:ResourceTag/secret': 'yes' } } },
  )
  const { access } = door.house
  const mentions = async (one: Credentials) => {
    const { caller } = await callerWith(door, one)
    return store.read((tables) => access.mentions({ caller, reading: { tables, open: false }, policies: [] }))
  }
  assert.equal((await mentions(credentials))('aws:resourcetag/secret'), true)
  assert.equal((await mentions(session))('aws:resourcetag/secret'), false)
})
