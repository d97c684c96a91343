import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { GetScopedCredentialsCommand } from '@aws-sdk/client-sts'
import { type AccountCaller, idAt, keptCaller } from '#access'
import { auditTasks } from '#server'
import { denials, type ExplainedDecision } from '#services'
import type { KeptRecord, Store } from '#store'
import { openAuthorizer } from '../authorizer/door.ts'
import { openFrontDoor } from '../front-door.ts'
import { openRig } from '../gateway/rig.ts'
import { callerWith } from '../server/ask.ts'
import { assume, makeRole, policyOf, temporary } from '../server/role.ts'

async function recorded(store: Store, account: string): Promise<readonly KeptRecord[]> {
  await store.flush()
  return store.read(({ audit }) => audit.list(account, { limit: 1000 }))
}

/** Every decision of these records, explained. */
async function explained(store: Store, records: readonly KeptRecord[]): Promise<readonly ExplainedDecision[]> {
  const tasks = auditTasks({ store, now: Date.now })
  const all: ExplainedDecision[] = []
  for (const { decisions = [] } of records)
    for (const { id } of decisions) {
      const found = await tasks['audit/explain']?.({ id })
      all.push(...(found as { readonly decisions: readonly ExplainedDecision[] }).decisions)
    }
  return all
}

test('what the gateway decided is recorded as data events, and explained', async () => {
  // Nothing listens there: what is decided is decided before anything goes on.
  const rig = await openRig({ services: new Map([['s3', 'http://127.0.0.1:9']]) })
  try {
    const read = { Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' }
    const reader = await rig.user('reader', read)
    const s3 = rig.s3(reader)
    const put = new PutObjectCommand({ Bucket: 'photos', Key: 'a.jpg', Body: 'x' })
    await assert.rejects(s3.send(put), { name: 'AccessDenied' })
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'a.jpg' })))
    const events = (await recorded(rig.store, rig.account)).filter(({ category }) => category === 'data')
    assert.deepEqual(
      events.map(({ eventSource, eventName }) => [eventSource, eventName]),
      [
        ['s3.amazonaws.com', 'GetObject'],
        ['s3.amazonaws.com', 'PutObject'],
      ],
    )
    const told = await explained(rig.store, events)
    assert.ok(told.every(({ agrees }) => agrees))
    assert.deepEqual(
      told.map(({ action, decision, resource }) => [action, decision, resource]),
      [
        ['s3:GetObject', 'allowed', 'arn:aws:s3:::photos/a.jpg'],
        ['s3:PutObject', 'implicitDeny', 'arn:aws:s3:::photos/a.jpg'],
      ],
    )
    assert.equal(told[0]?.explanation.deciding[0]?.sid, 'Read')
    const listed = await denials(rig.store, { limit: 10 })
    assert.deepEqual(
      listed.groups.map(({ action, reportOnly }) => [action, reportOnly]),
      [['s3:PutObject', false]],
    )
  } finally {
    await rig.close()
  }
})

test('what the Authorize API decided for somebody is recorded, and explained for that one', async () => {
  const door = await openAuthorizer()
  try {
    await door.registerAcme()
    const deny = { Sid: 'Never', Effect: 'Deny', Action: 'acme:GetPhoto', Resource: '*' }
    const policy = { UserName: 'administrator', PolicyName: 'own', PolicyDocument: policyOf(deny) }
    await door.iam.send(new PutUserPolicyCommand(policy))
    const principal = `arn:aws:iam::${door.account}:user/administrator`
    const resource = `arn:aws:acme:us-east-1:${door.account}:photo/1`
    const { status } = await door.ask('POST', '/v1/authorize', { principal, action: 'acme:GetPhoto', resource })
    assert.equal(status, 200)
    const told = await explained(door.store, await recorded(door.store, door.account))
    assert.ok(told.every(({ agrees }) => agrees))
    const [asked] = told.filter(({ action }) => action === 'acme:GetPhoto')
    assert.deepEqual([asked?.decision, asked?.explanation.deciding[0]?.sid], ['explicitDeny', 'Never'])
  } finally {
    await door.close()
  }
})

test('a refusal by the scope of a session is told as one by a session policy', async () => {
  const door = await openFrontDoor()
  try {
    const session = await assume(door, await makeRole(door, { name: 'r', trust: { AWS: door.account }, may: ['*'] }))
    const scope = policyOf({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' })
    const { Credentials } = await door.as(session).sts.send(new GetScopedCredentialsCommand({ Policy: scope }))
    const { caller, request, now } = await callerWith(door, temporary(Credentials))
    const touched = [{ arn: 'arn:aws:s3:::bucket/key' }]
    const asked = { caller, action: 's3:PutObject', touched, context: {}, request, now }
    const ruling = await door.store.read((tables) => door.house.access.authorize({ ...asked, tables, open: false }))
    door.store.record({
      ...{ id: idAt(now), at: now, account: door.account, caller: keptCaller(caller satisfies AccountCaller) },
      ...{ eventSource: 's3.amazonaws.com', eventName: 'PutObject', sourceIp: '203.0.113.9', readOnly: false },
      decisions: [ruling.decided()],
    })
    const told = await explained(door.store, await recorded(door.store, door.account))
    const [put] = told.filter(({ action }) => action === 's3:PutObject')
    assert.deepEqual([put?.agrees, put?.explanation.deniedBy], [true, 'session'])
    assert.match(put?.explanation.sentence ?? '', /because no session policy allows the s3:PutObject action$/)
    assert.ok(put?.policies.some(({ layer, text }) => layer === 'session' && text === scope))
  } finally {
    await door.close()
  }
})
