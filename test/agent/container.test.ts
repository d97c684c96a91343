import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, DeleteRoleCommand } from '@aws-sdk/client-iam'
import { createSigner, openIssuer } from '../issuer.ts'
import { openAgentHouse } from './house.ts'

const signer = await createSigner('RS256', 'one')
const cluster = await openIssuer([signer.jwk])
const house = await openAgentHouse({ localIssuers: [cluster.url] })
after(async () => {
  await house.close()
  await cluster.close()
})
const { account, iam } = house
const host = cluster.url.replace('http://', '')

const told: Readonly<Record<string, unknown>>[] = []
const log = (level: string, fields: object, message: string) => void told.push({ level, ...fields, msg: message })

const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`
const { OpenIDConnectProviderArn: Federated } = await iam.send(
  new CreateOpenIDConnectProviderCommand({ Url: cluster.url, ClientIDList: ['pods.eks.amazonaws.com'] }),
)
const AssumeRolePolicyDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${host}:sub`]: 'system:serviceaccount:shop:cart' } },
  },
})
await iam.send(new CreateRoleCommand({ RoleName: 'cart', AssumeRolePolicyDocument }))

const { file } = await house.register()
const podRoles = new Map([
  ['shop/cart', roleArn('cart')],
  ['shop/other', roleArn('cart')],
])
const agent = await house.agent({ joinTokenFile: file, podRoles }, { log })
const bare = await house.agent({ joinTokenFile: (await house.register()).file }, { log })
const secret = () => readFileSync(agent.tokenFile, 'utf8')

const podToken = (subject: string, more: object = {}) => {
  const now = Math.floor(house.now() / 1000)
  const audience = 'pods.eks.amazonaws.com'
  return signer.sign({ iss: cluster.url, sub: subject, aud: audience, iat: now, exp: now + 3600, ...more })
}

interface Sent {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly at?: string
}

