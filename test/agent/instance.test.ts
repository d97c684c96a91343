import assert from 'node:assert/strict'
import { createVerify, generateKeyPairSync, hash, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { after, describe, test } from 'node:test'
import {
  AddRoleToInstanceProfileCommand,
  CreateAccessKeyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteInstanceProfileCommand,
  PutUserPolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { liveSessions } from '#services'
import { findTool, run } from '../clients/tool.ts'
import { type Answered, answered, type Credentials, openAgentHouse } from './house.ts'

const house = await openAgentHouse()
after(() => house.close())
const { account, iam, url } = house

interface Agent {
  readonly id: string
  readonly privateKey: KeyObject
  readonly publicKey: object
}

function newAgent(id: string): Agent {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { id, privateKey, publicKey: publicKey.export({ format: 'jwk' }) }
}

/** What of a request a test spoils. */
interface Spoiled {
  readonly moment?: number
  readonly body?: string
  readonly signedBody?: string
  readonly operation?: string
  readonly authorization?: string
}

async function send(agent: Agent, operation: string, input: object, spoiled: Spoiled = {}): Promise<Answered> {
  const body = spoiled.body ?? JSON.stringify(input)
  const moment = spoiled.moment ?? house.now()
  const text = `CARDEA-INSTANCE-1\n${spoiled.operation ?? operation}\n${agent.id}\n${moment}\n${hash('sha256', spoiled.signedBody ?? body)}`
  const signature = sign('sha256', Buffer.from(text), { key: agent.privateKey, dsaEncoding: 'ieee-p1363' })
  const authorization = `Cardea-Instance Instance=${agent.id}, Moment=${moment}, Signature=${signature.toString('base64url')}`
  const headers = { authorization: spoiled.authorization ?? authorization }
  return answered(await fetch(`${url}/cardea/instance/v1/${operation}`, { method: 'POST', headers, body }))
}

const join = (agent: Agent, token: string, spoiled?: Spoiled) =>
  send(agent, 'join', { token, publicKey: agent.publicKey }, spoiled)

async function joined(): Promise<Agent> {
  const { id, token } = await house.register()
  const agent = newAgent(id)
  assert.equal((await join(agent, token)).status, 200)
  return agent
}

/** A little later: each request of a key has a moment of its own. */
async function credentials(agent: Agent, input: object = {}): Promise<Answered> {
  house.pass(5)
  return send(agent, 'credentials', input)
}

function keysIn({ body }: Answered): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken } = body['credentials'] as Record<string, string>
  return { accessKeyId: AccessKeyId ?? '', secretAccessKey: SecretAccessKey ?? '', sessionToken: SessionToken ?? '' }
}

/** The last that the operator was told. */
const lastTold = () => house.told.at(-1) ?? {}

async function userWith(UserName: string, statements: readonly object[]): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

test('who registers an instance must be allowed to pass the role of its profile to EC2', async () => {
  const register = {
    Effect: 'Allow',
    Action: 'cardea:RegisterInstance',
    Resource: `arn:aws:ec2:*:${account}:instance/*`,
  }
  const bare = await userWith('bare', [register])
  const refused = await house.ask('register', { profile: 'app' }, bare)
  assert.equal(refused.status, 403)
  assert.match(
    String(refused.body['message']),
    /user\/bare is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role\/app/,
  )
  await house.store.flush()
  const [record] = await house.store.read(({ audit }) => audit.list(account, { limit: 1 }))
  assert.deepEqual([record?.eventName, record?.errorCode], ['RegisterInstance', 'AccessDenied'])
  assert.deepEqual(
    record?.decisions?.map(({ action, decision }) => [action, decision]),
    [
      ['cardea:RegisterInstance', 'allowed'],
      ['iam:PassRole', 'implicitDeny'],
    ],
  )
  const passing = (service: string) => ({
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: `arn:aws:iam::${account}:role/app`,
    Condition: {
      StringEquals: { 'iam:PassedToService': service },
      ArnLike: { 'iam:AssociatedResourceArn': `arn:aws:ec2:us-east-1:${account}:instance/i-*` },
    },
  })
  const other = await userWith('other', [register, passing('lambda.amazonaws.com')])
  assert.equal((await house.ask('register', { profile: 'app' }, other)).status, 403)
  const passer = await userWith('passer', [register, passing('ec2.amazonaws.com')])
  assert.equal((await house.ask('register', { profile: 'app' }, passer)).status, 200)
  const unregistered = await userWith('pass-only', [passing('ec2.amazonaws.com')])
  const without = await house.ask('register', { profile: 'app' }, unregistered)
  assert.match(String(without.body['message']), /not authorized to perform: cardea:RegisterInstance/)
})

