import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateProfileCommand,
  CreateTrustAnchorCommand,
  DeleteCrlCommand,
  DeleteProfileCommand,
  DeleteTrustAnchorCommand,
  DisableCrlCommand,
  EnableCrlCommand,
  EnableProfileCommand,
  EnableTrustAnchorCommand,
  GetCrlCommand,
  GetProfileCommand,
  GetSubjectCommand,
  GetTrustAnchorCommand,
  ImportCrlCommand,
  ListCrlsCommand,
  ListProfilesCommand,
  ListTagsForResourceCommand,
  ListTrustAnchorsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateCrlCommand,
  UpdateProfileCommand,
  UpdateTrustAnchorCommand,
} from '@aws-sdk/client-rolesanywhere'
import { modelOf } from '#models'
import { operations } from '#services'
import { authority, endEntity, revocationList } from '../../../test/authority.ts'
import type { Credentials } from '../../../test/front-door.ts'
import { anywhereRole, idIn, openAnywhere } from '../../../test/roles-anywhere.ts'

const { door, client, call, as } = await openAnywhere()
after(() => door.close())
const now = door.now()
const root = await authority('Root', now)
const next = await authority('Next', now)
const role = await anywhereRole(door, 'web')
const absent = '00000000-0000-0000-0000-000000000000'

function source(certificates: string) {
  return { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: certificates } } as const
}

async function newAnchor(name = 'anchor') {
  const { trustAnchor } = await client.send(new CreateTrustAnchorCommand({ name, source: source(root.pem) }))
  return { id: trustAnchor?.trustAnchorId ?? '', arn: trustAnchor?.trustAnchorArn ?? '', shown: trustAnchor }
}

async function newProfile() {
  const { profile } = await client.send(new CreateProfileCommand({ name: 'profile', roleArns: [role] }))
  return { id: profile?.profileId ?? '', arn: profile?.profileArn ?? '', shown: profile }
}

