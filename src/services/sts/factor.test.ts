import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { generateSync } from 'otplib'
import { createLog } from '#server'
import { openFrontDoor } from '../../../test/front-door.ts'
import { makeRole, policyOf, temporary } from '../../../test/server/role.ts'

const lines: string[] = []
const door = await openFrontDoor('111122223333', { log: createLog('info', { write: (line) => void lines.push(line) }) })
after(() => door.close())
const { iam, account } = door

/** A user with a device, and what the device shows now. */
async function addUser(UserName: string) {
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const Condition = {
    Bool: { 'aws:MultiFactorAuthPresent': 'true' },
    NumericLessThan: { 'aws:MultiFactorAuthAge': '60' },
  }
  const PolicyDocument = policyOf({ Effect: 'Allow', Action: 'iam:*', Resource: '*', Condition })
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'with-factor', PolicyDocument }))
  const made = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: UserName }))
  const { SerialNumber = '', Base32StringSeed = [] } = made.VirtualMFADevice ?? {}
  const secret = Buffer.from(Base32StringSeed).toString()
  const code = (steps: number) => generateSync({ secret, epoch: Math.floor(door.now() / 1000) + 30 * steps })
  const codes = { AuthenticationCode1: code(-2), AuthenticationCode2: code(-1) }
  await iam.send(new EnableMFADeviceCommand({ UserName, SerialNumber, ...codes }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  return { ...door.as({ accessKeyId, secretAccessKey }), SerialNumber, shows: () => code(0) }
}

const wrong = {
  name: 'AccessDenied',
  message:
    'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
}

test('a session with a second factor may call IAM, and its policies see the factor and its age', async () => {
  const ann = await addUser('ann')
  await assert.rejects(ann.iam.send(new ListUsersCommand({})), { name: 'AccessDenied' })
  const { SerialNumber } = ann
  const { Credentials } = await ann.sts.send(new GetSessionTokenCommand({ SerialNumber, TokenCode: ann.shows() }))
  const session = temporary(Credentials)
  await door.as(session).iam.send(new ListUsersCommand({}))
  door.pass(59_000)
  await door.as(session).iam.send(new GetUserCommand({}))
  door.pass(1_000)
  await assert.rejects(door.as(session).iam.send(new GetUserCommand({})), { name: 'AccessDenied' })
})

test('a code is good once, and only with its own device and its own user', async () => {
  const [bob, eve] = [await addUser('bob'), await addUser('eve')]
  const asked = { SerialNumber: bob.SerialNumber, TokenCode: bob.shows() }
  await assert.rejects(eve.sts.send(new GetSessionTokenCommand(asked)), wrong)
  await assert.rejects(door.sts.send(new GetSessionTokenCommand(asked)), wrong)
  await bob.sts.send(new GetSessionTokenCommand(asked))
  await assert.rejects(bob.sts.send(new GetSessionTokenCommand(asked)), wrong)
  const nowhere = { SerialNumber: `arn:aws:iam::${account}:mfa/none`, TokenCode: '123456' }
  await assert.rejects(bob.sts.send(new GetSessionTokenCommand(nowhere)), wrong)
  for (const half of [{ SerialNumber: bob.SerialNumber }, { TokenCode: '123456' }])
    await assert.rejects(bob.sts.send(new GetSessionTokenCommand(half)), {
      name: 'AccessDenied',
      message: 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    })
})

test('a trust policy may ask for a second factor, which the session then does not carry', async () => {
  const kim = await addUser('kim')
  const condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }
  const trust = { AWS: `arn:aws:iam::${account}:user/kim` }
  const RoleArn = await makeRole(door, { name: 'guarded', trust, condition, may: ['iam:GetUser'] })
  const asked = { RoleArn, RoleSessionName: 'session' }
  await assert.rejects(kim.sts.send(new AssumeRoleCommand(asked)), { name: 'AccessDenied' })
  const factor = { SerialNumber: kim.SerialNumber, TokenCode: kim.shows() }
  const { Credentials } = await kim.sts.send(new AssumeRoleCommand({ ...asked, ...factor }))
  const session = door.as(temporary(Credentials))
  await session.iam.send(new GetUserCommand({ UserName: 'kim' }))
  for (const [name, more, refused] of [
    ['open', {}, false],
    ['closed', { condition }, true],
  ] as const) {
    const next = await makeRole(door, { name, trust: { AWS: RoleArn }, ...more })
    const sent = session.sts.send(new AssumeRoleCommand({ RoleArn: next, RoleSessionName: 'session' }))
    if (refused) await assert.rejects(sent, { name: 'AccessDenied' })
    else await sent
  }
})

test('codes cannot be guessed: after ten wrong ones none is taken, until five minutes have passed', async () => {
  const lee = await addUser('lee')
  const { SerialNumber } = lee
  const show = (TokenCode: string) => lee.sts.send(new GetSessionTokenCommand({ SerialNumber, TokenCode }))
  const guess = async (times: number) => {
    const guesses = Array.from({ length: times }, () => show(lee.shows() === '000000' ? '000001' : '000000'))
    for (const { status } of await Promise.allSettled(guesses)) assert.equal(status, 'rejected')
  }
  await guess(9)
  await show(lee.shows())
  door.pass(60_000)
  await guess(12)
  await assert.rejects(show(lee.shows()), wrong)
  assert.match(lines.at(-1) ?? '', /too many wrong codes/)
  door.pass(240_000)
  await assert.rejects(show(lee.shows()), wrong)
  door.pass(60_000)
  await show(lee.shows())
})
