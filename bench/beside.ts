/** Calls of a running server, measured beside a bare `node:http` server that returns the same bytes, in the same run. */
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { signRequest } from '#protocol'
import { type Running, start } from './cardea.ts'
import { load, median } from './load.ts'

const quick = argv.includes('--quick')
const rounds = quick ? 1 : 5
const milliseconds = quick ? 500 : 3000
const connections = 16

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A call of a service's query API, and who makes it. */
export interface Asked {
  readonly service: 'iam' | 'sts'
  readonly body: string
  readonly credentials: Credentials
}

export interface Beside extends Asked {
  readonly title: string
  /** The least share of the bare server's answers a second. */
  readonly least: number
}

/** A server that keeps its store in memory, and its administrator. */
export interface Served {
  readonly running: Running
  readonly url: URL
  readonly administrator: Credentials
  readonly accountId: string
}

export async function serve(): Promise<Served> {
  const running = await start(['src/main.ts', 'serve', '--ephemeral', '--port', '0', '--json'])
  const { url, administrator, accountId } = running.ready as {
    url: string
    administrator: Credentials
    accountId: string
  }
  return { running, url: new URL(url), administrator, accountId }
}

/** Makes one call. Gives: the XML of the answer. Errors: throws when it is refused. */
export async function ask(url: URL, asked: Asked): Promise<string> {
  return (await answerOf(url, asked)).body
}

/** Measures a call, and prints both rates and their ratio. */
export async function beside(url: URL, { title, least, ...asked }: Beside): Promise<void> {
  const answer = await answerOf(url, asked)
  const requests = signed(url.host, asked)
  const bare = await start([fileURLToPath(new URL('./bare-server.ts', import.meta.url))], {
    ANSWER: JSON.stringify(answer),
  })
  const ports = { cardea: Number(url.port), bare: Number(bare.ready['port']) }
  await load({ port: ports.cardea, connections, milliseconds: milliseconds / 2, requests })
  await load({ port: ports.bare, connections, milliseconds: milliseconds / 2, requests })
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < rounds; round++) {
    ours.push(await load({ port: ports.cardea, connections, milliseconds, requests }))
    theirs.push(await load({ port: ports.bare, connections, milliseconds, requests }))
  }
  await bare.stop()
  const ratio = median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)))
  console.log(`${title}, signed, ${connections} connections, median of ${rounds}`)
  console.log(`  cardea           ${Math.round(median(ours))} answers/s`)
  console.log(`  bare node:http   ${Math.round(median(theirs))} answers/s`)
  console.log(`  ratio            ${ratio.toFixed(2)} (must reach ${least.toFixed(2)})`)
}

async function answerOf(url: URL, asked: Asked) {
  const sample = await fetch(url, { method: 'POST', headers: headersOf(url.host, asked, 0), body: asked.body })
  const body = await sample.text()
  if (sample.status !== 200) throw new Error(body)
  return { headers: Object.fromEntries(sample.headers), body }
}

function headersOf(host: string, { service, body, credentials }: Asked, index: number): Record<string, string> {
  return signRequest({
    method: 'POST',
    path: '/',
    query: '',
    headers: {
      host,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'amz-sdk-invocation-id': `call-${index}`,
    },
    body: new TextEncoder().encode(body),
    credentials,
    scope: { region: 'us-east-1', service },
    now: Date.now(),
  })
}

/** A thousand different requests, so that nothing could be answered from memory of the one before. */
function signed(host: string, asked: Asked): readonly Uint8Array[] {
  return Array.from({ length: 1000 }, (_, index) => requestOf(host, asked, index))
}

/** A whole signed request as bytes. Takes: a number that makes it another one than those with other numbers. */
export function requestOf(host: string, asked: Asked, index: number): Uint8Array {
  const lines = Object.entries(headersOf(host, asked, index)).map(([name, value]) => `${name}: ${value}`)
  const { body } = asked
  return Buffer.from(`POST / HTTP/1.1\r\n${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
}

/** The credentials in the answer of a call that makes some. */
export function credentialsIn(answer: string): Credentials {
  const text = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1] ?? ''
  return {
    accessKeyId: text('AccessKeyId'),
    secretAccessKey: text('SecretAccessKey'),
    sessionToken: text('SessionToken'),
  }
}

/** A role that its whole account may assume. Gives: the body of a call that assumes it. */
export async function assumable({ url, administrator, accountId }: Served): Promise<string> {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'sts:AssumeRole' }],
  }
  const role = new URLSearchParams({
    Action: 'CreateRole',
    Version: '2010-05-08',
    RoleName: 'bench',
    AssumeRolePolicyDocument: JSON.stringify(trust),
  })
  await ask(url, { service: 'iam', body: role.toString(), credentials: administrator })
  return new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: `arn:aws:iam::${accountId}:role/bench`,
    RoleSessionName: 'bench',
  }).toString()
}
