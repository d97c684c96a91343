import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CloudTrailClient,
  CreateTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListTrailsCommand,
  LookupEventsCommand,
  type LookupEventsCommandInput,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail'
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { type Credentials, handlerOf, openFrontDoor, opening } from '../front-door.ts'
import { assume, makeRole } from '../server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account, store } = door

function trailOf(credentials: Credentials): CloudTrailClient {
  return new CloudTrailClient({
    region: 'us-east-1',
    credentials,
    endpoint: 'http://cardea.test',
    maxAttempts: 1,
    systemClockOffset: door.now() - Date.now(),
    requestHandler: handlerOf(door.house),
  })
}

const trail = trailOf(door.administrator)

async function look(asked: LookupEventsCommandInput, client = trail) {
  await store.flush()
  const { Events = [], NextToken } = await client.send(new LookupEventsCommand(asked))
  return { Events, NextToken }
}

async function names(asked: LookupEventsCommandInput) {
  return (await look(asked)).Events.map(({ EventName }) => EventName)
}

test('a change is found as an event of CloudTrail, with what went in and what came out', async () => {
  const { $metadata, User } = await door.iam.send(
    new CreateUserCommand({ UserName: 'ann', Tags: [{ Key: 'Team', Value: 'red' }] }),
  )
  const { Events } = await look({ LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateUser' }] })
  const [event] = Events
  assert.deepEqual(
    { ...event, CloudTrailEvent: undefined },
    {
      EventId: $metadata.requestId,
      EventName: 'CreateUser',
      ReadOnly: 'false',
      AccessKeyId: door.administrator.accessKeyId,
      EventTime: new Date(opening),
      EventSource: 'iam.amazonaws.com',
      Username: 'administrator',
      Resources: [{ ResourceType: 'AWS::IAM::User', ResourceName: 'ann' }],
      CloudTrailEvent: undefined,
    },
  )
  const { userAgent, userIdentity, ...record } = JSON.parse(event?.CloudTrailEvent ?? '')
  assert.match(userAgent, /aws-sdk-js/)
  assert.match(userIdentity.principalId, /^AIDA/)
  assert.deepEqual(
    { ...userIdentity, principalId: '' },
    {
      type: 'IAMUser',
      principalId: '',
      arn: `arn:aws:iam::${account}:user/administrator`,
      accountId: account,
      accessKeyId: door.administrator.accessKeyId,
      userName: 'administrator',
    },
  )
  assert.deepEqual(record, {
    eventVersion: '1.11',
    eventTime: '2026-01-15T12:00:00Z',
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateUser',
    awsRegion: 'us-east-1',
    sourceIPAddress: '203.0.113.9',
    requestParameters: { userName: 'ann', tags: [{ key: 'Team', value: 'red' }] },
    responseElements: {
      user: {
        path: '/',
        userName: 'ann',
        userId: User?.UserId,
        arn: `arn:aws:iam::${account}:user/ann`,
        createDate: '2026-01-15T12:00:00.000Z',
        tags: [{ key: 'Team', value: 'red' }],
      },
    },
    requestID: $metadata.requestId,
    eventID: $metadata.requestId,
    readOnly: false,
    resources: [{ ARN: `arn:aws:iam::${account}:user/ann`, accountId: account, type: 'AWS::IAM::User' }],
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  })
})

test('a session tells of its role, when it began, and on whose word', async () => {
  const session = await assume(door, await makeRole(door, { name: 'reader', trust: { AWS: account } }))
  await door.as(session).sts.send(new GetCallerIdentityCommand({}))
  const { Events } = await look({
    LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: session.accessKeyId }],
  })
  const { userIdentity } = JSON.parse(Events[0]?.CloudTrailEvent ?? '')
  const { sessionContext, ...identity } = userIdentity
  assert.equal(identity.type, 'AssumedRole')
  assert.match(identity.principalId, /^AROA\w+:/)
  assert.deepEqual(sessionContext, {
    sessionIssuer: {
      type: 'Role',
      principalId: identity.principalId.split(':')[0],
      arn: `arn:aws:iam::${account}:role/reader`,
      accountId: account,
      userName: 'reader',
    },
    attributes: { creationDate: '2026-01-15T12:00:00Z', mfaAuthenticated: 'false' },
  })
})

