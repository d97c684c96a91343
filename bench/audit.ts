/**
 * Data events as a gateway records them, durable, each with its decision; whoever records them waits when it has to.
 * Must reach: 20,000 events a second, none of them lost. Beside it: how long the whole trail takes to be verified.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { idAt, refOf } from '#access'
import { type AuditRecord, type Decided, type KeptText, openStore } from '#store'

const quick = argv.includes('--quick')
const milliseconds = quick ? 1000 : 10_000
const least = 20_000
/** As many calls are under way at once. */
const lanes = 64

const kept = (text: string): KeptText => ({ ref: refOf(text), text })
const account = '111122223333'
const principal = `arn:aws:sts::${account}:assumed-role/photos/web-1`
const caller = kept(JSON.stringify({ kind: 'assumedRole', account, principal: { arn: principal }, tags: [] }))
const from = kept('{"region":"us-east-1","remoteAddress":"10.0.0.7","secure":false}')
const policy = kept('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}')
const list = JSON.stringify([{ ref: policy.ref, type: 'identity', id: 'photos' }])
const identity = { ref: refOf(list), text: list, parts: [policy] }

const folder = mkdtempSync(join(tmpdir(), 'cardea-audit-'))
const path = join(folder, 'data')
const store = await openStore({ kind: 'folder', path })
let recorded = 0
const began = performance.now()
const until = began + milliseconds
await Promise.all(Array.from({ length: lanes }, () => lane()))
await store.flush()
const seconds = (performance.now() - began) / 1000
await store.close()
const written = countIn(join(path, 'cardea.db'))
const again = await openStore({ kind: 'folder', path })
const looked = performance.now()
const { records, problems } = await again.trail.verify()
const verifying = (performance.now() - looked) / 1000
await again.close()
rmSync(folder, { recursive: true })

console.log(`data events, durable, ${lanes} calls under way`)
console.log(
  `  recorded         ${Math.round(recorded / seconds)} events/s for ${seconds.toFixed(1)} s (must reach ${least})`,
)
console.log(`  written          ${written} of ${recorded}; lost ${recorded - written} (must be 0)`)
console.log(`  verified         ${Math.round(records / verifying)} records/s; ${problems.length} problems (must be 0)`)
if (written !== recorded || problems.length > 0) process.exitCode = 1
if (!quick && recorded / seconds < least) process.exitCode = 1

/** One call after the other; each gives others a turn, as one that comes over a network does. */
async function lane(): Promise<void> {
  while (performance.now() < until) {
    for (let index = 0; index < 16; index += 1) await store.recordData(event(recorded++))
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

function event(index: number): AuditRecord {
  const at = Date.now()
  const resource = `arn:aws:s3:::photos/album-${index % 97}/${index}.jpg`
  const decided: Decided = {
    ...{ id: idAt(at), action: 's3:GetObject', decision: 'allowed', at, caller, from },
    on: [{ arn: resource }],
    policies: { identity },
  }
  return {
    ...{ id: idAt(at), at, category: 'data', account, principal, caller, accessKeyId: 'ASIAEXAMPLEEXAMPLE00' },
    ...{ eventSource: 's3.amazonaws.com', eventName: 'GetObject', region: 'us-east-1', sourceIp: '10.0.0.7' },
    userAgent: 'aws-sdk-js/3.1000.0 ua/2.1 os/linux lang/js md/nodejs#26 api/s3#3.1000.0',
    readOnly: true,
    resource,
    request: { bucketName: 'photos', key: `album-${index % 97}/${index}.jpg`, Host: 'photos.s3.example.com' },
    decisions: [decided],
  }
}

function countIn(database: string): number {
  const opened = new DatabaseSync(database, { readOnly: true })
  const row = opened.prepare("SELECT count(*) AS count FROM auditRecord WHERE eventName = 'GetObject'").get()
  opened.close()
  return Number(row?.['count'])
}
