import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam, account } = door

function trusting(...principals: readonly string[]): string {
  const Statement = [{ Effect: 'Allow', Principal: { AWS: principals }, Action: 'sts:AssumeRole' }]
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

async function trustOf(RoleName: string): Promise<string> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }))
  return decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')
}

test('a trust policy comes back byte for byte', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'ann' }))
  const text = `{ "Version" : "2012-10-17",\n\t"Statement": { "Effect":"Allow", "Action":"sts:AssumeRole",
    "Principal" : { "AWS": "arn:aws:iam::${account}:user/ann" } , "Condition":{"NumericLessThan":{"x:n": 1.50}} } }`
  await iam.send(new CreateRoleCommand({ RoleName: 'bytes', AssumeRolePolicyDocument: text }))
  assert.equal(await trustOf('bytes'), text)
})

test('a principal that is not there is refused, the role itself while it is made among them (U-1)', async () => {
  for (const kind of ['user/nobody', 'role/nothing', 'role/itself', 'user/wrong/path/ann', 'user/ANN']) {
    const arn = `arn:aws:iam::${account}:${kind}`
    const AssumeRolePolicyDocument = trusting(arn)
    await assert.rejects(iam.send(new CreateRoleCommand({ RoleName: 'itself', AssumeRolePolicyDocument })), {
      name: 'MalformedPolicyDocumentException',
      message: `Invalid principal in policy: "AWS":"${arn}"`,
    })
  }
})

test('groups, instance profiles and wildcards in ARNs are no principals (P-8, P-9)', async () => {
  for (const principal of [
    `arn:aws:iam::${account}:group/g`,
    `arn:aws:iam::${account}:instance-profile/p`,
    `arn:aws:iam::${account}:user/*`,
    'AIDAAAAAAAAAAAAAAAAAA',
    'ann',
  ])
    await assert.rejects(
      iam.send(new CreateRoleCommand({ RoleName: 'odd', AssumeRolePolicyDocument: trusting(principal) })),
      { name: 'MalformedPolicyDocumentException' },
    )
})

test('a role may trust itself once it is there', async () => {
  const RoleName = 'selfish'
  const first = trusting(account)
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: first }))
  const PolicyDocument = trusting(`arn:aws:iam::${account}:role/selfish`)
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }))
  assert.equal(await trustOf(RoleName), PolicyDocument)
})

test('a renamed principal is read back under its new ARN, in principals but not in conditions (U-1, U-4)', async () => {
  await iam.send(new CreateUserCommand({ UserName: 'before' }))
  const arn = `arn:aws:iam::${account}:user/before`
  const text = (principal: string) =>
    `{"Version":"2012-10-17",  "Statement":[{"Effect":"Allow","Principal":{"AWS":["${account}", "${principal}"]},` +
    `"Action":"sts:AssumeRole","Condition":{"ArnEquals":{"aws:PrincipalArn":"${arn}"}}}]}`
  await iam.send(new CreateRoleCommand({ RoleName: 'follows', AssumeRolePolicyDocument: text(arn) }))
  await iam.send(new UpdateUserCommand({ UserName: 'before', NewUserName: 'after', NewPath: '/moved/' }))
  assert.equal(await trustOf('follows'), text(`arn:aws:iam::${account}:user/moved/after`))
})

test('a principal that is gone is shown by its id, and nobody new takes its place (U-3)', async () => {
  const { User } = await iam.send(new CreateUserCommand({ UserName: 'gone' }))
  const AssumeRolePolicyDocument = trusting(`arn:aws:iam::${account}:user/gone`)
  await iam.send(new CreateRoleCommand({ RoleName: 'orphan', AssumeRolePolicyDocument }))
  await iam.send(new DeleteUserCommand({ UserName: 'gone' }))
  await iam.send(new CreateUserCommand({ UserName: 'gone' }))
  const shown = await trustOf('orphan')
  assert.equal(shown, trusting(User?.UserId ?? ''))
  await assert.rejects(iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'orphan', PolicyDocument: shown })), {
    message: `Invalid principal in policy: "AWS":"${User?.UserId}"`,
  })
})

test('an id of somebody who is there is read back as an ARN', async () => {
  const { User } = await iam.send(new CreateUserCommand({ UserName: 'known' }))
  const AssumeRolePolicyDocument = trusting(User?.UserId ?? '')
  await iam.send(new CreateRoleCommand({ RoleName: 'by-id', AssumeRolePolicyDocument }))
  assert.equal(await trustOf('by-id'), trusting(`arn:aws:iam::${account}:user/known`))
})

test('accounts, sessions and everybody are kept as written (U-5), and users of other installations too', async () => {
  const AssumeRolePolicyDocument = trusting(
    '*',
    '555566667777',
    'arn:aws:iam::555566667777:root',
    'arn:aws:iam::555566667777:user/unknown',
    `arn:aws:sts::${account}:assumed-role/some/session`,
  )
  await iam.send(new CreateRoleCommand({ RoleName: 'open', AssumeRolePolicyDocument }))
  assert.equal(await trustOf('open'), AssumeRolePolicyDocument)
})

test('users of another account of the installation are looked up there', async () => {
  const other = '121212121212'
  const theirs = door.as(await door.addAccount(other)).iam
  await theirs.send(new CreateUserCommand({ UserName: 'partner' }))
  const trust = (name: string) => trusting(`arn:aws:iam::${other}:user/${name}`)
  await iam.send(new CreateRoleCommand({ RoleName: 'shared', AssumeRolePolicyDocument: trust('partner') }))
  await assert.rejects(
    iam.send(new CreateRoleCommand({ RoleName: 'unshared', AssumeRolePolicyDocument: trust('stranger') })),
    { name: 'MalformedPolicyDocumentException' },
  )
})

test('a trust policy has principals and no resources, and at most 2,048 characters', async () => {
  const refused = async (AssumeRolePolicyDocument: string, expected: object) =>
    assert.rejects(iam.send(new CreateRoleCommand({ RoleName: 'bad', AssumeRolePolicyDocument })), expected)
  await refused('{', { message: 'This policy contains invalid Json' })
  await refused('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}', {
    message: 'Missing required field Principal',
  })
  await refused(
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}}',
    { message: 'Has prohibited field Resource' },
  )
  const many = Array.from({ length: 150 }, (_, at) => String(100000000000 + at))
  await refused(trusting(...many), {
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for ACLSizePerRole: 2048',
  })
})