test('permissions on instances may hang on tags, in the request and on the instance', async () => {
  const team = await userWith('team', [
    {
      Effect: 'Allow',
      Action: ['cardea:RegisterInstance', 'iam:PassRole'],
      Resource: '*',
      Condition: { StringEqualsIfExists: { 'aws:RequestTag/team': 'blue' } },
    },
    {
      Effect: 'Deny',
      Action: 'cardea:RegisterInstance',
      Resource: '*',
      Condition: { Null: { 'aws:RequestTag/team': 'true' } },
    },
    {
      Effect: 'Allow',
      Action: 'cardea:DeregisterInstance',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'blue' } },
    },
  ])
  assert.equal((await house.ask('register', { profile: 'app' }, team)).status, 403)
  const { status, body } = await house.ask('register', { profile: 'app', tags: { team: 'blue' } }, team)
  assert.equal(status, 200)
  const { id } = body['instance'] as { id: string }
  const { id: foreign } = await house.register({ tags: { team: 'red' } })
  assert.equal((await house.ask('deregister', { instance: foreign }, team)).status, 403)
  assert.equal((await house.ask('deregister', { instance: id }, team)).status, 200)
})

test('instances are listed without their tokens and keys, page by page', async () => {
  await joined()
  const seen: string[] = []
  for (let after: string | undefined, more = true; more; ) {
    const { body } = await house.ask('list', { limit: 2, ...(after === undefined ? {} : { after }) })
    const page = body['instances'] as readonly { readonly id: string }[]
    assert.doesNotMatch(JSON.stringify(page), /hash|publicKey|joinToken/)
    seen.push(...page.map(({ id }) => id))
    after = seen.at(-1)
    more = body['more'] === true
  }
  assert.ok(seen.length >= 3)
  assert.deepEqual(seen, [...new Set(seen)].sort())
})

test('an agent gets a session of the role, which carries how it was delivered and to which instance', async () => {
  const agent = await joined()
  const answer = await credentials(agent)
  assert.equal(answer.status, 200)
  const caller = new STSClient({ region: 'us-east-1', endpoint: url, credentials: keysIn(answer) })
  const { Arn } = await caller.send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, `arn:aws:sts::${account}:assumed-role/app/${agent.id}`)
  const { expiration } = { expiration: String((answer.body['credentials'] as { Expiration: string }).Expiration) }
  assert.ok(Math.abs(Date.parse(expiration) - house.now() - 6 * 3_600_000) < 5000)
  const { sessions } = await liveSessions(house.store, { now: house.now() })
  const live = sessions.find(({ id }) => id === keysIn(answer).accessKeyId)
  assert.deepEqual(live?.chain, [`arn:aws:ec2:us-east-1:${account}:instance/${agent.id}`])
  const records = await house.store.read(({ audit }) => audit.list(account, { limit: 2 }))
  const record = records.find(({ eventName }) => eventName === 'AssumeRole')
  const given = record?.more?.response as { credentials: { accessKeyId: string } }
  assert.equal(given.credentials.accessKeyId, keysIn(answer).accessKeyId)
  assert.equal(record?.principal, 'ec2.amazonaws.com')
  assert.equal(record?.resource, `arn:aws:iam::${account}:role/app`)
  assert.doesNotMatch(JSON.stringify(records), new RegExp(keysIn(answer).secretAccessKey.replace(/[+/]/g, '.')))
})

