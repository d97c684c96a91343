/**
 * Signed requests to S3 through the gateway, beside a plain reverse proxy of undici before the same upstream.
 * Must reach: at most 0.4 ms more than the proxy at the median, at least 60 % of its answers a second; a large object streams
 * with less than 64 MB added and at 85 % of the proxy's speed.
 */
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { s3SigningRules, signRequest } from '#protocol'
import { type Running, start } from './cardea.ts'
import { load, median } from './load.ts'

const quick = argv.includes('--quick')
const rounds = quick ? 1 : 5
const milliseconds = quick ? 500 : 3000
/** What is transferred first, so that memory is compared with that of a gateway at work. */
const warm = 67_108_864
const large = quick ? 134_217_728 : 1_073_741_824
const part = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const upstream = await start([part('./plain-upstream.ts')])
const address = `http://127.0.0.1:${upstream.ready['port']}`
const proxy = await start([part('./plain-proxy.ts')], { UPSTREAM: address })
const keys = { CARDEA_UPSTREAM_ACCESS_KEY_ID: 'upstream', CARDEA_UPSTREAM_SECRET_ACCESS_KEY: 'secret' }
const words = ['src/main.ts', 'gateway', '--service', `s3=${address}`, '--ephemeral', '--port', '0', '--json']
const gateway = await start(words, { ...keys, CARDEA_LOG_LEVEL: 'warn' })
const { url, administrator } = gateway.ready as {
  url: string
  administrator: { accessKeyId: string; secretAccessKey: string }
}
const ports = { gateway: Number(new URL(url).port), proxy: Number(proxy.ready['port']) }

await measureSmall()
await measureLarge('GET')
await measureLarge('PUT')
await Promise.all([gateway, proxy, upstream].map((one) => one.stop()))

function headersOf(method: string, path: string, payload = hash('sha256', '')): Record<string, string> {
  return signRequest({
    method,
    path,
    query: '',
    headers: { host: `127.0.0.1:${ports.gateway}`, 'x-amz-content-sha256': payload },
    body: new Uint8Array(),
    credentials: administrator,
    scope: { region: 'us-east-1', service: 's3' },
    now: Date.now(),
    rules: s3SigningRules,
  })
}

function requests(): readonly Uint8Array[] {
  return Array.from({ length: 64 }, (_, index) => {
    const path = `/photos/${index}/1024`
    const lines = Object.entries(headersOf('GET', path)).map(([name, value]) => `${name}: ${value}\r\n`)
    return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  })
}

async function measureSmall(): Promise<void> {
  const sent = requests()
  const once = (port: number, connections: number) => load({ port, connections, milliseconds, requests: sent })
  for (const port of [ports.gateway, ports.proxy]) await once(port, 16)
  const rates: (readonly [number, number])[] = []
  const waits: (readonly [number, number])[] = []
  for (let round = 0; round < rounds; round++) {
    rates.push([await once(ports.gateway, 16), await once(ports.proxy, 16)])
    waits.push([await medianWait(ports.gateway), await medianWait(ports.proxy)])
  }
  const ratio = median(rates.map(([ours, theirs]) => ours / theirs))
  const added = median(waits.map(([ours, theirs]) => ours - theirs))
  console.log(`GetObject of 1 KiB, signed, median of ${rounds}`)
  console.log(`  gateway      ${Math.round(median(rates.map(([ours]) => ours)))} answers/s, 16 connections`)
  console.log(`  plain proxy  ${Math.round(median(rates.map(([, theirs]) => theirs)))} answers/s`)
  console.log(`  ratio        ${ratio.toFixed(2)} (must reach 0.60)`)
  console.log(`  added        ${added.toFixed(3)} ms at the median, one connection (at most 0.400)`)
}

/** Milliseconds to the whole answer, one request after the other. */
async function medianWait(port: number): Promise<number> {
  const waits: number[] = []
  const headers = headersOf('GET', '/photos/1024')
  const until = performance.now() + milliseconds / 2
  while (performance.now() < until) {
    const began = performance.now()
    const asked = request({ port, host: '127.0.0.1', path: '/photos/1024', headers })
    asked.end()
    await ended(asked)
    waits.push(performance.now() - began)
  }
  return median(waits)
}

async function ended(asked: ClientRequest): Promise<void> {
  const [answer]: IncomingMessage[] = await once(asked, 'response')
  if (answer?.statusCode !== 200) throw new Error(`the answer has status ${answer?.statusCode}`)
  answer.resume()
  await once(answer, 'end')
}

async function measureLarge(method: 'GET' | 'PUT'): Promise<void> {
  const speeds: (readonly [number, number])[] = []
  await transfer(ports.gateway, method, warm)
  const idle = residentOf(gateway)
  let most = idle
  const watch = setInterval(() => {
    most = Math.max(most, residentOf(gateway))
  }, 20)
  for (let round = 0; round < Math.min(rounds, 3); round++)
    speeds.push([await transfer(ports.gateway, method), await transfer(ports.proxy, method)])
  clearInterval(watch)
  const ratio = median(speeds.map(([ours, theirs]) => ours / theirs))
  console.log(`${method} of ${large / 1_048_576} MiB`)
  console.log(`  gateway      ${Math.round(median(speeds.map(([ours]) => ours)))} MiB/s`)
  console.log(`  plain proxy  ${Math.round(median(speeds.map(([, theirs]) => theirs)))} MiB/s`)
  console.log(`  ratio        ${ratio.toFixed(2)} (must reach 0.85)`)
  console.log(`  added        ${((most - idle) / 1_048_576).toFixed(1)} MiB of memory (less than 64)`)
}

/** Gives: MiB a second. */
async function transfer(port: number, method: 'GET' | 'PUT', size = large): Promise<number> {
  const path = `/photos/${size}`
  const headers = headersOf(method, path, method === 'PUT' ? 'UNSIGNED-PAYLOAD' : undefined)
  const began = performance.now()
  const sized = method === 'PUT' ? { ...headers, 'content-length': String(size) } : headers
  const asked = request({ port, host: '127.0.0.1', method, path, headers: sized, agent: false })
  const answered = ended(asked)
  if (method === 'PUT') await upload(asked, size)
  else asked.end()
  await answered
  return size / 1_048_576 / ((performance.now() - began) / 1000)
}

async function upload(asked: ClientRequest, size: number): Promise<void> {
  const block = Buffer.alloc(262_144, 'object')
  for (let left = size; left > 0; left -= block.length) if (!asked.write(block)) await once(asked, 'drain')
  asked.end()
}

/** Bytes of memory that a process holds. */
function residentOf({ process: { pid } }: Running): number {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(found?.[1] ?? Number.NaN) * 1024
}
