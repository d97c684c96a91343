import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  ChangePasswordCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteAccountPasswordPolicyCommand,
  GetAccountPasswordPolicyCommand,
  PutUserPolicyCommand,
  UpdateAccountPasswordPolicyCommand,
  UpdateLoginProfileCommand,
} from '@aws-sdk/client-iam'
import { passwordUse } from '#access'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const good = 'correct horse 9 Battery'

async function user(UserName: string, Password: string | undefined = good) {
  await iam.send(new CreateUserCommand({ UserName }))
  await iam.send(new CreateLoginProfileCommand({ UserName, Password }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  return door.as({ accessKeyId, secretAccessKey }).iam
}

function may(UserName: string, Effect: 'Allow' | 'Deny') {
  const Statement = { Effect, Action: 'iam:ChangePassword', Resource: '*' }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  return iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }))
}

function change(OldPassword: string, NewPassword: string) {
  return new ChangePasswordCommand({ OldPassword, NewPassword })
}

async function profile(UserName: string) {
  const found = await door.store.read(async ({ users, loginProfiles, passwordPolicies }) => {
    const { id = '' } = (await users.byName(account, UserName)) ?? {}
    return { profile: await loginProfiles.ofUser(id), policy: await passwordPolicies.of(account) }
  })
  assert.ok(found.profile)
  return { ...found, profile: found.profile }
}

test('a user that may change its password needs the old one, and the flag to reset it is taken away', async () => {
  const own = await user('changing')
  await assert.rejects(own.send(change(good, 'another Horse 1')), {
    name: 'AccessDenied',
    message:
      `User: arn:aws:iam::${account}:user/changing is not authorized to perform: iam:ChangePassword ` +
      `on resource: arn:aws:iam::${account}:user/changing because no identity-based policy allows the iam:ChangePassword action`,
  })
  await may('changing', 'Allow')
  await iam.send(new UpdateLoginProfileCommand({ UserName: 'changing', PasswordResetRequired: true }))
  await assert.rejects(own.send(change('wrong', 'another Horse 1')), {
    name: 'AccessDenied',
    message: 'The old password was incorrect.',
  })
  await own.send(change(good, 'another Horse 1'))
  assert.equal((await profile('changing')).profile.resetRequired, false)
  await assert.rejects(own.send(change(good, 'third Horse 1')), { message: 'The old password was incorrect.' })
  await own.send(change('another Horse 1', 'third Horse 1'))
})

test('the policy of the account may let every user change its own password, and an explicit denial still counts', async () => {
  const own = await user('trusted')
  await iam.send(new UpdateAccountPasswordPolicyCommand({ AllowUsersToChangePassword: true }))
  assert.equal((await own.send(new GetAccountPasswordPolicyCommand({}))).PasswordPolicy?.MinimumPasswordLength, 6)
  await own.send(change(good, 'second one'))
  await may('trusted', 'Deny')
  await assert.rejects(own.send(change('second one', 'third one')), {
    name: 'AccessDenied',
    message: /with an explicit deny in an identity-based policy/,
  })
  await iam.send(new UpdateAccountPasswordPolicyCommand({ AllowUsersToChangePassword: false }))
  await assert.rejects(own.send(new GetAccountPasswordPolicyCommand({})), { name: 'AccessDenied' })
  await iam.send(new DeleteAccountPasswordPolicyCommand({}))
})

test('only users change a password of their own, and only one that they have', async () => {
  await assert.rejects(door.as(door.root).iam.send(change(good, 'other')), {
    name: 'InvalidUserTypeException',
    message: 'Only IAM Users can change their own password.',
  })
  await assert.rejects(iam.send(change(good, 'other')), {
    name: 'NoSuchEntityException',
    message: 'Login Profile for User administrator cannot be found.',
  })
})

test('a password that was in use not long ago is not taken again', async () => {
  await user('habitual', 'Password-0')
  await iam.send(new UpdateAccountPasswordPolicyCommand({ PasswordReusePrevention: 2 }))
  const set = (Password: string) => iam.send(new UpdateLoginProfileCommand({ UserName: 'habitual', Password }))
  const refused = {
    name: 'PasswordPolicyViolationException',
    message: 'Policy constraint violation with password reuse prevention during password change.',
  }
  await assert.rejects(set('Password-0'), refused)
  await set('Password-1')
  await assert.rejects(set('Password-0'), refused)
  await set('Password-2')
  await set('Password-0')
  await iam.send(new DeleteAccountPasswordPolicyCommand({}))
})

test('an old password must be changed, and under hard expiry only an administrator helps', async () => {
  await user('aging')
  const day = 86_400_000
  const use = async () => {
    const found = await profile('aging')
    return passwordUse(found.profile, found.policy, door.now())
  }
  await iam.send(new UpdateAccountPasswordPolicyCommand({ MaxPasswordAge: 30 }))
  door.pass(30 * day - 1)
  assert.equal(await use(), 'signIn')
  door.pass(1)
  assert.equal(await use(), 'change')
  const { iam: later } = door.as(door.administrator)
  await later.send(new UpdateAccountPasswordPolicyCommand({ MaxPasswordAge: 30, HardExpiry: true }))
  assert.equal(await use(), 'reset')
  await later.send(new UpdateLoginProfileCommand({ UserName: 'aging', Password: 'Refreshed-1' }))
  assert.equal(await use(), 'signIn')
  await later.send(new UpdateLoginProfileCommand({ UserName: 'aging', PasswordResetRequired: true }))
  assert.equal(await use(), 'change')
})
