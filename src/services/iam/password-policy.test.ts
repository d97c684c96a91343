import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteAccountPasswordPolicyCommand,
  GetAccountPasswordPolicyCommand,
  UpdateAccountPasswordPolicyCommand,
  UpdateLoginProfileCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

async function user(UserName: string) {
  await iam.send(new CreateUserCommand({ UserName }))
  await iam.send(new CreateLoginProfileCommand({ UserName, Password: 'correct horse 9 Battery' }))
}

test('without a policy a password has 8 characters of three classes and is not the name of the account', async () => {
  await user('plain')
  const set = (Password: string) => iam.send(new UpdateLoginProfileCommand({ UserName: 'plain', Password }))
  const name = 'PasswordPolicyViolationException'
  const weak = { name, message: 'Password does not conform to the account password policy.' }
  await assert.rejects(set('Abcde1!'), { name, message: 'Password should have a minimum length of 8' })
  await assert.rejects(set('abcdefgh1'), weak)
  await assert.rejects(set('Root@Example.com'), weak)
  await set('abcdefg1!')
})

test('the policy that is asked for is answered, defaults where nothing was said', async () => {
  const missing = {
    name: 'NoSuchEntityException',
    message: `The Password Policy with domain name ${account} cannot be found.`,
  }
  await assert.rejects(iam.send(new GetAccountPasswordPolicyCommand({})), missing)
  const strict = { MinimumPasswordLength: 12, RequireSymbols: true, MaxPasswordAge: 90, PasswordReusePrevention: 3 }
  await iam.send(new UpdateAccountPasswordPolicyCommand({ ...strict, HardExpiry: true }))
  const others = {
    RequireNumbers: false,
    RequireUppercaseCharacters: false,
    RequireLowercaseCharacters: false,
    AllowUsersToChangePassword: false,
  }
  const read = async () => (await iam.send(new GetAccountPasswordPolicyCommand({}))).PasswordPolicy
  assert.deepEqual(await read(), { ...others, ...strict, ExpirePasswords: true, HardExpiry: true })
  await iam.send(new UpdateAccountPasswordPolicyCommand({}))
  assert.deepEqual(await read(), {
    ...others,
    MinimumPasswordLength: 6,
    RequireSymbols: false,
    ExpirePasswords: false,
  })
  await iam.send(new DeleteAccountPasswordPolicyCommand({}))
  await assert.rejects(iam.send(new GetAccountPasswordPolicyCommand({})), missing)
  await assert.rejects(iam.send(new DeleteAccountPasswordPolicyCommand({})), {
    name: 'NoSuchEntityException',
    message: 'The account policy with name PasswordPolicy cannot be found.',
  })
})

test('a password has the length and the classes that the policy asks for, and each that is missing is named', async () => {
  await user('classy')
  const policy = {
    MinimumPasswordLength: 10,
    RequireSymbols: true,
    RequireNumbers: true,
    RequireUppercaseCharacters: true,
    RequireLowercaseCharacters: true,
  }
  await iam.send(new UpdateAccountPasswordPolicyCommand(policy))
  const set = (Password: string) => iam.send(new UpdateLoginProfileCommand({ UserName: 'classy', Password }))
  const lacking = {
    'Aa1!short': 'Password should have a minimum length of 10',
    'aa1!aaaaaa': 'Password should have at least one uppercase letter',
    'AA1!AAAAAA': 'Password should have at least one lowercase letter',
    'Aaa!aaaaaa': 'Password should have at least one number',
    Aa1éaaaaaa: 'Password should have at least one symbol',
    aaaaaaaaaa:
      'Password should have at least one uppercase letter, Password should have at least one number, Password should have at least one symbol',
  }
  for (const [password, message] of Object.entries(lacking))
    await assert.rejects(set(password), { name: 'PasswordPolicyViolationException', message })
  await set('Aa1!aaaaaa')
  await iam.send(new DeleteAccountPasswordPolicyCommand({}))
})
