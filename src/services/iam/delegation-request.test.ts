import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AcceptDelegationRequestCommand,
  AssociateDelegationRequestCommand,
  CreateAccessKeyCommand,
  CreateDelegationRequestCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  GetDelegationRequestCommand,
  GetHumanReadableSummaryCommand,
  type IAMClient,
  ListDelegationRequestsCommand,
  PutUserPolicyCommand,
  RejectDelegationRequestCommand,
  SendDelegationTokenCommand,
  UpdateDelegationRequestCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account } = door
const partner = '444455556666'
const partnerIam = door.as(await door.addAccount(partner)).iam
/** Clients whose clocks are as far on as the house's. */
const owner = () => door.as(door.administrator).iam
const ownerArn = `arn:aws:iam::${account}:user/administrator`
const day = 24 * 3_600_000

const { Policy } = await partnerIam.send(
  new CreatePolicyCommand({
    PolicyName: 'Setup',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::@{Bucket}/data' },
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Resource: '*',
          Condition: { StringEquals: { 'aws:RequestedRegion': '@{Regions}' } },
        },
      ],
    }),
  }),
)
const PolicyTemplateArn = Policy?.Arn
const Parameters = [
  { Name: 'Bucket', Values: ['mine'], Type: 'string' as const },
  { Name: 'Regions', Values: ['us-east-1', 'eu-west-1'], Type: 'stringList' as const },
]

let workflows = 0

function ask(more: object = {}, client: IAMClient = partnerIam) {
  workflows += 1
  return client.send(
    new CreateDelegationRequestCommand({
      Description: 'Set up the connector.',
      Permissions: { PolicyTemplateArn, Parameters },
      RequestorWorkflowId: `workflow-${workflows}`,
      NotificationChannel: `arn:aws:sns:us-east-1:${partner}:delegations`,
      SessionDuration: 3600,
      ...more,
    }),
  )
}

async function asked(more: object = {}): Promise<string> {
  return (await ask(more, door.as(await partnerKey).iam)).DelegationRequestId ?? ''
}

const partnerKey = keyOf(partnerIam, 'asking', 'iam:CreateDelegationRequest')

async function keyOf(client: IAMClient, UserName: string, ...Action: string[]) {
  await client.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: Action.length === 0 ? [] : [{ Effect: 'Allow', Action, Resource: '*' }],
  })
  if (Action.length > 0) await client.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

async function stateOf(DelegationRequestId: string, client = owner()): Promise<string | undefined> {
  return (await client.send(new GetDelegationRequestCommand({ DelegationRequestId }))).DelegationRequest?.State
}

test('a request tells the permissions that its template and parameters make', async () => {
  const DelegationRequestId = await asked()
  assert.match(DelegationRequestId, /^[\w-]{16,128}$/)
  const { DelegationRequest } = await owner().send(new GetDelegationRequestCommand({ DelegationRequestId }))
  assert.deepEqual([DelegationRequest?.State, DelegationRequest?.RequestorId], ['UNASSIGNED', partner])
  assert.equal(DelegationRequest?.ExpirationTime?.getTime(), door.now() + day)
  assert.deepEqual(DelegationRequest?.Permissions, { PolicyTemplateArn, Parameters })
  const { Statement } = JSON.parse(DelegationRequest?.PermissionPolicy ?? '')
  assert.equal(Statement[0].Resource, 'arn:aws:s3:::mine/data')
  assert.deepEqual(Statement[1].Condition.StringEquals['aws:RequestedRegion'], ['us-east-1', 'eu-west-1'])
})

test('a request needs a template that is there, all its parameters, a topic and a workflow of its own', async () => {
  const invalid = { name: 'InvalidInputException' }
  const none = 'arn:aws:iam::444455556666:policy/none'
  await assert.rejects(ask({ Permissions: { PolicyTemplateArn: none } }), invalid)
  await assert.rejects(ask({ Permissions: { Parameters } }), invalid)
  await assert.rejects(ask({ Permissions: { PolicyTemplateArn, Parameters: Parameters.slice(1) } }), invalid)
  await assert.rejects(ask({ NotificationChannel: 'mailbox:me' }), { name: 'InvalidInputException' })
  await ask({ RequestorWorkflowId: 'the-same' })
  await assert.rejects(ask({ RequestorWorkflowId: 'the-same' }), { name: 'EntityAlreadyExistsException' })
})

