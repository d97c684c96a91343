import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath, platform } from 'node:process'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as sdk from '@aws-sdk/client-iam'

const main = fileURLToPath(new URL('../../main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cardea-transfer-'))
const running = new Set<ChildProcess>()
after(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:CARDEA_|AWS_|NODE_OPTIONS)/.test(name))
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...extra }
}

/** Runs the command line without holding up this process, which may be serving it. */
async function cardea(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(execPath, [main, ...words], { cwd: folder, env: environment(env) })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const [code] = await once(child, 'close')
  return { code: Number(code), out, err, value: () => JSON.parse(out) }
}

interface Place {
  readonly data: string
  readonly account: string
  readonly url: string
  readonly iam: sdk.IAMClient
  stop(): Promise<void>
}

async function serve(account: string): Promise<Place> {
  const data = join(mkdtempSync(join(folder, 'case-')), 'data')
  const words = ['serve', '--port', '0', '--json', '--log-level', 'error', '--data', data, '--account', account]
  const child = spawn(execPath, [main, ...words], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  const ended = once(child, 'exit')
  const first = once(createInterface(child.stdout), 'line').then(([text]) => String(text))
  const line = await Promise.race([first, ended.then(() => undefined)])
  if (line === undefined) throw new Error('the server ended before it said where it is')
  const { url, administrator } = JSON.parse(line)
  return {
    data,
    account,
    url,
    iam: new sdk.IAMClient({ region: 'us-east-1', endpoint: url, credentials: administrator, maxAttempts: 1 }),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      running.delete(child)
    },
  }
}

const reads = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:Get*', Resource: '*' },
})

