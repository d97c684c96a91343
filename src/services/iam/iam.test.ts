import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { modelOf } from '#models'
import { operations } from '#services'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account } = door

const Tags = [{ Key: 'team', Value: 'blue' }]

test('whoever makes something with tags needs the permission to tag it too; without tags it is not asked for', async () => {
  const maker = await who('maker', ['iam:CreateUser', 'iam:CreatePolicy'])
  await maker.send(new CreateUserCommand({ UserName: 'plain' }))
  await maker.send(new CreateUserCommand({ UserName: 'empty', Tags: [] }))
  const [user, policy] = [`arn:aws:iam::${account}:user/a/tagged`, `arn:aws:iam::${account}:policy/tagged`]
  await assert.rejects(maker.send(new CreateUserCommand({ UserName: 'tagged', Path: '/a/', Tags })), {
    name: 'AccessDenied',
    message: `User: arn:aws:iam::${account}:user/maker is not authorized to perform: iam:TagUser on resource: ${user} because no identity-based policy allows the iam:TagUser action`,
  })
  const document = JSON.stringify(policyOf(['s3:*']))
  const CreatePolicy = new CreatePolicyCommand({ PolicyName: 'tagged', PolicyDocument: document, Tags })
  await assert.rejects(maker.send(CreatePolicy), {
    name: 'AccessDenied',
    message: `User: arn:aws:iam::${account}:user/maker is not authorized to perform: iam:TagPolicy on resource: ${policy} because no identity-based policy allows the iam:TagPolicy action`,
  })
  const tagger = await who('tagger', ['iam:CreateUser', 'iam:TagUser'], { 'aws:RequestTag/team': 'blue' })
  const made = await tagger.send(new CreateUserCommand({ UserName: 'tagged', Path: '/a/', Tags }))
  assert.deepEqual(made.User?.Tags, Tags)
})

test('every operation that makes something with tags asks for the action that tags what it makes', async () => {
  const { operations: models } = modelOf('iam')
  const actions = new Set(Object.keys(models).map((name) => `iam:${name}`))
  for (const [name, operation] of operations) {
    if (operation.service !== 'iam' || !/^iam:(Create|Upload)/.test(name)) continue
    const asked = operation.also({ Tags }, undefined as never)
    const noun = name.replace(/^iam:(?:CreateVirtual|Create|Upload)/, '')
    assert.deepEqual(asked, actions.has(`iam:Tag${noun}`) ? [`iam:Tag${noun}`] : [], name)
    assert.deepEqual(operation.also({}, undefined as never), [], name)
  }
})

function policyOf(Action: readonly string[], equal?: Readonly<Record<string, string>>) {
  const Condition = equal === undefined ? {} : { Condition: { StringEquals: equal } }
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*', ...Condition }] }
}

async function who(UserName: string, actions: readonly string[], equal?: Readonly<Record<string, string>>) {
  await door.iam.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify(policyOf(actions, equal))
  await door.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'may', PolicyDocument }))
  const { AccessKey: key } = await door.iam.send(new CreateAccessKeyCommand({ UserName }))
  return door.as({ accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' }).iam
}
