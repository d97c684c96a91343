import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { IAMClient, ListRolesCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { findTool, run } from '../clients/tool.ts'
import { openAgentHouse } from './house.ts'

const house = await openAgentHouse()
after(() => house.close())
const { account, url } = house
const { id, file } = await house.register({ sessionSeconds: 20 })
const agent = await house.agent({ joinTokenFile: file })
const home = join(house.folder, 'home')
mkdirSync(home)

/** The environment of a workload: where the server and the agent are, and no keys. */
const workload = {
  PATH: process.env.PATH ?? '',
  HOME: home,
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_PAGER: '',
  AWS_CONFIG_FILE: join(home, 'config'),
  AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
  PYENV_ROOT: process.env['PYENV_ROOT'] ?? join(process.env.HOME ?? '', '.pyenv'),
}
const byMetadata = { ...workload, AWS_EC2_METADATA_SERVICE_ENDPOINT: agent.imds }
const byContainer = {
  ...workload,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: agent.container,
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: agent.tokenFile,
}
const arn = `arn:aws:sts::${account}:assumed-role/app/${id}`

/** Does something with these variables, and no others of AWS. */
async function within<Value>(variables: Readonly<Record<string, string>>, work: () => Promise<Value>): Promise<Value> {
  const before = { ...process.env }
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  Object.assign(process.env, variables)
  try {
    return await work()
  } finally {
    for (const name of Object.keys(process.env)) delete process.env[name]
    Object.assign(process.env, before)
  }
}

for (const [way, variables] of [
  ['instance metadata', byMetadata],
  ['container credentials', byContainer],
] as const)
  test(`the AWS SDK finds its credentials by ${way}, may what the role may, and no more`, async () => {
    await within(variables, async () => {
      const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}))
      assert.equal(Arn, arn)
      const iam = new IAMClient({})
      const { Roles = [] } = await iam.send(new ListRolesCommand({}))
      assert.deepEqual(
        Roles.map(({ RoleName }) => RoleName),
        ['app'],
      )
      await assert.rejects(iam.send(new ListUsersCommand({})), { name: 'AccessDenied' })
    })
  })

test('a program goes on across rotations, without being told', async () => {
  await within(byMetadata, async () => {
    const sts = new STSClient({})
    const seen = new Set<string>()
    for (let passed = 0; passed < 90; passed++) {
      house.pass(1000)
      const { Arn } = await sts.send(new GetCallerIdentityCommand({}))
      assert.equal(Arn, arn)
      seen.add((await sts.config.credentials()).accessKeyId)
    }
    assert.ok(seen.size > 5, `${seen.size} sessions`)
  })
})

const cli = findTool('aws')
test('the AWS CLI finds its credentials in each way', {
  skip: cli === undefined && 'the AWS CLI is not installed',
}, async () => {
  const words = [cli ?? '', 'sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text']
  for (const env of [byMetadata, byContainer]) {
    const { stdout, stderr } = await run(words, { cwd: house.folder, env })
    assert.equal(stdout.trim(), arn, stderr)
  }
})

const python = findTool('python3')
test('boto3 finds its credentials in each way', async (context) => {
  const script = join(house.folder, 'who.py')
  writeFileSync(
    script,
    "import boto3\nprint(boto3.client('sts').get_caller_identity()['Arn'])\nprint(boto3.Session().get_credentials().method)\n",
  )
  const has =
    python !== undefined && (await run([python, '-c', 'import boto3'], { cwd: house.folder, env: workload })).code === 0
  if (!has) return context.skip('Python with boto3 is not installed')
  for (const [env, method] of [
    [byMetadata, 'iam-role'],
    [byContainer, 'container-role'],
  ] as const) {
    const { stdout, stderr } = await run([python, script], { cwd: house.folder, env })
    assert.deepEqual(stdout.trim().split('\n'), [arn, method], stderr)
  }
})
