import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Served, serve } from './server.ts'
import { type Ended, environmentFor, findTool, run } from './tool.ts'

const program = findTool('aws')
const skip = program === undefined && 'the AWS CLI is not installed'
const folder = mkdtempSync(join(tmpdir(), 'cardea-cli-'))
const server: Served | undefined = skip === false ? await serve() : undefined
after(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] }
const trust = (Principal: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }] })

/** Runs `aws` with the words of a line and others that may hold spaces. */
async function attempt(line: string, ...others: readonly string[]): Promise<Ended> {
  assert.ok(server !== undefined)
  return run([program ?? '', ...line.split(' '), ...others], { cwd: folder, env: environmentFor(server, folder) })
}

/** Gives: what a command that does not fail says. */
async function aws(line: string, ...others: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await attempt(line, ...others)
  assert.equal(code, 0, `aws ${line}\n${stderr}`)
  return stdout.trim()
}

test('documents come from files, and waiters, queries and text answer as with AWS', { skip }, async () => {
  writeFileSync(join(folder, 'policy.json'), JSON.stringify(document))
  writeFileSync(join(folder, 'trust.json'), trust({ Service: 'ec2.amazonaws.com' }))
  const account = await aws('sts get-caller-identity --query Account --output text')
  assert.equal(account, server?.account)
  await aws('iam create-user --user-name alice --path /people/ --tags Key=team,Value=blue Key=empty,Value=')
  await aws('iam create-role --role-name worker --assume-role-policy-document file://trust.json --description', 'A b')
  const arn = await aws(
    'iam create-policy --policy-name read --policy-document file://policy.json --query Policy.Arn --output text',
  )
  assert.equal(arn, `arn:aws:iam::${account}:policy/read`)
  await aws('iam create-instance-profile --instance-profile-name worker')
  await Promise.all([
    aws('iam wait user-exists --user-name alice'),
    aws('iam wait role-exists --role-name worker'),
    aws(`iam wait policy-exists --policy-arn ${arn}`),
    aws('iam wait instance-profile-exists --instance-profile-name worker'),
  ])
  const tags = await aws('iam list-user-tags --user-name alice --output text')
  assert.deepEqual(tags.split('\n'), ['TAGS\tempty\t', 'TAGS\tteam\tblue'])
  const shown = await aws(
    'iam get-role --role-name worker --query Role.AssumeRolePolicyDocument.Statement[0].Principal',
  )
  assert.deepEqual(JSON.parse(shown), { Service: 'ec2.amazonaws.com' })
  const nothing = await aws('iam get-user --user-name alice --query User.PasswordLastUsed --output text')
  assert.equal(nothing, 'None')
  const created = await aws('iam get-user --user-name alice --query User.CreateDate --output text')
  assert.match(created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)$/)
})

test('lists are paged, bounded and resumed', { skip }, async () => {
  await Promise.all(
    ['p1', 'p2', 'p3', 'p4', 'p5'].map((name) => aws(`iam create-group --path /p/ --group-name ${name}`)),
  )
  const names = 'iam list-groups --path-prefix /p/ --query Groups[].GroupName --output text'
  assert.equal(await aws(`${names} --page-size 2`), ['p1\tp2', 'p3\tp4', 'p5'].join('\n'))
  const first = JSON.parse(await aws('iam list-groups --path-prefix /p/ --max-items 3'))
  assert.equal(first.Groups.length, 3)
  assert.ok(first.NextToken.length > 0)
  assert.equal(await aws(`${names} --starting-token ${first.NextToken}`), 'p4\tp5')
  const single = JSON.parse(await aws('iam list-groups --path-prefix /p/ --no-paginate --max-items 2'))
  assert.deepEqual([single.Groups.length, single.IsTruncated, typeof single.Marker], [2, true, 'string'])
})

test('a refusal has AWS’s code, words and exit code', { skip }, async () => {
  const absent = await attempt('iam get-user --user-name nobody')
  assert.ok([254, 255].includes(absent.code), 'version 2 and version 1')
  assert.match(
    absent.stderr,
    /An error occurred \(NoSuchEntity\) when calling the GetUser operation: The user with name nobody cannot be found\./,
  )
  const never = await attempt('iam get-user --user-name', 'a b')
  assert.match(
    never.stderr,
    /An error occurred \(ValidationError\) when calling the GetUser operation: 1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: /,
  )
})

test('a whole account is read, with documents as JSON', { skip }, async () => {
  await aws('iam put-group-policy --group-name p1 --policy-name own --policy-document', JSON.stringify(document))
  await aws(`iam attach-user-policy --user-name alice --policy-arn arn:aws:iam::${server?.account}:policy/read`)
  const details = JSON.parse(await aws('iam get-account-authorization-details'))
  assert.deepEqual(Object.keys(details), ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'])
  const named = (list: readonly Record<string, string>[], key: string, name: string) =>
    list.find((item) => item[key] === name)
  const alice = named(details.UserDetailList, 'UserName', 'alice')
  assert.deepEqual(alice?.AttachedManagedPolicies, [
    { PolicyName: 'read', PolicyArn: `arn:aws:iam::${server?.account}:policy/read` },
  ])
  const group = named(details.GroupDetailList, 'GroupName', 'p1')
  assert.deepEqual(group?.GroupPolicyList, [{ PolicyName: 'own', PolicyDocument: document }])
  const managed = named(details.Policies, 'PolicyName', 'AdministratorAccess')
  assert.equal(managed?.Arn, 'arn:aws:iam::aws:policy/AdministratorAccess')
  const local = JSON.parse(await aws('iam get-account-authorization-details --filter LocalManagedPolicy'))
  assert.deepEqual(
    local.Policies.map(({ PolicyName }: { PolicyName: string }) => PolicyName),
    ['read'],
  )
})

test('a role is assumed through a profile, and its keys from the environment alone', { skip }, async () => {
  assert.ok(server !== undefined)
  const { account, administrator } = server
  await aws('iam create-role --role-name visitor --assume-role-policy-document', trust({ AWS: account }))
  const said = await aws(
    `sts assume-role --role-session-name tuesday --role-arn arn:aws:iam::${account}:role/visitor --query Credentials`,
  )
  const given = JSON.parse(said)
  assert.ok(Date.parse(given.Expiration) > Date.now())
  const plain = environmentFor(server, folder)
  const env = {
    ...plain,
    AWS_ACCESS_KEY_ID: given.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: given.SecretAccessKey,
    AWS_SESSION_TOKEN: given.SessionToken,
  }
  const identity = ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text']
  const session = await run([program ?? '', ...identity], { cwd: folder, env })
  assert.equal(session.stdout.trim(), `arn:aws:sts::${account}:assumed-role/visitor/tuesday`)
  const profile = `[profile base]\naws_access_key_id=${administrator.accessKeyId}\naws_secret_access_key=${administrator.secretAccessKey}\n\n[profile visitor]\nrole_arn=arn:aws:iam::${account}:role/visitor\nsource_profile=base\nrole_session_name=wednesday\n`
  writeFileSync(join(folder, 'config'), profile)
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...keyless } = plain
  const through = await run([program ?? '', ...identity, '--profile', 'visitor'], {
    cwd: folder,
    env: { ...keyless, AWS_CONFIG_FILE: join(folder, 'config') },
  })
  assert.equal(through.stdout.trim(), `arn:aws:sts::${account}:assumed-role/visitor/wednesday`, through.stderr)
})
