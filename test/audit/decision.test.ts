import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeleteUserPolicyCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { type HttpResponse, signRequest } from '#protocol'
import { auditFront, auditTasks } from '#server'
import type { DenialGroup, ExplainedDecision } from '#services'
import type { KeptRecord } from '#store'
import { type Credentials, openFrontDoor } from '../front-door.ts'
import { assume, makeRole, policyOf } from '../server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account, store, iam, house } = door
const tasks = auditTasks(house)

/** A user with one inline policy. */
async function user(name: string, ...statements: readonly object[]): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName: name }))
  if (statements.length > 0) await may(name, ...statements)
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

async function may(name: string, ...statements: readonly object[]): Promise<void> {
  const policy = { UserName: name, PolicyName: 'own', PolicyDocument: policyOf(...statements) }
  await iam.send(new PutUserPolicyCommand(policy))
}

async function newest(): Promise<KeptRecord> {
  await store.flush()
  const [record] = await store.read(({ audit }) => audit.list(account, { limit: 1 }))
  assert.ok(record)
  return record
}

async function explained(id: string): Promise<readonly ExplainedDecision[]> {
  const found = (await tasks['audit/explain']?.({ id })) as { readonly decisions: readonly ExplainedDecision[] }
  return found.decisions
}

async function denied(work: Promise<unknown>): Promise<KeptRecord> {
  await assert.rejects(work, { name: 'AccessDenied' })
  return newest()
}

test('a refusal is explained with the policies as they were, whatever they are now', async () => {
  const deny = { Sid: 'NoUsers', Effect: 'Deny', Action: 'iam:ListUsers', Resource: '*' }
  const ann = await user('ann', { Effect: 'Allow', Action: '*', Resource: '*' }, deny)
  const record = await denied(door.as(ann).iam.send(new ListUsersCommand({})))
  const [decision] = record.decisions ?? []
  assert.equal(decision?.decision, 'explicitDeny')
  assert.deepEqual(
    decision?.deciding?.map(({ layer, policyId, statement, sid }) => [layer, policyId, statement, sid]),
    [['identity', 'own', 1, 'NoUsers']],
  )
  await may('ann', { Effect: 'Allow', Action: '*', Resource: '*' })
  door.pass(1000)
  await door.as(ann).iam.send(new ListUsersCommand({}))
  for (const id of [decision?.id ?? '', record.id]) {
    const [told] = await explained(id)
    assert.equal(told?.decision, 'explicitDeny')
    assert.equal(told?.agrees, true)
    assert.equal(told?.requestId, record.id)
    assert.equal(told?.explanation.deciding[0]?.sid, 'NoUsers')
    assert.match(told?.policies[0]?.text ?? '', /NoUsers/)
    assert.equal(told?.context['aws:CurrentTime'], '2026-01-15T12:00:00Z')
  }
  const [now] = await explained((await newest()).id)
  assert.equal(now?.decision, 'allowed')
  assert.doesNotMatch(now?.policies[0]?.text ?? '', /NoUsers/)
})

test('what was allowed is explained too, with the version of a managed policy that was the default then', async () => {
  const bob = await user('bob')
  const { Policy } = await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'versions',
      PolicyDocument: policyOf({ Sid: 'First', Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' }),
    }),
  )
  await iam.send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn: Policy?.Arn }))
  await door.as(bob).iam.send(new ListUsersCommand({}))
  const { id } = await newest()
  await iam.send(
    new CreatePolicyVersionCommand({
      PolicyArn: Policy?.Arn,
      SetAsDefault: true,
      PolicyDocument: policyOf({ Sid: 'Second', Effect: 'Deny', Action: '*', Resource: '*' }),
    }),
  )
  await denied(door.as(bob).iam.send(new ListUsersCommand({})))
  const [told] = await explained(id)
  assert.deepEqual([told?.decision, told?.agrees, told?.explanation.deciding[0]?.sid], ['allowed', true, 'First'])
  assert.equal(told?.explanation.deciding[0]?.policyArn, Policy?.Arn)
})

