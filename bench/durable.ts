/**
 * `iam:CreateUser`, durable, 16 at once, over HTTP; beside it the rate at which this disk alone makes writes durable.
 * Must reach: 500 users a second, on a disk that gives them.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { signRequest } from '#protocol'
import { start } from './cardea.ts'
import { load, median } from './load.ts'

const quick = argv.includes('--quick')
const rounds = quick ? 1 : 4
const milliseconds = quick ? 400 : 1500
const connections = 16
const folder = mkdtempSync(join(tmpdir(), 'cardea-durable-'))

const cardea = await start([
  'src/main.ts',
  'serve',
  '--data',
  join(folder, 'data'),
  '--port',
  '0',
  '--json',
  '--log-level',
  'warn',
])
const { url: address, administrator } = cardea.ready as {
  url: string
  administrator: { accessKeyId: string; secretAccessKey: string }
}
const url = new URL(address)
const rates: number[] = []
const disk: number[] = []
for (let round = 0; round < rounds; round++) {
  disk.push(fsyncRate(milliseconds / 3))
  rates.push(await load({ port: Number(url.port), connections, milliseconds, requests: users(round), once: true }))
}
await cardea.stop()
rmSync(folder, { recursive: true })

console.log(`iam:CreateUser, durable, ${connections} connections, median of ${rounds}`)
console.log(`  cardea           ${Math.round(median(rates))} users/s (must reach 500)`)
console.log(
  `  this disk        ${Math.round(median(disk))} fsync/s; ratio ${(median(rates) / median(disk)).toFixed(2)}`,
)

/** More requests than a round can use, each for another user. The account's quota of 5,000 users bounds all rounds. */
function users(round: number): readonly Uint8Array[] {
  return Array.from({ length: 1200 }, (_, index) => {
    const body = `Action=CreateUser&Version=2010-05-08&UserName=user-${round}-${index}`
    const headers = signRequest({
      method: 'POST',
      path: '/',
      query: '',
      headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
      body: new TextEncoder().encode(body),
      credentials: administrator,
      scope: { region: 'us-east-1', service: 'iam' },
      now: Date.now(),
    })
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    return Buffer.from(`POST / HTTP/1.1\r\n${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  })
}

function fsyncRate(milliseconds: number): number {
  const path = join(folder, 'fsync')
  const file = openSync(path, 'w')
  const began = performance.now()
  let count = 0
  while (performance.now() - began < milliseconds) {
    writeSync(file, 'x')
    fsyncSync(file)
    count += 1
  }
  closeSync(file)
  return (count / (performance.now() - began)) * 1000
}
