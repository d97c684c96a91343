import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  ListUsersCommand,
  UpdateAccessKeyCommand,
  UpdateAccountPasswordPolicyCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor, opening } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

const header =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,' +
  'mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,' +
  'access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,' +
  'access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,' +
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated'

const generate = () => iam.send(new GenerateCredentialReportCommand({}))

test('a report is there after it was asked for, and for four hours', async () => {
  await assert.rejects(iam.send(new GetCredentialReportCommand({})), { name: 'CredentialReportNotPresentException' })
  const started = await generate()
  assert.equal(started.State, 'STARTED')
  assert.ok(started.Description)
  const { $metadata: _, ...complete } = await generate()
  assert.deepEqual(complete, { State: 'COMPLETE' })
  const { GeneratedTime } = await iam.send(new GetCredentialReportCommand({}))
  assert.equal(GeneratedTime?.getTime(), opening)
  door.pass(4 * 3_600_000)
  await assert.rejects(late(new GetCredentialReportCommand({})), { name: 'CredentialReportExpiredException' })
})

test('a report tells of the root and of every user what credentials they have', async () => {
  const client = door.as(door.administrator).iam
  const created = '2026-01-15T16:00:00+00:00'
  await client.send(new UpdateAccountPasswordPolicyCommand({ MaxPasswordAge: 90 }))
  await client.send(new CreateUserCommand({ UserName: 'with,comma', Path: '/p/' }))
  await client.send(new CreateUserCommand({ UserName: 'ada' }))
  await client.send(new CreateLoginProfileCommand({ UserName: 'ada', Password: 'correct-Horse-42-battery' }))
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: 'ada' }))
  const second = await client.send(new CreateAccessKeyCommand({ UserName: 'ada' }))
  const ofAda = door.as({
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  }).iam
  await assert.rejects(ofAda.send(new ListUsersCommand({})), { name: 'AccessDenied' })
  await client.send(
    new UpdateAccessKeyCommand({ UserName: 'ada', AccessKeyId: second.AccessKey?.AccessKeyId, Status: 'Inactive' }),
  )
  assert.equal((await client.send(new GenerateCredentialReportCommand({}))).State, 'STARTED')
  const { Content } = await client.send(new GetCredentialReportCommand({}))
  const rows = Buffer.from(Content ?? [])
    .toString('utf8')
    .split('\n')
  const none = 'false,N/A,N/A,N/A,N/A'
  const noCertificates = 'false,N/A,false,N/A'
  assert.equal(rows[0], header)
  assert.equal(
    rows[1],
    `<root_account>,arn:aws:iam::${account}:root,2026-01-15T12:00:00+00:00,not_supported,no_information,` +
      `not_supported,not_supported,false,true,2026-01-15T12:00:00+00:00,N/A,N/A,N/A,${none},${noCertificates}`,
  )
  assert.equal(
    rows[2],
    `ada,arn:aws:iam::${account}:user/ada,${created},true,no_information,${created},2026-04-15T16:00:00+00:00,false,` +
      `true,${created},${created},us-east-1,iam,false,${created},N/A,N/A,N/A,${noCertificates}`,
  )
  assert.equal(
    rows.at(-1),
    `"with,comma","arn:aws:iam::${account}:user/p/with,comma",${created},false,N/A,N/A,N/A,false,${none},${none},${noCertificates}`,
  )
  assert.equal(rows.length, 5)
})

/** Sends with a clock that is as far on as the house's. */
function late(command: GetCredentialReportCommand) {
  return door.as(door.administrator).iam.send(command)
}
