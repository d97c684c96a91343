import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run } from '../clients/tool.ts'

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const possible = spawnSync('unshare', ['-n', 'sh', '-c', 'ip link set lo up']).status === 0
const skip = !possible && 'network namespaces cannot be made here'

const from = (name: string) =>
  `const { ${name} } = require('node:module').createRequire(${JSON.stringify(place('../../'))})`

const prepare = `
${from('IAMClient, CreateRoleCommand, CreateInstanceProfileCommand, AddRoleToInstanceProfileCommand')}('@aws-sdk/client-iam')
const iam = new IAMClient({})
const Statement = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }
const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument }))
  .then(() => iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'app' })))
  .then(() => iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'app', RoleName: 'app' })))
`
const workload = `
${from('STSClient, GetCallerIdentityCommand')}('@aws-sdk/client-sts')
new STSClient({}).send(new GetCallerIdentityCommand({})).then(({ Arn }) => console.log(Arn))
`

test('at the address that EC2 has, the AWS SDK finds the agent without being told anything', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-namespace-'))
  try {
    writeFileSync(join(folder, 'prepare.cjs'), prepare)
    writeFileSync(join(folder, 'workload.cjs'), workload)
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      FOLDER: folder,
      NODE: execPath,
      MAIN: place('../../src/main.ts'),
      PREPARE: join(folder, 'prepare.cjs'),
      WORKLOAD: join(folder, 'workload.cjs'),
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    }
    const { stdout, stderr } = await run(['unshare', '-n', 'sh', place('namespace.sh')], { cwd: folder, env })
    assert.match(stdout.trim(), /^arn:aws:sts::\d{12}:assumed-role\/app\/i-[0-9a-f]{17}$/, stderr)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})
