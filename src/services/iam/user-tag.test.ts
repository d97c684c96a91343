import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetUserCommand,
  ListUserTagsCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UntagUserCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const tag = (Key: string, Value = '') => ({ Key, Value })

async function tagsOf(UserName: string) {
  return (await iam.send(new ListUserTagsCommand({ UserName }))).Tags
}

test('tags are listed by key, whatever the order in which they were set', async () => {
  const UserName = 'ordered'
  await iam.send(new CreateUserCommand({ UserName, Tags: [tag('b', '1')] }))
  await iam.send(new TagUserCommand({ UserName, Tags: [tag('c', '2'), tag('a', '3')] }))
  assert.deepEqual(await tagsOf(UserName), [tag('a', '3'), tag('b', '1'), tag('c', '2')])
})

test('a key in another case of letters replaces key and value, and takes the tag away', async () => {
  const UserName = 'cased'
  await iam.send(new CreateUserCommand({ UserName, Tags: [tag('Team', 'blue')] }))
  await iam.send(new TagUserCommand({ UserName, Tags: [tag('TEAM', 'red')] }))
  assert.deepEqual(await tagsOf(UserName), [tag('TEAM', 'red')])
  await iam.send(new UntagUserCommand({ UserName, TagKeys: ['team', 'never-there'] }))
  assert.deepEqual(await tagsOf(UserName), [])
})

test('the same key twice in a request is refused, also in two cases of letters', async () => {
  const Tags = [tag('Key', '1'), tag('kEY', '2')]
  const refused = {
    name: 'InvalidInputException',
    message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  }
  await assert.rejects(iam.send(new CreateUserCommand({ UserName: 'twice', Tags })), refused)
  await assert.rejects(iam.send(new GetUserCommand({ UserName: 'twice' })), { name: 'NoSuchEntityException' })
  await iam.send(new CreateUserCommand({ UserName: 'once' }))
  await assert.rejects(iam.send(new TagUserCommand({ UserName: 'once', Tags })), refused)
})

test('keys that begin with aws: in any case of letters are reserved', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'reserved' }))
  for (const Key of ['aws:created-by', 'AWS:x'])
    await assert.rejects(iam.send(new TagUserCommand({ UserName: 'reserved', Tags: [tag(Key, 'v')] })), {
      name: 'InvalidInputException',
    })
  await iam.send(new TagUserCommand({ UserName: 'reserved', Tags: [tag('awsome', 'v')] }))
})

test('a user has at most 50 tags, over all requests', async () => {
  const UserName = 'many'
  const Tags = Array.from({ length: 50 }, (_, at) => tag(`k${at}`, 'v'))
  await iam.send(new CreateUserCommand({ UserName, Tags }))
  await iam.send(new TagUserCommand({ UserName, Tags: [tag('k49', 'new')] }))
  await assert.rejects(iam.send(new TagUserCommand({ UserName, Tags: [tag('one-more')] })), {
    name: 'LimitExceededException',
  })
})

test('policies see the tags of a request, their keys, and the tags of the user that is touched', async () => {
  const Statement = [
    {
      Effect: 'Allow',
      Action: 'iam:TagUser',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:RequestTag/team': ['blue', 'red'], 'aws:ResourceTag/owner': '${aws:username}' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
      },
    },
  ]
  const UserName = 'tagger'
  await iam.send(new CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }))
  await iam.send(new CreateUserCommand({ UserName: 'mine', Tags: [tag('owner', 'tagger')] }))
  await iam.send(new CreateUserCommand({ UserName: 'others', Tags: [tag('owner', 'somebody')] }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  const tagger = door.as({ accessKeyId, secretAccessKey }).iam
  await tagger.send(new TagUserCommand({ UserName: 'mine', Tags: [tag('team', 'blue')] }))
  for (const wrong of [
    { UserName: 'mine', Tags: [tag('team', 'green')] },
    { UserName: 'mine', Tags: [tag('team', 'blue'), tag('cost', '1')] },
    { UserName: 'others', Tags: [tag('team', 'blue')] },
  ])
    await assert.rejects(tagger.send(new TagUserCommand(wrong)), {
      name: 'AccessDenied',
      message: new RegExp(`on resource: arn:aws:iam::${account}:user/${wrong.UserName} because`),
    })
})
