import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { GetUserCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { GetSubjectCommand, ListSubjectsCommand } from '@aws-sdk/client-rolesanywhere'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { liveSessions } from '#services'
import { authority, endEntity } from '../../../test/authority.ts'
import type { Credentials } from '../../../test/front-door.ts'
import { type Answer, anchored, anywhereRole, idIn, openAnywhere } from '../../../test/roles-anywhere.ts'

const { door, client, createSession, call } = await openAnywhere()
after(() => door.close())
const now = door.now()
const root = await authority('Root', now)
const role = await anywhereRole(door, 'web')
const asking = await anchored(client, root.pem, { roleArn: role })

function credentialsIn({ status, body }: Answer): Credentials {
  assert.equal(status, 201, JSON.stringify(body))
  const [set] = body['credentialSet'] as readonly { readonly credentials: Credentials }[]
  assert.ok(set)
  const { accessKeyId, secretAccessKey, sessionToken } = set.credentials
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}

test('the holder of a certificate gets a session of the role that is named by its serial number', async () => {
  const leaf = await endEntity('web-1', root, { now, serial: '0a1b2c3d4e5f' })
  const answer = await createSession(leaf, asking)
  const { credentialSet, subjectArn } = answer.body
  const [set] = credentialSet as readonly Record<string, object>[]
  assert.ok(set)
  assert.deepEqual(set['assumedRoleUser'], {
    arn: `arn:aws:sts::${door.account}:assumed-role/web/0a1b2c3d4e5f`,
    assumedRoleId: `${Object(set['assumedRoleUser']).assumedRoleId}`,
  })
  assert.equal(set['roleArn'], role)
  assert.equal(set['sourceIdentity'], 'web-1')
  assert.equal(Object(set['credentials']).expiration, new Date(now + 3_600_000).toISOString().replace('.000', ''))
  const { Arn } = await door.as(credentialsIn(answer)).sts.send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, `arn:aws:sts::${door.account}:assumed-role/web/0a1b2c3d4e5f`)
  const { sessions } = await liveSessions(door.store, { now })
  assert.deepEqual(
    sessions.map(({ principal, caller, sourceIdentity }) => ({ principal, caller, sourceIdentity })),
    [{ principal: Arn, caller: subjectArn, sourceIdentity: 'web-1' }],
  )
})

test('keys of all allowed kinds sign, and certificates lead to the anchor over others', async () => {
  const below = await authority('Below', now, { by: root, basic: { ca: true, pathLength: 0 }, key: 'rsa' })
  const p384 = await endEntity('p384', below, { now, key: 'P-384' })
  assert.equal((await createSession(p384, { ...asking, chain: [below] })).status, 201)
  const rsa = await endEntity('rsa', root, { now, key: 'rsa', hash: 'SHA-384' })
  assert.equal((await createSession(rsa, asking)).status, 201)
  // Whatever else is sent with it does no harm, and an anchor may be among it.
  const other = await authority('Other', now)
  assert.equal((await createSession(rsa, { ...asking, chain: [other, below, root] })).status, 201)
})

test('what a certificate says becomes tags of the session, for the trust policy and for every policy after it', async () => {
  const condition = {
    StringEquals: {
      'aws:PrincipalTag/x509Subject/CN': 'api',
      'aws:PrincipalTag/x509Subject/OU': 'Payments',
      'aws:PrincipalTag/x509Subject/OU/1': 'EU',
      'aws:PrincipalTag/x509Issuer/CN': 'Root',
      'aws:PrincipalTag/x509SAN/DNS': 'api.example.com',
      'aws:PrincipalTag/x509SAN/URI': 'spiffe://example.com/api',
      'aws:PrincipalTag/x509SAN/Name/O': 'Example',
      'aws:SourceAccount': door.account,
      'sts:SourceIdentity': 'api',
    },
    ArnEquals: { 'aws:SourceArn': asking.trustAnchorArn },
    Null: { 'aws:PrincipalTag/x509SAN/DNS/1': 'true' },
  }
  const tagged = await anywhereRole(door, 'tagged', condition)
  const mapped = await anchored(client, root.pem, { roleArn: tagged })
  const leaf = await endEntity('', root, {
    now,
    subject: [{ CN: ['api'] }, { OU: ['Payments'] }, { OU: ['EU'] }],
    names: [
      { type: 'dns', value: 'api.example.com' },
      { type: 'dns', value: 'second.example.com' },
      { type: 'url', value: 'spiffe://example.com/api' },
      { type: 'dn', value: 'O=Example' },
    ],
  })
  // The role trusts certificates of the first anchor only.
  assert.equal((await createSession(leaf, mapped)).status, 403)
  const credentials = credentialsIn(await createSession(leaf, { ...mapped, trustAnchorArn: asking.trustAnchorArn }))
  const policy = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: 'iam:GetUser',
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalTag/x509Subject/OU': 'Payments', 'aws:SourceIdentity': 'api' } },
    },
  }
  await door.iam.send(
    new PutRolePolicyCommand({ RoleName: 'tagged', PolicyName: 'p', PolicyDocument: JSON.stringify(policy) }),
  )
  const { User } = await door.as(credentials).iam.send(new GetUserCommand({ UserName: 'administrator' }))
  assert.equal(User?.UserName, 'administrator')
})

