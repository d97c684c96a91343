import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { RunningAgent } from '#agent'
import { createAccount, liveSessions } from '#services'
import { type Credentials, openAgentHouse } from './house.ts'

const house = await openAgentHouse()
after(() => house.close())
const { account, iam, store, url } = house
const elsewhere = '222233334444'

test('what was derived from the sessions of an instance ends with its registration, at any remove and in any account', async () => {
  const other = await createAccount(store, {
    id: elsewhere,
    name: 'b',
    email: 'b@example.com',
    rootKey: false,
    now: house.now(),
  })
  await makeRole('step', iam)
  await makeRole('far', iamOf(other.administrator))
  await iam.send(new PutRolePolicyCommand({ RoleName: 'app', PolicyName: 'on', PolicyDocument: mayAssume }))
  const { id, file } = await house.register()
  const agent = await house.agent({ joinTokenFile: file })
  const first = await given(agent)
  const second = await assumed(first, `arn:aws:iam::${account}:role/step`)
  const third = await assumed(second, `arn:aws:iam::${elsewhere}:role/far`)
  const fourth = await assumed(third, `arn:aws:iam::${elsewhere}:role/far`)
  for (const one of [first, second, third, fourth]) assert.match(await nameOf(one), /assumed-role/)
  const { status, body } = await house.ask('deregister', { instance: id })
  assert.equal(status, 200)
  assert.equal((body['ended'] as readonly string[]).length, 4)
  for (const one of [first, second, third, fourth]) await assert.rejects(nameOf(one), { name: 'InvalidClientTokenId' })
  assert.deepEqual((await liveSessions(store, { now: house.now() })).sessions, [])
})

const everybody = JSON.stringify({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { AWS: [`arn:aws:iam::${account}:root`, `arn:aws:iam::${elsewhere}:root`] },
    Action: 'sts:AssumeRole',
  },
})
const mayAssume = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
})

async function makeRole(RoleName: string, by: IAMClient): Promise<void> {
  await by.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: everybody }))
  await by.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'on', PolicyDocument: mayAssume }))
}

function iamOf(credentials: Credentials): IAMClient {
  return new IAMClient({ region: 'us-east-1', endpoint: url, credentials, maxAttempts: 1 })
}

function stsOf(credentials: Credentials): STSClient {
  return new STSClient({ region: 'us-east-1', endpoint: url, credentials, maxAttempts: 1 })
}

async function nameOf(credentials: Credentials): Promise<string> {
  return (await stsOf(credentials).send(new GetCallerIdentityCommand())).Arn ?? ''
}

async function assumed(credentials: Credentials, RoleArn: string): Promise<Credentials> {
  const asked = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'on' })
  const {
    AccessKeyId = '',
    SecretAccessKey = '',
    SessionToken = '',
  } = (await stsOf(credentials).send(asked)).Credentials ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

/** What a workload of an agent is given. */
async function given({ container, tokenFile }: RunningAgent): Promise<Credentials> {
  const answer = await fetch(container, { headers: { authorization: readFileSync(tokenFile, 'utf8') } })
  const { AccessKeyId, SecretAccessKey, Token } = (await answer.json()) as Readonly<Record<string, string>>
  return { accessKeyId: `${AccessKeyId}`, secretAccessKey: `${SecretAccessKey}`, sessionToken: `${Token}` }
}
