import assert from 'node:assert/strict'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openStore, StoreError, type StoreErrorCode, type StorePlace } from '#store'
import { startChild } from './child.ts'
import { account, addAccount, record, user } from './sample.ts'

/** Runs `body` in a folder of its own. */
function inFolder(title: string, body: (path: string) => Promise<void>): void {
  test(title, async () => {
    const path = mkdtempSync(join(tmpdir(), 'cardea-folder-'))
    try {
      await body(path)
    } finally {
      rmSync(path, { recursive: true })
    }
  })
}

/** Makes a store with an account, a user and a key, and closes it. */
async function made(path: string, masterKey?: Uint8Array): Promise<void> {
  const store = await openStore({ kind: 'folder', path, ...(masterKey === undefined ? {} : { masterKey }) })
  await addAccount(store)
  await store.write(account, async ({ users, accessKeys }) => {
    await users.add(user('AIDA1', 'ann'))
    await accessKeys.add({ id: 'AKIA1', account, userId: 'AIDA1', secret, active: true, createdAt: 1 })
    await accessKeys.add({ id: 'AKIA2', account, secret: 'another secret', active: true, createdAt: 1 })
  })
  await store.close()
}

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

async function refuses(place: StorePlace, code: StoreErrorCode, message: RegExp): Promise<void> {
  await assert.rejects(openStore(place), (error) => {
    assert.ok(error instanceof StoreError)
    assert.equal(error.code, code)
    assert.match(error.message, message)
    return true
  })
}

inFolder('a store is there again after it was closed, with its keys, records and revisions', async (path) => {
  const masterKey = new Uint8Array(32).fill(7)
  await made(path, masterKey)
  const first = await openStore({ kind: 'folder', path, masterKey })
  first.record(record('r1', 1))
  const [tokenKeys, revision] = [first.tokenKeys, first.revision(account)]
  await first.close()
  const again = await openStore({ kind: 'folder', path, masterKey })
  assert.deepEqual(again.tokenKeys, tokenKeys)
  assert.equal(again.revision(account), revision)
  await again.read(async ({ accessKeys, audit }) => {
    assert.equal((await accessKeys.byId('AKIA1'))?.secret, secret)
    assert.deepEqual(await audit.list(account, { limit: 9 }), [{ ...record('r1', 1), seq: 1 }])
  })
  await again.close()
  assert.ok(!readdirSync(path).includes('master.key'), 'a given key is not written down')
})

inFolder('the folder and its files are for their owner only, whatever the umask', async (path) => {
  const before = process.umask(0)
  const folder = join(path, 'new', 'deeper')
  const store = await openStore({ kind: 'folder', path: folder })
  await addAccount(store)
  process.umask(before)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.equal(statSync(join(path, 'new')).mode & 0o777, 0o700)
  const files = readdirSync(folder)
  for (const file of ['cardea.db', 'cardea.db-wal', 'master.key']) assert.ok(files.includes(file), file)
  for (const file of files) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file)
  await store.close()
})

inFolder('a secret is in no file of the folder in the clear', async (path) => {
  await made(path)
  for (const file of readdirSync(path)) {
    const bytes = readFileSync(join(path, file))
    assert.equal(bytes.indexOf(secret), -1, file)
    assert.equal(bytes.indexOf(Buffer.from(secret).toString('base64')), -1, file)
  }
})

inFolder(
  'a second opening is refused at once, in this process and from another, until the first ends',
  async (path) => {
    await made(path)
    const child = await startChild(path, '', 'hold')
    const began = performance.now()
    await refuses({ kind: 'folder', path }, 'Locked', new RegExp(path))
    assert.ok(performance.now() - began < 1000)
    await child.kill()
    const store = await openStore({ kind: 'folder', path })
    await refuses({ kind: 'folder', path }, 'Locked', new RegExp(path))
    await assert.rejects(startChild(path, '', 'hold'), /Locked/, 'a refused opening does not give the lock away')
    await store.close()
    const again = await openStore({ kind: 'folder', path })
    await again.close()
  },
)

inFolder(
  'a wrong, missing, public or garbled master key is refused with words, and no key is in them',
  async (path) => {
    await made(path)
    const file = join(path, 'master.key')
    const text = readFileSync(file, 'utf8')
    const masterKey = new Uint8Array(32).fill(9)
    await refuses({ kind: 'folder', path, masterKey }, 'WrongMasterKey', /does not open this store/)
    await refuses({ kind: 'folder', path, masterKey: masterKey.subarray(1) }, 'BadMasterKey', /32 bytes.* 31/)
    chmodSync(file, 0o640)
    await refuses({ kind: 'folder', path }, 'BadMasterKey', /chmod 600 '.*master\.key'/)
    chmodSync(file, 0o600)
    for (const garbled of ['', text.slice(1), `${text}00`, text.replace(/^./, 'g')]) {
      writeFileSync(file, garbled)
      await refuses({ kind: 'folder', path }, 'BadMasterKey', /64 hexadecimal digits/)
    }
    writeFileSync(file, '9'.repeat(64))
    await assert.rejects(
      openStore({ kind: 'folder', path }),
      (error: Error) => !error.message.includes('99999999999999999'),
    )
    rmSync(file)
    await refuses({ kind: 'folder', path }, 'MissingMasterKey', /master\.key/)
    assert.ok(!readdirSync(path).includes('master.key'), 'no new key takes the place of a lost one')
    writeFileSync(file, text, { mode: 0o600 })
    const store = await openStore({ kind: 'folder', path })
    await store.close()
  },
)

