import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { CreateSAMLProviderCommand, UpdateSAMLProviderCommand } from '@aws-sdk/client-iam'
import {
  AssumeRoleWithSAMLCommand,
  type AssumeRoleWithSAMLCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { issue } from '../../../test/certificate.ts'
import { openFrontDoor } from '../../../test/front-door.ts'
import { createSamlProvider, encrypted, keyBeside, signIn } from '../../../test/saml.ts'
import { makeRole, temporary } from '../../../test/server/role.ts'

const door = await openFrontDoor('111122223333', { federation: { publicUrl: () => 'https://iam.example.com' } })
after(() => door.close())
const { account, iam } = door
const principal = `arn:aws:iam::${account}:saml-provider/corp`
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`
const idp = createSamlProvider(`${roleArn('desk')},${principal}`, door.now)
const reading = issue({ subject: 'sp', type: 'rsa', from: 0, to: door.now() * 2 })
const all = ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity']

await iam.send(
  new CreateSAMLProviderCommand({
    Name: 'corp',
    SAMLMetadataDocument: idp.metadata,
    AddPrivateKey: reading.privateKey,
    AssertionEncryptionMode: 'Allowed',
  }),
)
const desk = await makeRole(door, { name: 'desk', trust: { Federated: principal }, trusted: all, longest: 7200 })

function call(xml: string, more: Partial<AssumeRoleWithSAMLCommandInput> = {}) {
  return door.sts.send(
    new AssumeRoleWithSAMLCommand({
      RoleArn: desk,
      PrincipalArn: principal,
      SAMLAssertion: Buffer.from(xml).toString('base64'),
      ...more,
    }),
  )
}

const signedResponse = (said = {}) => idp.sign(idp.response(idp.assertion(said)), 'Response')
const signedAssertion = (said = {}) => idp.sign(idp.response(idp.assertion(said)), 'Assertion')

test('a signed assertion gives a session of the role, and says whom the provider means', async () => {
  const answer = await call(signedAssertion())
  assert.deepEqual(
    [answer.Subject, answer.SubjectType, answer.Issuer, answer.Audience, answer.PackedPolicySize],
    ['ann@example.com', 'persistent', idp.entityId, signIn, undefined],
  )
  const hash = createHash('sha1').update(`${idp.entityId}${account}/corp`).digest('base64')
  assert.equal(answer.NameQualifier, hash)
  assert.equal(answer.AssumedRoleUser?.Arn, `arn:aws:sts::${account}:assumed-role/desk/ann`)
  const { sts } = door.as(temporary(answer.Credentials))
  const identity = await sts.send(new GetCallerIdentityCommand({}))
  assert.equal(identity.Arn, answer.AssumedRoleUser?.Arn)
})

test('the response may be signed, or the assertion, or both, and the assertion encrypted', async () => {
  const alone = () => idp.sign(idp.assertion(), 'Assertion')
  const forms = {
    response: signedResponse(),
    assertion: signedAssertion(),
    both: idp.sign(signedAssertion(), 'Response'),
    'encrypted, signed inside': idp.response(encrypted(alone(), reading)),
    'encrypted, signed outside': idp.sign(idp.response(encrypted(idp.assertion(), reading)), 'Response'),
    'encrypted, signed twice': idp.sign(idp.response(encrypted(alone(), reading, 'aes128-cbc')), 'Response'),
    'encrypted, its key beside': idp.response(keyBeside(encrypted(alone(), reading))),
    'with a declaration': `<?xml version="1.0" encoding="UTF-8"?>\n${signedResponse()}`,
    'SHA-512': idp.sign(idp.response(idp.assertion()), 'Assertion', { algorithm: 'sha512', digest: 'sha512' }),
    'other line ends': idp.sign(idp.response(idp.assertion({ more: '\n' })), 'Assertion').replaceAll('\n', '\r\n'),
  }
  for (const [form, xml] of Object.entries(forms)) {
    const { Subject } = await call(xml)
    assert.equal(Subject, 'ann@example.com', form)
  }
})

test('the call needs no signature of its own', async () => {
  const { requestHandler } = door.sts.config
  const anonymous = new STSClient({
    region: 'us-east-1',
    endpoint: 'http://cardea.test',
    maxAttempts: 1,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    requestHandler,
  })
  const answer = await anonymous.send(
    new AssumeRoleWithSAMLCommand({
      RoleArn: desk,
      PrincipalArn: principal,
      SAMLAssertion: Buffer.from(signedAssertion()).toString('base64'),
    }),
  )
  assert.equal(answer.Subject, 'ann@example.com')
})

test('condition keys hold what the assertion says', async () => {
  const person = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1'
  const hash = createHash('sha1').update(`${idp.entityId}${account}/corp`).digest('base64')
  const right = {
    StringEquals: {
      'saml:aud': signIn,
      'saml:iss': idp.entityId,
      'saml:sub': 'ann@example.com',
      'saml:sub_type': 'persistent',
      'saml:namequalifier': hash,
      'saml:doc': `${account}/corp`,
      'saml:mail': 'ann@example.com',
      'sts:RoleSessionName': 'ann',
    },
    'ForAnyValue:StringEquals': { 'saml:edupersonaffiliation': ['staff'] },
  }
  await makeRole(door, { name: 'strict', trust: { Federated: principal }, trusted: all, condition: right })
  const said = (affiliation: string) => ({
    own: { Role: [`${principal},${roleArn('strict')}`] },
    attributes: { [person]: ['member', affiliation], 'urn:oid:0.9.2342.19200300.100.1.3': ['ann@example.com'] },
  })
  const strict = { RoleArn: roleArn('strict') }
  assert.equal((await call(signedAssertion(said('staff')), strict)).Subject, 'ann@example.com')
  await assert.rejects(call(signedAssertion(said('student')), strict), {
    name: 'AccessDenied',
    message: 'Not authorized to perform sts:AssumeRoleWithSAML',
  })
})

test('a trust policy has to name the provider and the action', async () => {
  const wrong = {
    other: { trust: { Federated: `arn:aws:iam::${account}:saml-provider/other` }, trusted: all },
    action: { trust: { Federated: principal }, trusted: ['sts:AssumeRoleWithWebIdentity'] },
    account: { trust: { AWS: account }, trusted: all },
  }
  for (const [name, parts] of Object.entries(wrong)) {
    const role = await makeRole(door, { name, ...parts })
    const xml = signedAssertion({ own: { Role: [`${role},${principal}`] } })
    await assert.rejects(call(xml, { RoleArn: role }), { name: 'AccessDenied' }, name)
  }
  const absent = signedAssertion({ own: { Role: [`${roleArn('absent')},${principal}`] } })
  await assert.rejects(call(absent, { RoleArn: roleArn('absent') }), { name: 'AccessDenied' })
})

test('tags and a source identity need permissions of their own', async () => {
  const own = { 'PrincipalTag:team': ['harbour'], TransitiveTagKeys: ['team'], SourceIdentity: ['ann'] }
  const answer = await call(signedAssertion({ own }))
  assert.equal(answer.SourceIdentity, 'ann')
  assert.ok((answer.PackedPolicySize ?? 0) > 0)
  const plain = await makeRole(door, {
    name: 'plain',
    trust: { Federated: principal },
    trusted: ['sts:AssumeRoleWithSAML'],
  })
  const Role = [`${plain},${principal}`]
  const toPlain = { RoleArn: plain }
  await call(signedAssertion({ own: { Role } }), toPlain)
  const refused = [{ 'PrincipalTag:team': ['harbour'] }, { SourceIdentity: ['ann'] }]
  for (const more of refused)
    await assert.rejects(call(signedAssertion({ own: { Role, ...more } }), toPlain), { name: 'AccessDenied' })
})

test('a session lasts as long as is asked for, and ends with the one at the provider', async () => {
  const seconds = async (said: object, more = {}) => {
    const { Credentials } = await call(signedAssertion(said), more)
    return ((Credentials?.Expiration?.getTime() ?? 0) - door.now()) / 1000
  }
  const own = { SessionDuration: ['1800'] }
  assert.equal(await seconds({}), 3600)
  assert.equal(await seconds({ own }), 1800)
  assert.equal(await seconds({ own }, { DurationSeconds: 7200 }), 7200)
  const end = new Date(door.now() + 600_000).toISOString()
  assert.equal(await seconds({ authentication: ` SessionNotOnOrAfter="${end}"` }), 600)
  await assert.rejects(seconds({ own: { SessionDuration: ['10800'] } }), { name: 'ValidationError' })
  await assert.rejects(seconds({}, { DurationSeconds: 7201 }), { name: 'ValidationError' })
})

test('this server is an audience and a recipient under its own URL', async () => {
  const said = { audience: 'https://iam.example.com', recipient: 'https://iam.example.com' }
  const answer = await call(idp.sign(idp.response(idp.assertion(said), said), 'Response'))
  assert.equal(answer.Audience, 'https://iam.example.com')
  const regional = { recipient: 'https://eu-central-1.signin.aws.amazon.com/saml' }
  await call(idp.sign(idp.response(idp.assertion(regional), regional), 'Response'))
})

test('a provider that requires encryption takes nothing else', async () => {
  const mode = (AssertionEncryptionMode: 'Required' | 'Allowed') =>
    iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn: principal, AssertionEncryptionMode }))
  await mode('Required')
  await assert.rejects(call(signedAssertion()), { name: 'InvalidIdentityTokenException' })
  await call(idp.response(encrypted(idp.sign(idp.assertion(), 'Assertion'), reading)))
  await mode('Allowed')
})
