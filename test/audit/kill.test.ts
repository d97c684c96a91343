import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openStore } from '#store'
import { addAccount } from '../store/sample.ts'

const rounds = 6
const program = fileURLToPath(new URL('recorder.ts', import.meta.url))
/** The window is 200 ms; a machine that is busy with other things may take longer, which is no loss of the store's. */
const window = 2000

interface Told {
  readonly changed: readonly string[]
  readonly took: readonly { readonly id: string; readonly at: number }[]
  readonly killedAt: number
}

async function recordAndKill(path: string, prefix: string, milliseconds: number): Promise<Told> {
  const child = spawn(process.execPath, [program, path, prefix], { stdio: ['ignore', 'pipe', 'inherit'] })
  const written: Buffer[] = []
  child.stdout.on('data', (bytes: Buffer) => written.push(bytes))
  await once(child.stdout, 'data')
  await sleep(milliseconds)
  const closed = once(child, 'close')
  const killedAt = Date.now()
  child.kill('SIGKILL')
  await closed
  const lines = Buffer.concat(written).toString().split('\n').slice(1, -1)
  const of = (word: string) =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1).split(' ')] : []))
  return {
    changed: of('changed').map(([id = '']) => id),
    took: of('took').map(([id = '', at]) => ({ id, at: Number(at) })),
    killedAt,
  }
}

test('a kill loses no record of an acknowledged change, and of events only the newest of a moment', async () => {
  const path = mkdtempSync(join(tmpdir(), 'cardea-audit-kill-'))
  try {
    const first = await openStore({ kind: 'folder', path })
    await addAccount(first)
    await first.close()
    for (let round = 0; round < rounds; round += 1) {
      const { changed, took, killedAt } = await recordAndKill(path, `r${round}`, 150 + round * 130)
      assert.ok(took.length > 0)
      const store = await openStore({ kind: 'folder', path })
      const { problems } = await store.trail.verify()
      await store.close()
      assert.deepEqual(problems, [], 'what is there proves itself')
      const there = idsIn(join(path, 'cardea.db'))
      assert.deepEqual(
        changed.filter((id) => !there.has(id)),
        [],
        'the record of an acknowledged change is lost',
      )
      const lost = took.findIndex(({ id }) => !there.has(id))
      if (lost < 0) continue
      assert.ok(
        took.slice(lost).every(({ id }) => !there.has(id)),
        'an event is lost although a later one is there',
      )
      assert.ok(killedAt - (took[lost]?.at ?? 0) <= window, 'an event is lost that was taken long before the kill')
    }
  } finally {
    rmSync(path, { recursive: true })
  }
})

function idsIn(path: string): ReadonlySet<string> {
  const database = new DatabaseSync(path, { readOnly: true })
  const ids = database
    .prepare('SELECT id FROM auditRecord')
    .all()
    .map((row) => String(row['id']))
  database.close()
  return new Set(ids)
}

test('whoever records faster than is written waits, and loses nothing', async () => {
  const store = await openStore({ kind: 'memory' })
  await addAccount(store)
  const { record } = await import('../store/sample.ts')
  let waited = 0
  for (let index = 0; index < 30_000; index += 1) {
    const waits = store.recordData({ ...record(`e${index}`, index), category: 'data' })
    if (waits === undefined) continue
    waited += 1
    await waits
  }
  await store.flush()
  assert.ok(waited > 0, 'nobody had to wait')
  assert.equal(await store.read(({ audit }) => audit.newest()), 30_000)
  await store.close()
})
