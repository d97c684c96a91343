import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AttachUserPolicyCommand, CreatePolicyCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { call, send } from './raw.ts'
import { openRecording, openRig, type Recording, type Rig, type RigSettings } from './rig.ts'

/** Runs `work` with a gateway before an upstream that keeps what it receives. */
async function withRig(settings: RigSettings, work: (rig: Rig, upstream: Recording) => Promise<void>): Promise<void> {
  const upstream = await openRecording()
  const rig = await openRig({ services: new Map([['s3', upstream.url]]), ...settings })
  try {
    await work(rig, upstream)
  } finally {
    await rig.close()
    await upstream.close()
  }
}

const uncovered = { method: 'GET', path: '/photos', query: 'session' }

test('an operation that nobody can describe is refused, and passes where it is named', async () => {
  await withRig({}, async (rig, upstream) => {
    const { status, text } = await call(rig, uncovered)
    assert.equal(status, 403)
    assert.match(text, /not cover/)
    assert.equal(upstream.received.length, 0)
  })
})

test('what passes without a decision is named, and still needs a signature', async () => {
  for (const named of ['s3:CreateSession', 's3:*'])
    await withRig({ passThrough: new Set([named]) }, async (rig, upstream) => {
      const unsigned = await send(rig, { method: 'GET', target: '/photos?session', headers: { host: 'x' } })
      assert.equal(unsigned.status, 403)
      assert.equal(upstream.received.length, 0)
      const { status, headers } = await call(rig, uncovered)
      assert.equal(status, 200)
      assert.equal(headers['x-cardea-waived'], 'pass-through')
      assert.equal(upstream.received.length, 1)
      const credentials = await rig.user('nobody')
      assert.equal((await call(rig, { method: 'GET', credentials })).status, 403)
    })
  await withRig({ passThrough: new Set(['s3:Other']) }, async (rig) => {
    assert.equal((await call(rig, uncovered)).status, 403)
  })
})

test('where it is only reported, what would be refused goes on, and the record says so', async () => {
  await withRig({ reportOnly: true }, async (rig, upstream) => {
    const nobody = await rig.user('nobody')
    const { status, headers } = await call(rig, { method: 'GET', credentials: nobody })
    assert.equal(status, 200)
    assert.equal(headers['x-cardea-waived'], 'report-only')
    assert.equal(upstream.received.length, 1)
    await rig.store.flush()
    const items = await rig.store.read(({ audit }) => audit.list(rig.account, { limit: 10 }))
    const found = items.find(({ eventName }) => eventName === 'GetObject')
    assert.match(found?.errorDetail ?? '', /report-only.*s3:GetObject/)
    assert.equal(found?.errorCode, undefined)
    const forger = { ...nobody, secretAccessKey: 'x' }
    assert.equal((await call(rig, { method: 'GET', credentials: forger })).status, 403)
  })
})

test('each request is in the record: who, what, on what, and what came of it', async () => {
  await withRig({}, async (rig) => {
    await call(rig, { method: 'GET' })
    const nobody = await rig.user('nobody')
    await call(rig, { method: 'DELETE', credentials: nobody })
    await rig.store.flush()
    const items = await rig.store.read(({ audit }) => audit.list(rig.account, { limit: 10 }))
    const read = items.find(({ eventName }) => eventName === 'GetObject')
    assert.equal(read?.eventSource, 's3.amazonaws.com')
    assert.equal(read?.resource, 'arn:aws:s3:::photos/cat.jpg')
    assert.equal(read?.principal, `arn:aws:iam::${rig.account}:user/administrator`)
    assert.equal(read?.readOnly, true)
    assert.equal(read?.errorCode, undefined)
    const refused = items.find(({ eventName }) => eventName === 'DeleteObject')
    assert.equal(refused?.errorCode, 'AccessDenied')
    assert.equal(refused?.readOnly, false)
  })
})

test("Cardea's own services answer at the same address, signed, unsigned and to probes", async () => {
  await withRig({}, async (rig, upstream) => {
    const { url: endpoint, administrator: credentials } = rig
    const sts = new STSClient({ region: 'us-east-1', endpoint, credentials })
    assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Account, rig.account)
    const type = { host: 'x', 'content-type': 'application/x-www-form-urlencoded' }
    const body = 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15'
    const unsigned = await send(rig, { method: 'POST', target: '/', headers: type, body })
    assert.equal(unsigned.status, 400)
    assert.match(unsigned.text, /<Code>ValidationError<\/Code>/)
    const probe = await send(rig, { method: 'GET', target: '/healthz', headers: { host: 'x' } })
    assert.equal(probe.text, 'ok\n')
    assert.equal(upstream.received.length, 0)
  })
})

test('an action of another service without a signature is not taken for one of Cardea', async () => {
  await withRig({}, async (rig, upstream) => {
    const type = { host: 'x', 'content-type': 'application/x-www-form-urlencoded' }
    const body = 'Action=SendMessage&Version=2012-11-05'
    const { status } = await send(rig, { method: 'POST', target: '/', headers: type, body })
    assert.ok(status === 403 || status === 400, String(status))
    assert.equal(upstream.received.length, 0)
  })
})

