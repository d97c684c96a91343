import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '#store'
import { startChild } from './child.ts'
import { account, addAccount, group } from './sample.ts'

const kills = 22
const seed = 20260115

test('after each of 22 kills in the middle of writing, all that was acknowledged is there and whole', async () => {
  const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'cardea-kill-')))
  try {
    const outcomes = await Promise.allSettled(folders.map((path, index) => killRepeatedly(path, seed + index)))
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw outcome.reason
      assert.ok(outcome.value > kills, 'too few writes were acknowledged to prove anything')
    }
  } finally {
    for (const path of folders) rmSync(path, { recursive: true })
  }
})

/** Gives: how many writes were acknowledged. */
async function killRepeatedly(path: string, from: number): Promise<number> {
  const random = randomFrom(from)
  const first = await openStore({ kind: 'folder', path })
  await addAccount(first)
  await first.write(account, ({ groups }) => groups.add(group('AGPA1', 'g')))
  await first.close()
  const acknowledged: string[] = []
  for (let round = 0; round < kills / 2; round += 1) {
    const child = await startChild(path, `r${round}`, 'write')
    await sleep(10 + random() * 120)
    await child.kill()
    acknowledged.push(...child.lines().slice(1))
    await verify(path, acknowledged)
  }
  return acknowledged.length
}

async function verify(path: string, acknowledged: readonly string[]): Promise<void> {
  const store = await openStore({ kind: 'folder', path })
  const [counted, last, revision] = await store.read(async ({ users, accessKeys }) => [
    await users.count(account),
    await accessKeys.byId(`AKIA${acknowledged.at(-1)}`),
    store.revision(account),
  ])
  await store.close()
  const database = new DatabaseSync(join(path, 'cardea.db'), { readOnly: true })
  const column = (query: string) =>
    database
      .prepare(query)
      .all()
      .map((row) => Object.values(row)[0])
  const names = new Set(column('SELECT name FROM user'))
  assert.deepEqual(
    acknowledged.filter((name) => !names.has(name)),
    [],
    'an acknowledged write is lost',
  )
  assert.equal(last?.secret, acknowledged.at(-1))
  assert.equal(counted, names.size)
  assert.equal(revision, 2 + names.size, 'one revision a write')
  for (const [table, id] of [
    ['owner', "'AIDA' || user.name"],
    ['accessKey', "'AKIA' || user.name"],
    ['auditRecord', 'user.name'],
  ])
    assert.deepEqual(
      column(`SELECT name FROM user WHERE NOT EXISTS (SELECT 1 FROM ${table} AS t WHERE t.id = ${id})`),
      [],
    )
  for (const [table, key] of [
    ['membership', 'userId'],
    ['attachment', 'ownerId'],
  ])
    assert.deepEqual(column(`SELECT id FROM user WHERE id NOT IN (SELECT ${key} FROM ${table})`), [])
  assert.deepEqual(column('SELECT id FROM auditRecord WHERE id NOT IN (SELECT name FROM user)'), [])
  assert.deepEqual(column('PRAGMA foreign_key_check'), [])
  assert.deepEqual(column('PRAGMA integrity_check'), ['ok'])
  database.close()
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomFrom(from: number): () => number {
  let state = from
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
