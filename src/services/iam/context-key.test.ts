import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  CreateUserCommand,
  GetContextKeysForCustomPolicyCommand,
  GetContextKeysForPrincipalPolicyCommand,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const policy = (...elements: object[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: elements.map((element) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...element })),
  })

test('the keys of conditions and variables are told once each, as they are spelled first', async () => {
  const PolicyInputList = [
    policy(
      { Condition: { StringLike: { 'aws:PrincipalTag/Team': ['${aws:username}', 'x'] } } },
      {
        Resource: "arn:aws:s3:::${aws:PrincipalTag/Home, 'none'}/*",
        Condition: { Bool: { 'AWS:principaltag/team': 'true' } },
      },
    ),
    policy({
      Resource: undefined,
      NotResource: 'arn:aws:s3:::${s3:prefix}',
      Condition: { NumericEquals: { 's3:max-keys': '${no:Variable}' } },
    }),
  ]
  const { ContextKeyNames } = await iam.send(new GetContextKeysForCustomPolicyCommand({ PolicyInputList }))
  assert.deepEqual([...(ContextKeyNames ?? [])].sort(), [
    'aws:PrincipalTag/Home',
    'aws:PrincipalTag/Team',
    'aws:username',
    's3:max-keys',
    's3:prefix',
  ])
})

test('a policy without keys has none, and one that cannot be read is invalid input', async () => {
  const keys = (text: string) => iam.send(new GetContextKeysForCustomPolicyCommand({ PolicyInputList: [text] }))
  assert.deepEqual((await keys(policy({}))).ContextKeyNames, [])
  await assert.rejects(keys('{}'), {
    name: 'InvalidInputException',
    message: /^Invalid policy PolicyInputList\.1: Syntax errors/,
  })
})

test('the keys of a user are those of its policies, of its groups and of the policies that are given', async () => {
  const equals = (key: string) => policy({ Condition: { StringEquals: { [key]: 'x' } } })
  const UserName = 'kim'
  const GroupName = 'all'
  await iam.send(new CreateUserCommand({ UserName }))
  await iam.send(new CreateGroupCommand({ GroupName }))
  await iam.send(new AddUserToGroupCommand({ UserName, GroupName }))
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument: equals('aws:SourceVpc') }))
  await iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: 'p', PolicyDocument: equals('aws:SourceVpce') }))
  const keys = async (PolicySourceArn: string, PolicyInputList?: string[]) =>
    (await iam.send(new GetContextKeysForPrincipalPolicyCommand({ PolicySourceArn, PolicyInputList }))).ContextKeyNames
  const arn = `arn:aws:iam::${account}:user/kim`
  assert.deepEqual(await keys(arn), ['aws:SourceVpc', 'aws:SourceVpce'])
  assert.deepEqual(await keys(arn, [equals('AWS:sourcevpc'), equals('aws:referer')]), [
    'aws:SourceVpc',
    'aws:SourceVpce',
    'aws:referer',
  ])
  assert.deepEqual(await keys(`arn:aws:iam::${account}:group/all`), ['aws:SourceVpce'])
  await assert.rejects(keys(`arn:aws:iam::${account}:user/nobody`), { name: 'NoSuchEntityException' })
  await assert.rejects(keys(`arn:aws:iam::${account}:policy/p`), { name: 'InvalidInputException' })
})
