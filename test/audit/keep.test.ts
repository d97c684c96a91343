import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog, keepAudit } from '#server'
import { openStore, type Store } from '#store'
import { addAccount, record } from '../store/sample.ts'

const hour = 3_600_000
const day = 24 * hour
const start = Date.UTC(2026, 0, 15, 12)

/** Looks once, as a server does when it starts. */
async function look(store: Store, at: number, keeping = { days: 90, size: 0 }): Promise<readonly string[]> {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => lines.push(line) })
  await keepAudit({ store, log, now: () => at }, keeping)()
  return lines
}

async function filled(): Promise<Store> {
  const store = await openStore({ kind: 'memory' })
  await addAccount(store)
  for (let index = 0; index < 100; index += 1) store.record(record(`r${index}`, start + index * 60_000))
  await store.flush()
  return store
}

async function count(store: Store): Promise<number> {
  return (await store.read(({ audit }) => audit.find({ limit: 1000 }))).records.length
}

test('an hour is digested once, when it is over', async () => {
  const store = await filled()
  assert.deepEqual(await look(store, start + 30 * 60_000), [])
  const [line] = await look(store, start + hour + 1)
  assert.deepEqual([JSON.parse(line ?? '').digest, JSON.parse(line ?? '').lastRecord], [1, 100])
  assert.deepEqual(await look(store, start + hour + 2), [])
  assert.equal((await look(store, start + 5 * hour)).length, 1)
  const digests = await store.trail.digests({ after: 0, limit: 10 })
  assert.deepEqual(
    digests.map(({ body }) => [JSON.parse(body).startTime, JSON.parse(body).endTime]),
    [
      ['2026-01-15T12:00:00.000Z', '2026-01-15T13:00:00.000Z'],
      ['2026-01-15T13:00:00.000Z', '2026-01-15T17:00:00.000Z'],
    ],
  )
  await store.close()
})

test('records are kept for the days that are set, and for ever where that is 0', async () => {
  const store = await filled()
  await look(store, start + hour)
  await look(store, start + 400 * day, { days: 0, size: 0 })
  assert.equal(await count(store), 100)
  await look(store, start + 400 * day + hour, { days: 401, size: 0 })
  assert.equal(await count(store), 100)
  await look(store, start + 400 * day + hour, { days: 90, size: 0 })
  assert.equal(await count(store), 0)
  assert.deepEqual((await store.trail.verify()).problems, [])
  store.record(record('later', start + 400 * day + hour))
  assert.deepEqual((await store.trail.verify()).problems, [])
  await store.close()
})

test('a trail that was changed is not digested, and the log says so', async () => {
  const store = await filled()
  const broken = { ...store, trail: { ...store.trail, digest: () => Promise.reject(new Error('was changed')) } }
  const [line] = await look(broken, start + hour)
  assert.equal(JSON.parse(line ?? '').msg, 'the audit trail was not digested')
  await store.close()
})