function trusts(principal: object): string {
  const statement = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

/** An account with one of everything that the form tells, and roles that trust each other. */
async function fill({ iam, account }: Place): Promise<void> {
  const arn = (rest: string) => `arn:aws:iam::${account}:${rest}`
  const bound = arn('policy/x/bound')
  const byService = trusts({ Service: 'ec2.amazonaws.com' })
  const each: readonly (readonly [new (input: never) => object, object])[] = [
    [
      sdk.CreatePolicyCommand,
      {
        PolicyName: 'bound',
        Path: '/x/',
        PolicyDocument: reads,
        Description: 'Über & <unter> "x"',
        Tags: [{ Key: 'a', Value: 'b' }],
      },
    ],
    [
      sdk.CreatePolicyVersionCommand,
      { PolicyArn: bound, PolicyDocument: reads.replace('Get', 'Put'), SetAsDefault: true },
    ],
    [sdk.CreatePolicyVersionCommand, { PolicyArn: bound, PolicyDocument: reads.replace('Get', 'List') }],
    [sdk.CreateGroupCommand, { GroupName: 'devs', Path: '/g/' }],
    [
      sdk.PutGroupPolicyCommand,
      { GroupName: 'devs', PolicyName: 'in', PolicyDocument: reads.replace('"*"', '"arn:aws:s3:::\\u03a9/*"') },
    ],
    [sdk.AttachGroupPolicyCommand, { GroupName: 'devs', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
    [
      sdk.CreateUserCommand,
      {
        UserName: 'Ann',
        Path: '/people/',
        PermissionsBoundary: bound,
        Tags: [{ Key: 'team', Value: 'blau / grün @ 1' }],
      },
    ],
    [sdk.AddUserToGroupCommand, { GroupName: 'devs', UserName: 'Ann' }],
    [sdk.PutUserPolicyCommand, { UserName: 'Ann', PolicyName: 'own', PolicyDocument: reads }],
    [sdk.AttachUserPolicyCommand, { UserName: 'Ann', PolicyArn: bound }],
    [
      sdk.CreateRoleCommand,
      {
        RoleName: 'first',
        Path: '/r/',
        Description: 'One',
        MaxSessionDuration: 7200,
        AssumeRolePolicyDocument: byService,
      },
    ],
    [
      sdk.CreateRoleCommand,
      {
        RoleName: 'second',
        AssumeRolePolicyDocument: trusts({ AWS: [arn('role/r/first'), arn('user/people/Ann'), account] }),
      },
    ],
    [sdk.UpdateAssumeRolePolicyCommand, { RoleName: 'first', PolicyDocument: trusts({ AWS: arn('role/second') }) }],
    [sdk.PutRolePermissionsBoundaryCommand, { RoleName: 'first', PermissionsBoundary: bound }],
    [sdk.PutRolePolicyCommand, { RoleName: 'first', PolicyName: 'own', PolicyDocument: reads }],
    [sdk.AttachRolePolicyCommand, { RoleName: 'second', PolicyArn: 'arn:aws:iam::aws:policy/SecurityAudit' }],
    [
      sdk.CreateInstanceProfileCommand,
      { InstanceProfileName: 'machine', Path: '/p/', Tags: [{ Key: 'k', Value: '' }] },
    ],
    [sdk.AddRoleToInstanceProfileCommand, { InstanceProfileName: 'machine', RoleName: 'first' }],
    [sdk.CreateInstanceProfileCommand, { InstanceProfileName: 'lonely' }],
    [sdk.CreateServiceLinkedRoleCommand, { AWSServiceName: 'elasticbeanstalk.amazonaws.com' }],
  ]
  for (const [Command, input] of each) await iam.send(new Command(input as never) as sdk.GetUserCommand)
}

/** An export without unique ids, dates and the account's id. */
function essence(path: string, account: string): unknown {
  const text = readFileSync(path, 'utf8').replaceAll(account, 'ACCOUNT')
  return JSON.parse(text, (key, value) =>
    /(?:UserId|GroupId|RoleId|PolicyId|ProfileId|Date|RoleLastUsed)$/.test(key) ? undefined : value,
  )
}

function fileOf(name: string, value: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  return path
}

const empty = { UserDetailList: [], GroupDetailList: [], RoleDetailList: [], Policies: [] }

function user(name: string, account: string, more: object = {}): object {
  return { UserName: name, Path: '/', Arn: `arn:aws:iam::${account}:user/${name}`, ...more }
}

function role(name: string, account: string, trust: string, more: object = {}): object {
  const Arn = `arn:aws:iam::${account}:role/${name}`
  return { RoleName: name, Path: '/', Arn, AssumeRolePolicyDocument: JSON.parse(trust), ...more }
}

describe('import and export', () => {
  let a: Place
  let b: Place
  let told: string
  before(async () => {
    ;[a, b] = await Promise.all([serve('111122223333'), serve('444455556666')])
    await fill(a)
    told = join(folder, 'a.json')
    const { code, err } = await cardea(['export', '--data', a.data, '--complete', '--out', told])
    assert.equal(code, 0, err)
  })
  after(async () => {
    await Promise.all([a.stop(), b.stop()])
  })
  const onto = ['--map', '111122223333=444455556666']

  test('an export that is imported into another account exports as the same', async () => {
    const dry = await cardea(['import', 'aws', told, '--data', b.data, ...onto, '--dry-run', '--json'])
    assert.equal(dry.code, 0, dry.err)
    const { counts, dryRun } = dry.value()
    assert.deepEqual(
      { counts, dryRun },
      { counts: { create: 8, update: 0, same: 2, skip: 0, failed: 0 }, dryRun: true },
    )
    const done = await cardea(['import', 'aws', told, '--data', b.data, ...onto])
    assert.equal(done.code, 0, done.out + done.err)
    assert.match(done.out, /^8 created, 0 updated, 2 the same$/m)
    const back = join(folder, 'b.json')
    assert.equal((await cardea(['export', '--data', b.data, '--complete', '--out', back])).code, 0)
    assert.deepEqual(essence(back, '444455556666'), essence(told, '111122223333'))
  })

  test('a second import changes nothing', async () => {
    const again = await cardea(['import', 'aws', told, '--data', b.data, ...onto, '--json'])
    assert.equal(again.code, 0, again.err)
    const { counts, accounts } = again.value()
    assert.deepEqual(counts, { create: 0, update: 0, same: 10, skip: 0, failed: 0 })
    for (const { calls } of accounts[0].entities) assert.deepEqual(calls, [])
  })

  test('what was changed since is put back, and what was added stays and is told', async () => {
    const PolicyArn = 'arn:aws:iam::444455556666:policy/x/bound'
    await b.iam.send(new sdk.SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    await b.iam.send(new sdk.DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
    for (const action of ['a', 'b', 'c'])
      await b.iam.send(new sdk.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: reads.replace('Get*', action) }))
    await b.iam.send(new sdk.DeleteUserPermissionsBoundaryCommand({ UserName: 'Ann' }))
    await b.iam.send(new sdk.UpdateUserCommand({ UserName: 'Ann', NewPath: '/' }))
    await b.iam.send(new sdk.PutUserPolicyCommand({ UserName: 'Ann', PolicyName: 'more', PolicyDocument: reads }))
    await b.iam.send(new sdk.UpdateRoleCommand({ RoleName: 'first', Description: 'Other', MaxSessionDuration: 3600 }))
    const done = await cardea(['import', 'aws', told, '--data', b.data, ...onto, '--json'])
    assert.equal(done.code, 0, done.out + done.err)
    const { counts, accounts } = done.value()
    assert.deepEqual(counts, { create: 0, update: 4, same: 6, skip: 0, failed: 0 })
    const of = (name: string) => accounts[0].entities.find((entity: { name: string }) => entity.name === name)
    assert.deepEqual(
      of('Ann').calls.map(({ operation }: { operation: string }) => operation),
      ['UpdateUser', 'PutUserPermissionsBoundary'],
    )
    assert.deepEqual(of('Ann').notes, ['keeps the inline policy more, which the file has not'])
    const { Policy } = await b.iam.send(new sdk.GetPolicyCommand({ PolicyArn }))
    const version = { PolicyArn, VersionId: Policy?.DefaultVersionId }
    const { PolicyVersion } = await b.iam.send(new sdk.GetPolicyVersionCommand(version))
    assert.equal(decodeURIComponent(PolicyVersion?.Document ?? ''), reads.replace('Get', 'Put'))
    const { Role } = await b.iam.send(new sdk.GetRoleCommand({ RoleName: 'first' }))
    assert.deepEqual([Role?.Description, Role?.MaxSessionDuration], ['One', 7200])
    assert.equal(
      (await cardea(['import', 'aws', told, '--data', b.data, ...onto, '--dry-run', '--json'])).value().counts.same,
      10,
    )
  })

  test('the exported form has the members of the answer and the rights of its owner only', async () => {
    const path = join(folder, 'form.json')
    await cardea(['export', '--data', a.data, '--out', path])
    if (platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600)
    const { out } = await cardea(['export', '--data', a.data])
    assert.equal(out, readFileSync(path, 'utf8'))
    const form = JSON.parse(out)
    assert.deepEqual(Object.keys(form), ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'])
    const first = form.RoleDetailList.find(({ RoleName }: { RoleName: string }) => RoleName === 'first')
    assert.equal('MaxSessionDuration' in first, false)
    assert.equal(first.AssumeRolePolicyDocument.Statement[0].Principal.AWS, 'arn:aws:iam::111122223333:role/second')
    assert.doesNotMatch(out, /AKIA|"SecretAccessKey"|"Password/)
  })

  test('the importer can do what its caller may do and nothing else, and says how far it came', async () => {
    await a.iam.send(new sdk.CreateUserCommand({ UserName: 'clerk' }))
    const policy = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['iam:Get*', 'iam:List*', 'iam:CreateUser', 'iam:CreateRole'], Resource: '*' },
      ],
    }
    await a.iam.send(
      new sdk.PutUserPolicyCommand({ UserName: 'clerk', PolicyName: 'p', PolicyDocument: JSON.stringify(policy) }),
    )
    const { AccessKey } = await a.iam.send(new sdk.CreateAccessKeyCommand({ UserName: 'clerk' }))
    const shell = {
      AWS_ENDPOINT_URL: a.url,
      AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
    }
    const administrators = [
      { PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    ]
    const file = fileOf('wish.json', {
      ...empty,
      UserDetailList: [
        user('riser', a.account, { AttachedManagedPolicies: administrators, GroupList: ['Administrators'] }),
      ],
      RoleDetailList: [role('plain', a.account, trusts({ Service: 'ec2.amazonaws.com' }))],
    })
    const done = await cardea(['import', 'aws', file, '--data', a.data, '--json'], shell)
    assert.equal(done.code, 1, done.err)
    const [plain, riser] = ['plain', 'riser'].map((name) =>
      done.value().accounts[0].entities.find((entity: { name: string }) => entity.name === name),
    )
    assert.equal(plain.state, 'create')
    assert.equal(riser.state, 'failed')
    assert.deepEqual(riser.calls, [{ operation: 'CreateUser' }])
    assert.match(riser.reason, /^AttachUserPolicy: AccessDenied: .*user\/clerk is not authorized/)
    const { Groups } = await a.iam.send(new sdk.ListGroupsForUserCommand({ UserName: 'riser' }))
    assert.deepEqual(Groups, [])
    await cardea(['import', 'aws', file, '--data', a.data])
    assert.equal((await a.iam.send(new sdk.ListGroupsForUserCommand({ UserName: 'riser' }))).Groups?.length, 1)
  })

  test('a role whose trust policy names nobody is skipped and told, with the roles that trust it; --map names another', async () => {
    const { account } = a
    const gone = `arn:aws:iam::${account}:user/gone`
    const file = fileOf('nobody.json', {
      ...empty,
      RoleDetailList: [
        role('lost', account, trusts({ AWS: gone })),
        role('after', account, trusts({ AWS: `arn:aws:iam::${account}:role/lost` })),
        role('old', account, trusts({ AWS: 'AIDAAAAAAAAAAAAAAAAAA' })),
        role('far', account, trusts({ AWS: 'arn:aws:iam::999999999999:user/stranger' })),
      ],
    })
    const dry = await cardea(['import', 'aws', file, '--data', a.data, '--dry-run'])
    assert.equal(dry.code, 1)
    assert.match(dry.out, /SKIP +role lost\n +its trust policy names \S+user\/gone, which exists nowhere/)
    assert.match(dry.out, /SKIP +role after/)
    assert.match(dry.out, /SKIP +role old/)
    assert.match(dry.out, /create +role far/)
    assert.match(dry.out, /^1 to create, 0 to update, 0 the same, 3 skipped$/m)
    const names = [
      '--map',
      `${gone}=arn:aws:iam::${account}:user/people/Ann`,
      '--map',
      'AIDAAAAAAAAAAAAAAAAAA=arn:aws:iam::111122223333:user/people/Ann',
    ]
    const done = await cardea(['import', 'aws', file, '--data', a.data, ...names])
    assert.equal(done.code, 0, done.out + done.err)
    const { Role } = await a.iam.send(new sdk.GetRoleCommand({ RoleName: 'old' }))
    assert.match(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), /user\/people\/Ann/)
  })

  test('accounts that are not there are refused, or made; their roles may trust each other', async () => {
    const [one, two] = ['777700001111', '777700002222']
    const files = [
      fileOf('one.json', [
        { ...empty, RoleDetailList: [role('r', one, trusts({ AWS: `arn:aws:iam::${two}:role/r` }))] },
      ]),
      fileOf('two.json', { ...empty, RoleDetailList: [role('r', two, trusts({ AWS: `arn:aws:iam::${one}:role/r` }))] }),
    ]
    const refused = await cardea(['import', 'aws', ...files, '--data', b.data])
    assert.equal(refused.code, 2)
    assert.match(refused.err, /There is no account 777700001111 in this installation\. Make it with --create-accounts/)
    const made = await cardea(['import', 'aws', ...files, '--data', b.data, '--create-accounts', '--json'])
    assert.equal(made.code, 0, made.out + made.err)
    assert.equal(made.value().counts.create, 2)
    assert.doesNotMatch(made.out + made.err, /AKIA|secretAccessKey/)
    const again = await cardea(['import', 'aws', ...files, '--data', b.data, '--json'])
    assert.deepEqual(again.value().counts, { create: 0, update: 0, same: 2, skip: 0, failed: 0 })
    assert.deepEqual(
      again.value().accounts.map(({ created }: { created: boolean }) => created),
      [false, false],
    )
  })

  test('what the server would refuse is found before anything is done', async () => {
    const file = fileOf('bad.json', {
      ...empty,
      UserDetailList: [
        user('fine', b.account),
        user('odd', b.account, {
          UserPolicyList: [
            {
              PolicyName: 'p',
              PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Maybe', Action: '*', Resource: '*' }] },
            },
          ],
        }),
        user('a b', b.account),
      ],
    })
    const { code, err } = await cardea(['import', 'aws', file, '--data', b.data])
    assert.equal(code, 2)
    assert.match(err, /Nothing was done/)
    assert.match(err, /user odd, PutUserPolicy: /)
    assert.match(err, /user a b, CreateUser: 1 validation error detected/)
    await assert.rejects(b.iam.send(new sdk.GetUserCommand({ UserName: 'fine' })), { name: 'NoSuchEntityException' })
  })

  test('a boundary that is not there keeps its user out; other losses are told and end with 1', async () => {
    const file = fileOf('loss.json', {
      ...empty,
      UserDetailList: [
        user('unbound', b.account, {
          PermissionsBoundary: { PermissionsBoundaryArn: `arn:aws:iam::${b.account}:policy/none` },
        }),
        user('partly', b.account, {
          AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/NoSuchPolicyAtAll' }],
          GroupList: ['nowhere'],
          Tags: [{ Key: 'aws:cloudformation:stack-name', Value: 'x' }],
        }),
      ],
    })
    const { code, out } = await cardea(['import', 'aws', file, '--data', b.data])
    assert.equal(code, 1)
    assert.match(out, /SKIP +user unbound\n +its permissions boundary \S+policy\/none is not there/)
    for (const what of [
      'the attachment of arn:aws:iam::aws:policy/NoSuchPolicyAtAll',
      'its membership in nowhere',
      'the tag aws:cloudformation:stack-name',
    ])
      assert.ok(out.includes(`not brought over: ${what}`), out)
    await assert.rejects(b.iam.send(new sdk.GetUserCommand({ UserName: 'unbound' })), { name: 'NoSuchEntityException' })
  })

  test('a file answers explain without a server, with groups, boundaries, trust and sessions', async () => {
    const ann = 'arn:aws:iam::111122223333:user/people/Ann'
    const ask = (words: readonly string[]) => cardea(['explain', '--from', told, '--json', ...words])
    const put = (await ask(['--as', ann, '--do', 's3:PutObject', '--on', 'arn:aws:s3:::b/k'])).value()
    assert.equal(put.decision, 'allowed')
    const get = (await ask(['--as', ann, '--do', 's3:GetObject', '--on', 'arn:aws:s3:::b/k'])).value()
    assert.deepEqual([get.decision, get.deniedBy], ['implicitDeny', 'permissionsBoundary'])
    const ids = get.because.flatMap(({ statements }: { statements: { policyId?: string; policyArn?: string }[] }) =>
      statements.map(({ policyId, policyArn }) => policyArn ?? policyId),
    )
    for (const id of [
      'inline policy own of user Ann',
      'inline policy in of group devs',
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
    ])
      assert.ok(ids.includes(id), id)
    const session = ['--as', 'arn:aws:sts::111122223333:assumed-role/second/x']
    assert.equal((await ask([...session, '--do', 'iam:GetUser', '--on', ann])).code, 0)
    const assume = ['--do', 'sts:AssumeRole', '--on', 'arn:aws:iam::111122223333:role/r/first']
    assert.equal((await ask([...session, ...assume])).value().decision, 'allowed')
    const may = fileOf('may.json', reads.replace('s3:Get*', '*'))
    const untrusted = (await ask(['--as', ann, ...assume, '--policy', may, '--boundary', may])).value()
    assert.deepEqual([untrusted.decision, untrusted.deniedBy], ['implicitDeny', 'resource'])
    const stranger = await ask(['--as', 'arn:aws:iam::111122223333:user/people/Bob', '--do', 's3:GetObject'])
    assert.equal(stranger.code, 2)
    assert.match(stranger.err, /does not tell arn:aws:iam::111122223333:user\/people\/Bob/)
    const condition = '"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blau / grün @ 1"}}'
    const tagged = fileOf('tagged.json', reads.replace('"Resource":"*"', condition).replace('s3:Get*', 'sqs:*'))
    const send = ['--as', ann, '--do', 'sqs:SendMessage', '--policy', tagged, '--boundary', tagged]
    assert.equal((await ask(send)).value().decision, 'allowed')
    assert.equal((await ask([...send, '--context', 'AWS:principaltag/team=red'])).value().decision, 'implicitDeny')
  })

  test('Terraform is written into an empty folder, with a block that imports each resource', async () => {
    const out = join(folder, 'terraform')
    const done = await cardea(['export', '--data', a.data, '--format', 'terraform', '--out', out, '--json'])
    assert.equal(done.code, 0, done.err)
    assert.deepEqual(done.value().files, [
      'terraform.tf',
      'policies.tf',
      'groups.tf',
      'users.tf',
      'roles.tf',
      'instance-profiles.tf',
    ])
    const text = readdirSync(out)
      .map((name) => readFileSync(join(out, name), 'utf8'))
      .join('\n')
    assert.equal([...text.matchAll(/^import \{$/gm)].length, [...text.matchAll(/^resource /gm)].length)
    assert.match(text, /id = "Ann:own"/)
    assert.match(text, /permissions_boundary = aws_iam_policy\.bound\.arn/)
    const again = await cardea(['export', '--data', a.data, '--format', 'terraform', '--out', out])
    assert.equal(again.code, 2)
    assert.match(again.err, /is not empty/)
    assert.equal((await cardea(['export', '--data', a.data, '--format', 'terraform'])).code, 2)
  })

  test('a store that no server holds is opened for the import and left as it was found', async () => {
    const data = join(mkdtempSync(join(folder, 'case-')), 'data')
    assert.equal((await cardea(['init', '--data', data, '--account', '111122223333'])).code, 0)
    const done = await cardea(['import', 'aws', told, '--data', data])
    assert.equal(done.code, 0, done.out + done.err)
    assert.equal((await cardea(['export', '--data', data])).value().UserDetailList.length, 2)
    assert.ok(!readdirSync(data).includes('run.json'))
    const nothing = await cardea(['export', '--data', join(folder, 'nowhere')])
    assert.equal(nothing.code, 4)
    assert.match(nothing.err, /There is no installation in /)
  })
})