/** A user with one inline policy. */
async function userWith(name: string, ...Statement: readonly object[]): Promise<Credentials> {
  await door.iam.send(new CreateUserCommand({ UserName: name }))
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await door.iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await door.iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

test('every operation of the model is built', () => {
  for (const name of Object.keys(modelOf('rolesanywhere').operations))
    assert.ok(operations.has(`rolesanywhere:${name}`), name)
})

test('a trust anchor is made disabled, is changed, enabled and deleted, and every answer shows it', async () => {
  const { id, arn, shown } = await newAnchor()
  assert.equal(arn, `arn:aws:rolesanywhere:us-east-1:${door.account}:trust-anchor/${id}`)
  assert.equal(shown?.enabled, false)
  assert.equal(shown.createdAt?.getTime(), now)
  const enabled = await client.send(new EnableTrustAnchorCommand({ trustAnchorId: id }))
  assert.equal(enabled.trustAnchor?.enabled, true)
  const updated = await client.send(
    new UpdateTrustAnchorCommand({ trustAnchorId: id, name: 'renamed', source: source(root.pem + next.pem) }),
  )
  assert.equal(updated.trustAnchor?.name, 'renamed')
  const { trustAnchor } = await client.send(new GetTrustAnchorCommand({ trustAnchorId: id }))
  assert.equal(trustAnchor?.source?.sourceData?.x509CertificateData, root.pem + next.pem)
  await client.send(new DeleteTrustAnchorCommand({ trustAnchorId: id }))
  await assert.rejects(client.send(new GetTrustAnchorCommand({ trustAnchorId: id })), {
    name: 'ResourceNotFoundException',
    message: `Trust anchor ${id} was not found.`,
  })
})

test('what cannot be a trust anchor is refused, with the reason', async () => {
  const leaf = await endEntity('web', root, { now })
  const expired = await authority('Expired', now - 20 * 86_400_000)
  const cases: readonly (readonly [string, RegExp])[] = [
    ['nonsense', /not made of certificates in PEM/],
    [leaf.pem, /"CN=web" is not a certification authority/],
    [expired.pem, /"CN=Expired" was not valid after/],
    [root.pem.replace('M', 'Q'), /cannot be read/],
    ['-----BEGIN CERTIFICATE-----\nAAAA', /not made of certificates/],
    [`-----BEGIN CERTIFICATE-----${' '.repeat(200_000)}`, /not made of certificates/],
    [`${root.pem}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----`, /not made of certificates/],
  ]
  for (const [certificates, says] of cases)
    await assert.rejects(client.send(new CreateTrustAnchorCommand({ name: 'a', source: source(certificates) })), {
      name: 'ValidationException',
      message: says,
    })
  const pca = { sourceType: 'AWS_ACM_PCA', sourceData: { acmPcaArn: 'arn:aws:acm-pca:us-east-1:1:x' } } as const
  await assert.rejects(client.send(new CreateTrustAnchorCommand({ name: 'a', source: pca })), {
    name: 'ValidationException',
    message: /must be CERTIFICATE_BUNDLE here/,
  })
})

test('a profile begins with the usual mappings, and its mappings can be added to and taken away', async () => {
  const { id } = await newProfile()
  const shown = await call({ method: 'GET', path: `/profile/${id}` })
  const profile = Object(shown.body['profile'])
  assert.deepEqual(profile.attributeMappings, [
    { certificateField: 'x509Issuer', mappingRules: [{ specifier: '*' }] },
    {
      certificateField: 'x509SAN',
      mappingRules: [{ specifier: 'DNS' }, { specifier: 'URI' }, { specifier: 'Name/*' }],
    },
    { certificateField: 'x509Subject', mappingRules: [{ specifier: '*' }] },
  ])
  assert.deepEqual([profile.enabled, profile.durationSeconds, profile.acceptRoleSessionName], [false, 3600, false])
  assert.equal(profile.createdBy, `arn:aws:iam::${door.account}:user/administrator`)
  const path = `/profiles/${id}/mappings`
  const put = { certificateField: 'x509SAN', mappingRules: [{ specifier: 'DNS/*' }] }
  assert.equal((await call({ method: 'PUT', path, body: put })).status, 200)
  const query = 'certificateField=x509SAN&specifiers=URI&specifiers=Name%2F%2A'
  const left = await call({ method: 'DELETE', path, query })
  assert.deepEqual(Object(left.body['profile']).attributeMappings[1].mappingRules, [
    { specifier: 'DNS' },
    { specifier: 'DNS/*' },
  ])
  const none = await call({ method: 'DELETE', path, query: 'certificateField=x509Issuer' })
  assert.deepEqual(
    Object(none.body['profile']).attributeMappings.map((one: { certificateField: string }) => one.certificateField),
    ['x509SAN', 'x509Subject'],
  )
  for (const body of [
    { certificateField: 'x509Thumb', mappingRules: [{ specifier: 'CN' }] },
    { certificateField: 'x509SAN', mappingRules: [{ specifier: 'CN' }] },
    { certificateField: 'x509SAN', mappingRules: [] },
    { certificateField: 'x509Subject' },
  ]) {
    const refused = await call({ method: 'PUT', path, body })
    assert.deepEqual([refused.status, refused.headers['x-amzn-errortype']], [400, 'ValidationException'])
  }
})

test('whoever makes or changes a profile needs iam:PassRole for each role, handed to Roles Anywhere', async () => {
  const { id } = await newProfile()
  const may = { Effect: 'Allow', Action: 'rolesanywhere:*', Resource: '*' }
  const passing = { StringEquals: { 'iam:PassedToService': 'rolesanywhere.amazonaws.com' } }
  const without = as(await userWith('without', may))
  const withIt = as(
    await userWith('with', may, { Effect: 'Allow', Action: 'iam:PassRole', Resource: role, Condition: passing }),
  )
  const denied = { name: 'AccessDeniedException', message: new RegExp(`iam:PassRole on resource: ${role} because`) }
  await assert.rejects(without.send(new CreateProfileCommand({ name: 'p', roleArns: [role] })), denied)
  await assert.rejects(without.send(new UpdateProfileCommand({ profileId: id, roleArns: [role] })), denied)
  assert.ok(await withIt.send(new CreateProfileCommand({ name: 'p', roleArns: [role] })))
  assert.ok(await without.send(new UpdateProfileCommand({ profileId: id, name: 'other' })))
  const foreign = 'arn:aws:iam::444455556666:role/x'
  await assert.rejects(client.send(new CreateProfileCommand({ name: 'p', roleArns: [foreign] })), {
    name: 'ValidationException',
    message: `${foreign} is not the ARN of a role of this account.`,
  })
  await assert.rejects(client.send(new CreateProfileCommand({ name: 'p', roleArns: [role], sessionPolicy: '{' })), {
    name: 'ValidationException',
    message: /^The session policy is not valid: /,
  })
})

test('a permission on one resource is not one on another, and tags of resources count', async () => {
  const one = await newAnchor()
  const other = await newAnchor()
  await client.send(new TagResourceCommand({ resourceArn: other.arn, tags: [{ key: 'team', value: 'pki' }] }))
  const narrow = as(
    await userWith(
      'narrow',
      { Effect: 'Allow', Action: 'rolesanywhere:GetTrustAnchor', Resource: one.arn },
      {
        Effect: 'Allow',
        Action: 'rolesanywhere:EnableTrustAnchor',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/team': 'pki' } },
      },
    ),
  )
  assert.ok(await narrow.send(new GetTrustAnchorCommand({ trustAnchorId: one.id })))
  await assert.rejects(narrow.send(new GetTrustAnchorCommand({ trustAnchorId: other.id })), {
    name: 'AccessDeniedException',
    message:
      `User: arn:aws:iam::${door.account}:user/narrow is not authorized to perform: rolesanywhere:GetTrustAnchor on resource: ` +
      `${other.arn} because no identity-based policy allows the rolesanywhere:GetTrustAnchor action`,
  })
  assert.ok(await narrow.send(new EnableTrustAnchorCommand({ trustAnchorId: other.id })))
  await assert.rejects(narrow.send(new EnableTrustAnchorCommand({ trustAnchorId: one.id })), {
    name: 'AccessDeniedException',
  })
})

test('resources live in one region of one account', async () => {
  const { id, arn } = await newAnchor()
  const elsewhere = as(door.administrator, 'eu-west-1')
  await assert.rejects(elsewhere.send(new GetTrustAnchorCommand({ trustAnchorId: id })), {
    name: 'ResourceNotFoundException',
  })
  await assert.rejects(elsewhere.send(new ListTagsForResourceCommand({ resourceArn: arn })), {
    name: 'ResourceNotFoundException',
  })
  const stranger = as(await door.addAccount('444455556666'))
  await assert.rejects(stranger.send(new DeleteTrustAnchorCommand({ trustAnchorId: id })), {
    name: 'ResourceNotFoundException',
  })
  await assert.rejects(stranger.send(new TagResourceCommand({ resourceArn: arn, tags: [] })), {
    name: /NotFound|Denied/,
  })
})

test('a revocation list is imported only when the trust anchor signed it', async () => {
  const { arn, id } = await newAnchor()
  const crlData = await revocationList(root, ['0a0b'], now)
  const { crl } = await client.send(new ImportCrlCommand({ name: 'list', trustAnchorArn: arn, crlData }))
  assert.equal(crl?.enabled, false)
  assert.deepEqual(Buffer.from(crl.crlData ?? []), Buffer.from(crlData))
  const refused = (data: Uint8Array, says: RegExp) =>
    assert.rejects(client.send(new ImportCrlCommand({ name: 'list', trustAnchorArn: arn, crlData: data })), {
      name: 'ValidationException',
      message: says,
    })
  await refused(await revocationList(next, [], now), /no certificate of the trust anchor signed it/)
  await refused(
    await revocationList(await authority('Root', now), [], now),
    /no certificate of the trust anchor signed it/,
  )
  await refused(Buffer.from('nonsense'), /not a list in PEM or DER/)
  await refused(crlData.subarray(0, 50), /not a list in PEM or DER/)
  const { crlId } = crl
  assert.equal((await client.send(new EnableCrlCommand({ crlId }))).crl?.enabled, true)
  assert.equal((await client.send(new DisableCrlCommand({ crlId }))).crl?.enabled, false)
  const pem = `-----BEGIN X509 CRL-----\n${Buffer.from(crlData).toString('base64')}\n-----END X509 CRL-----\n`
  const renamed = await client.send(new UpdateCrlCommand({ crlId, name: 'pem', crlData: Buffer.from(pem) }))
  assert.equal(Buffer.from(renamed.crl?.crlData ?? []).toString(), pem)
  await client.send(new ImportCrlCommand({ name: 'second', trustAnchorArn: arn, crlData }))
  await refused(crlData, /at most 2 revocation lists/)
  assert.equal((await client.send(new ListCrlsCommand({}))).crls?.length, 2)
  await client.send(new DeleteCrlCommand({ crlId }))
  await assert.rejects(client.send(new GetCrlCommand({ crlId })), { name: 'ResourceNotFoundException' })
  await client.send(new DeleteTrustAnchorCommand({ trustAnchorId: id }))
  assert.deepEqual((await client.send(new ListCrlsCommand({}))).crls, [])
})

test('listings come in pages, and a token of nobody is refused', async () => {
  const made = new Set<string>()
  for (let count = 0; count < 5; count += 1) made.add((await newProfile()).id)
  const seen = new Set<string | undefined>()
  let nextToken: string | undefined
  do {
    const page = await client.send(
      new ListProfilesCommand({ pageSize: 2, ...(nextToken === undefined ? {} : { nextToken }) }),
    )
    assert.ok((page.profiles?.length ?? 0) <= 2)
    for (const { profileId } of page.profiles ?? []) {
      assert.ok(!seen.has(profileId))
      seen.add(profileId)
    }
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  assert.ok(made.isSubsetOf(seen))
  for (const input of [{ nextToken: 'x' }, { nextToken: 'AAAA' }, { pageSize: 0 }, { pageSize: -1 }])
    await assert.rejects(client.send(new ListTrustAnchorsCommand(input)), { name: 'ValidationException' })
})

test('tags are set, replaced, listed and taken away, and are bounded', async () => {
  const { id, arn, shown } = await newProfile()
  assert.ok(shown)
  const tags = (keys: readonly string[]) => keys.map((key) => ({ key, value: 'v' }))
  await client.send(new TagResourceCommand({ resourceArn: arn, tags: tags(['a', 'b']) }))
  await client.send(new TagResourceCommand({ resourceArn: arn, tags: [{ key: 'a', value: 'w' }] }))
  await client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: ['b', 'c'] }))
  assert.deepEqual((await client.send(new ListTagsForResourceCommand({ resourceArn: arn }))).tags, [
    { key: 'a', value: 'w' },
  ])
  const many = tags(Array.from({ length: 200 }, (_, index) => `key${index}`))
  await assert.rejects(client.send(new TagResourceCommand({ resourceArn: arn, tags: many })), {
    name: 'TooManyTagsException',
  })
  for (const bad of [[{ key: 'aws:x', value: '' }], tags(['x', 'x'])])
    await assert.rejects(client.send(new TagResourceCommand({ resourceArn: arn, tags: bad })), {
      name: 'ValidationException',
    })
  await assert.rejects(client.send(new ListTagsForResourceCommand({ resourceArn: 'arn:aws:iam::1:role/x' })), {
    name: 'ValidationException',
  })
  assert.ok((await client.send(new EnableProfileCommand({ profileId: id }))).profile?.enabled)
  await client.send(new DeleteProfileCommand({ profileId: id }))
  await assert.rejects(client.send(new GetProfileCommand({ profileId: id })), { name: 'ResourceNotFoundException' })
  await assert.rejects(client.send(new GetSubjectCommand({ subjectId: absent })), { name: 'ResourceNotFoundException' })
})

