import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam'
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { Provider } from 'oidc-provider'
import { openFrontDoor } from '../front-door.ts'
import { makeRole, temporary } from './role.ts'

/** A key pair as a provider takes it. */
async function signingKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' }
}

const client = { client_id: 'pipeline', client_secret: 'a secret that is long enough for a test' }

/** The real thing: gives JSON Web Tokens to clients that show their secret. */
function providerAt(url: string, keys: readonly JWK[]): Provider {
  return new Provider(url, {
    clients: [{ ...client, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'https://sts.example.com',
        getResourceServerInfo: () => ({
          scope: '',
          audience: 'sts.amazonaws.com',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    // It gives no subject to a client that acts for nobody; the client itself is meant.
    formats: {
      customizers: {
        jwt: (_, token, { header, payload }) => ({ header, payload: { ...payload, sub: token.clientId } }),
      },
    },
    jwks: { keys: [...keys] },
  })
}

const serving: { current?: Provider } = {}
const server = createServer((request, response) => serving.current?.callback()(request, response))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const first = await signingKey('first')
serving.current = providerAt(url, [first])
const door = await openFrontDoor('111122223333', { federation: { localIssuers: [url] } })
// Its tokens tell the real time.
door.pass(Date.now() - door.now())
const { iam } = door.as(door.administrator)
after(async () => {
  await door.close()
  server.close()
  server.closeAllConnections()
})

async function tokenFrom(): Promise<string> {
  const answer = await fetch(`${url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.client_id}:${encodeURIComponent(client.client_secret)}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}

test('a token of a real provider gives a session, also after the provider changed its key', async () => {
  const { OpenIDConnectProviderArn: Federated = '' } = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: url, ClientIDList: ['sts.amazonaws.com'] }),
  )
  const host = url.replace('http://', '')
  const RoleArn = await makeRole(
    { iam },
    {
      name: 'pipeline',
      trust: { Federated },
      trusted: ['sts:AssumeRoleWithWebIdentity'],
      condition: { StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com', [`${host}:sub`]: 'pipeline' } },
    },
  )
  const enter = (WebIdentityToken: string) =>
    door
      .as(door.administrator)
      .sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'build', WebIdentityToken }))
  const old = await tokenFrom()
  const { Credentials, SubjectFromWebIdentityToken } = await enter(old)
  assert.equal(SubjectFromWebIdentityToken, 'pipeline')
  const { Arn } = await door.as(temporary(Credentials)).sts.send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, 'arn:aws:sts::111122223333:assumed-role/pipeline/build')

  serving.current = providerAt(url, [await signingKey('second')])
  const renewed = await tokenFrom()
  await assert.rejects(enter(renewed), { name: 'InvalidIdentityTokenException' })
  door.pass(31_000)
  await enter(renewed)
  await assert.rejects(enter(old), { name: 'InvalidIdentityTokenException' })
})
