/**
 * An agent beside its server: its memory, the time of a metadata call, and how a thousand agents come apart.
 * Must reach: under 90 MB resident after the calls of a day; a storm of 1,000 agents spread over at least 60 s, where no second has
 * more than twice its share; a metadata call in less than three times what a bare `node:http` server takes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { refreshAfter } from '#agent'
import { ask as askQuery, type Credentials } from './beside.ts'
import { start } from './cardea.ts'
import { askInstance } from './instance.ts'
import { load, median } from './load.ts'

const quick = argv.includes('--quick')
const rounds = quick ? 1 : 5
const milliseconds = quick ? 500 : 2000
const credentialsPath = '/latest/meta-data/iam/security-credentials/'
const folder = mkdtempSync(join(tmpdir(), 'cardea-agent-bench-'))
const server = await start(['bin/cardea.mjs', 'serve', '--ephemeral', '--port', '0', '--json'], {
  CARDEA_LOG_LEVEL: 'warn',
})
const url = new URL(String(server.ready['url']))
const administrator = server.ready['administrator'] as Credentials

await giveProfile()
const { joinToken } = await askInstance(url, { name: 'register', body: { profile: 'app' }, credentials: administrator })
writeFileSync(join(folder, 'token'), String(joinToken))
const proving = ['--server', url.href, '--state', join(folder, 'state'), '--join-token-file', join(folder, 'token')]
const agent = await start([
  'bin/cardea.mjs',
  'agent',
  ...proving,
  '--imds-port',
  '0',
  '--container-port',
  '0',
  '--json',
])
const imds = new URL(String(agent.ready['imds']))
const atFirst = residentMegabytes(agent.process.pid)
await callAsWorkloads(1000)
const afterDay = residentMegabytes(agent.process.pid)

await measureCalls()
console.log('agent, resident')
console.log(`  after its start  ${atFirst.toFixed(0)} MB`)
console.log(`  after 1,000      ${afterDay.toFixed(0)} MB (must stay under 90)`)
console.log(`  after the rush   ${residentMegabytes(agent.process.pid).toFixed(0)} MB`)
measureStorm()

await agent.stop()
await server.stop()
rmSync(folder, { recursive: true })

async function giveProfile(): Promise<void> {
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
  }
  const calls = [
    { Action: 'CreateRole', RoleName: 'app', AssumeRolePolicyDocument: JSON.stringify(trust) },
    { Action: 'CreateInstanceProfile', InstanceProfileName: 'app' },
    { Action: 'AddRoleToInstanceProfile', InstanceProfileName: 'app', RoleName: 'app' },
  ]
  for (const call of calls) {
    const body = new URLSearchParams({ Version: '2010-05-08', ...call }).toString()
    await askQuery(url, { service: 'iam', body, credentials: administrator })
  }
}

/** What an SDK asks: a token, the role, its credentials. */
async function callAsWorkloads(times: number): Promise<void> {
  for (let time = 0; time < times; time += 3) {
    const headers = { 'x-aws-ec2-metadata-token': await tokenOf('60') }
    for (const name of ['', 'app']) await (await fetch(imds.origin + credentialsPath + name, { headers })).text()
  }
}

async function tokenOf(seconds: string): Promise<string> {
  const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': seconds }
  return (await fetch(`${imds.origin}/latest/api/token`, { method: 'PUT', headers })).text()
}

async function measureCalls(): Promise<void> {
  const token = await tokenOf('21600')
  const path = `${credentialsPath}app`
  const answer = await fetch(imds.origin + path, { headers: { 'x-aws-ec2-metadata-token': token } })
  const bare = await start([fileURLToPath(new URL('./bare-server.ts', import.meta.url))], {
    ANSWER: JSON.stringify({ headers: Object.fromEntries(answer.headers), body: await answer.text() }),
  })
  const text = `GET ${path} HTTP/1.1\r\nhost: ${imds.host}\r\nx-aws-ec2-metadata-token: ${token}\r\n\r\n`
  const requests = [Buffer.from(text)]
  const [ours, theirs]: [number[], number[]] = [[], []]
  const measure = (port: number) => load({ port, connections: 4, milliseconds, requests })
  await measure(Number(imds.port))
  for (let round = 0; round < rounds; round++) {
    ours.push(await measure(Number(imds.port)))
    theirs.push(await measure(Number(bare.ready['port'])))
  }
  await bare.stop()
  const [mine, other] = [1e6 / median(ours), 1e6 / median(theirs)]
  console.log(`credentials by instance metadata, 4 connections, median of ${rounds}`)
  console.log(`  agent            ${mine.toFixed(0)} µs a call`)
  console.log(`  bare node:http   ${other.toFixed(0)} µs a call`)
  console.log(`  ratio            ${(mine / other).toFixed(2)} (must stay under 3)`)
}

function measureStorm(): void {
  for (const minutes of [15, 60, 360]) {
    const lifetime = minutes * 60_000
    const times = Array.from({ length: 1000 }, () => refreshAfter({ lifetime, chance: Math.random() })).sort(
      (a, b) => a - b,
    )
    const span = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000
    const counts = [...Map.groupBy(times, (time) => Math.floor(time / 1000)).values()].map((list) => list.length)
    console.log(`1,000 agents started together, sessions of ${minutes} minutes`)
    console.log(
      `  spread over      ${span.toFixed(0)} s (must reach 60), at most ${Math.max(...counts)} in a second (34)`,
    )
  }
}

/** `NaN` where the system has no /proc. */
function residentMegabytes(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}
