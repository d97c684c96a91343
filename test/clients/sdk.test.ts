import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { after, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetUserCommand,
  IAMServiceException,
  NoSuchEntityException,
  paginateGetAccountAuthorizationDetails,
  paginateGetGroup,
  paginateListAttachedRolePolicies,
  paginateListEntitiesForPolicy,
  paginateListPolicies,
  paginateListUsers,
  paginateListUserTags,
  TagUserCommand,
  waitUntilInstanceProfileExists,
  waitUntilPolicyExists,
  waitUntilRoleExists,
  waitUntilUserExists,
} from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, getDefaultRoleAssumer, STSClient } from '@aws-sdk/client-sts'
import { clientOf } from './account.ts'
import { serve } from './server.ts'
import { environmentFor, run } from './tool.ts'

const server = await serve()
const iam = clientOf(server)
const config = { endpoint: server.url, region: 'us-east-1' }
after(async () => {
  iam.destroy()
  await server.stop()
})

const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
})
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: server.account } }],
})
const names = ['n1', 'n2', 'n3', 'n4', 'n5']

test('waiters see at once what was made, and give up on what never was', async () => {
  const soon = { client: iam, maxWaitTime: 5, minDelay: 1, maxDelay: 1 }
  await iam.send(new CreateUserCommand({ UserName: 'waited' }))
  await iam.send(new CreateRoleCommand({ RoleName: 'waited', AssumeRolePolicyDocument: trust }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'waited' }))
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'waited', PolicyDocument: document }))
  const found = await Promise.all([
    waitUntilUserExists(soon, { UserName: 'waited' }),
    waitUntilRoleExists(soon, { RoleName: 'waited' }),
    waitUntilInstanceProfileExists(soon, { InstanceProfileName: 'waited' }),
    waitUntilPolicyExists(soon, { PolicyArn: Policy?.Arn }),
  ])
  assert.deepEqual(
    found.map(({ state }) => state),
    ['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS'],
  )
  const never = waitUntilRoleExists({ ...soon, maxWaitTime: 2 }, { RoleName: 'nobody' })
  await assert.rejects(never, { name: 'TimeoutError' })
})

test('paginators give everything once, in pages of the size asked for', async () => {
  await iam.send(new CreateGroupCommand({ GroupName: 'all' }))
  await iam.send(new CreateRoleCommand({ RoleName: 'all', AssumeRolePolicyDocument: trust }))
  for (const name of names) {
    await iam.send(new CreateUserCommand({ UserName: name, Path: '/n/' }))
    await iam.send(new AddUserToGroupCommand({ GroupName: 'all', UserName: name }))
    await iam.send(new TagUserCommand({ UserName: 'n1', Tags: [{ Key: name, Value: '' }] }))
    const input = { PolicyName: name, Path: '/n/', PolicyDocument: document }
    const { Policy } = await iam.send(new CreatePolicyCommand(input))
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'all', PolicyArn: Policy?.Arn }))
  }
  const few = { client: iam, pageSize: 2 }
  const below = () => ({ PathPrefix: '/n/' })
  const read = {
    users: await all(paginateListUsers(few, below()), ({ Users }) => Users?.map(({ UserName }) => UserName)),
    members: await all(paginateGetGroup(few, { GroupName: 'all' }), ({ Users }) => Users?.map((user) => user.UserName)),
    tags: await all(paginateListUserTags(few, { UserName: 'n1' }), ({ Tags }) => Tags?.map(({ Key }) => Key)),
    policies: await all(paginateListPolicies(few, below()), ({ Policies }) => Policies?.map((one) => one.PolicyName)),
    attached: await all(paginateListAttachedRolePolicies(few, { RoleName: 'all' }), ({ AttachedPolicies }) =>
      AttachedPolicies?.map(({ PolicyName }) => PolicyName),
    ),
  }
  const pages = [['n1', 'n2'], ['n3', 'n4'], ['n5']]
  assert.deepEqual(read, { users: pages, members: pages, tags: pages, policies: pages, attached: pages })
})