test('conditions see by which version of instance metadata credentials were handed on', async () => {
  const agent = await joined()
  const { id, token } = await house.register()
  const second = newAgent(id)
  await join(second, token)
  const policy = {
    Effect: 'Allow',
    Action: ['cardea:ListInstances'],
    Resource: '*',
    Condition: {
      NumericEquals: { 'ec2:RoleDelivery': '2.0' },
      ArnEquals: { 'ec2:SourceInstanceArn': `arn:aws:ec2:us-east-1:${account}:instance/${agent.id}` },
    },
  }
  const { PutRolePolicyCommand, DeleteRolePolicyCommand } = await import('@aws-sdk/client-iam')
  const named = { RoleName: 'app', PolicyName: 'delivery' }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: policy })
  await iam.send(new PutRolePolicyCommand({ ...named, PolicyDocument }))
  const list = async (of: Agent, delivery: string) =>
    (await house.ask('list', {}, keysIn(await credentials(of, { delivery })))).status
  assert.equal(await list(agent, '2.0'), 200)
  assert.equal(await list(agent, '1.0'), 403)
  assert.equal(await list(second, '2.0'), 403)
  await iam.send(new DeleteRolePolicyCommand(named))
})

test('the identity document is signed with a key that the server publishes', async () => {
  const { body } = await credentials(await joined())
  const { document, signature } = body['identity'] as { document: string; signature: string }
  const keys = await answered(await fetch(`${url}/cardea/instance/v1/identity-keys/${account}`))
  const verify = (text: string) =>
    createVerify('sha256').update(text).verify(String(keys.body['pem']), signature, 'base64')
  assert.equal(verify(document), true)
  assert.equal(verify(document.replace(account, '999999999999')), false)
  const certificate = new X509Certificate(String(keys.body['certificate']))
  assert.ok(certificate.verify(certificate.publicKey))
  assert.equal(certificate.subject, `CN=Instance identity of ${account}`)
  const none = await fetch(`${url}/cardea/instance/v1/identity-keys/999999999999`)
  assert.equal(none.status, 404)
})

const openssl = findTool('openssl')
test('OpenSSL takes the identity document in PKCS #7, and none that was changed', {
  skip: openssl === undefined && 'OpenSSL is not installed',
}, async () => {
  const { body } = await credentials(await joined())
  const { document, pkcs7 } = body['identity'] as { document: string; pkcs7: string }
  const keys = await answered(await fetch(`${url}/cardea/instance/v1/identity-keys/${account}`))
  const place = (name: string, text: string | Buffer) => {
    const path = joinPath(house.folder, name)
    writeFileSync(path, text)
    return path
  }
  const changed = Buffer.from(pkcs7, 'base64').toString('latin1').replace(account, '999999999999')
  const certificate = place('certificate.pem', String(keys.body['certificate']))
  const verify = async (base64: string) => {
    const message = place('message.der', Buffer.from(base64, 'base64'))
    const words = ['smime', '-verify', '-inform', 'DER', '-in', message, '-certfile', certificate, '-noverify']
    return run([openssl ?? '', ...words], { cwd: house.folder, env: { PATH: process.env.PATH ?? '' } })
  }
  const good = await verify(pkcs7)
  assert.equal(good.code, 0, good.stderr)
  assert.equal(good.stdout.replaceAll('\r', ''), document)
  assert.notEqual((await verify(Buffer.from(changed, 'latin1').toString('base64'))).code, 0)
})

