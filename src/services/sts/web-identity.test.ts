import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateOpenIDConnectProviderCommand,
  GetRoleCommand,
  ListUsersCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts'
import type { JWTPayload } from 'jose'
import { type FrontDoor, openFrontDoor } from '../../../test/front-door.ts'
import { createSigner, openIssuer, type Signer } from '../../../test/issuer.ts'
import { makeRole, policyOf, temporary } from '../../../test/server/role.ts'
import { pinnedKeys } from './web-identity-provider.ts'

const signer = await createSigner('RS256', 'one')
const issuer = await openIssuer([signer.jwk])
const door = await openFrontDoor('111122223333', { federation: { localIssuers: [issuer.url] } })
after(async () => {
  await door.close()
  await issuer.close()
})
const { account, iam } = door
const host = issuer.url.replace('http://', '')
const { OpenIDConnectProviderArn: provider = '' } = await iam.send(
  new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['sts.amazonaws.com', 'app'] }),
)
const trusting = {
  trust: { Federated: provider },
  trusted: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'],
} as const

function claims(more: JWTPayload = {}): JWTPayload {
  const now = Math.floor(door.now() / 1000)
  return { iss: issuer.url, sub: 'ann', aud: 'sts.amazonaws.com', iat: now, exp: now + 300, ...more }
}

async function call(
  RoleArn: string,
  token: string | Promise<string>,
  more: Partial<AssumeRoleWithWebIdentityCommandInput> = {},
  from: Pick<FrontDoor, 'sts'> = door,
) {
  const input = { RoleArn, RoleSessionName: 'session', WebIdentityToken: await token, ...more }
  return from.sts.send(new AssumeRoleWithWebIdentityCommand(input))
}

test('whom a provider vouches for gets a session of the role', async () => {
  const role = await makeRole(door, {
    name: 'deploy',
    path: '/ci/',
    ...trusting,
    condition: { StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com', [`${host}:sub`]: 'ann' } },
    may: ['iam:GetRole'],
  })
  const {
    $metadata: _,
    SessionTokenSize,
    SessionTokenUtilization: __,
    ...answer
  } = await call(role, signer.sign(claims()))
  const { Credentials, AssumedRoleUser, ...rest } = answer
  assert.equal(SessionTokenSize, Credentials?.SessionToken?.length)
  assert.deepEqual(rest, { SubjectFromWebIdentityToken: 'ann', Provider: provider, Audience: 'sts.amazonaws.com' })
  assert.match(AssumedRoleUser?.AssumedRoleId ?? '', /^AROA[A-Z0-9]{17}:session$/)
  assert.equal(Credentials?.Expiration?.getTime(), door.now() + 3_600_000)
  const session = door.as(temporary(Credentials))
  const { Arn } = await session.sts.send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, `arn:aws:sts::${account}:assumed-role/deploy/session`)
  await session.iam.send(new GetRoleCommand({ RoleName: 'deploy' }))
  await assert.rejects(session.iam.send(new ListUsersCommand({})), { name: 'AccessDenied' })
})

test('a session knows its provider, and its tags and source identity from the token', async () => {
  const role = await makeRole(door, {
    name: 'tagged',
    ...trusting,
    may: ['iam:GetRole'],
    condition: {
      StringEquals: { 'aws:RequestTag/team': 'harbour', 'sts:SourceIdentity': 'ann', 'sts:RoleSessionName': 'session' },
    },
  })
  const tags = { principal_tags: { team: ['harbour'], stage: ['test'] }, transitive_tag_keys: ['team'] }
  const nested = { 'https://aws.amazon.com/tags': tags, 'https://aws.amazon.com/source_identity': 'ann' }
  const flat = {
    'https://aws.amazon.com/tags/principal_tags/team': 'harbour',
    'https://aws.amazon.com/tags/principal_tags/stage': ['test'],
    'https://aws.amazon.com/tags/transitive_tag_keys': ['team'],
    'https://aws.amazon.com/source_identity': 'ann',
  }
  const next = await makeRole(door, {
    name: 'next',
    trust: { AWS: role },
    condition: {
      StringEquals: {
        'aws:FederatedProvider': provider,
        'aws:SourceIdentity': 'ann',
        'aws:PrincipalTag/stage': 'test',
        'aws:ResourceTag/team': 'harbour',
      },
    },
  })
  for (const said of [nested, flat]) {
    const { Credentials, SourceIdentity, PackedPolicySize } = await call(role, signer.sign(claims(said)))
    assert.equal(SourceIdentity, 'ann')
    assert.ok(Number(PackedPolicySize) > 0)
    const { sts } = door.as(temporary(Credentials))
    await sts.send(new AssumeRoleCommand({ RoleArn: next, RoleSessionName: 'further' }))
    const long = new AssumeRoleCommand({ RoleArn: next, RoleSessionName: 'further', DurationSeconds: 3601 })
    await assert.rejects(sts.send(long), { message: /role chaining/ })
  }
})

