import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateOpenIDConnectProviderCommand,
  DisableOutboundWebIdentityFederationCommand,
  EnableOutboundWebIdentityFederationCommand,
  GetOutboundWebIdentityFederationInfoCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import {
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetWebIdentityTokenCommand,
  type GetWebIdentityTokenCommandInput,
} from '@aws-sdk/client-sts'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { listen } from '#server'
import { openFrontDoor } from '../../../test/front-door.ts'
import { assume, makeRole, policyOf, temporary } from '../../../test/server/role.ts'

let url = 'http://127.0.0.1:1'
const first = await openFrontDoor('111122223333', { federation: { publicUrl: () => url } })
const served = await listen(first.house, { host: '127.0.0.1', port: 0 })
url = served.url
after(async () => {
  await served.stop()
  await first.close()
})
const { account, iam } = first
const wanted = { Audience: ['sts.amazonaws.com'], SigningAlgorithm: 'ES384' } as const

async function tokenOf(
  from: Pick<typeof first, 'sts'>,
  more: Partial<GetWebIdentityTokenCommandInput> = {},
): Promise<string> {
  const { WebIdentityToken = '' } = await from.sts.send(
    new GetWebIdentityTokenCommand({ ...wanted, Audience: ['sts.amazonaws.com'], ...more }),
  )
  return WebIdentityToken
}

/** Clients whose clock shows the house's time. */
function now() {
  return first.as(first.administrator)
}

async function verified(token: string, audience = 'sts.amazonaws.com') {
  const { IssuerIdentifier = '' } = await now().iam.send(new GetOutboundWebIdentityFederationInfoCommand({}))
  const document = await (await fetch(`${IssuerIdentifier}/.well-known/openid-configuration`)).json()
  const { issuer, jwks_uri } = document as { issuer: string; jwks_uri: string }
  assert.equal(issuer, IssuerIdentifier)
  return jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
    issuer,
    audience,
    algorithms: ['RS256', 'ES384'],
    currentDate: new Date(first.now()),
  })
}

test('an account issues no tokens before its feature is enabled, nor after it was disabled', async () => {
  const refused = { name: 'OutboundWebIdentityFederationDisabledException' }
  await assert.rejects(tokenOf(first), refused)
  const enabled = await iam.send(new EnableOutboundWebIdentityFederationCommand({}))
  await tokenOf(first)
  await iam.send(new DisableOutboundWebIdentityFederationCommand({}))
  await assert.rejects(tokenOf(first), refused)
  const again = await iam.send(new EnableOutboundWebIdentityFederationCommand({}))
  assert.equal(again.IssuerIdentifier, enabled.IssuerIdentifier)
})

test('a token names the principal, its account and its tags, and anybody can verify it', async () => {
  const role = await makeRole(first, {
    name: 'worker',
    path: '/jobs/',
    trust: { AWS: account },
    tags: { team: 'harbour' },
    may: ['sts:*'],
  })
  const session = first.as(await assume(first, role, { RoleSessionName: 'one', SourceIdentity: 'ann' }))
  for (const SigningAlgorithm of ['RS256', 'ES384']) {
    const token = await tokenOf(session, { SigningAlgorithm, Tags: [{ Key: 'job', Value: '7' }], DurationSeconds: 60 })
    const { payload, protectedHeader } = await verified(token)
    assert.equal(protectedHeader.alg, SigningAlgorithm)
    assert.match(String(payload.jti), /^[0-9a-f]{32}$/)
    assert.deepEqual(
      [payload.sub, payload.aud, Number(payload.exp) - Number(payload.iat)],
      [`arn:aws:iam::${account}:role/jobs/worker`, 'sts.amazonaws.com', 60],
    )
    assert.deepEqual(payload['https://sts.amazonaws.com/'], {
      aws_account: account,
      source_region: 'us-east-1',
      principal_id: `arn:aws:iam::${account}:role/jobs/worker`,
      principal_tags: { team: 'harbour' },
      request_tags: { job: '7' },
      original_session_exp: '2026-01-15T13:00:00Z',
      source_identity: 'ann',
    })
  }
})

test('a token does not outlive the session that asked for it', async () => {
  const role = await makeRole(first, { name: 'short', trust: { AWS: account }, may: ['sts:GetWebIdentityToken'] })
  const session = first.as(await assume(first, role, { DurationSeconds: 900 }))
  await tokenOf(session, { DurationSeconds: 900 })
  await assert.rejects(tokenOf(session, { DurationSeconds: 901 }), { name: 'SessionDurationEscalationException' })
})