test('a request goes from nobody to an owner, an administrator and its end', async () => {
  const DelegationRequestId = await asked()
  const at = { DelegationRequestId }
  const client = owner()
  await assert.rejects(client.send(new AcceptDelegationRequestCommand(at)), { name: 'ValidationError' })
  await client.send(new AssociateDelegationRequestCommand(at))
  await assert.rejects(client.send(new AssociateDelegationRequestCommand(at)), { name: 'InvalidInputException' })
  await client.send(new UpdateDelegationRequestCommand({ ...at, Notes: 'please look' }))
  assert.equal(await stateOf(DelegationRequestId), 'PENDING_APPROVAL')
  await assert.rejects(client.send(new SendDelegationTokenCommand(at)), { name: 'InvalidInputException' })
  await client.send(new AcceptDelegationRequestCommand(at))
  const accepted = (await client.send(new GetDelegationRequestCommand(at))).DelegationRequest
  assert.deepEqual(
    [accepted?.State, accepted?.OwnerId, accepted?.ApproverId, accepted?.OwnerAccountId, accepted?.Notes],
    ['ACCEPTED', ownerArn, ownerArn, account, 'please look'],
  )
  await client.send(new SendDelegationTokenCommand(at))
  assert.equal(await stateOf(DelegationRequestId), 'FINALIZED')
  await assert.rejects(client.send(new RejectDelegationRequestCommand(at)), { name: 'InvalidInputException' })
})

test('what was accepted can be rejected, and what was rejected not accepted', async () => {
  const at = { DelegationRequestId: await asked() }
  const client = owner()
  await client.send(new AssociateDelegationRequestCommand(at))
  await client.send(new AcceptDelegationRequestCommand(at))
  await client.send(new RejectDelegationRequestCommand({ ...at, Notes: 'no longer' }))
  const { DelegationRequest } = await client.send(new GetDelegationRequestCommand(at))
  assert.deepEqual([DelegationRequest?.State, DelegationRequest?.RejectionReason], ['REJECTED', 'no longer'])
  await assert.rejects(client.send(new AcceptDelegationRequestCommand(at)), { name: 'ValidationError' })
})

test('a request that is for an account, or that one has taken up, is not there for others', async () => {
  const other = door.as(await door.addAccount('777788889999')).iam
  const targeted = await asked({ OwnerAccountId: account })
  const taken = await asked()
  await owner().send(new AssociateDelegationRequestCommand({ DelegationRequestId: taken }))
  for (const DelegationRequestId of [targeted, taken])
    for (const client of [other, partnerIam])
      await assert.rejects(client.send(new GetDelegationRequestCommand({ DelegationRequestId })), {
        name: 'NoSuchEntityException',
      })
  await assert.rejects(other.send(new AssociateDelegationRequestCommand({ DelegationRequestId: targeted })), {
    name: 'NoSuchEntityException',
  })
  assert.equal(await stateOf(targeted), 'UNASSIGNED')
})

test('whoever takes up a request may manage it without a policy, but not accept it', async () => {
  const client = door.as(await keyOf(owner(), 'plain')).iam
  const at = { DelegationRequestId: await asked() }
  await client.send(new GetDelegationRequestCommand(at))
  await client.send(new AssociateDelegationRequestCommand(at))
  await client.send(new UpdateDelegationRequestCommand(at))
  await assert.rejects(client.send(new AcceptDelegationRequestCommand(at)), { name: 'AccessDenied' })
  const OwnerId = `arn:aws:iam::${account}:user/plain`
  const { DelegationRequests } = await client.send(new ListDelegationRequestsCommand({ OwnerId }))
  assert.deepEqual(
    DelegationRequests?.map(({ DelegationRequestId }) => DelegationRequestId),
    [at.DelegationRequestId],
  )
  await assert.rejects(client.send(new ListDelegationRequestsCommand({})), { name: 'AccessDenied' })
  await owner().send(new AcceptDelegationRequestCommand(at))
  await client.send(new SendDelegationTokenCommand(at))
  const stranger = door.as(await keyOf(owner(), 'stranger')).iam
  await assert.rejects(stranger.send(new GetDelegationRequestCommand(at)), { name: 'AccessDenied' })
})