test('the role that the profile holds now is the one that is given', async () => {
  const InstanceProfileName = 'changing'
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }))
  const trust = (Service: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' },
    })
  for (const RoleName of ['one', 'two'])
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust('ec2.amazonaws.com') }))
  const empty = await house.ask('register', { profile: InstanceProfileName })
  assert.deepEqual([empty.status, empty.body['code']], [400, 'InvalidParameterValue'])
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'one' }))
  const { id, token } = await house.register({ profile: InstanceProfileName })
  const agent = newAgent(id)
  await join(agent, token)
  const roleNow = async () => ((await credentials(agent)).body['role'] as { name?: string } | undefined)?.name
  assert.equal(await roleNow(), 'one')
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: 'one' }))
  const gone = await credentials(agent)
  assert.deepEqual([gone.status, gone.body['code']], [404, 'InstanceProfileNotFound'])
  assert.equal(lastTold()['detail'], 'the instance profile has no role')
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'two' }))
  assert.equal(await roleNow(), 'two')
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'two', PolicyDocument: trust('lambda.amazonaws.com') }))
  const untrusted = await credentials(agent)
  assert.deepEqual([untrusted.status, untrusted.body['code']], [403, 'AssumeRoleUnauthorizedAccess'])
  assert.match(String(lastTold()['detail']), /Principal is .*lambda\.amazonaws\.com.* has .*ec2\.amazonaws\.com/)
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: 'two' }))
  await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }))
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'one' }))
  assert.equal((await credentials(agent)).body['code'], 'InstanceProfileNotFound')
  assert.equal(lastTold()['detail'], 'the instance profile was deleted')
})

test('deregistering ends the sessions of an instance, and its agent gets no more', async () => {
  const agent = await joined()
  const first = keysIn(await credentials(agent))
  const second = keysIn(await credentials(agent))
  assert.equal((await house.ask('deregister', { instance: agent.id })).status, 200)
  for (const keys of [first, second])
    await assert.rejects(
      new STSClient({ region: 'us-east-1', endpoint: url, credentials: keys }).send(new GetCallerIdentityCommand({})),
      { name: 'InvalidClientTokenId' },
    )
  const refused = await credentials(agent)
  assert.deepEqual([refused.status, refused.body['code']], [404, 'InvalidInstanceID.NotFound'])
})

test('an instance of another account is not there', async () => {
  const { createAccount } = await import('#services')
  const foreign = await createAccount(house.store, {
    id: '444455556666',
    name: 'b',
    email: 'b@example.com',
    rootKey: false,
    now: house.now(),
  })
  const { id } = await house.register()
  for (const operation of ['deregister', 'rejoin']) {
    const { status, body } = await house.ask(operation, { instance: id }, foreign.administrator)
    assert.deepEqual([status, body['code']], [404, 'InvalidInstanceID.NotFound'])
  }
  assert.deepEqual((await house.ask('list', {}, foreign.administrator)).body['instances'], [])
})

test('whoever joins with a later token takes the place of the agent before, until then both may be', async () => {
  const agent = await joined()
  const { body } = await house.ask('rejoin', { instance: agent.id })
  assert.equal((await credentials(agent)).status, 200)
  const next = newAgent(agent.id)
  house.pass(5)
  assert.equal((await join(next, String(body['joinToken']))).status, 200)
  assert.equal((await credentials(next)).status, 200)
  assert.equal((await credentials(agent)).body['code'], 'InvalidInstanceProof')
})

test('an agent that did not hear the answer joins again with the same key, and with no other', async () => {
  const { id, token } = await house.register()
  const agent = newAgent(id)
  const moment = house.now()
  assert.equal((await join(agent, token, { moment })).status, 200)
  assert.equal((await join(agent, token, { moment: moment + 1 })).status, 200)
  const replayed = await join(agent, token, { moment })
  assert.deepEqual([replayed.status, replayed.body['code']], [409, 'RequestReplayed'])
  assert.equal((await join(newAgent(id), token)).body['code'], 'InvalidJoinToken')
})