test('claims are condition keys: texts, lists, numbers and truths', async () => {
  const role = await makeRole(door, {
    name: 'claims',
    ...trusting,
    condition: {
      StringEquals: { [`${host}:environment`]: 'prod' },
      'ForAnyValue:StringEquals': { [`${host}:amr`]: 'mfa' },
      Bool: { [`${host}:email_verified`]: 'true' },
      StringLike: { [`${host}:google/organization_number`]: '42' },
      NumericLessThan: { [`${host}:run_attempt`]: '3' },
    },
  })
  const right = {
    environment: 'prod',
    amr: ['pwd', 'mfa'],
    email_verified: true,
    run_attempt: 2,
    google: { organization_number: 42 },
  }
  await call(role, signer.sign(claims(right)))
  for (const wrong of [
    { environment: 'test' },
    { amr: ['pwd'] },
    { email_verified: false },
    { run_attempt: 3 },
    { google: 42 },
  ])
    await assert.rejects(call(role, signer.sign(claims({ ...right, ...wrong }))), { name: 'AccessDenied' })
})

test('the authorized party stands in the place of the audience, which is then oaud', async () => {
  const role = await makeRole(door, {
    name: 'party',
    ...trusting,
    condition: { StringEquals: { [`${host}:aud`]: 'app', [`${host}:oaud`]: 'other' } },
  })
  const { Audience } = await call(role, signer.sign(claims({ azp: 'app', aud: 'other' })))
  assert.equal(Audience, 'app')
  await assert.rejects(call(role, signer.sign(claims({ aud: 'app', oaud: 'other' }))), { name: 'AccessDenied' })
})

test('a role that is assumed with a token obeys its durations and session policies', async () => {
  const role = await makeRole(door, { name: 'narrow', ...trusting, may: ['iam:*'] })
  const token = await signer.sign(claims())
  await assert.rejects(call(role, token, { DurationSeconds: 3601 }), { message: /MaxSessionDuration/ })
  const Policy = policyOf({ Effect: 'Allow', Action: 'iam:GetRole', Resource: '*' })
  const { Credentials, PackedPolicySize } = await call(role, token, { Policy, DurationSeconds: 900 })
  assert.ok(Number(PackedPolicySize) > 0)
  const session = door.as(temporary(Credentials))
  await session.iam.send(new GetRoleCommand({ RoleName: 'narrow' }))
  await assert.rejects(session.iam.send(new ListUsersCommand({})), { name: 'AccessDenied' })
})

test('an explicit deny in the trust policy wins over its Allow', async () => {
  const role = await makeRole(door, { name: 'barred', ...trusting })
  const say = (Effect: string, Condition: object) => ({ Effect, Principal: trusting.trust, Action: 'sts:*', Condition })
  const PolicyDocument = policyOf(say('Allow', {}), say('Deny', { StringLike: { [`${host}:sub`]: 'a*' } }))
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'barred', PolicyDocument }))
  await assert.rejects(call(role, signer.sign(claims())), { name: 'AccessDenied' })
  await call(role, signer.sign(claims({ sub: 'bob' })))
})

test('a call for an OAuth 2.0 provider is refused', async () => {
  const role = await makeRole(door, { name: 'oauth', ...trusting })
  await assert.rejects(call(role, signer.sign(claims()), { ProviderId: 'www.amazon.com' }), {
    name: 'ValidationError',
  })
})