inFolder('a sealed secret opens only where it was put', async (path) => {
  await made(path)
  const database = new DatabaseSync(join(path, 'cardea.db'))
  database.exec("UPDATE accessKey SET sealed = (SELECT sealed FROM accessKey WHERE id = 'AKIA2') WHERE id = 'AKIA1'")
  database.close()
  const store = await openStore({ kind: 'folder', path })
  await assert.rejects(
    store.read(({ accessKeys }) => accessKeys.byId('AKIA1')),
    (error) => error instanceof StoreError && error.code === 'Corrupt' && !error.message.includes('secret'),
  )
  assert.equal((await store.read(({ accessKeys }) => accessKeys.byId('AKIA2')))?.secret, 'another secret')
  await store.close()
})

inFolder('a changed data key or token key is found when the store is opened', async (path) => {
  await made(path)
  const file = join(path, 'cardea.db')
  for (const change of ["UPDATE tokenKey SET sealed = x'00'", 'UPDATE dataKey SET wrapped = zeroblob(60)']) {
    copyFileSync(file, `${file}.copy`)
    const database = new DatabaseSync(file)
    database.exec(change)
    database.close()
    await refuses({ kind: 'folder', path }, 'Corrupt', /changed or damaged/)
    copyFileSync(`${file}.copy`, file)
  }
})

inFolder('a damaged database is refused, and the folder is free afterwards', async (path) => {
  await made(path)
  const file = join(path, 'cardea.db')
  copyFileSync(file, `${file}.copy`)
  const damages: readonly (() => void)[] = [
    () => writeFileSync(file, 'this is no database, this is a letter to the operator'.repeat(100)),
    () => truncateSync(file, 3 * 4096),
    () => overwrite(file, 100),
    () => overwrite(file, 4096 * 4),
  ]
  for (const damage of damages) {
    damage()
    await refuses({ kind: 'folder', path }, 'Corrupt', /cardea\.db is damaged/)
    copyFileSync(`${file}.copy`, file)
  }
  const store = await openStore({ kind: 'folder', path })
  await store.close()
})

function overwrite(file: string, at: number): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, at)
  closeSync(handle)
}

inFolder('a store that a newer Cardea wrote is left alone', async (path) => {
  await made(path)
  const database = new DatabaseSync(join(path, 'cardea.db'))
  database.exec("INSERT INTO schemaVersion VALUES (999, 'from the future')")
  database.close()
  await refuses({ kind: 'folder', path }, 'NewerSchema', /its schema is 999/)
})

inFolder('a folder that cannot be made or used is named', async (path) => {
  writeFileSync(join(path, 'file'), '')
  await refuses({ kind: 'folder', path: join(path, 'file', 'below') }, 'BadFolder', /file\/below cannot be used/)
})

inFolder('listings go by an index, however many there are', async (path) => {
  await made(path)
  const database = new DatabaseSync(join(path, 'cardea.db'))
  const plan = (query: string) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${query}`)
      .all()
      .map(({ detail }) => detail)
      .join('; ')
  const queries = [
    ...['user', 'group', 'role', 'instanceProfile', 'policy'].map(
      (table) => `SELECT * FROM "${table}" WHERE account = ? AND nameKey > ? ORDER BY nameKey LIMIT ?`,
    ),
    `SELECT user.* FROM membership JOIN user ON user.id = membership.userId
     WHERE membership.groupId = ? AND membership.userKey > ? ORDER BY membership.userKey LIMIT ?`,
    'SELECT * FROM instanceProfile WHERE roleId = ? AND nameKey > ? ORDER BY nameKey LIMIT ?',
    'SELECT * FROM inlinePolicy WHERE ownerId = ? AND (nameKey, name) > (?, ?) ORDER BY nameKey, name LIMIT ?',
    'SELECT * FROM attachment WHERE account = ? AND policyArn = ? ORDER BY ownerKind, ownerId',
    'SELECT id FROM role WHERE account = ? AND boundary = ?',
    'SELECT * FROM accessKey WHERE account = ? AND userId = ?',
    'SELECT * FROM auditRecord WHERE account = ? AND at < ? ORDER BY at DESC, seq DESC LIMIT ?',
  ]
  for (const query of queries) {
    assert.match(plan(query), /USING (?:COVERING )?INDEX/, query)
    assert.doesNotMatch(plan(query), /SCAN|TEMP B-TREE/, query)
  }
  database.close()
})
