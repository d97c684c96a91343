import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRootCommand, type AssumeRootCommandInput } from '@aws-sdk/client-sts'
import { openFrontDoor } from '../../../test/front-door.ts'
import { policyOf } from '../../../test/server/role.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account } = door
const member = '444455556666'
await door.addAccount(member)
const audit = 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials'

function assumeRoot(client: Pick<typeof door, 'sts'>, more: Partial<AssumeRootCommandInput> = {}) {
  return client.sts.send(new AssumeRootCommand({ TargetPrincipal: member, TaskPolicyArn: { arn: audit }, ...more }))
}

function plain(name: string, target: string): string {
  return `User: arn:aws:iam::${account}:user/${name} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::${target}:root`
}

test('nobody assumes the root of an account, where no organization lets them', async () => {
  for (const [TargetPrincipal, target] of [
    [member, member],
    [`arn:aws:iam::${member}:root`, member],
    [account, account],
    ['999999999999', '999999999999'],
  ] as const)
    await assert.rejects(assumeRoot(door, { TargetPrincipal }), {
      name: 'AccessDenied',
      message: plain('administrator', target),
    })
})

test('AssumeRoot is an ordinary action on the root user, with the task as a condition key', async () => {
  await door.iam.send(new CreateUserCommand({ UserName: 'ann' }))
  const { AccessKey } = await door.iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  const ann = door.as({ accessKeyId, secretAccessKey })
  const unpermitted = ' because no identity-based policy allows the sts:AssumeRoot action'
  await assert.rejects(assumeRoot(ann), { message: plain('ann', member) + unpermitted })
  const PolicyDocument = policyOf({
    Effect: 'Allow',
    Action: 'sts:AssumeRoot',
    Resource: '*',
    Condition: { StringEquals: { 'sts:TaskPolicyArn': audit } },
  })
  await door.iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'p', PolicyDocument }))
  const TargetPrincipal = account
  await assert.rejects(assumeRoot(ann, { TargetPrincipal }), { message: plain('ann', account) })
  const arn = 'arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy'
  await assert.rejects(assumeRoot(ann, { TargetPrincipal, TaskPolicyArn: { arn } }), {
    message: plain('ann', account) + unpermitted,
  })
})

test('a policy may name the roots of the accounts that it is about', async () => {
  await door.iam.send(new CreateUserCommand({ UserName: 'kim' }))
  const { AccessKey } = await door.iam.send(new CreateAccessKeyCommand({ UserName: 'kim' }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  const Statement = { Effect: 'Allow', Action: 'sts:AssumeRoot', Resource: `arn:aws:iam::${member}:root` }
  const PolicyDocument = policyOf(Statement)
  await door.iam.send(new PutUserPolicyCommand({ UserName: 'kim', PolicyName: 'p', PolicyDocument }))
  const kim = door.as({ accessKeyId, secretAccessKey })
  await assert.rejects(assumeRoot(kim), { message: plain('kim', member) })
  const unpermitted = ' because no identity-based policy allows the sts:AssumeRoot action'
  await assert.rejects(assumeRoot(kim, { TargetPrincipal: account }), { message: plain('kim', account) + unpermitted })
})

test('the target is an account or its root, the task one of five, and the time at most 15 minutes', async () => {
  for (const more of [
    { TargetPrincipal: `arn:aws:iam::${member}:user/ann` },
    { TargetPrincipal: 'arn:aws:iam::12345:root' },
    { TargetPrincipal: `${member}:root` },
    { TaskPolicyArn: { arn: 'arn:aws:iam::aws:policy/AdministratorAccess' } },
    { TaskPolicyArn: { arn: 'arn:aws:iam::aws:policy/root-task/Everything' } },
    { TaskPolicyArn: {} },
    { DurationSeconds: 901 },
    { DurationSeconds: -1 },
  ])
    await assert.rejects(assumeRoot(door, more), { name: 'ValidationError' })
})

test('a root user may not assume a root (S-4)', async () => {
  await assert.rejects(assumeRoot(door.as(door.root)), {
    name: 'AccessDenied',
    message: 'AssumeRoot cannot be called with the credentials of a root user.',
  })
})