/** Tokens as well-known issuers shape them. */
const shapes = {
  github: {
    url: 'https://token.actions.githubusercontent.com',
    clientId: 'sts.amazonaws.com',
    alg: 'RS256',
    claims: {
      aud: 'sts.amazonaws.com',
      sub: 'repo:acme/app:environment:prod',
      ref: 'refs/heads/main',
      repository: 'acme/app',
      repository_owner: 'acme',
      environment: 'prod',
      job_workflow_ref: 'acme/app/.github/workflows/deploy.yml@refs/heads/main',
      jti: '6f4762ed-0758-4ccb-808d-ee3af5d723a8',
    },
    wrong: { sub: 'repo:acme/app:pull_request' },
  },
  gitlab: {
    url: 'https://gitlab.com',
    clientId: 'https://gitlab.com',
    alg: 'RS256',
    claims: {
      aud: 'https://gitlab.com',
      sub: 'project_path:acme/app:ref_type:branch:ref:main',
      namespace_path: 'acme',
      project_path: 'acme/app',
      ref: 'main',
      ref_protected: 'true',
      nbf: 0,
    },
    wrong: { sub: 'project_path:acme/app:ref_type:branch:ref:feature' },
  },
  kubernetes: {
    url: 'https://oidc.cluster.example.com/id/AB12',
    clientId: 'sts.amazonaws.com',
    alg: 'ES256',
    claims: {
      aud: ['https://kubernetes.default.svc', 'sts.amazonaws.com'],
      sub: 'system:serviceaccount:shop:cart',
      'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'cart', uid: 'a-b-c' } },
    },
    wrong: { sub: 'system:serviceaccount:shop:other' },
  },
} as const

for (const [name, shape] of Object.entries(shapes))
  test(`a token of the shape of ${name} is verified with keys that are pinned to its provider`, async () => {
    const own: Signer = await createSigner(shape.alg, `${name}-key`)
    const { OpenIDConnectProviderArn: Federated = '' } = await iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: shape.url, ClientIDList: [shape.clientId] }),
    )
    await door.store.write(account, async ({ oidcProviders, settings }) => {
      const found = await oidcProviders.byName(account, shape.url.replace('https://', ''))
      await settings.put(account, pinnedKeys(found?.id ?? ''), JSON.stringify({ keys: [own.jwk] }))
    })
    const key = shape.url.replace('https://', '')
    const role = await makeRole(door, {
      name,
      trust: { Federated },
      trusted: ['sts:AssumeRoleWithWebIdentity'],
      condition: { StringEquals: { [`${key}:aud`]: shape.clientId, [`${key}:sub`]: shape.claims.sub } },
    })
    const all: JWTPayload = { ...claims(), iss: shape.url, ...structuredClone<object>(shape.claims) }
    const { SubjectFromWebIdentityToken, Provider } = await call(role, own.sign(all))
    assert.deepEqual([SubjectFromWebIdentityToken, Provider], [shape.claims.sub, Federated])
    await assert.rejects(call(role, own.sign({ ...all, ...shape.wrong })), { name: 'AccessDenied' })
    await assert.rejects(call(role, signer.sign(all)), { name: 'InvalidIdentityTokenException' })
  })

test('a token may be used once only where the operator says so', async () => {
  const once = await openFrontDoor('444455556666', { federation: { localIssuers: [issuer.url], singleUse: true } })
  try {
    const { OpenIDConnectProviderArn: Federated = '' } = await once.iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['sts.amazonaws.com'] }),
    )
    const role = await makeRole(once, {
      name: 'once',
      trust: { Federated },
      trusted: ['sts:AssumeRoleWithWebIdentity'],
    })
    const token = await signer.sign(claims({ jti: 'a' }))
    await call(role, token, {}, once)
    const refused = { name: 'IDPRejectedClaimException' }
    await assert.rejects(call(role, token, {}, once), refused)
    await call(role, signer.sign(claims({ jti: 'b' })), {}, once)
    await assert.rejects(call(role, signer.sign(claims()), {}, once), refused)
  } finally {
    await once.close()
  }
})