describe('requests to join that are refused', () => {
  const cases: Readonly<
    Record<string, readonly [(id: string, token: string) => Promise<Answered>, number, string, RegExp]>
  > = {
    'with a token of no form': [(id) => join(newAgent(id), 'x'), 403, 'InvalidJoinToken', /not of the form/],
    'with a token that is a number': [
      (id) => send(newAgent(id), 'join', { token: 1, publicKey: newAgent(id).publicKey }),
      403,
      'InvalidJoinToken',
      /not of the form/,
    ],
    'with a guessed token': [
      (id) => join(newAgent(id), `${id}.${'A'.repeat(43)}`),
      403,
      'InvalidJoinToken',
      /not the newest/,
    ],
    'for an instance that was never registered': [
      () => join(newAgent(`i-${'0'.repeat(17)}`), `i-${'0'.repeat(17)}.${'A'.repeat(43)}`),
      403,
      'InvalidJoinToken',
      /there is no instance/,
    ],
    "with another instance's token": [
      async (id) => join(newAgent(id), (await house.register()).token),
      403,
      'InvalidJoinToken',
      /not signed with the key that it brings/,
    ],
    'with a key that is not the one that signed': [
      (id, token) => send(newAgent(id), 'join', { token, publicKey: newAgent(id).publicKey }),
      403,
      'InvalidJoinToken',
      /not signed with the key/,
    ],
    'with a body that was changed': [
      (id, token) => join(newAgent(id), token, { signedBody: '{}' }),
      403,
      'InvalidJoinToken',
      /not signed with the key/,
    ],
    'with a signature for another operation': [
      (id, token) => join(newAgent(id), token, { operation: 'credentials' }),
      403,
      'InvalidJoinToken',
      /not signed with the key/,
    ],
    'with an RSA key': [
      (id, token) => {
        const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
        return send(newAgent(id), 'join', { token, publicKey: publicKey.export({ format: 'jwk' }) })
      },
      400,
      'ValidationError',
      /publicKey must be/,
    ],
    'with a point that is not on the curve': [
      (id, token) =>
        send(newAgent(id), 'join', {
          token,
          publicKey: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
        }),
      400,
      'ValidationError',
      /publicKey must be/,
    ],
    'long ago': [
      (id, token) => join(newAgent(id), token, { moment: house.now() - 600_000 }),
      400,
      'RequestExpired',
      /moment \d+, expected/,
    ],
    'with something that is not known': [
      (id, token) => send(newAgent(id), 'join', { token, publicKey: newAgent(id).publicKey, role: 'admin' }),
      400,
      'ValidationError',
      /role is not a member/,
    ],
  }
  for (const [title, [ask, status, code, why]] of Object.entries(cases))
    test(title, async () => {
      const { id, token } = await house.register()
      const answer = await ask(id, token)
      assert.deepEqual([answer.status, answer.body['code']], [status, code])
      const { detail, message, msg } = lastTold()
      assert.equal(msg, 'refused')
      assert.match(String(detail ?? message), why)
      assert.doesNotMatch(JSON.stringify(house.told), new RegExp(token.slice(20)))
      assert.equal((await join(newAgent(id), token)).status, 200)
    })

  test('after the token has expired', async () => {
    const { id, token } = await house.register({ joinSeconds: 60 })
    house.pass(60_001)
    assert.equal((await join(newAgent(id), token)).body['code'], 'InvalidJoinToken')
    assert.equal(lastTold()['detail'], 'the token has expired')
  })
})