test('a policy that is tagged so forbids nothing yet, and the record says what it would have forbidden', async () => {
  await withRig({}, async (rig, upstream) => {
    const credentials = await rig.user('reader', { Effect: 'Allow', Action: 's3:*', Resource: '*' })
    const deny = (name: string) => ({ Effect: 'Deny', Action: 's3:GetObject', Resource: `arn:aws:s3:::photos/${name}` })
    const attach = async (PolicyName: string, statement: object, Tags: { Key: string; Value: string }[]) => {
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statement })
      const { Policy } = await rig.iam().send(new CreatePolicyCommand({ PolicyName, PolicyDocument, Tags }))
      await rig.iam().send(new AttachUserPolicyCommand({ UserName: 'reader', PolicyArn: Policy?.Arn }))
    }
    await attach('trial', deny('*'), [{ Key: 'cardea:report-only', Value: 'true' }])
    const { status, headers } = await call(rig, { method: 'GET', credentials })
    assert.equal(status, 200)
    assert.equal(headers['x-cardea-waived'], 'report-only')
    assert.equal(upstream.received.length, 1)
    await attach('firm', deny('dog.jpg'), [])
    assert.equal((await call(rig, { method: 'GET', path: '/photos/dog.jpg', credentials })).status, 403)
    assert.equal((await call(rig, { method: 'GET', credentials })).status, 200)
    await rig.store.flush()
    const items = await rig.store.read(({ audit }) => audit.list(rig.account, { limit: 10 }))
    assert.ok(items.some(({ errorDetail }) => /report-only: .*explicit deny/.test(errorDetail ?? '')))
  })
})

const policyOf = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement })
const open = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::photos/*' }
const bucketArn = 'arn:aws:s3:::photos'

test('where it is only reported, nobody changes what decisions are made by who may not', async () => {
  const sqs = { service: 'sqs', method: 'POST', path: '/' }
  await withRig({ reportOnly: true }, async (rig, upstream) => {
    const nobody = await rig.user('nobody')
    const put = { path: '/photos', query: 'policy', body: policyOf(open) }
    assert.equal((await call(rig, { ...put, credentials: nobody })).status, 403)
    const unsigned = await send(rig, {
      method: 'PUT',
      target: '/photos?policy',
      headers: { host: 'x' },
      body: put.body,
    })
    assert.equal(unsigned.status, 403)
    const kept = () => rig.store.read(({ resources }) => resources.byArn(rig.account, bucketArn))
    assert.equal(await kept(), undefined)
    assert.equal(upstream.received.length, 0)
    assert.equal((await call(rig, put)).status, 204)
    assert.equal((await kept())?.policy, put.body)
  })
  const upstream = await openRecording()
  const rig = await openRig({ services: new Map([['sqs', upstream.url]]), reportOnly: true })
  const body = JSON.stringify({
    QueueUrl: `http://x/${rig.account}/orders`,
    Attributes: {
      Policy: policyOf({ ...open, Action: 'sqs:*', Resource: `arn:aws:sqs:us-east-1:${rig.account}:orders` }),
    },
  })
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SetQueueAttributes' }
  const kept = () =>
    rig.store.read(({ resources }) => resources.byArn(rig.account, `arn:aws:sqs:us-east-1:${rig.account}:orders`))
  assert.equal((await call(rig, { ...sqs, headers, body, credentials: await rig.user('nobody') })).status, 200)
  assert.equal(await kept(), undefined)
  assert.equal((await call(rig, { ...sqs, headers, body })).status, 200)
  assert.notEqual((await kept())?.policy, undefined)
  await rig.close()
  await upstream.close()
})

test('a bucket that is made once more keeps its policy', async () => {
  await withRig({}, async (rig) => {
    await call(rig, { path: '/photos', query: 'policy', body: policyOf({ ...open, Effect: 'Deny' }) })
    assert.equal((await call(rig, { path: '/photos' })).status, 200)
    const kept = await rig.store.read(({ resources }) => resources.byArn(rig.account, bucketArn))
    assert.match(kept?.policy ?? '', /Deny/)
  })
})

test('a star among what passes is for operations that never can be described, and coverage tells what passes', async () => {
  const copy = { path: '/photos/b', headers: { 'x-amz-copy-source': 'arn:aws:s3:us-east-1:1:accesspoint/a/object/b' } }
  await withRig({ passThrough: new Set(['s3:*']) }, async (rig, upstream) => {
    const nobody = await rig.user('nobody')
    assert.equal((await call(rig, { ...copy, credentials: nobody })).status, 403)
    assert.equal(upstream.received.length, 0)
    assert.ok(!rig.covered()[0]?.passes.includes('CopyObject'))
    assert.ok(rig.covered()[0]?.passes.includes('CreateSession'))
  })
  await withRig({ passThrough: new Set(['s3:CopyObject']) }, async (rig) => {
    assert.equal((await call(rig, copy)).headers['x-cardea-waived'], 'pass-through')
    assert.deepEqual(rig.covered()[0]?.passes, ['CopyObject'])
  })
})
