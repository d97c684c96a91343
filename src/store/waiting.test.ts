import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditRecord } from './entity.ts'
import { type Batch, Waiting } from './waiting.ts'

function record(index: number): AuditRecord {
  return { id: `r${index}`, at: index, eventSource: 's', eventName: 'n', sourceIp: 'ip', readOnly: true }
}

test('records are written together soon after, without anybody asking', async () => {
  const batches: Batch[] = []
  const waiting = new Waiting(async (batch) => void batches.push(batch))
  for (let index = 0; index < 5; index += 1) waiting.record(record(index))
  assert.equal(batches.length, 0)
  await sleep(Waiting.window)
  assert.deepEqual(
    batches.map(({ records }) => records.length),
    [5],
  )
  await waiting.close()
})

test('a long queue is written at once', async () => {
  const batches: Batch[] = []
  const waiting = new Waiting(async (batch) => void batches.push(batch))
  for (let index = 0; index < Waiting.enough; index += 1) waiting.record(record(index))
  assert.equal(batches.length, 1)
  await waiting.close()
})

test('what could not be written waits on in its order, and is written once', async () => {
  const written: string[] = []
  let failures = 3
  const waiting = new Waiting(async ({ records }) => {
    await sleep(1)
    if (failures-- > 0) throw new Error('disk full')
    written.push(...records.map(({ id }) => id))
  })
  const expected = Array.from({ length: 50 }, (_, index) => `r${index}`)
  for (let index = 0; index < 25; index += 1) waiting.record(record(index))
  const failed = waiting.flush()
  for (let index = 25; index < 50; index += 1) waiting.record(record(index))
  await assert.rejects(failed, /disk full/)
  await assert.rejects(waiting.flush(), /disk full/)
  await sleep(Waiting.window * 1.5)
  assert.deepEqual(written, expected)
  await waiting.close()
  assert.deepEqual(written, expected)
})

test('a record beyond what may wait is refused, not dropped', async () => {
  let broken = true
  let written = 0
  const waiting = new Waiting(async ({ records }) => {
    if (broken) throw new Error('disk full')
    written += records.length
  })
  for (let index = 0; index < Waiting.most; index += 1) waiting.record(record(index))
  assert.throws(() => waiting.record(record(-1)), /cannot be written/)
  broken = false
  await waiting.close()
  assert.equal(written, Waiting.most)
})

test('who gives many records waits when many wait, and hears when they cannot be written', async () => {
  let broken = true
  const waiting = new Waiting(async () => {
    await sleep(1)
    if (broken) throw new Error('disk full')
  })
  for (let index = 1; index < Waiting.plenty; index += 1) assert.equal(waiting.recordData(record(index)), undefined)
  const waits = waiting.recordData(record(0))
  await assert.rejects(waits ?? Promise.resolve(), /disk full/)
  broken = false
  await waiting.recordData(record(-1))
  assert.equal(waiting.recordData(record(-2)), undefined)
  await waiting.close()
})

test('a use is seen while it waits, while it is written, and after writing failed', async () => {
  let fail: (cause: Error) => void = () => undefined
  const waiting = new Waiting(() => new Promise((_, reject) => (fail = reject)))
  waiting.used('AKIA1', { at: 5, region: 'r' })
  const flushed = waiting.flush()
  await sleep(1)
  assert.equal(waiting.use('AKIA1')?.at, 5)
  waiting.used('AKIA1', { at: 4, region: 'r' })
  assert.equal(waiting.use('AKIA1')?.at, 5)
  fail(new Error('disk full'))
  await assert.rejects(flushed)
  assert.equal(waiting.use('AKIA1')?.at, 5)
  const closed = waiting.close()
  await sleep(1)
  fail(new Error('still full'))
  await assert.rejects(closed, /still full/)
  assert.throws(() => waiting.record(record(1)), /closed/)
})
