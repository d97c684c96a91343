import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetAccessKeyLastUsedCommand,
  GetRoleCommand,
  GetUserCommand,
  UploadServerCertificateCommand,
} from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { createLog, createMetrics } from '#server'
import { openFrontDoor } from '../front-door.ts'
import { assume, makeRole } from './role.ts'

const lines: string[] = []
const log = createLog('debug', { write: (line) => lines.push(line) })
const metrics = createMetrics()
const door = await openFrontDoor('111122223333', { log, metrics })
after(() => door.close())
const { iam, store, account } = door

async function audit() {
  await store.flush()
  return store.read(({ audit }) => audit.list(account, { limit: 100 }))
}

test('a change leaves a record: who, what, on what, from where', async () => {
  const { $metadata, User } = await iam.send(new CreateUserCommand({ UserName: 'ann', Path: '/team/' }))
  const [record] = await audit()
  assert.ok(record)
  const { userAgent, seq, caller, decisions, ...rest } = record
  assert.ok(seq > 0)
  assert.deepEqual(
    decisions?.map(({ action, decision, on, caller: by }) => ({ action, decision, on, by })),
    [
      {
        action: 'iam:CreateUser',
        decision: 'allowed',
        on: [{ arn: `arn:aws:iam::${account}:user/team/ann` }],
        by: caller,
      },
    ],
  )
  assert.match(userAgent ?? '', /aws-sdk-js/)
  assert.deepEqual(rest, {
    id: $metadata.requestId,
    at: door.now(),
    account,
    principal: `arn:aws:iam::${account}:user/administrator`,
    accessKeyId: door.administrator.accessKeyId,
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateUser',
    region: 'us-east-1',
    sourceIp: '203.0.113.9',
    readOnly: false,
    resource: `arn:aws:iam::${account}:user/team/ann`,
    request: { UserName: 'ann', Path: '/team/' },
    more: { response: { User: answered(User) } },
  })
})

/** Dates are texts in the record. */
function answered(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

test('a change that failed is undone, and leaves the record of its refusal only', async () => {
  await assert.rejects(iam.send(new CreateUserCommand({ UserName: 'ANN' })), { name: 'EntityAlreadyExistsException' })
  const [record, before] = await audit()
  assert.deepEqual(
    [record?.eventName, record?.errorCode, record?.errorMessage, record?.readOnly],
    ['CreateUser', 'EntityAlreadyExists', 'User with name ANN already exists.', false],
  )
  assert.equal(before?.errorCode, undefined)
})

test('parameters that are very large are left out of the record, which says so', async () => {
  const large = new UploadServerCertificateCommand({
    ServerCertificateName: 'large',
    CertificateBody: 'x'.repeat(16_000),
    CertificateChain: '+'.repeat(120_000),
    PrivateKey: 'x',
  })
  await assert.rejects(iam.send(large))
  const [record] = await audit()
  assert.equal(record?.eventName, 'UploadServerCertificate')
  assert.equal(record?.request?.['omitted'], true)
  assert.ok(Number(record?.request?.['originalSize']) > 120_000)
})

test('a read leaves a record, and so does one that is denied', async () => {
  await iam.send(new GetUserCommand({ UserName: 'ann' }))
  assert.deepEqual(
    (await audit()).slice(0, 1).map(({ eventName, readOnly }) => [eventName, readOnly]),
    [['GetUser', true]],
  )
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
  const ann = door.as({ accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' })
  await assert.rejects(ann.iam.send(new DeleteUserCommand({ UserName: 'ann' })), { name: 'AccessDenied' })
  const [record] = await audit()
  assert.deepEqual([record?.errorCode, record?.principal], ['AccessDenied', `arn:aws:iam::${account}:user/team/ann`])
})

test('what has no valid signature fills no store, but is logged and counted', async () => {
  const before = (await audit()).length
  const wrong = door.as({ ...door.administrator, secretAccessKey: 'x'.repeat(40) })
  await assert.rejects(wrong.sts.send(new GetCallerIdentityCommand({})), { name: 'SignatureDoesNotMatch' })
  assert.equal((await audit()).length, before)
  assert.equal(JSON.parse(lines.at(-1) ?? '').code, 'SignatureDoesNotMatch')
  assert.match(await metrics.text(), /operation="GetCallerIdentity",code="SignatureDoesNotMatch"\} 1$/m)
})

test('decisions are counted', async () => {
  const text = await metrics.text()
  assert.match(text, /^cardea_decisions_total\{decision="allowed"\} [1-9]\d*$/m)
  assert.match(text, /^cardea_decisions_total\{decision="implicitDeny"\} 1$/m)
})

test('changes and refusals are told at info, reads at debug, each with its request id', async () => {
  const told = lines.map((line) => JSON.parse(line))
  for (const { level, code, operation, requestId, milliseconds } of told) {
    const read = code === undefined && /^Get/.test(operation)
    assert.equal(level, read ? 20 : 30, operation)
    assert.match(requestId, /^[0-9a-f-]{36}$/)
    assert.equal(typeof milliseconds, 'number')
  }
  assert.ok(told.some(({ level }) => level === 20))
})

test('no secret, token, signature or body is in the log or in the audit trail', async () => {
  const session = await assume(door, await makeRole(door, { name: 'quiet', trust: { AWS: account } }))
  const asSession = door.as(session)
  await asSession.sts.send(new GetCallerIdentityCommand({}))
  await assert.rejects(asSession.iam.send(new GetUserCommand({ UserName: 'ann' })), { name: 'AccessDenied' })
  const wrong = door.as({ ...session, secretAccessKey: 'wrong' })
  await assert.rejects(wrong.sts.send(new GetCallerIdentityCommand({})), (error: Error) => {
    assert.ok(error.message.includes(session.sessionToken ?? '-'), 'the caller sees its own token')
    return true
  })
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
  const everything = lines.join('') + JSON.stringify(await audit())
  for (const secret of [
    session.secretAccessKey,
    session.sessionToken,
    AccessKey?.SecretAccessKey,
    door.administrator.secretAccessKey,
    door.root.secretAccessKey,
  ]) {
    assert.ok(secret !== undefined && secret.length > 20)
    assert.ok(!everything.includes(secret))
  }
  assert.doesNotMatch(everything, /AWS4-HMAC-SHA256|Signature=/)
})

test('the last use of a key and of a role is noted', async () => {
  const AccessKeyId = door.administrator.accessKeyId
  const { AccessKeyLastUsed } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))
  assert.deepEqual(
    [AccessKeyLastUsed?.ServiceName, AccessKeyLastUsed?.Region, AccessKeyLastUsed?.LastUsedDate?.getTime()],
    ['iam', 'us-east-1', door.now()],
  )
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'quiet' }))
  assert.equal(Role?.RoleLastUsed?.LastUsedDate?.getTime(), door.now())
})

test('what nobody foresaw is an InternalFailure that tells the caller nothing', async () => {
  const broken = await openFrontDoor('111122223333', { log })
  await broken.sts.send(new GetCallerIdentityCommand({}))
  await broken.close()
  await assert.rejects(broken.iam.send(new GetUserCommand({ UserName: 'ann' })), {
    name: 'InternalFailure',
    message: 'The request processing has failed because of an unknown error, exception or failure.',
  })
  const { level, err } = JSON.parse(lines.at(-1) ?? '')
  assert.equal(level, 50)
  assert.match(err.message, /the store is closed/)
})