test('a decision of a session knows its tags, its policies and the trust policy of the role as they were', async () => {
  const arn = await makeRole(door, {
    name: 'tagged',
    trust: { AWS: account },
    condition: { StringEquals: { 'aws:RequestTag/Team': 'red' } },
    may: ['iam:*'],
  })
  await assert.rejects(door.sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'first' })), {
    name: 'AccessDenied',
  })
  const [refused] = await explained((await newest()).id)
  assert.equal(refused?.agrees, true)
  assert.deepEqual(
    refused?.policies.map(({ layer, type }) => [layer, type]),
    [
      ['identity', 'identity'],
      ['resource', 'trust'],
    ],
  )
  const Tags = [{ Key: 'Team', Value: 'red' }]
  const Policy = policyOf({ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' })
  const session = await assume(door, arn, { Tags, Policy })
  await denied(door.as(session).iam.send(new ListUsersCommand({})))
  const [told] = await explained((await newest()).id)
  assert.equal(told?.agrees, true)
  assert.equal(told?.explanation.deniedBy, 'session')
  assert.equal(told?.context['aws:PrincipalTag/Team'], 'red')
  assert.equal(told?.policies.find(({ layer }) => layer === 'session')?.text, Policy)
})

test('every decision of the test before it comes out the same when it is decided again', async () => {
  await store.flush()
  const records = await store.read(({ audit }) => audit.list(account, { limit: 1000 }))
  let count = 0
  for (const { id, decisions = [] } of records) {
    if (decisions.length === 0) continue
    for (const told of await explained(id)) {
      assert.ok(told.agrees, `${told.action} on ${told.resource}`)
      count += 1
    }
  }
  assert.ok(count >= 15, `${count} decisions`)
})

async function ask(credentials: Credentials, id: string): Promise<{ status: number; body: string }> {
  const body = new TextEncoder().encode(JSON.stringify({ id }))
  const path = '/cardea/audit/v1/explain'
  const scope = { region: 'us-east-1', service: 'cardea' }
  const headers = signRequest({
    ...{ method: 'POST', path, query: '', headers: { host: 'cardea.test', 'content-type': 'application/json' } },
    ...{ body, credentials, scope, now: door.now() },
  })
  const front = auditFront(house)
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]))
  const request = { method: 'POST', path, query: '', headers: lower, body, remoteAddress: '203.0.113.9', secure: false }
  const answered: HttpResponse | undefined = await front(request)
  return { status: answered?.status ?? 0, body: String(answered?.body) }
}