describe('requests for credentials that are refused', () => {
  const other = newAgent('i-00000000000000000')
  const cases: Readonly<Record<string, readonly [(agent: Agent) => Promise<Answered>, number, string, RegExp]>> = {
    'without a signature': [
      (agent) => send(agent, 'credentials', {}, { authorization: '' }),
      403,
      'InvalidInstanceProof',
      /no signature/,
    ],
    'with a signature of no form': [
      (agent) => send(agent, 'credentials', {}, { authorization: `Cardea-Instance Instance=${agent.id}` }),
      403,
      'InvalidInstanceProof',
      /no signature/,
    ],
    'with the key of another agent': [
      (agent) => send({ ...other, id: agent.id }, 'credentials', {}),
      403,
      'InvalidInstanceProof',
      /not of the key that joined/,
    ],
    'for an instance that is not there': [
      () => send(other, 'credentials', {}),
      404,
      'InvalidInstanceID.NotFound',
      /deregistered/,
    ],
    'with a body that was changed': [
      (agent) => send(agent, 'credentials', {}, { signedBody: '{"delivery":"1.0"}' }),
      403,
      'InvalidInstanceProof',
      /not of the key/,
    ],
    'from the past': [
      (agent) => send(agent, 'credentials', {}, { moment: house.now() - 301_000 }),
      400,
      'RequestExpired',
      /moment/,
    ],
    'from the future': [
      (agent) => send(agent, 'credentials', {}, { moment: house.now() + 301_000 }),
      400,
      'RequestExpired',
      /moment/,
    ],
    'a second time': [
      async (agent) => {
        const moment = house.now() + 1000
        assert.equal((await send(agent, 'credentials', {}, { moment })).status, 200)
        return send(agent, 'credentials', {}, { moment })
      },
      409,
      'RequestReplayed',
      /the last was/,
    ],
    'in a way that is none': [
      (agent) => send(agent, 'credentials', { delivery: '3.0' }),
      400,
      'ValidationError',
      /delivery must be/,
    ],
    'with a body that is no JSON': [
      (agent) => send(agent, 'credentials', {}, { body: '{' }),
      400,
      'ValidationError',
      /not JSON/,
    ],
    'with a body that is a list': [
      (agent) => send(agent, 'credentials', {}, { body: '[]' }),
      400,
      'ValidationError',
      /not an object/,
    ],
    'at a path that is none': [(agent) => send(agent, 'secrets', {}), 404, 'NotFound', /nothing at this path/],
    'at a path that objects inherit': [
      (agent) => send(agent, 'constructor', {}),
      404,
      'NotFound',
      /nothing at this path/,
    ],
  }
  for (const [title, [ask, status, code, why]] of Object.entries(cases))
    test(title, async () => {
      const agent = await joined()
      house.pass(5)
      const answer = await ask(agent)
      assert.deepEqual([answer.status, answer.body['code']], [status, code])
      assert.match(String(lastTold()['detail'] ?? lastTold()['message']), why)
    })
})

test('requests to register that are malformed say what is wrong, and register nothing', async () => {
  const before = await house.store.read(({ instances }) => instances.count(account))
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{}, /profile must be/],
    [{ profile: 'a b' }, /profile must be/],
    [{ profile: 'app', name: '' }, /name must be/],
    [{ profile: 'app', name: 'a\nb' }, /name must be/],
    [{ profile: 'app', tags: [] }, /tags must be an object/],
    [{ profile: 'app', tags: { 'aws:x': '1' } }, /key of a tag/],
    [{ profile: 'app', tags: { '../x': '1' } }, /key of a tag/],
    [{ profile: 'app', tags: { A: '1', a: '2' } }, /differ in more than the case/],
    [{ profile: 'app', tags: { a: 1 } }, /value of the tag a/],
    [{ profile: 'app', tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ''])) }, /at most 50/],
    [{ profile: 'app', sessionSeconds: 21_601 }, /sessionSeconds must be/],
    [{ profile: 'app', sessionSeconds: '60' }, /sessionSeconds must be/],
    [{ profile: 'app', joinSeconds: 1e9 }, /joinSeconds must be/],
    [{ profile: 'app', role: 'x' }, /role is not a member/],
    ['null', /not an object/],
    ['', /not JSON/],
  ]
  for (const [body, why] of cases) {
    const answer = await house.ask('register', body)
    assert.deepEqual([answer.status, answer.body['code']], [400, 'ValidationError'], JSON.stringify(body))
    assert.match(String(answer.body['message']), why)
  }
  assert.equal((await house.ask('register', { profile: 'none' })).body['code'], 'NoSuchEntity')
  const unsigned = await answered(await fetch(`${url}/cardea/instance/v1/register`, { method: 'POST', body: '{}' }))
  assert.deepEqual([unsigned.status, unsigned.body['code']], [403, 'MissingAuthenticationToken'])
  const got = await answered(await fetch(`${url}/cardea/instance/v1/register`))
  assert.deepEqual([got.status, got.body['code']], [405, 'MethodNotAllowed'])
  assert.equal(await house.store.read(({ instances }) => instances.count(account)), before)
})
