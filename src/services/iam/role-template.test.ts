import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AcquireRoleCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetRoleTemplateVersionCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam } = door
const TemplateArn = 'arn:aws:iam::aws:role-template/ec2.amazonaws.com/Instance:1'

test('there is no role template, and no role is made of one', async () => {
  const none = { name: 'NoSuchEntityException', message: `The role template ${TemplateArn} cannot be found.` }
  await assert.rejects(iam.send(new GetRoleTemplateVersionCommand({ TemplateArn })), none)
  const before = (await iam.send(new ListRolesCommand({}))).Roles?.length
  await assert.rejects(iam.send(new AcquireRoleCommand({ TemplateArn })), none)
  assert.equal((await iam.send(new ListRolesCommand({}))).Roles?.length, before)
})

test('what is no ARN of a role template is InvalidInput', async () => {
  for (const arn of ['arn:aws:iam::111122223333:role/x', 'x', `${TemplateArn}x`]) {
    const wrong = { name: 'InvalidInputException' }
    await assert.rejects(iam.send(new GetRoleTemplateVersionCommand({ TemplateArn: arn })), wrong)
    await assert.rejects(iam.send(new AcquireRoleCommand({ TemplateArn: arn })), wrong)
  }
})

test('who may not read role templates is not told whether they are there', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'nobody' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'nobody' }))
  const client = door.as({
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  }).iam
  await assert.rejects(client.send(new GetRoleTemplateVersionCommand({ TemplateArn })), { name: 'AccessDenied' })
})
