import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import {
  AddRoleToInstanceProfileCommand,
  CreateRoleCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam'
import { openAgentHouse } from './house.ts'

const house = await openAgentHouse()
after(() => house.close())
const { iam } = house
const { id, file } = await house.register()
const agent = await house.agent({ joinTokenFile: file, version1: true }, { every: 40 })

async function get(path: string): Promise<string> {
  const answer = await fetch(`${agent.imds}/latest/meta-data/iam/${path}`)
  return answer.status === 200 ? answer.text() : String(answer.status)
}

/** Waits until instance metadata shows this, for ten seconds at most. */
async function shows(path: string, pattern: RegExp): Promise<void> {
  const until = performance.now() + 10_000
  for (let seen = ''; ; await pause(20)) {
    seen = await get(path)
    if (pattern.test(seen)) return
    assert.ok(performance.now() < until, `${path} shows ${seen}`)
  }
}

const trusting = (Service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' },
  })

test('an agent hears within minutes that its role was replaced, taken away, and given back', async () => {
  await shows('security-credentials/', /^app$/)
  await iam.send(new CreateRoleCommand({ RoleName: 'next', AssumeRolePolicyDocument: trusting('ec2.amazonaws.com') }))
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: 'app', RoleName: 'app' }))
  await shows('security-credentials/', /^404$/)
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'app', RoleName: 'next' }))
  await shows('security-credentials/', /^next$/)
  await shows('security-credentials/next', /"Code" : "Success"/)
})

test('a role that does not trust EC2 any more is told with the code that EC2 gives', async () => {
  const { UpdateAssumeRolePolicyCommand } = await import('@aws-sdk/client-iam')
  const PolicyDocument = trusting('lambda.amazonaws.com')
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'next', PolicyDocument }))
  await shows('security-credentials/next', /"Code" : "AssumeRoleUnauthorizedAccess"/)
  const again = trusting('ec2.amazonaws.com')
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'next', PolicyDocument: again }))
  await shows('security-credentials/next', /"Code" : "Success"/)
})

test('a server that is away is no reason to give nothing, and looking fills no audit trail', async () => {
  await house.leave()
  await pause(150)
  await shows('security-credentials/next', /"Code" : "Success"/)
  await house.comeBack()
  await house.store.flush()
  const records = await house.store.read(({ audit }) => audit.list(house.account, { limit: 1000 }))
  assert.ok(records.some(({ eventName }) => eventName === 'AssumeRole'))
  assert.ok(!records.some(({ eventName }) => eventName === 'TellInstance'))
})

test('an agent whose instance was deregistered gives nothing any more', async () => {
  assert.equal((await house.ask('deregister', { instance: id })).status, 200)
  await shows('security-credentials/', /^404$/)
})
