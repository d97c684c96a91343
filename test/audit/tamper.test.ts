import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openStore, type Store, StoreError, type Verification } from '#store'
import { addAccount, record } from '../store/sample.ts'

const hour = 3_600_000
const start = Date.UTC(2026, 0, 15, 12)

/** Thirty records in three hours, of which two are digested, then some meddling straight in the database, then a look. */
async function afterMeddling(meddle: (database: DatabaseSync) => void): Promise<Verification> {
  return inFolder(async (path) => {
    const store = await openStore({ kind: 'folder', path })
    await fill(store)
    await store.close()
    const database = new DatabaseSync(join(path, 'cardea.db'))
    meddle(database)
    database.close()
    return verified(path)
  })
}

async function inFolder<T>(work: (path: string) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), 'cardea-audit-'))
  try {
    return await work(path)
  } finally {
    rmSync(path, { recursive: true })
  }
}

async function fill(store: Store): Promise<void> {
  await addAccount(store)
  for (let index = 0; index < 3; index += 1) {
    for (let one = 1; one <= 10; one += 1) store.record(record(`r${index * 10 + one}`, start + index * hour + one))
    if (index < 2) await store.trail.digest(start + (index + 1) * hour)
  }
}

async function verified(path: string): Promise<Verification> {
  const store = await openStore({ kind: 'folder', path })
  try {
    return await store.trail.verify()
  } finally {
    await store.close()
  }
}

/** What was found, short. */
function told({ problems }: Verification) {
  return problems.map(({ kind, hour: when, firstSeq, lastSeq, id }) => {
    const records = firstSeq === undefined ? '' : firstSeq === lastSeq ? ` ${firstSeq}` : ` ${firstSeq}-${lastSeq}`
    return `${kind}${records}${id === undefined ? '' : ` ${id}`} ${when?.startTime.slice(11, 16) ?? 'not digested'}`
  })
}

test('a trail that nobody meddled with is whole', async () => {
  const { problems, ...counts } = await afterMeddling(() => undefined)
  assert.deepEqual(problems, [])
  assert.deepEqual(counts, { records: 30, digests: 2, undigested: 10 })
})

test('a record that was changed is named, with its hour', async () => {
  const found = await afterMeddling((database) =>
    database.exec("UPDATE auditRecord SET principal = 'arn:aws:iam::111122223333:user/eve' WHERE seq = 14"),
  )
  assert.deepEqual(told(found), ['changed 14 r14 13:00'])
})

test('a record whose time was changed is named, though no text in it was', async () => {
  const found = await afterMeddling((database) => database.exec('UPDATE auditRecord SET at = at + 1 WHERE seq = 3'))
  assert.deepEqual(told(found), ['changed 3 r3 12:00'])
})

test('a record that was removed is missed, with its hour', async () => {
  const found = await afterMeddling((database) => database.exec('DELETE FROM auditRecord WHERE seq = 5'))
  assert.deepEqual(told(found), ['removed 5 12:00'])
})

test('records that were removed across two hours are missed in each', async () => {
  const found = await afterMeddling((database) => database.exec('DELETE FROM auditRecord WHERE seq BETWEEN 9 AND 12'))
  assert.deepEqual(told(found), ['removed 9-10 12:00', 'removed 11-12 13:00'])
})

test('records that were put in another order are told, with where each belongs', async () => {
  const found = await afterMeddling((database) =>
    database.exec(
      'UPDATE auditRecord SET seq = -1 WHERE seq = 16; UPDATE auditRecord SET seq = 16 WHERE seq = 17; UPDATE auditRecord SET seq = 17 WHERE seq = -1',
    ),
  )
  assert.deepEqual(told(found), ['moved 17 r16 13:00', 'moved 16 r17 13:00'])
  assert.match(found.problems[0]?.says ?? '', /^record 17 belongs in the place of record 16$/)
})

test('the newest records cannot be removed, though no digest vouches for them yet', async () => {
  const found = await afterMeddling((database) => database.exec('DELETE FROM auditRecord WHERE seq > 27'))
  assert.deepEqual(told(found), ['removed 28-30 not digested'])
})

test('the newest records cannot be removed together with the place where the trail ends', async () => {
  const found = await afterMeddling((database) =>
    database.exec(
      'DELETE FROM auditRecord WHERE seq > 27; UPDATE auditHead SET seq = 27, chain = (SELECT chain FROM auditRecord WHERE seq = 27)',
    ),
  )
  assert.deepEqual(told(found), ['end not digested'])
})

test('a record that was added at the end is told', async () => {
  const found = await afterMeddling((database) =>
    database.exec(`INSERT INTO auditRecord (seq, id, at, eventSource, eventName, sourceIp, readOnly, category, chain)
      VALUES (31, 'r31', 1, 'a', 'b', 'c', 0, 0, 'd')`),
  )
  assert.deepEqual(told(found), ['added 31 r31 not digested'])
})

