import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as sdk from '@aws-sdk/client-iam'
import { block, jsonencode } from '../../src/cli/transfer/hcl.ts'
import { clientOf } from './account.ts'
import { findMirror } from './provider.ts'
import { type Served, serve } from './server.ts'
import { type Environment, environmentFor, findTool, run } from './tool.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const terraform = findTool('terraform')
const mirror = terraform === undefined ? undefined : findMirror()
const skip =
  terraform === undefined
    ? 'Terraform is not installed'
    : mirror === undefined && "Terraform's AWS provider is not installed"

const folder = mkdtempSync(join(tmpdir(), 'cardea-export-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('Terraform plans only imports for an exported account, and nothing after them', { skip }, async () => {
  const server = await serve()
  try {
    await fill(server)
    const out = join(folder, 'account')
    const env = {
      ...environmentFor(server, folder),
      TF_CLI_CONFIG_FILE: join(folder, 'settings.tfrc'),
      TF_IN_AUTOMATION: '1',
      TF_INPUT: '0',
      CHECKPOINT_DISABLE: '1',
    }
    const mirrored = `filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }`
    writeFileSync(env.TF_CLI_CONFIG_FILE, `provider_installation {\n  ${mirrored}\n}\n`)
    const words = ['export', '--data', join(folder, 'none'), '--format', 'terraform', '--out', out, '--json']
    await succeed([execPath, main, ...words], folder, env)
    const command = (line: string) => succeed([terraform ?? '', ...line.split(' '), '-no-color'], out, env)
    await command('init')
    await command('fmt -check')
    const plan = await command('plan -out=plan')
    const [, imports, added, changed, destroyed] =
      /Plan: (\d+) to import, (\d+) to add, (\d+) to change, (\d+) to destroy\./.exec(plan)?.map(Number) ?? []
    assert.deepEqual([imports, added, changed, destroyed], [23, 0, 0, 0], plan)
    await command('apply plan')
    await command('plan -detailed-exitcode')
  } finally {
    await server.stop()
  }
})

const withoutProvider = terraform === undefined && 'Terraform is not installed'

test('Terraform reads every text as it was, whatever its language makes of it', { skip: withoutProvider }, async () => {
  const texts = [
    '${a}',
    '%{b}',
    '$${c}',
    '$',
    '%',
    '%%{d}',
    '$%{e}',
    '%${f}',
    '\\',
    '"',
    '\n\r\t',
    '\b\f',
    '<<EOF',
    '#',
    '/*',
  ]
  const odd = [...texts, '\u0000\u001f', '\u007f\u0085', '\u2028\ufeff', 'é😀Ω', '\\u00e9', '${', '']
  const value = {
    list: odd,
    keys: Object.fromEntries(odd.map((text) => [text, text])),
    rest: [1.5, true, null, [], {}],
  }
  const out = mkdtempSync(join(folder, 'text-'))
  writeFileSync(join(out, 'main.tf'), block('output "value"', { value: jsonencode(value) }))
  const env = { PATH: process.env.PATH ?? '', HOME: folder, CHECKPOINT_DISABLE: '1', TF_INPUT: '0' }
  const words = [terraform ?? '']
  await succeed([...words, 'apply', '-auto-approve', '-no-color'], out, env)
  const shown = JSON.parse(await succeed([...words, 'output', '-json', '-no-color'], out, env))
  assert.deepEqual(JSON.parse(shown.value.value), value)
})

async function succeed(words: readonly string[], cwd: string, env: Environment): Promise<string> {
  const { code, stdout, stderr } = await run(words, { cwd, env })
  assert.equal(code, 0, `${words.join(' ')}\n${stdout}\n${stderr}`)
  return stdout
}