test('an identity of SPIFFE needs no subject at all', async () => {
  const spiffe = await anywhereRole(door, 'spiffe', {
    StringEquals: { 'aws:PrincipalTag/x509SAN/URI': 'spiffe://example.com/ns/shop/sa/cart' },
  })
  const own = await anchored(client, root.pem, { roleArn: spiffe })
  const leaf = (uri: string) => endEntity('', root, { now, subject: [], names: [{ type: 'url', value: uri }] })
  const answer = await createSession(await leaf('spiffe://example.com/ns/shop/sa/cart'), own)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  const [set] = answer.body['credentialSet'] as readonly object[]
  assert.equal(Object(set).sourceIdentity, undefined)
  assert.equal((await createSession(await leaf('spiffe://example.com/ns/shop/sa/other'), own)).status, 403)
})

test('the policies of the profile narrow the session, and the shortest time of call, profile and role counts', async () => {
  const none = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Deny', Action: '*', Resource: '*' } })
  const managedPolicyArns = ['arn:aws:iam::aws:policy/ReadOnlyAccess']
  const narrow = { roleArn: role, sessionPolicy: none, managedPolicyArns, durationSeconds: 1800 }
  const asked = { ...(await anchored(client, root.pem, narrow)), body: { durationSeconds: 43_200 } }
  const leaf = await endEntity('narrow', root, { now })
  const answer = await createSession(leaf, asked)
  const [set] = answer.body['credentialSet'] as readonly Record<string, unknown>[]
  assert.ok(Number(set?.['packedPolicySize']) > 0)
  const { sessions } = await liveSessions(door.store, { now })
  const session = sessions.find(({ sourceIdentity }) => sourceIdentity === 'narrow')
  assert.equal(session?.expiresAt, now + 1_800_000)
  assert.deepEqual(session.narrowedTo, [...managedPolicyArns, none])
  await assert.rejects(door.as(credentialsIn(answer)).iam.send(new GetUserCommand({ UserName: 'administrator' })), {
    name: 'AccessDenied',
    message: /with an explicit deny in a session policy$/,
  })
})

test('a session has the name that was asked for where the profile accepts one', async () => {
  const accepting = await anchored(client, root.pem, { roleArn: role })
  const path = `/profile/${idIn(accepting.profileArn)}`
  const changed = await call({ method: 'PATCH', path, body: { acceptRoleSessionName: true } })
  assert.equal(changed.status, 200, JSON.stringify(changed.body))
  const leaf = await endEntity('named', root, { now })
  const answer = await createSession(leaf, { ...accepting, body: { roleSessionName: 'build-7' } })
  const [set] = answer.body['credentialSet'] as readonly Record<string, object>[]
  assert.equal(Object(set?.['assumedRoleUser']).arn, `arn:aws:sts::${door.account}:assumed-role/web/build-7`)
})

test('subjects are remembered with the certificates they showed and what they said of their machine', async () => {
  const place = await openAnywhere()
  const own = { roleArn: await anywhereRole(place.door, 'web'), requireInstanceProperties: true }
  const asked = await anchored(place.client, root.pem, own)
  const first = await endEntity('host', root, { now })
  const second = await endEntity('host', root, { now })
  await place.createSession(first, { ...asked, body: { instanceProperties: { rack: 'r1', __proto__x: 'y' } } })
  place.door.pass(1000)
  await place.createSession(second, { ...asked, body: { instanceProperties: { rack: 'r2' } } })
  await place.door.store.flush()
  const { subjects = [] } = await place.client.send(new ListSubjectsCommand({}))
  assert.deepEqual(
    subjects.map(({ x509Subject, enabled, lastSeenAt }) => [x509Subject, enabled, lastSeenAt?.getTime()]),
    [['CN=host', true, now + 1000]],
  )
  const { subject } = await place.client.send(new GetSubjectCommand({ subjectId: subjects[0]?.subjectId }))
  assert.deepEqual(
    subject?.credentials?.map(({ serialNumber, issuer, failed }) => [serialNumber, issuer, failed]),
    [second, first].map(({ serial }) => [String(BigInt(`0x${serial}`)), 'CN=Root', false]),
  )
  assert.deepEqual(
    subject?.instanceProperties?.map(({ properties }) => properties),
    [{ rack: 'r2' }, { rack: 'r1', __proto__x: 'y' }],
  )
  const elsewhere = place.as(place.door.administrator, 'eu-west-1')
  assert.deepEqual((await elsewhere.send(new ListSubjectsCommand({}))).subjects, [])
  await place.door.close()
})

test('the three ARNs may also come in the body, as the documentation shows them', async () => {
  const leaf = await endEntity('body', root, { now })
  const { profileArn, roleArn, trustAnchorArn } = asking
  const answer = await createSession(leaf, { ...asking, inBody: true, body: { profileArn, roleArn, trustAnchorArn } })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
})

test('a call is in the audit trail under the name of the service, without any secret', async () => {
  const leaf = await endEntity('audited', root, { now })
  const answer = await createSession(leaf, asking)
  await door.store.flush()
  const records = await door.store.read(({ audit }) => audit.list(door.account, { limit: 50 }))
  const text = JSON.stringify(records)
  const record = records.find(({ eventName }) => eventName === 'CreateSession')
  assert.equal(record?.eventSource, 'rolesanywhere.amazonaws.com')
  assert.equal(record?.principal, 'rolesanywhere.amazonaws.com')
  assert.equal(record?.resource, role)
  const { secretAccessKey, sessionToken } = credentialsIn(answer)
  assert.ok(!text.includes(secretAccessKey) && !text.includes(sessionToken ?? '?'))
})

test('sessions leave what is known of an account as it is, however many machines ask for them', async () => {
  const before = await door.store.revision(door.account)
  const leaf = await endEntity('many', root, { now })
  const answers = await Promise.all(Array.from({ length: 20 }, () => createSession(leaf, asking)))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
  assert.equal(new Set(answers.map(({ body }) => body['subjectArn'])).size, 1)
  assert.equal(await door.store.revision(door.account), before)
})