test('policies hold the audience, the algorithm and the tags of tokens', async () => {
  const role = await makeRole(first, { name: 'held', trust: { AWS: account } })
  const PolicyDocument = policyOf({
    Effect: 'Allow',
    Action: 'sts:GetWebIdentityToken',
    Resource: '*',
    Condition: {
      'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': 'https://api.example.com' },
      StringEquals: { 'sts:SigningAlgorithm': 'RS256' },
      NumericLessThanEquals: { 'sts:DurationSeconds': '300' },
    },
  })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'held', PolicyName: 'tokens', PolicyDocument }))
  const session = first.as(await assume(first, role))
  const right = { Audience: ['https://api.example.com'], SigningAlgorithm: 'RS256' }
  await tokenOf(session, right)
  for (const wrong of [
    { Audience: ['https://api.example.com', 'https://other.example.com'] },
    { SigningAlgorithm: 'ES384' },
    { DurationSeconds: 301 },
  ])
    await assert.rejects(tokenOf(session, { ...right, ...wrong }), { name: 'AccessDenied' })
  await assert.rejects(tokenOf(session, { ...right, Tags: [{ Key: 'a', Value: 'b' }] }), {
    name: 'AccessDenied',
    message: /sts:TagGetWebIdentityToken/,
  })
})

test('what no token can have is refused', async () => {
  const tag = (Key: string) => ({ Key, Value: 'x'.repeat(250) })
  await assert.rejects(tokenOf(first, { SigningAlgorithm: 'HS256' }), { name: 'ValidationError' })
  await assert.rejects(tokenOf(first, { Scope: 'read' }), { name: 'ValidationError' })
  await assert.rejects(tokenOf(first, { SubjectMode: 'OriginIdentity' }), { name: 'ValidationError' })
  await assert.rejects(tokenOf(first, { Tags: [tag('a'), tag('A')] }), { name: 'InvalidParameterValue' })
  const Tags = Array.from({ length: 50 }, (_, index) => tag(`key-${index}`))
  await assert.rejects(tokenOf(first, { Tags }), { name: 'JWTPayloadSizeExceededException' })
})

test('a second Cardea that trusts the first takes its tokens', async () => {
  const { IssuerIdentifier: Url = '' } = await iam.send(new GetOutboundWebIdentityFederationInfoCommand({}))
  const second = await openFrontDoor('444455556666', { federation: { localIssuers: [Url] } })
  try {
    const { OpenIDConnectProviderArn: Federated = '' } = await second.iam.send(
      new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ['sts.amazonaws.com'] }),
    )
    const key = `${Url.replace('http://', '')}:sub`
    const RoleArn = await makeRole(second, {
      name: 'guest',
      trust: { Federated },
      trusted: ['sts:AssumeRoleWithWebIdentity'],
      condition: { StringEquals: { [key]: `arn:aws:iam::${account}:user/administrator` } },
    })
    const enter = async (WebIdentityToken: string) =>
      second.sts.send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'from-first', WebIdentityToken }),
      )
    const { Credentials } = await enter(await tokenOf(first))
    const { Arn } = await second.as(temporary(Credentials)).sts.send(new GetCallerIdentityCommand({}))
    assert.equal(Arn, 'arn:aws:sts::444455556666:assumed-role/guest/from-first')
    await assert.rejects(enter(await tokenOf(first, { Audience: ['https://elsewhere.example.com'] })), {
      name: 'InvalidIdentityTokenException',
      message: 'Incorrect token audience',
    })
    const root = first.as(first.root)
    await assert.rejects(enter(await tokenOf(root)), { name: 'AccessDenied' })
  } finally {
    await second.close()
  }
})

test('the signing key changes after a month; the next one is published a day before it signs', async () => {
  const kid = async () => decodeProtectedHeader(await tokenOf(now())).kid
  const day = 86_400_000
  const oldest = await kid()
  const before = await tokenOf(first, { DurationSeconds: 3600 })
  first.pass(30 * day)
  assert.equal(await kid(), oldest)
  first.pass(day)
  assert.notEqual(await kid(), oldest)
  await assert.rejects(verified(before), { code: 'ERR_JWT_EXPIRED' })
  first.pass(3 * 3_600_000)
  await kid()
  await assert.rejects(verified(before), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
})

test('an issuer that is not there publishes nothing, and no private key is published', async () => {
  const missing = await fetch(`${served.url}/oidc/00000000-0000-4000-8000-000000000000/.well-known/jwks.json`)
  assert.equal(missing.status, 404)
  const { IssuerIdentifier = '' } = await now().iam.send(new GetOutboundWebIdentityFederationInfoCommand({}))
  const { keys } = (await (await fetch(`${IssuerIdentifier}/.well-known/jwks.json`)).json()) as { keys: object[] }
  assert.ok(keys.length >= 2)
  for (const key of keys) for (const secret of ['d', 'p', 'q', 'k']) assert.ok(!Object.hasOwn(key, secret))
})