test('an hour whose records were all linked anew is told', async () => {
  const { link, linkedText, auditColumns } = await import('../../src/store/chain.ts')
  const found = await afterMeddling((database) => {
    database.exec("UPDATE auditRecord SET errorCode = NULL, eventName = 'GetUser' WHERE seq = 12")
    let chain = String(database.prepare('SELECT chain FROM auditRecord WHERE seq = 11').get()?.['chain'])
    for (let seq = 12; seq <= 30; seq += 1) {
      const row = database.prepare('SELECT * FROM auditRecord WHERE seq = ?').get(seq)
      chain = link(chain, linkedText(auditColumns.map((name) => row?.[name] as string | number | null)))
      database.prepare('UPDATE auditRecord SET chain = ? WHERE seq = ?').run(chain, seq)
    }
  })
  assert.deepEqual(told(found), ['rewritten 13:00', 'rewritten not digested'])
})

test('a digest that was changed, and one that was removed, are told', async () => {
  const changed = await afterMeddling((database) =>
    database.exec(`UPDATE auditDigest SET body = replace(body, '"lastSeq":10', '"lastSeq":9') WHERE number = 1`),
  )
  assert.deepEqual(told(changed)[0], 'digest not digested')
  assert.match(changed.problems[0]?.says ?? '', /^digest 1 was changed$/)
  const removed = await afterMeddling((database) => database.exec('DELETE FROM auditDigest WHERE number = 1'))
  assert.match(removed.problems[0]?.says ?? '', /^digest 2 does not follow the one before it: some were removed$/)
})

test('a text to which records refer cannot be changed or removed', async () => {
  const refer = (store: Store) =>
    store.record({
      ...record('x', start),
      caller: { ref: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg', text: 'test' },
    })
  const meddled = (statement: string) =>
    inFolder(async (path) => {
      const store = await openStore({ kind: 'folder', path })
      await addAccount(store)
      refer(store)
      await store.close()
      const database = new DatabaseSync(join(path, 'cardea.db'))
      database.exec(statement)
      database.close()
      return told(await verified(path))
    })
  assert.deepEqual(await meddled('SELECT 1'), [])
  assert.deepEqual(await meddled("UPDATE auditText SET text = 'best'"), ['text not digested'])
  assert.deepEqual(await meddled('DELETE FROM auditText'), ['text not digested'])
})

test('without the end of the trail, or the key that signs it, a store does not open', async () => {
  for (const table of ['auditHead', 'auditKey'])
    await assert.rejects(
      afterMeddling((database) => database.exec(`DELETE FROM ${table}`)),
      (error) => error instanceof StoreError && error.code === 'Corrupt',
    )
})

test('no digest is signed over an end of the trail that was changed', async () => {
  await inFolder(async (path) => {
    const store = await openStore({ kind: 'folder', path })
    await fill(store)
    await store.close()
    const database = new DatabaseSync(join(path, 'cardea.db'))
    database.exec('UPDATE auditHead SET seq = 5')
    database.close()
    const again = await openStore({ kind: 'folder', path })
    await assert.rejects(again.trail.digest(start + 9 * hour), { code: 'Corrupt' })
    await again.close()
  })
})

test('old records are taken out by whole digests, by age or by size, and the rest still proves itself', async () => {
  await inFolder(async (path) => {
    const store = await openStore({ kind: 'folder', path })
    await fill(store)
    assert.equal(await store.trail.prune({ now: start + 3 * hour, age: 24 * hour }), 0)
    assert.equal(await store.trail.prune({ now: start + 3 * hour, age: 2 * hour }), 10)
    assert.deepEqual(told(await store.trail.verify()), [])
    assert.equal(await store.trail.prune({ now: start + 3 * hour, size: 10 }), 10)
    const { problems, ...counts } = await store.trail.verify()
    assert.deepEqual(problems, [])
    assert.deepEqual(counts, { records: 10, digests: 4, undigested: 10 })
    await store.trail.digest(start + 4 * hour)
    await store.close()
    assert.deepEqual(told(await verified(path)), [])
  })
})

test('what was taken out without a digest that says so is missed', async () => {
  const found = await afterMeddling((database) => database.exec('DELETE FROM auditRecord WHERE seq <= 10'))
  assert.deepEqual(told(found), ['removed 1-10 12:00'])
})

test('a trail proves itself while others record, and while it is pruned', async () => {
  const store = await openStore({ kind: 'memory' })
  await fill(store)
  let going = true
  const recording = (async () => {
    for (let index = 0; going; index += 1) {
      await store.recordData(record(`later${index}`, start + 3 * hour))
      if (index % 50 === 0) await store.write('111122223333', ({ audit }) => audit.append(record(`w${index}`, start)))
    }
  })()
  const pruning = store.trail.prune({ now: start + 3 * hour, age: hour })
  for (let round = 0; round < 5; round += 1) assert.deepEqual(told(await store.trail.verify()), [])
  going = false
  await recording
  assert.equal(await pruning, 20)
  const { problems, records } = await store.trail.verify()
  assert.deepEqual(problems, [])
  assert.ok(records > 100)
  await store.close()
})