test('a signed request needs cardea:ExplainDecision, and is recorded', async () => {
  const carl = await user('carl')
  const { id } = await denied(door.as(carl).iam.send(new GetUserCommand({ UserName: 'ann' })))
  const refused = await ask(carl, id)
  assert.equal(refused.status, 403)
  assert.match(refused.body, /not authorized to perform: cardea:ExplainDecision on resource: [^ ]*decision\//)
  const record = await newest()
  assert.deepEqual([record.eventName, record.errorCode], ['ExplainDecision', 'AccessDenied'])
  await may('carl', { Effect: 'Allow', Action: 'cardea:ExplainDecision', Resource: '*' })
  const told = await ask(carl, id)
  assert.equal(told.status, 200)
  const wrong = await ask({ ...carl, secretAccessKey: 'x'.repeat(40) }, id)
  assert.match(wrong.body, /SignatureDoesNotMatch/)
})

test('who may not read a policy hears that it was there, and nothing of what it says', async () => {
  const secretive = { Sid: 'TopSecret', Effect: 'Deny', Action: 'iam:GetUser', Resource: 'arn:aws:iam::*:user/hush' }
  const explains = { Sid: 'Asks', Effect: 'Allow', Action: 'cardea:ExplainDecision', Resource: '*' }
  const dora = await user('dora', { Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' }, secretive, explains)
  const record = await denied(door.as(dora).iam.send(new GetUserCommand({ UserName: 'hush' })))
  const hidden = await ask(dora, record.id)
  assert.equal(hidden.status, 200)
  assert.doesNotMatch(hidden.body, /TopSecret|Asks|user\/\*|arn:aws:iam::\*/)
  const [told]: ExplainedDecision[] = JSON.parse(hidden.body).decisions
  assert.deepEqual(told?.policies, [{ layer: 'identity', index: 0, type: 'identity', id: 'own' }])
  assert.equal(told?.decision, 'explicitDeny')
  assert.equal(told?.fixes, undefined)
  const reads = { Effect: 'Allow', Action: ['iam:GetUserPolicy', 'iam:GetGroupPolicy'], Resource: '*' }
  await may('dora', explains, reads)
  const open = await ask(dora, record.id)
  assert.match(open.body, /TopSecret/)
})

test('nobody is told of a decision about another account', async () => {
  const stranger = await door.addAccount('444455556666')
  const { id } = await newest()
  const answered = await ask(stranger, id)
  assert.equal(answered.status, 404)
  assert.match(answered.body, /NoSuchDecision/)
})

test('ids that are none find nothing, and break nothing', async () => {
  for (const id of ['', '%', "' OR 1=1", 'x'.repeat(2000), '019bc186-de00-7a88-97a9-1c7f23521fef', '\u0000', '\ud800'])
    await assert.rejects(explained(id), { code: 'NoSuchDecision' })
  for (const body of [{ id: 7 }, { id: 'x'.repeat(5000) }, {}, null])
    await assert.rejects(Promise.resolve().then(() => tasks['audit/explain']?.(body)))
})

async function denials(asked: object = {}): Promise<readonly DenialGroup[]> {
  const told = await tasks['audit/denials']?.(asked)
  return (told as { readonly groups: readonly DenialGroup[] }).groups
}

test('refusals that are alike are one entry, with how often, since when, and the smallest fix', async () => {
  const eva = await user('eva')
  for (let index = 0; index < 3; index += 1) {
    door.pass(1000)
    await denied(door.as(eva).iam.send(new GetUserCommand({ UserName: 'ann' })))
  }
  const { id, decisions } = await denied(door.as(eva).iam.send(new ListUsersCommand({})))
  const [newer, older] = await denials()
  assert.deepEqual(
    {
      ...newer,
      fixes: newer?.fixes?.map(({ changes }) => changes.map((change) => 'statement' in change && change.statement)),
    },
    {
      principal: `arn:aws:iam::${account}:user/eva`,
      action: 'iam:ListUsers',
      resource: `arn:aws:iam::${account}:user/`,
      cause: 'No Allow in the identity policies matches, and it is needed.',
      count: 1,
      first: new Date(door.now()).toISOString(),
      last: new Date(door.now()).toISOString(),
      account,
      requestId: id,
      decisionId: decisions?.[0]?.id,
      reportOnly: false,
      message: newer?.message,
      fixes: [[{ Effect: 'Allow', Action: 'iam:ListUsers', Resource: `arn:aws:iam::${account}:user/` }]],
    },
  )
  assert.deepEqual([older?.action, older?.count], ['iam:GetUser', 3])
  assert.equal(Date.parse(older?.last ?? '') - Date.parse(older?.first ?? ''), 2000)
})

test('a refusal by a Deny names the statement, and what was refused otherwise is no entry', async () => {
  await assert.rejects(iam.send(new GetUserCommand({ UserName: 'nobody' })), { name: 'NoSuchEntityException' })
  await assert.rejects(iam.send(new DeleteUserPolicyCommand({ UserName: 'ann', PolicyName: 'none' })))
  const groups = await denials({ limit: 100 })
  assert.ok(groups.every(({ message }) => message === undefined || !/cannot be found/.test(message)))
  const byDeny = groups.find(({ action, principal }) => action === 'iam:ListUsers' && principal.endsWith('/ann'))
  assert.match(byDeny?.cause ?? '', /A Deny in the identity policies matches.*\(own, statement "NoUsers"\)/)
})

test('only what a listing asks for is in it', async () => {
  assert.deepEqual(await denials({ from: door.now() + 1 }), [])
  assert.deepEqual(await denials({ account: '999999999999' }), [])
  assert.equal((await denials({ limit: 1 })).length, 1)
  await assert.rejects(denials({ from: 'yesterday' }), { code: 'ValidationError' })
})
