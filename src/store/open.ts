import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Connection } from './connection.ts'
import { StoreError } from './error.ts'
import { enterFolder } from './folder.ts'
import { type Keyring, openKeys } from './keyring.ts'
import { KnownTexts } from './known-text.ts'
import { migrate } from './migration.ts'
import { type Notary, openNotary } from './notary.ts'
import type { Schema } from './schema.ts'
import { keyBytes } from './seal.ts'
import { connectSqlite } from './sqlite.ts'
import type { Store } from './store.ts'
import { type AllTables, tablesOn } from './table/index.ts'
import { TokenRing } from './token-ring.ts'
import { createTrail } from './trail.ts'
import { type Batch, Waiting } from './waiting.ts'

/** Where a store is kept. */
export type StorePlace = (
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'folder'
      readonly path: string
      /** 32 bytes. Absent: a file in the folder, made on the first run. */
      readonly masterKey?: Uint8Array
    }
) & {
  /** Milliseconds after which what waits to be written is on the disk at the latest. Default: 200. */
  readonly window?: number
}

/**
 * Opens a store, and makes it on the first run. A folder is held until `close`, or until the process ends in any way.
 * Errors: `StoreError`.
 */
export async function openStore(at: StorePlace): Promise<Store> {
  if (at.kind === 'memory')
    return openOn(connectSqlite(':memory:'), { masterKey: randomBytes(keyBytes), window: at.window })
  if (at.masterKey !== undefined && at.masterKey.length !== keyBytes)
    throw new StoreError(
      'BadMasterKey',
      `A master key has ${keyBytes} bytes; the one given has ${at.masterKey.length}.`,
    )
  const { database, masterKey, leave } = enterFolder(at.path, at.masterKey)
  try {
    return await openOn(connectSqlite(database), { masterKey, window: at.window, leave })
  } catch (cause) {
    leave()
    throw cause
  }
}

interface Opening {
  readonly masterKey: Uint8Array
  readonly window: number | undefined
  /** Called when the database is closed. */
  leave?(): void
}

async function openOn(connection: Connection, { masterKey, window, leave }: Opening): Promise<Store> {
  try {
    await migrate({ ddl: connection.ddl, begun: connection.begun, transact: connection.write })
    const { keyring, tokenKeys } = await connection.write((db) => openKeys(db, masterKey))
    const notary = await connection.write((db) => openNotary(db, keyring))
    const revisions = await connection.read(revisionsIn)
    return house(connection, {
      keyring,
      notary,
      keys: new TokenRing(connection, { keyring, keys: tokenKeys }),
      revisions,
      window,
      leave,
    })
  } catch (cause) {
    await connection.close()
    throw cause
  }
}

interface Furniture {
  readonly keyring: Keyring
  readonly notary: Notary
  readonly keys: TokenRing
  /** The accounts' revisions. INVARIANT: equal to what is committed, for nobody else writes. */
  readonly revisions: Map<string, number>
  readonly window: number | undefined
  readonly leave: Opening['leave']
}

function house(connection: Connection, furniture: Furniture): Store {
  const { keyring, notary, keys, revisions, window, leave } = furniture
  let closing: Promise<void> | undefined
  const texts = new KnownTexts()
  const known = new WeakMap<Kysely<Schema>, AllTables>()
  const tables = (db: Kysely<Schema>) => {
    const there = known.get(db) ?? tablesOn(db, { keyring, waiting, notary, texts })
    known.set(db, there)
    return there
  }
  const writing = { connection, texts }
  const waiting = new Waiting((batch) => noting(writing, (db) => writeAll(batch, tables(db))), window)
  return {
    read: (work) => connection.read((db) => work(tables(db))),
    async write(account, work) {
      const done = await noting(
        writing,
        async (db) => ({ value: await work(tables(db)), revision: await raise(db, account) }),
        ({ revision }) => {
          if (revision !== undefined) revisions.set(account, revision)
        },
      )
      return done.value
    },
    revision: (account) => revisions.get(account) ?? 0,
    record: (record) => waiting.record(record),
    recordData: (record) => waiting.recordData(record),
    used: (id, use) => waiting.used(id, use),
    issued: (session) => waiting.issued(session),
    seen: (subject) => waiting.seen(subject),
    get tokenKeys() {
      return keys.all
    },
    rotateTokenKeys: (rotation) => keys.rotate(rotation),
    trail: createTrail({ connection, notary, flush: () => waiting.flush() }),
    flush: () => waiting.flush(),
    close() {
      closing ??= closeAll(waiting, connection, leave)
      return closing
    },
  }
}

/** Runs `work` in a transaction; the texts that it wrote are known when it is committed. */
async function noting<T>(
  { connection, texts }: { readonly connection: Connection; readonly texts: KnownTexts },
  work: (db: Kysely<Schema>) => Promise<T>,
  committed?: (value: T) => void,
): Promise<T> {
  const noted = async (db: Kysely<Schema>) => {
    texts.begin()
    return { value: await work(db), written: texts.end() }
  }
  const done = await connection.write(noted, ({ value, written }) => {
    texts.settle(written)
    committed?.(value)
  })
  return done.value
}

async function writeAll({ records, sessions, subjects, uses }: Batch, tables: AllTables): Promise<void> {
  await tables.audit.appendAll(records)
  await tables.sessions.putAll(sessions)
  for (const subject of subjects) await tables.subjects.note(subject)
  for (const [id, use] of uses) await tables.lastUses.put(id, use)
  const newest = sessions.at(-1)
  // Sessions are remembered until they end of themselves, by the clock of those that come after them.
  if (newest !== undefined) await tables.sessions.forget(newest.issuedAt)
}

async function closeAll(waiting: Waiting, connection: Connection, leave: Opening['leave']): Promise<void> {
  try {
    await waiting.close()
  } finally {
    await connection.close()
    leave?.()
  }
}

async function revisionsIn(db: Kysely<Schema>): Promise<Map<string, number>> {
  const rows = await db.selectFrom('account').select(['id', 'revision']).execute()
  return new Map(rows.map(({ id, revision }) => [id, revision]))
}

/** Gives: the new revision; `undefined` when there is no such account. */
async function raise(db: Kysely<Schema>, account: string): Promise<number | undefined> {
  const query = db
    .updateTable('account')
    .set(({ eb }) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', account)
  return (await query.returning('revision').executeTakeFirst())?.revision
}