function send({ path, method = 'GET', headers = {}, at = agent.container }: Sent = {}) {
  const { hostname, port, pathname } = new URL(at)
  const options = { hostname, port, path: path ?? pathname, method, headers }
  return new Promise<{ status: number; body: Readonly<Record<string, string>> }>((resolve, reject) => {
    const sent = request(options, (answer) => {
      let body = ''
      answer.on('data', (text) => {
        body += text
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(body) }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('whoever can read the token file gets credentials', async () => {
  assert.equal(statSync(agent.tokenFile).mode & 0o777, 0o600)
  const { status, body } = await send({ headers: { authorization: secret() } })
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body).sort(), [
    'AccessKeyId',
    'AccountId',
    'Expiration',
    'RoleArn',
    'SecretAccessKey',
    'Token',
  ])
  assert.deepEqual([body['RoleArn'], body['AccountId']], [roleArn('app'), account])
})

test('the token of a service account is exchanged for a session of the role that is set for it', async () => {
  const authorization = await podToken('system:serviceaccount:shop:cart')
  const first = await send({ headers: { authorization } })
  assert.equal(first.status, 200)
  assert.equal(first.body['RoleArn'], roleArn('cart'))
  const again = await send({ headers: { authorization } })
  assert.equal(again.body['AccessKeyId'], first.body['AccessKeyId'])
  const other = await send({
    headers: { authorization: await podToken('system:serviceaccount:shop:cart', { jti: 'x' }) },
  })
  assert.notEqual(other.body['AccessKeyId'], first.body['AccessKeyId'])
})

test('an outage of the server is lived through with what is still good, pods included', async () => {
  const authorization = await podToken('system:serviceaccount:shop:cart', { jti: 'outage' })
  const before = await send({ headers: { authorization } })
  await house.leave()
  try {
    house.pass(50 * 60_000)
    for (const shown of [authorization, secret()])
      assert.equal((await send({ headers: { authorization: shown } })).status, 200)
    assert.equal((await send({ headers: { authorization } })).body['AccessKeyId'], before.body['AccessKeyId'])
    house.pass(11 * 60_000)
    const after = await send({ headers: { authorization } })
    assert.deepEqual([after.status, after.body['code']], [503, 'Unavailable'])
  } finally {
    await house.comeBack()
  }
})

describe('requests for container credentials that are refused', () => {
  const cases: Readonly<Record<string, readonly [() => Promise<Sent> | Sent, number, string, RegExp]>> = {
    'without a token': [() => ({}), 401, 'Unauthorized', /no Authorization/],
    'with another token': [
      () => ({ headers: { authorization: 'x' } }),
      403,
      'AccessDenied',
      /not the token in the file/,
    ],
    'with a part of the token': [
      () => ({ headers: { authorization: secret().slice(0, -1) } }),
      403,
      'AccessDenied',
      /not the token in the file/,
    ],
    'with the token of another agent': [
      () => ({ headers: { authorization: readFileSync(bare.tokenFile, 'utf8') } }),
      403,
      'AccessDenied',
      /not the token in the file/,
    ],
    'with an empty token': [() => ({ headers: { authorization: '' } }), 403, 'AccessDenied', /not the token/],
    'with a very long token': [
      () => ({ headers: { authorization: 'a'.repeat(20_000) } }),
      400,
      'InvalidRequest',
      /too long/,
    ],
    'with the token of a pod, where there are none': [
      async () => ({
        at: bare.container,
        headers: { authorization: await podToken('system:serviceaccount:shop:cart') },
      }),
      403,
      'AccessDenied',
      /not the token in the file/,
    ],
    'with the token of a service account that has no role': [
      async () => ({ headers: { authorization: await podToken('system:serviceaccount:shop:web') } }),
      403,
      'AccessDenied',
      /No role is set/,
    ],
    'with the token of a service account whose role does not trust it': [
      async () => ({ headers: { authorization: await podToken('system:serviceaccount:shop:other') } }),
      403,
      'AccessDenied',
      /Not authorized to perform sts:AssumeRoleWithWebIdentity/,
    ],
    'with the token of a pod that has expired': [
      async () => ({ headers: { authorization: await podToken('system:serviceaccount:shop:cart', { exp: 1 }) } }),
      403,
      'ExpiredTokenException',
      /ExpiredToken/,
    ],
    'with a token of a pod that is for somebody else': [
      async () => ({ headers: { authorization: await podToken('system:serviceaccount:shop:cart', { aud: 'x' }) } }),
      403,
      'InvalidIdentityToken',
      /InvalidIdentityToken/,
    ],
    'with a token of a pod that was changed': [
      async () => {
        const [head, , seal] = (await podToken('system:serviceaccount:shop:web')).split('.')
        const claims = Buffer.from('{"sub":"system:serviceaccount:shop:cart"}').toString('base64url')
        return { headers: { authorization: `${head}.${claims}.${seal}` } }
      },
      403,
      'InvalidIdentityToken',
      /InvalidIdentityToken/,
    ],
    'at another path': [
      () => ({ path: '/v2/credentials', headers: { authorization: secret() } }),
      404,
      'NotFound',
      /path/,
    ],
    'with POST': [() => ({ method: 'POST', headers: { authorization: secret() } }), 405, 'MethodNotAllowed', /POST/],
    'through a proxy': [
      () => ({ headers: { authorization: secret(), 'x-forwarded-for': '10.0.0.1' } }),
      403,
      'AccessDenied',
      /proxy/,
    ],
    'by a name that leads here': [
      () => ({ headers: { authorization: secret(), host: 'evil.example' } }),
      403,
      'AccessDenied',
      /evil\.example/,
    ],
    'from a page': [
      () => ({ headers: { authorization: secret(), origin: 'https://evil.example' } }),
      403,
      'AccessDenied',
      /browser/,
    ],
  }
  for (const [title, [make, status, code, why]] of Object.entries(cases))
    test(title, async () => {
      const sent = await make()
      const answer = await send(sent)
      assert.deepEqual([answer.status, answer.body['code']], [status, code])
      const { msg, why: said } = told.at(-1) ?? {}
      assert.equal(msg, 'refused')
      assert.match(String(said), why)
      const { authorization = '' } = sent.headers ?? {}
      if (authorization.length > 20) assert.ok(!JSON.stringify(told).includes(authorization))
    })
})

test('an agent proves itself with a token from a file, which it reads again each time', async () => {
  const tokenFile = join(house.folder, 'web-identity')
  writeFileSync(tokenFile, await podToken('system:serviceaccount:shop:cart'))
  const proof = { kind: 'token', file: tokenFile, role: roleArn('cart'), seconds: 900 } as const
  const state = join(house.folder, 'token-state')
  const proving = await house.agent({ proof, state }, { log })
  assert.equal(proving.role, roleArn('cart'))
  const authorization = readFileSync(proving.tokenFile, 'utf8')
  const first = await send({ at: proving.container, headers: { authorization } })
  writeFileSync(tokenFile, await podToken('system:serviceaccount:shop:cart', { jti: 'second' }))
  house.pass(16 * 60_000)
  const second = await send({ at: proving.container, headers: { authorization } })
  assert.equal(second.status, 200)
  assert.notEqual(second.body['AccessKeyId'], first.body['AccessKeyId'])
  writeFileSync(tokenFile, await podToken('system:serviceaccount:shop:cart', { jti: 'third' }))
  await iam.send(new DeleteRoleCommand({ RoleName: 'cart' }))
  house.pass(14 * 60_000)
  await send({ at: proving.container, headers: { authorization } })
  house.pass(2 * 60_000)
  const third = await send({ at: proving.container, headers: { authorization } })
  assert.deepEqual([third.status, third.body['code']], [403, 'AccessDenied'])
})
