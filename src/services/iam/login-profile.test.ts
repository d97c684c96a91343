import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  GetLoginProfileCommand,
  UpdateLoginProfileCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const good = 'correct horse 9 Battery'

async function user(UserName: string, Password = good) {
  await iam.send(new CreateUserCommand({ UserName }))
  await iam.send(new CreateLoginProfileCommand({ UserName, Password }))
  return UserName
}

async function stored(UserName: string) {
  return door.store.read(async ({ users, loginProfiles }) => {
    const id = (await users.byName(account, UserName))?.id ?? ''
    return loginProfiles.ofUser(id)
  })
}

test('a login profile tells its user, its date and whether the password must be set anew', async () => {
  const UserName = 'profiled'
  await iam.send(new CreateUserCommand({ UserName }))
  const asked = { UserName, Password: good, PasswordResetRequired: true }
  const { LoginProfile } = await iam.send(new CreateLoginProfileCommand(asked))
  const expected = { UserName, CreateDate: new Date(opening), PasswordResetRequired: true }
  assert.deepEqual(LoginProfile, expected)
  assert.deepEqual((await iam.send(new GetLoginProfileCommand({ UserName }))).LoginProfile, expected)
  await iam.send(new UpdateLoginProfileCommand({ UserName, PasswordResetRequired: false }))
  const updated = (await iam.send(new GetLoginProfileCommand({ UserName }))).LoginProfile
  assert.equal(updated?.PasswordResetRequired, false)
})

test('a password is kept as an argon2id hash only, and nothing of it comes into the audit trail', async () => {
  const UserName = await user('hashed', 'Unforgettable-4711')
  const profile = await stored(UserName)
  assert.match(profile?.hash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  await door.store.flush()
  const records = await door.store.read(({ audit }) => audit.list(account, { limit: 1000 }))
  assert.ok(records.some(({ eventName }) => eventName === 'CreateLoginProfile'))
  assert.equal(JSON.stringify(records).includes('Unforgettable'), false)
})

test('a user has one login profile', async () => {
  const UserName = await user('single')
  await assert.rejects(iam.send(new CreateLoginProfileCommand({ UserName, Password: good })), {
    name: 'EntityAlreadyExistsException',
    message: 'Login Profile for user single already exists.',
  })
})

test('a login profile that is not there is not found, nor one of a user that is not there', async () => {
  const UserName = 'unprofiled'
  await iam.send(new CreateUserCommand({ UserName }))
  const expected = {
    name: 'NoSuchEntityException',
    message: 'Login Profile for User unprofiled cannot be found.',
  }
  await assert.rejects(iam.send(new GetLoginProfileCommand({ UserName })), expected)
  await assert.rejects(iam.send(new UpdateLoginProfileCommand({ UserName, Password: good })), expected)
  await assert.rejects(iam.send(new DeleteLoginProfileCommand({ UserName })), expected)
  await assert.rejects(iam.send(new GetLoginProfileCommand({ UserName: 'nobody' })), {
    name: 'NoSuchEntityException',
    message: 'The user with name nobody cannot be found.',
  })
})

test('without a name a user means itself, and the root must say whom it means', async () => {
  await iam.send(new CreateLoginProfileCommand({ Password: good }))
  assert.equal((await iam.send(new GetLoginProfileCommand({}))).LoginProfile?.UserName, 'administrator')
  await iam.send(new DeleteLoginProfileCommand({}))
  await assert.rejects(iam.send(new GetLoginProfileCommand({})), { name: 'NoSuchEntityException' })
  const root = door.as(door.root).iam
  await assert.rejects(root.send(new GetLoginProfileCommand({})), { name: 'ValidationError' })
})

test('a login profile needs a password', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'speechless' }))
  await assert.rejects(iam.send(new CreateLoginProfileCommand({ UserName: 'speechless' })), {
    name: 'ValidationError',
    message:
      "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null",
  })
})

test('a user with a login profile is not deleted', async () => {
  const UserName = await user('locked-in')
  await assert.rejects(iam.send(new DeleteUserCommand({ UserName })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete entity, must delete login profile first.',
  })
  await iam.send(new DeleteLoginProfileCommand({ UserName }))
  await iam.send(new DeleteUserCommand({ UserName }))
})
