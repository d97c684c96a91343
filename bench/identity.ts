/**
 * `sts:GetCallerIdentity`, signed, over HTTP, beside a bare `node:http` server that returns the same bytes.
 * Must reach: at least half of the bare server's answers a second.
 */
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { signRequest } from '#protocol'
import { start } from './cardea.ts'
import { load, median } from './load.ts'

const quick = argv.includes('--quick')
const rounds = quick ? 1 : 5
const milliseconds = quick ? 500 : 3000
const connections = 16
const body = 'Action=GetCallerIdentity&Version=2011-06-15'

const cardea = await start(['src/main.ts', 'serve', '--ephemeral', '--port', '0', '--json'])
const { url, accessKeyId, secretAccessKey } = ready(cardea.ready)
const requests = signed(url.host)
const sample = await fetch(url, { method: 'POST', headers: headersOf(url.host, 0), body })
const answer = { status: sample.status, headers: Object.fromEntries(sample.headers), body: await sample.text() }
if (answer.status !== 200) throw new Error(answer.body)
const bare = await start([fileURLToPath(new URL('./bare-server.ts', import.meta.url))], {
  ANSWER: JSON.stringify(answer),
})
const barePort = Number(bare.ready.port)

await load({ port: Number(url.port), connections, milliseconds: milliseconds / 2, requests })
await load({ port: barePort, connections, milliseconds: milliseconds / 2, requests })
const ours: number[] = []
const theirs: number[] = []
for (let round = 0; round < rounds; round++) {
  ours.push(await load({ port: Number(url.port), connections, milliseconds, requests }))
  theirs.push(await load({ port: barePort, connections, milliseconds, requests }))
}
await cardea.stop()
await bare.stop()

const ratio = median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)))
console.log(`sts:GetCallerIdentity, signed, ${connections} connections, median of ${rounds}`)
console.log(`  cardea           ${Math.round(median(ours))} answers/s`)
console.log(`  bare node:http   ${Math.round(median(theirs))} answers/s`)
console.log(`  ratio            ${ratio.toFixed(2)} (must reach 0.50)`)

function ready(line: Readonly<Record<string, unknown>>) {
  const { url, administrator } = line as {
    url: string
    administrator: { accessKeyId: string; secretAccessKey: string }
  }
  return { url: new URL(url), ...administrator }
}

function headersOf(host: string, index: number): Record<string, string> {
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
    credentials: { accessKeyId, secretAccessKey },
    scope: { region: 'us-east-1', service: 'sts' },
    now: Date.now(),
  })
}

/** A thousand different requests, so that nothing could be answered from memory of the one before. */
function signed(host: string): readonly Uint8Array[] {
  return Array.from({ length: 1000 }, (_, index) => {
    const lines = Object.entries(headersOf(host, index)).map(([name, value]) => `${name}: ${value}`)
    return Buffer.from(`POST / HTTP/1.1\r\n${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  })
}
