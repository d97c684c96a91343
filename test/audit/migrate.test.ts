import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openStore } from '#store'
import { migrate, migrations } from '../../src/store/migration.ts'
import { connectSqlite } from '../../src/store/sqlite.ts'

test('records of a store from before there were links are linked in their order, and nothing of them is lost', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'cardea-old-')), 'data')
  mkdirSync(path, { mode: 0o700 })
  try {
    const database = join(path, 'cardea.db')
    const connection = connectSqlite(database)
    const steps = migrations.filter(({ version }) => version < 10)
    await migrate({ ddl: connection.ddl, begun: connection.begun, transact: connection.write }, steps)
    await connection.close()
    const old = new DatabaseSync(database)
    const insert = old.prepare(
      `INSERT INTO auditRecord (id, at, account, eventSource, eventName, sourceIp, readOnly, request)
       VALUES (?, ?, '111122223333', 'iam.amazonaws.com', 'GetUser', '127.0.0.1', 1, ?)`,
    )
    for (let index = 0; index < 2100; index += 1)
      insert.run(`r${index}`, index, JSON.stringify({ UserName: `ü${index}` }))
    old.exec('DELETE FROM auditRecord WHERE seq IN (1, 7, 8, 1500)')
    old.close()
    const store = await openStore({ kind: 'folder', path, masterKey: new Uint8Array(32).fill(7) })
    const { problems, records } = await store.trail.verify()
    assert.deepEqual([problems, records], [[], 2096])
    const page = await store.read(({ audit }) => audit.find({ order: 'oldest', limit: 3000 }))
    assert.deepEqual(
      page.records.map(({ seq }) => seq),
      Array.from({ length: 2096 }, (_, index) => index + 1),
    )
    assert.deepEqual([page.records[0]?.id, page.records[0]?.request], ['r1', { UserName: 'ü1' }])
    await store.close()
  } finally {
    rmSync(path, { recursive: true })
  }
})
