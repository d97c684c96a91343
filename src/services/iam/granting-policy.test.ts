import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  ListPoliciesGrantingServiceAccessCommand,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const allowing = (element: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Resource: '*', ...element } })

async function names(Arn: string, ServiceNamespace: string) {
  const asked = new ListPoliciesGrantingServiceAccessCommand({ Arn, ServiceNamespaces: [ServiceNamespace] })
  const [entry] = (await iam.send(asked)).PoliciesGrantingServiceAccess ?? []
  assert.equal(entry?.ServiceNamespace, ServiceNamespace)
  return entry?.Policies?.map(({ PolicyName }) => PolicyName)
}

test('the policies that allow anything of a service are told, those of groups among them', async () => {
  const UserName = 'reader'
  await iam.send(new CreateUserCommand({ UserName }))
  await iam.send(new CreateGroupCommand({ GroupName: 'readers' }))
  await iam.send(new AddUserToGroupCommand({ GroupName: 'readers', UserName }))
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }))
  const PolicyDocument = allowing({ Action: ['SQS:*', 's3:GetObject'] })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }))
  const others = allowing({ NotAction: ['s3:*', 'ec2:RunInstances'] })
  await iam.send(new PutGroupPolicyCommand({ GroupName: 'readers', PolicyName: 'others', PolicyDocument: others }))
  const arn = `arn:aws:iam::${account}:user/reader`
  assert.deepEqual(await names(arn, 's3'), ['AmazonS3ReadOnlyAccess', 'own'])
  assert.deepEqual(await names(arn, 'sqs'), ['own', 'others'])
  assert.deepEqual(await names(arn, 'ec2'), ['others'])
  assert.deepEqual(await names(`arn:aws:iam::${account}:group/readers`, 's3'), [])
})

test('what is neither a user, a group nor a role, or is not there, is refused', async () => {
  const ask = (Arn: string) =>
    iam.send(new ListPoliciesGrantingServiceAccessCommand({ Arn, ServiceNamespaces: ['s3'] }))
  await assert.rejects(ask(`arn:aws:iam::${account}:policy/some`), { name: 'InvalidInputException' })
  await assert.rejects(ask(`arn:aws:iam::${account}:user/nobody`), { name: 'NoSuchEntityException' })
})