test('only the owner sends the token of a request that says so', async () => {
  const client = door.as(await keyOf(owner(), 'present')).iam
  const at = { DelegationRequestId: await asked({ OnlySendByOwner: true }) }
  await client.send(new AssociateDelegationRequestCommand(at))
  await owner().send(new AcceptDelegationRequestCommand(at))
  await assert.rejects(owner().send(new SendDelegationTokenCommand(at)), { name: 'AccessDenied' })
  await client.send(new SendDelegationTokenCommand(at))
})

test('the root accepts requests of at most four hours', async () => {
  const root = door.as(door.root).iam
  for (const [SessionDuration, allowed] of [
    [4 * 3600, true],
    [4 * 3600 + 1, false],
  ] as const) {
    const at = { DelegationRequestId: await asked({ SessionDuration }) }
    await root.send(new AssociateDelegationRequestCommand(at))
    const accepting = root.send(new AcceptDelegationRequestCommand(at))
    if (allowed) await accepting
    else await assert.rejects(accepting, { name: 'AccessDenied' })
  }
})

test('requests are listed in pages when somebody has taken them up', async () => {
  const client = owner()
  await asked({ OwnerAccountId: account })
  const whole = await client.send(new ListDelegationRequestsCommand({}))
  assert.equal(whole.isTruncated, false)
  assert.ok(whole.DelegationRequests?.every(({ OwnerId }) => OwnerId !== undefined))
  const seen: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const page = await client.send(new ListDelegationRequestsCommand({ MaxItems: 2, Marker }))
    seen.push(...(page.DelegationRequests ?? []).map(({ DelegationRequestId }) => DelegationRequestId))
    Marker = page.Marker
  } while (Marker !== undefined)
  assert.deepEqual(
    seen,
    whole.DelegationRequests?.map(({ DelegationRequestId }) => DelegationRequestId),
  )
})

test('a permission check tells whether the caller could do what is asked, as far as that can be told', async () => {
  const check = async (Action: string, Resource: string, client: IAMClient) => {
    const name = `Check${workflows}`
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource } })
    const made = await door
      .as(door.administrator)
      .iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument }))
    const { DelegationRequestId } = await ask({ Permissions: { PolicyTemplateArn: made.Policy?.Arn } }, owner())
    const found = await client.send(
      new GetDelegationRequestCommand({ DelegationRequestId, DelegationPermissionCheck: true }),
    )
    assert.equal(found.PermissionCheckStatus, 'COMPLETE')
    return found.PermissionCheckResult
  }
  const plain = door.as(await keyOf(owner(), 'checking')).iam
  assert.equal(await check('s3:GetObject', 'arn:aws:s3:::b/k', owner()), 'ALLOWED')
  assert.equal(await check('s3:GetObject', 'arn:aws:s3:::b/k', plain), 'DENIED')
  assert.equal(await check('s3:*', 'arn:aws:s3:::b/k', owner()), 'UNSURE')
})

test('a summary tells in English what is asked for', async () => {
  const id = await asked()
  const summary = (EntityArn: string, Locale?: string) =>
    owner().send(new GetHumanReadableSummaryCommand({ EntityArn, Locale }))
  const EntityArn = `arn:aws:iam::${account}:delegation-request/${id}`
  const { SummaryContent, SummaryState, Locale } = await summary(EntityArn)
  assert.deepEqual([SummaryState, Locale], ['AVAILABLE', 'en'])
  assert.match(SummaryContent ?? '', /444455556666 asks for access for 60 minutes: Set up the connector\./)
  assert.match(SummaryContent ?? '', /It may use s3:GetObject of Amazon S3 on arn:aws:s3:::mine\/data\./)
  assert.equal((await summary(EntityArn, 'ja')).SummaryState, 'NOT_SUPPORTED')
  await assert.rejects(summary(ownerArn), { name: 'InvalidInputException' })
})

test('a request that nobody takes up expires after a day, and any other after seven', async () => {
  const left = await asked()
  const taken = await asked()
  await owner().send(new AssociateDelegationRequestCommand({ DelegationRequestId: taken }))
  door.pass(day)
  assert.deepEqual([await stateOf(left), await stateOf(taken)], ['EXPIRED', 'ASSIGNED'])
  await assert.rejects(owner().send(new AssociateDelegationRequestCommand({ DelegationRequestId: left })), {
    name: 'InvalidInputException',
  })
  door.pass(6 * day)
  assert.equal(await stateOf(taken), 'EXPIRED')
})