test('pages that mix kinds give every kind once', async () => {
  const few = { client: iam, pageSize: 1 }
  const PolicyArn = `arn:aws:iam::${server.account}:policy/n/n1`
  const holders = await all(paginateListEntitiesForPolicy(few, { PolicyArn }), ({ PolicyRoles }) =>
    PolicyRoles?.map(({ RoleName }) => RoleName),
  )
  assert.deepEqual(holders.flat(), ['all'])
  const details = paginateGetAccountAuthorizationDetails({ client: iam, pageSize: 3 }, { Filter: ['User', 'Role'] })
  const ids = await all(details, ({ UserDetailList = [], RoleDetailList = [] }) => [
    ...UserDetailList.map(({ UserId }) => UserId),
    ...RoleDetailList.map(({ RoleId }) => RoleId),
  ])
  assert.ok(ids.length > 2)
  assert.equal(new Set(ids.flat()).size, ids.flat().length)
})

test('a refusal is sent once, and is an error of the client', async () => {
  const client = clientOf(server)
  const refused = [
    [client.send(new GetUserCommand({ UserName: 'nobody' })), 'NoSuchEntityException', 404],
    [client.send(new CreateUserCommand({ UserName: 'WAITED' })), 'EntityAlreadyExistsException', 409],
    [client.send(new DeleteUserCommand({ UserName: 'n1' })), 'DeleteConflictException', 409],
    [
      client.send(new CreatePolicyCommand({ PolicyName: 'bad', PolicyDocument: '{}' })),
      'MalformedPolicyDocumentException',
      400,
    ],
  ] as const
  for (const [sent, name, status] of refused) {
    const error = await failure(sent)
    assert.ok(error instanceof IAMServiceException)
    assert.deepEqual([error.name, error.$metadata.httpStatusCode, error.$metadata.attempts], [name, status, 1])
    assert.match(error.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/)
  }
  await assert.rejects(client.send(new GetUserCommand({ UserName: 'nobody' })), NoSuchEntityException)
  client.destroy()
})

test('a client whose clock is an hour wrong learns the time from the refusal', async (wrong) => {
  for (const difference of [-3_600_000, 3_600_000]) {
    const now = Date.now() + difference
    wrong.mock.timers.enable({ apis: ['Date'], now })
    const client = new STSClient({ ...config, credentials: server.administrator })
    const { Account, $metadata } = await client.send(new GetCallerIdentityCommand({}))
    wrong.mock.timers.reset()
    assert.deepEqual([Account, $metadata.attempts], [server.account, 2])
    client.destroy()
  }
})

test('credentials that a role gives are fetched by the client itself', async () => {
  const role = { RoleArn: `arn:aws:iam::${server.account}:role/waited`, RoleSessionName: 'by-itself' }
  const assume = getDefaultRoleAssumer(config)
  const client = new STSClient({ ...config, credentials: () => assume(server.administrator, role) })
  const { Arn } = await client.send(new GetCallerIdentityCommand({}))
  assert.equal(Arn, `arn:aws:sts::${server.account}:assumed-role/waited/by-itself`)
  client.destroy()
})

test('a profile that names a role and its source is followed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-sdk-'))
  const { accessKeyId, secretAccessKey } = server.administrator
  const base = `[profile base]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`
  const work = `role_arn=arn:aws:iam::${server.account}:role/waited\nsource_profile=base\nrole_session_name=profile\n`
  writeFileSync(join(folder, 'config'), `${base}[profile work]\n${work}region=us-east-1\n`)
  const script = `import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
    const { Arn } = await new STSClient({ profile: 'work' }).send(new GetCallerIdentityCommand({}))
    process.stdout.write(Arn)`
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...keyless } = environmentFor(server, folder)
  const env = { ...keyless, AWS_CONFIG_FILE: join(folder, 'config') }
  const said = await run([execPath, '--input-type=module', '--eval', script], { cwd: import.meta.dirname, env })
  rmSync(folder, { recursive: true, force: true })
  assert.equal(said.stdout, `arn:aws:sts::${server.account}:assumed-role/waited/profile`, said.stderr)
})

test('many calls at once over few connections are each answered with their own', async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) => {
      const UserName = names[index % names.length]
      return iam.send(new GetUserCommand({ UserName })).then(({ User }) => User?.UserName === UserName)
    }),
  )
  assert.equal(answers.filter(Boolean).length, 200)
})

function failure(sent: Promise<unknown>): Promise<unknown> {
  return sent.then(
    () => undefined,
    (cause: unknown) => cause,
  )
}

/** Gives: what was picked from each page. */
async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  pick: (page: Page) => readonly Item[] | undefined,
): Promise<readonly (readonly Item[])[]> {
  const found: (readonly Item[])[] = []
  for await (const page of pages) found.push(pick(page) ?? [])
  return found
}