test('whoever makes something with tags needs the permission to tag', async () => {
  const create = { Effect: 'Allow', Action: 'rolesanywhere:CreateTrustAnchor', Resource: '*' }
  const user = as(await userWith('maker', create))
  const input = { name: 'a', source: source(root.pem) }
  assert.ok(await user.send(new CreateTrustAnchorCommand(input)))
  await assert.rejects(user.send(new CreateTrustAnchorCommand({ ...input, tags: [{ key: 'k', value: 'v' }] })), {
    name: 'AccessDeniedException',
    message: /rolesanywhere:TagResource/,
  })
})

test('what a trust anchor notifies of can be set and set back', async () => {
  const { id, arn } = await newAnchor()
  const shown = await call({ method: 'GET', path: `/trustanchor/${idIn(arn)}` })
  const usual = ['CA_CERTIFICATE_EXPIRY', 'END_ENTITY_CERTIFICATE_EXPIRY'].map((event) => ({
    event,
    channel: 'ALL',
    enabled: true,
    threshold: 45,
    configuredBy: 'rolesanywhere.amazonaws.com',
  }))
  assert.deepEqual(Object(shown.body['trustAnchor']).notificationSettings, usual)
  const event = 'CA_CERTIFICATE_EXPIRY'
  const put = await call({
    method: 'PATCH',
    path: '/put-notifications-settings',
    body: { trustAnchorId: id, notificationSettings: [{ event, enabled: false, threshold: 10 }] },
  })
  const [first] = Object(put.body['trustAnchor']).notificationSettings
  assert.deepEqual(first, { event, channel: 'ALL', enabled: false, threshold: 10, configuredBy: door.account })
  const reset = await call({
    method: 'PATCH',
    path: '/reset-notifications-settings',
    body: { trustAnchorId: id, notificationSettingKeys: [{ event }] },
  })
  assert.deepEqual(Object(reset.body['trustAnchor']).notificationSettings, usual)
})

