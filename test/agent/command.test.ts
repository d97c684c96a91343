import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openAgentHouse } from './house.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const house = await openAgentHouse()
const folder = mkdtempSync(join(tmpdir(), 'cardea-agent-cli-'))
const running = new Set<ChildProcess>()
after(async () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
  await house.close()
})

const { administrator, url } = house
const env = {
  PATH: process.env.PATH ?? '',
  NO_COLOR: '1',
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: administrator.accessKeyId,
  AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
}

/** The server is in this process, so nothing may wait for a command without letting it answer. */
async function cardea(...words: readonly string[]) {
  const child = spawn(execPath, [main, ...words], { cwd: folder, env })
  const said = { out: '', err: '' }
  child.stdout.on('data', (text) => {
    said.out += text
  })
  child.stderr.on('data', (text) => {
    said.err += text
  })
  const [code] = await once(child, 'close')
  return { code: Number(code), ...said }
}

async function startAgent(...words: readonly string[]) {
  const ports = ['--imds-port', '0', '--container-port', '0', '--json']
  const child = spawn(execPath, [main, 'agent', ...ports, ...words], { cwd: folder, env })
  running.add(child)
  const [line] = await once(createInterface(child.stdout), 'line')
  return {
    ready: JSON.parse(String(line)) as Readonly<Record<string, string>>,
    async stop() {
      child.kill('SIGTERM')
      const [code] = await once(child, 'exit')
      return Number(code)
    },
  }
}

async function register(name: string) {
  const file = join(folder, `${name}.token`)
  const { code, out, err } = await cardea(
    'instance',
    'register',
    '--profile',
    'app',
    '--name',
    name,
    '--token-file',
    file,
    '--json',
  )
  assert.equal(code, 0, err)
  return { file, id: String(JSON.parse(out).instance.id), out }
}

test('an instance is registered, runs an agent that comes back without its token, and is taken away', async () => {
  const { file, id, out } = await register('whole')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const token = readFileSync(file, 'utf8').trim()
  assert.ok(!out.includes(token.slice(20)))
  const state = join(folder, 'whole')
  const first = await startAgent('--server', url, '--state', state, '--join-token-file', file)
  assert.deepEqual([first.ready['instance'], first.ready['role']], [id, `arn:aws:iam::${house.account}:role/app`])
  assert.equal(statSync(state).mode & 0o777, 0o700)
  for (const name of readdirSync(state)) assert.equal(statSync(join(state, name)).mode & 0o777, 0o600, name)
  assert.equal(await first.stop(), 0)
  const again = await startAgent('--state', state)
  assert.equal(again.ready['instance'], id)
  await again.stop()
  const process1 = await cardea('credential-process', '--state', state)
  const given = JSON.parse(process1.out)
  assert.deepEqual(Object.keys(given), ['Version', 'AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'])
  const process2 = await cardea('credential-process', '--state', state)
  assert.equal(JSON.parse(process2.out).AccessKeyId, given.AccessKeyId)
  const listed = await cardea('instance', 'list')
  assert.match(listed.out, new RegExp(`${id}  joined +app  whole  2`))
  const gone = await cardea('instance', 'deregister', id)
  assert.match(gone.out, /is gone\. [1-9]/)
  rmSync(join(state, 'credentials.json'))
  const refused = await cardea('credential-process', '--state', state)
  assert.equal(refused.code, 1)
  assert.match(refused.err, /cardea: The instance ID 'i-[0-9a-f]{17}' does not exist/)
})

test('another token takes the place of an agent whose folder was lost', async () => {
  const { id } = await register('lost')
  const file = join(folder, 'again.token')
  const { code, out } = await cardea('instance', 'rejoin', id, '--token-file', file)
  assert.equal(code, 0)
  assert.match(out, new RegExp(`Instance    ${id}`))
  const agent = await startAgent('--server', url, '--state', join(folder, 'lost'), '--join-token-file', file)
  assert.equal(agent.ready['instance'], id)
  await agent.stop()
})

test('a state folder that others may read is refused', async () => {
  const { file } = await register('open')
  const state = join(folder, 'open')
  await (await startAgent('--server', url, '--state', state, '--join-token-file', file)).stop()
  chmodSync(join(state, 'key.json'), 0o644)
  const { code, err } = await cardea('agent', '--state', state)
  assert.equal(code, 1)
  assert.match(err, /key\.json may be read by others\. chmod 600/)
})

test('what an agent cannot start with is said, with an exit code', async () => {
  const spent = await register('spent')
  const bad = join(folder, 'bad.token')
  writeFileSync(bad, 'x\n')
  await (await startAgent('--server', url, '--state', join(folder, 'spent'), '--join-token-file', spent.file)).stop()
  const proof = ['--server', url, '--state', join(folder, 'bad')]
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['--state', 'none'], 2, /Which server\?/],
    [['--state', 'none', '--server', 'ftp://x'], 2, /must be a URL/],
    [['--state', 'none', '--server', url], 2, /How does the agent prove itself\?/],
    [[...proof, '--join-token-file', 'nowhere'], 1, /nowhere cannot be read/],
    [[...proof, '--join-token-file', bad], 1, /no join token/],
    [[...proof, '--join-token-file', spent.file], 1, /The join token is not valid\./],
    [[...proof, '--join-token-file', bad, '--web-identity-token-file', bad, '--role', 'r'], 2, /no other proof/],
    [[...proof, '--web-identity-token-file', bad], 2, /--role is missing/],
    [[...proof, '--role', 'r'], 2, /--role and --session-duration are for/],
    [[...proof, '--certificate', bad, '--role', 'r'], 2, /--private-key is missing/],
    [[...proof, '--imds-port', '70000'], 2, /--imds-port must be a port/],
    [[...proof, '--pod-role', 'cart=x'], 2, /--pod-role must be/],
    [
      ['--server', 'http://127.0.0.1:1', '--state', join(folder, 'bad'), '--join-token-file', spent.file],
      4,
      /does not answer/,
    ],
    [[...proof, '--token', 'x'], 2, /unknown option/],
  ]
  const ended = await Promise.all(cases.map(([words]) => cardea('agent', ...words)))
  for (const [index, [words, code, why]] of cases.entries()) {
    assert.match(ended[index]?.err ?? '', why)
    assert.equal(ended[index]?.code, code, words.join(' '))
  }
})

test('an agent that reaches its server without TLS says who can read its credentials, unless both are on one machine', async () => {
  const token = join(folder, 'some-token')
  writeFileSync(token, 'a.b.c', { mode: 0o600 })
  for (const [server, warned] of [
    ['http://cardea.invalid:1', true],
    ['http://127.0.0.1.cardea.invalid:1', true],
    ['http://127.0.0.1:1', false],
  ] as const) {
    const state = ['--server', server, '--state', join(folder, 'clear'), '--web-identity-token-file', token]
    const ports = ['--imds-port', '0', '--container-port', '0', '--json']
    const role = ['--role', 'arn:aws:iam::111122223333:role/none']
    const child = spawn(execPath, [main, 'agent', ...ports, ...state, ...role], { cwd: folder, env })
    running.add(child)
    let said = ''
    child.stderr.on('data', (text) => {
      said += text
    })
    while (!said.includes('There are no credentials yet')) await once(child.stderr, 'data')
    child.kill('SIGTERM')
    await once(child, 'exit')
    assert.equal(said.includes('without TLS'), warned, server)
  }
})
