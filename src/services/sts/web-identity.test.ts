import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam'
import {
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts'
import type { JWTPayload } from 'jose'
import { openFrontDoor } from '../../../test/front-door.ts'
import { createSigner, openIssuer } from '../../../test/issuer.ts'
import { makeRole, temporary } from '../../../test/server/role.ts'

const signer = await createSigner('RS256', 'one')
const issuer = await openIssuer([signer.jwk])
const door = await openFrontDoor('111122223333', { federation: { localIssuers: [issuer.url] } })
after(async () => {
  await door.close()
  await issuer.close()
})
const { account, iam, sts } = door
const host = issuer.url.replace('http://', '')
const { OpenIDConnectProviderArn: provider = '' } = await iam.send(
  new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['sts.amazonaws.com', 'app'] }),
)

function claims(more: JWTPayload = {}): JWTPayload {
  const now = Math.floor(door.now() / 1000)
  return {
    iss: issuer.url,
    sub: 'repo:acme/app:ref:refs/heads/main',
    aud: 'sts.amazonaws.com',
    iat: now,
    exp: now + 300,
    ...more,
  }
}

async function call(
  RoleArn: string,
  token: string | Promise<string>,
  more: Partial<AssumeRoleWithWebIdentityCommandInput> = {},
) {
  const input = { RoleArn, RoleSessionName: 'session', WebIdentityToken: await token, ...more }
  return sts.send(new AssumeRoleWithWebIdentityCommand(input))
}

const trusting = { trust: { Federated: provider }, trusted: ['sts:AssumeRoleWithWebIdentity'] } as const

const deploy = await makeRole(door, {
  name: 'deploy',
  path: '/ci/',
  ...trusting,
  condition: {
    StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com', [`${host}:sub`]: 'repo:acme/app:ref:refs/heads/main' },
  },
  may: ['iam:GetRole'],
})

test('whom a provider vouches for gets a session of the role', async () => {
  const answer = await call(deploy, signer.sign(claims()))
  const { Credentials, $metadata, ...rest } = answer
  assert.deepEqual(rest, {
    SubjectFromWebIdentityToken: 'repo:acme/app:ref:refs/heads/main',
    AssumedRoleUser: {
      AssumedRoleId: rest.AssumedRoleUser?.AssumedRoleId,
      Arn: `arn:aws:sts::${account}:assumed-role/deploy/session`,
    },
    Provider: provider,
    Audience: 'sts.amazonaws.com',
  })
  assert.equal($metadata.httpStatusCode, 200)
  const session = door.as(temporary(Credentials))
  const { Arn } = await session.sts.send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, `arn:aws:sts::${account}:assumed-role/deploy/session`)
})

test('another subject is refused in one sentence', async () => {
  await assert.rejects(call(deploy, signer.sign(claims({ sub: 'repo:evil/app:ref:refs/heads/main' }))), {
    name: 'AccessDenied',
    message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  })
})
