import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { openFrontDoor } from '../../../test/front-door.ts'
import { makeRole, policyOf } from '../../../test/server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door
const partner = door.as(await door.addAccount('444455556666'))
const denied = { name: 'AccessDenied' }

function assumed(RoleArn: string, more: object = {}, { sts } = door.as(door.administrator)) {
  return sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ...more }))
}

function trust(Principal: object, more: object = {}): string {
  return policyOf({ Effect: 'Allow', Principal, Action: ['sts:AssumeRole', 'sts:TagSession'], ...more })
}

test('a change of a trust policy is felt by the very next call, each way, also from another account', async () => {
  const RoleName = 'trusting'
  const arn = await makeRole(door, { name: RoleName, trust: { AWS: [account, '444455556666'] } })
  const change = (PolicyDocument: string) => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }))
  for (let turn = 0; turn < 3; turn++) {
    await assumed(arn)
    await assumed(arn, {}, partner)
    await change(trust({ Service: 'ec2.amazonaws.com' }))
    await assert.rejects(assumed(arn), denied)
    await assert.rejects(assumed(arn, {}, partner), denied)
    await change(trust({ AWS: [account, '444455556666'] }))
  }
})

test('a change of the longest session and of the tags of a role is felt by the very next call', async () => {
  const RoleName = 'tagged'
  const arn = await makeRole(door, {
    name: RoleName,
    trust: { AWS: account },
    condition: { StringEquals: { 'aws:ResourceTag/open': 'yes' } },
  })
  await assert.rejects(assumed(arn), denied)
  await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'open', Value: 'yes' }] }))
  await assumed(arn)
  await assert.rejects(assumed(arn, { DurationSeconds: 7200 }), { name: 'ValidationError' })
  await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 7200 }))
  await assumed(arn, { DurationSeconds: 7200 })
  await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'open', Value: 'no' }] }))
  await assert.rejects(assumed(arn), denied)
})

test('a role that is gone is not assumed, and one that took its name, or another path, is another role', async () => {
  const name = 'passing'
  const arn = await makeRole(door, { name, trust: { AWS: account }, may: ['s3:*'] })
  const first = (await assumed(arn)).AssumedRoleUser?.AssumedRoleId
  const remove = async () => {
    await iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName: 'may' }))
    await iam.send(new DeleteRoleCommand({ RoleName: name }))
  }
  await remove()
  await assert.rejects(assumed(arn), denied)
  const elsewhere = await makeRole(door, { name, path: '/other/', trust: { AWS: account }, may: ['s3:*'] })
  await assert.rejects(assumed(arn), denied)
  const second = (await assumed(elsewhere)).AssumedRoleUser?.AssumedRoleId
  assert.notEqual(second, first)
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }))
  assert.equal(second, `${Role?.RoleId}:session`)
  await remove()
  await assert.rejects(assumed(elsewhere), denied)
})

test('calls that come together with changes of a role are decided by it before or after, and never half', async () => {
  const RoleName = 'busy'
  const arn = await makeRole(door, { name: RoleName, trust: { AWS: account } })
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      if (index % 10 !== 5)
        return assumed(arn).then(
          () => 'allowed',
          (error: Error) => error.name,
        )
      const Principal = index % 20 === 5 ? { Service: 'ec2.amazonaws.com' } : { AWS: account }
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust(Principal) }))
      return 'changed'
    }),
  )
  assert.deepEqual(
    [...new Set(outcomes)].sort().filter((one) => one !== 'AccessDenied'),
    ['allowed', 'changed'],
  )
  await iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust({ Service: 'ec2.amazonaws.com' }) }),
  )
  await assert.rejects(assumed(arn), denied)
})