/** Names and texts that Terraform's language would read in its own way, and everything that is exported. */
async function fill(server: Served): Promise<void> {
  const iam = clientOf(server)
  const arn = (rest: string) => `arn:aws:iam::${server.account}:${rest}`
  const odd = document({
    Sid: 'Odd',
    Effect: 'Allow',
    Action: ['s3:PutObject', 's3:GetObject'],
    Resource: ['arn:aws:s3:::b/${aws:username}/*', 'arn:aws:s3:::%{b}/"\\/é'],
    Condition: {
      Bool: { 'aws:SecureTransport': true },
      NumericLessThan: { 'aws:MultiFactorAuthAge': 3600 },
      StringLike: { 'aws:PrincipalTag/a b': ['<&>', '$', '%%'] },
    },
  })
  const all = document({ Effect: 'Allow', Action: '*', Resource: '*' })
  const trust = document({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' })
  const Tags = [
    { Key: 'a b:c/d', Value: 'x=y@z' },
    { Key: 'empty', Value: '' },
  ]
  const bound = arn('policy/x/bound')
  await iam.send(
    new sdk.CreatePolicyCommand({
      PolicyName: 'bound',
      Path: '/x/',
      PolicyDocument: all,
      Description: '"${x}"\n%{y}',
      Tags,
    }),
  )
  await iam.send(new sdk.CreatePolicyVersionCommand({ PolicyArn: bound, PolicyDocument: odd, SetAsDefault: true }))
  for (const UserName of ['1.2@example.com', '1_2@example.com'])
    await iam.send(new sdk.CreateUserCommand({ UserName, Path: '/p/', PermissionsBoundary: bound, Tags }))
  const user = { UserName: '1.2@example.com' }
  await iam.send(new sdk.PutUserPolicyCommand({ ...user, PolicyName: 'a+b', PolicyDocument: odd }))
  await iam.send(new sdk.AttachUserPolicyCommand({ ...user, PolicyArn: bound }))
  for (const GroupName of ['One', 'two']) {
    await iam.send(new sdk.CreateGroupCommand({ GroupName, Path: '/g/' }))
    await iam.send(new sdk.AddUserToGroupCommand({ ...user, GroupName }))
  }
  await iam.send(new sdk.PutGroupPolicyCommand({ GroupName: 'One', PolicyName: 'in', PolicyDocument: odd }))
  const view = 'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess'
  await iam.send(new sdk.AttachGroupPolicyCommand({ GroupName: 'One', PolicyArn: view }))
  const first = { RoleName: 'first', AssumeRolePolicyDocument: trust }
  await iam.send(
    new sdk.CreateRoleCommand({ ...first, Path: '/r/', Description: 'A, "b" & $', MaxSessionDuration: 7200, Tags }),
  )
  const trusted = { AWS: [arn('role/r/first'), arn('user/p/1.2@example.com'), server.account] }
  const second = document({ Effect: 'Allow', Principal: trusted, Action: ['sts:TagSession', 'sts:AssumeRole'] })
  const guards = { PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess' }
  await iam.send(new sdk.CreateRoleCommand({ RoleName: 'second', AssumeRolePolicyDocument: second, ...guards }))
  await iam.send(new sdk.PutRolePolicyCommand({ RoleName: 'first', PolicyName: 'own', PolicyDocument: odd }))
  await iam.send(new sdk.AttachRolePolicyCommand({ RoleName: 'second', PolicyArn: bound }))
  await iam.send(new sdk.AttachRolePolicyCommand({ RoleName: 'second', PolicyArn: view }))
  await iam.send(new sdk.CreateInstanceProfileCommand({ InstanceProfileName: 'machine', Path: '/m/', Tags }))
  await iam.send(new sdk.AddRoleToInstanceProfileCommand({ InstanceProfileName: 'machine', RoleName: 'first' }))
  await iam.send(new sdk.CreateInstanceProfileCommand({ InstanceProfileName: 'lonely' }))
  await iam.send(new sdk.CreateServiceLinkedRoleCommand({ AWSServiceName: 'elasticbeanstalk.amazonaws.com' }))
  await iam.send(
    new sdk.CreateServiceLinkedRoleCommand({ AWSServiceName: 'autoscaling.amazonaws.com', CustomSuffix: 'own' }),
  )
  iam.destroy()
}

function document(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}