test('the credentials of a session are told by their id, and neither secret nor token is', async () => {
  const { Events } = await look({ LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRole' }] })
  const { credentials } = JSON.parse(Events[0]?.CloudTrailEvent ?? '').responseElements
  assert.match(credentials.accessKeyId, /^ASIA/)
  assert.deepEqual([credentials.secretAccessKey, credentials.sessionToken], ['HIDDEN', 'HIDDEN'])
})

test('each attribute finds what it names, and nothing else', async () => {
  const { AccessKey } = await door.iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
  const ann = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  await assert.rejects(door.as(ann).iam.send(new GetUserCommand({ UserName: 'ann' })), { name: 'AccessDenied' })
  const found = await names({ LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'ann' }] })
  assert.deepEqual(found, ['GetUser'])
  const byKey = await look({ LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: ann.accessKeyId }] })
  assert.equal(byKey.Events.length, 1)
  const refused = JSON.parse(byKey.Events[0]?.CloudTrailEvent ?? '')
  assert.equal(refused.errorCode, 'AccessDenied')
  assert.match(refused.errorMessage, /not authorized to perform: iam:GetUser/)
  const byId = await names({
    LookupAttributes: [{ AttributeKey: 'EventId', AttributeValue: byKey.Events[0]?.EventId ?? '' }],
  })
  assert.deepEqual(byId, ['GetUser'])
  const byName = await names({ LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: 'ann' }] })
  assert.deepEqual(byName, ['GetUser', 'CreateAccessKey', 'CreateUser'])
  const byArn = await names({
    LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: `arn:aws:iam::${account}:role/reader` }],
  })
  assert.deepEqual(byArn, ['AssumeRole', 'CreateRole'])
  const byType = await names({ LookupAttributes: [{ AttributeKey: 'ResourceType', AttributeValue: 'AWS::IAM::Role' }] })
  assert.deepEqual(byType, ['AssumeRole', 'CreateRole'])
  const writes = await names({ LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'false' }] })
  assert.deepEqual(writes, ['CreateAccessKey', 'CreateRole', 'CreateUser', 'CreateAccount'])
  const bySource = await names({
    LookupAttributes: [{ AttributeKey: 'EventSource', AttributeValue: 'sts.amazonaws.com' }],
  })
  assert.deepEqual(bySource, ['GetCallerIdentity', 'AssumeRole'])
  assert.deepEqual(await names({ LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'nobody' }] }), [])
})

test('pages follow one another without a gap, though all their events are of one millisecond', async () => {
  for (let index = 0; index < 130; index += 1) await door.sts.send(new GetCallerIdentityCommand({}))
  await store.flush()
  const seen: string[] = []
  const attributes = [{ AttributeKey: 'EventName', AttributeValue: 'GetCallerIdentity' } as const]
  for await (const page of paginateLookupEvents({ client: trail, pageSize: 50 }, { LookupAttributes: attributes })) {
    assert.ok((page.Events?.length ?? 0) <= 50)
    seen.push(...(page.Events ?? []).map(({ EventId = '' }) => EventId))
  }
  assert.equal(seen.length, 131)
  assert.equal(new Set(seen).size, 131)
})

test('pages go on where they were, while other things happen', async () => {
  const first = await look({ MaxResults: 20 })
  await door.sts.send(new GetCallerIdentityCommand({}))
  const second = await look({ MaxResults: 20, NextToken: first.NextToken })
  const ids = new Set([...first.Events, ...second.Events].map(({ EventId }) => EventId))
  assert.equal(ids.size, 40)
})

test('a range of time bounds what is found, both ends included', async () => {
  door.pass(600_000)
  await door.iam.send(new CreateUserCommand({ UserName: 'bob' }))
  const at = new Date(door.now())
  const hour = { StartTime: at, EndTime: at, LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'false' }] }
  assert.deepEqual(await names(hour as LookupEventsCommandInput), ['CreateUser'])
  await assert.rejects(look({ StartTime: at, EndTime: new Date(door.now() - 1000) }), {
    name: 'InvalidTimeRangeException',
  })
})

