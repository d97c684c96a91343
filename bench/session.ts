/**
 * What session tokens cost: opening one, in processor time; and calls with many live sessions beside calls with ten, on
 * the same server.
 * Must reach: at most 15 µs for a token; with many sessions, at least 90 % of the calls a second.
 */
import { argv, cpuUsage } from 'node:process'
import { openSession, type Session, sealSession } from '#access'
import { ask, assumable, type Credentials, credentialsIn, requestOf, type Served, serve } from './beside.ts'
import { load, median } from './load.ts'

const quick = argv.includes('--quick')
const many = quick ? 2000 : 10_000
const rounds = quick ? 3 : 7
const connections = 16

opening()
await calls()

/** Tokens of a thousand sessions, opened in turn. */
function opening(): void {
  const keys = [{ id: '01234567', key: new Uint8Array(32).fill(7) }]
  const tokens = Array.from({ length: 1000 }, (_, index) => sealSession(sample(index), keys))
  const times: number[] = []
  for (let round = 0; round < rounds + 2; round++) {
    const before = cpuUsage()
    for (let count = 0; count < 10; count++) for (const token of tokens) openSession(token, keys)
    const { user, system } = cpuUsage(before)
    if (round >= 2) times.push((user + system) / (10 * tokens.length))
  }
  console.log(`opening a session token of ${tokens[0]?.length} characters, median of ${rounds}`)
  console.log(`  processor time   ${median(times).toFixed(1)} µs (must stay below 15)`)
}

function sample(index: number): Session {
  return {
    accessKeyId: `ASIA${String(index).padStart(16, 'A')}`,
    secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    account: '111122223333',
    subject: {
      type: 'assumedRole',
      roleId: 'AROAEXAMPLEEXAMPLE123',
      roleArn: 'arn:aws:iam::111122223333:role/bench',
      sessionName: 'bench',
    },
    issuedAt: 1_768_478_400_000,
    expiresAt: 1_768_482_000_000 + index,
    tags: [],
    transitiveTagKeys: [],
    chained: false,
  }
}

async function calls(): Promise<void> {
  const served = await serve()
  const sessions = await sessionsOf(served)
  const { running, url } = served
  const port = Number(url.port)
  const sets = [sessions.slice(0, 10), sessions].map((ones) => requestsOf(url.host, ones))
  const [few = [], all = []] = sets
  // Each session is used once before it is measured: its first call notes that it was used.
  await load({ port, connections, milliseconds: 60_000, requests: all, once: true })
  await load({ port, connections, milliseconds: 500, requests: few })
  const rates: [number, number][] = []
  const milliseconds = quick ? 300 : 1500
  for (let round = 0; round < rounds; round++)
    rates.push([
      await load({ port, connections, milliseconds, requests: few }),
      await load({ port, connections, milliseconds, requests: all }),
    ])
  await running.stop()
  console.log(`sts:GetCallerIdentity with session tokens, ${connections} connections, median of ${rounds}`)
  console.log(`  10 sessions      ${Math.round(median(rates.map(([ten]) => ten)))} answers/s`)
  console.log(`  ${String(many).padEnd(6)} sessions  ${Math.round(median(rates.map(([, every]) => every)))} answers/s`)
  console.log(`  ratio            ${median(rates.map(([ten, every]) => every / ten)).toFixed(2)} (must reach 0.90)`)
}

async function sessionsOf(served: Served): Promise<readonly Credentials[]> {
  const { url, administrator } = served
  const body = await assumable(served)
  const sessions: Credentials[] = []
  const one = async () => {
    while (sessions.length < many)
      sessions.push(credentialsIn(await ask(url, { service: 'sts', body, credentials: administrator })))
  }
  await Promise.all(Array.from({ length: connections }, one))
  return sessions.slice(0, many)
}

function requestsOf(host: string, sessions: readonly Credentials[]): readonly Uint8Array[] {
  return Array.from({ length: many }, (_, index) =>
    requestOf(
      host,
      {
        service: 'sts',
        body: 'Action=GetCallerIdentity&Version=2011-06-15',
        credentials: sessions[index % sessions.length] ?? { accessKeyId: '', secretAccessKey: '' },
      },
      index,
    ),
  )
}