test('a path of no operation is refused in the form of the service, and a method of none is too', async () => {
  for (const [method, path] of [
    ['GET', '/nothing'],
    ['GET', '/sessions'],
    ['DELETE', '/profiles'],
    ['GET', '/profile/a/b/c'],
  ] as const) {
    const { status, headers, body } = await call({ method, path })
    assert.deepEqual([status, headers['x-amzn-errortype']], [404, 'UnknownOperationException'])
    assert.deepEqual(Object.keys(body), ['message'])
  }
})

test('what is sent for one thing is never taken for another', async () => {
  const cases: readonly (readonly [object | string, string])[] = [
    ['{', 'SerializationException'],
    [{ name: 7, roleArns: [] }, 'SerializationException'],
    [{ name: 'p', roleArns: role }, 'SerializationException'],
    [{ name: 'p', roleArns: [null] }, 'SerializationException'],
    [{ name: 'p', roleArns: [7] }, 'SerializationException'],
    [{ name: 'p' }, 'ValidationException'],
    [{ name: 'p!', roleArns: [] }, 'ValidationException'],
    [{ name: 'p', roleArns: ['x'] }, 'ValidationException'],
    [{ name: 'p', roleArns: [], durationSeconds: 1 }, 'ValidationException'],
    [{ name: 'p', roleArns: [], tags: [{ key: 'k' }] }, 'ValidationException'],
    [{ name: 'p', roleArns: [], tags: { key: 'k' } }, 'SerializationException'],
    ['{"name":"p","roleArns":[],"__proto__":{"enabled":true},"constructor":1}', ''],
  ]
  for (const [body, code] of cases) {
    const answer = await call({ method: 'POST', path: '/profiles', body })
    assert.equal(answer.headers['x-amzn-errortype'] ?? '', code, JSON.stringify([body, answer.body]))
    if (code === '') assert.equal(Object(answer.body['profile']).enabled, false)
  }
})