test('what cannot be looked for is refused by CloudTrail’s own names', async () => {
  const two = [
    { AttributeKey: 'EventName', AttributeValue: 'CreateUser' },
    { AttributeKey: 'Username', AttributeValue: 'ann' },
  ] as const
  await assert.rejects(look({ LookupAttributes: [...two] }), { name: 'InvalidLookupAttributesException' })
  await assert.rejects(look({ LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'maybe' }] }), {
    name: 'InvalidLookupAttributesException',
  })
  await assert.rejects(look({ NextToken: 'bm90IGEgdG9rZW4=' }), { name: 'InvalidNextTokenException' })
  await assert.rejects(look({ MaxResults: 51 }), { name: 'ValidationException' })
  const { NextToken } = await look({ MaxResults: 1 })
  await assert.rejects(look({ NextToken, LookupAttributes: [two[0]] }), { name: 'InvalidNextTokenException' })
  assert.deepEqual(await names({ EventCategory: 'insight' }), [])
})

test('an account sees its own events only, and whoever assumes its role is seen by both', async () => {
  const other = '444455556666'
  const stranger = await door.addAccount(other)
  const strange = trailOf(stranger)
  const { Events } = await look({}, strange)
  assert.deepEqual(
    Events.map(({ EventName }) => EventName),
    ['CreateAccount'],
  )
  const RoleArn = await makeRole(door, { name: 'shared', trust: { AWS: other } })
  await door.as(stranger).sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'visit' }))
  const [theirs] = (await look({}, strange)).Events.filter(({ EventName }) => EventName === 'AssumeRole')
  const [ours] = (await look({})).Events.filter(({ EventName }) => EventName === 'AssumeRole')
  const [one, two] = [theirs, ours].map((event) => JSON.parse(event?.CloudTrailEvent ?? ''))
  assert.equal(one.sharedEventID, two.sharedEventID)
  assert.equal(one.requestID, two.requestID)
  assert.notEqual(one.eventID, two.eventID)
  assert.deepEqual([one.recipientAccountId, two.recipientAccountId], [other, account])
  assert.equal(two.userIdentity.accountId, other)
})

test('looking needs cloudtrail:LookupEvents', async () => {
  await door.iam.send(new CreateUserCommand({ UserName: 'auditor' }))
  const { AccessKey } = await door.iam.send(new CreateAccessKeyCommand({ UserName: 'auditor' }))
  const client = trailOf({
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  })
  await assert.rejects(look({}, client), { name: 'AccessDeniedException', message: /cloudtrail:LookupEvents/ })
  const allow = { Effect: 'Allow', Action: 'cloudtrail:LookupEvents', Resource: '*' }
  await door.iam.send(
    new PutUserPolicyCommand({
      UserName: 'auditor',
      PolicyName: 'look',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: allow }),
    }),
  )
  assert.ok((await look({}, client)).Events.length > 0)
  await door.iam.send(
    new AttachUserPolicyCommand({
      UserName: 'auditor',
      PolicyArn: 'arn:aws:iam::aws:policy/AWSCloudTrail_ReadOnlyAccess',
    }),
  )
})

test('an operation that is not built says so', async () => {
  await assert.rejects(trail.send(new CreateTrailCommand({ Name: 'mine', S3BucketName: 'bucket' })), {
    name: 'NotImplementedException',
  })
})

test('there are no trails, which is what is told of them', async () => {
  assert.deepEqual((await trail.send(new DescribeTrailsCommand({}))).trailList, [])
  assert.deepEqual((await trail.send(new ListTrailsCommand({}))).Trails, [])
  const missing = { name: 'TrailNotFoundException', message: 'Unknown trail: mine' }
  await assert.rejects(trail.send(new GetTrailCommand({ Name: 'mine' })), missing)
  await assert.rejects(trail.send(new GetTrailStatusCommand({ Name: 'mine' })), missing)
  await assert.rejects(trail.send(new GetEventSelectorsCommand({ TrailName: 'mine' })), missing)
})
