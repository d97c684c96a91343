import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateAccountAliasCommand, DeleteAccountAliasCommand, ListAccountAliasesCommand } from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam } = door

test('an account has one alias, which no other account may have', async () => {
  await iam.send(new CreateAccountAliasCommand({ AccountAlias: 'first-name' }))
  await iam.send(new CreateAccountAliasCommand({ AccountAlias: 'second-name' }))
  const { AccountAliases, IsTruncated } = await iam.send(new ListAccountAliasesCommand({}))
  assert.deepEqual(AccountAliases, ['second-name'])
  assert.equal(IsTruncated, false)
  await assert.rejects(iam.send(new CreateAccountAliasCommand({ AccountAlias: 'second-name' })), {
    name: 'EntityAlreadyExistsException',
  })
  const other = door.as(await door.addAccount('300030003000')).iam
  await assert.rejects(other.send(new CreateAccountAliasCommand({ AccountAlias: 'second-name' })), {
    name: 'EntityAlreadyExistsException',
    message: 'The account alias second-name already exists.',
  })
  await other.send(new CreateAccountAliasCommand({ AccountAlias: 'first-name' }))
  await assert.rejects(iam.send(new DeleteAccountAliasCommand({ AccountAlias: 'first-name' })), {
    name: 'NoSuchEntityException',
  })
  await iam.send(new DeleteAccountAliasCommand({ AccountAlias: 'second-name' }))
  assert.deepEqual((await iam.send(new ListAccountAliasesCommand({}))).AccountAliases, [])
})
