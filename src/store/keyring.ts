import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { StoreError } from './error.ts'
import type { Row, Schema } from './schema.ts'
import { fingerprint, keyBytes, seal, unseal } from './seal.ts'
import type { TokenKey } from './store.ts'
import { present } from './table/column.ts'

/** Seals secrets under the newest data key, and opens them with whichever sealed them. */
export interface Keyring {
  seal(clear: Uint8Array, purpose: string): Sealed
  /** Errors: `Corrupt` when it was not sealed for this purpose, or was changed. */
  open(sealed: Sealed, purpose: string): Buffer
}

export interface Sealed {
  /** The id of the key that sealed it. */
  readonly dataKey: string
  readonly sealed: Uint8Array
}

/**
 * Opens the keys of a store with its master key; makes them on the first run. Runs in a transaction.
 * Errors: `WrongMasterKey`, `Corrupt`.
 */
export async function openKeys(
  db: Kysely<Schema>,
  masterKey: Uint8Array,
): Promise<{ keyring: Keyring; tokenKeys: readonly TokenKey[] }> {
  const keyring = keyringOf(await openDataKeys(db, masterKey))
  return { keyring, tokenKeys: await openTokenKeys(db, keyring) }
}

/** Data keys by id, the newest first. */
async function openDataKeys(db: Kysely<Schema>, masterKey: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const rows = await db.selectFrom('dataKey').selectAll().orderBy('seq', 'desc').execute()
  if (rows.length > 0) return new Map(rows.map((row) => [row.id, unwrapped(row, masterKey)]))
  const [id, key] = [newId(), randomBytes(keyBytes)]
  const wrapped = seal(masterKey, key, wrapPurpose(id))
  await db
    .insertInto('dataKey')
    .values({ id, masterKey: fingerprint(masterKey), wrapped })
    .execute()
  return new Map([[id, key]])
}

function unwrapped({ id, masterKey: known, wrapped }: Row<'dataKey'>, masterKey: Uint8Array): Uint8Array {
  const given = fingerprint(masterKey)
  if (given !== known)
    throw new StoreError(
      'WrongMasterKey',
      `The master key does not open this store: it was made with the key known as ${known}, and the one given is known as ${given}. ` +
        'Give the key with which the store was made; its secrets cannot be read without it.',
    )
  const key = unseal(masterKey, wrapped, wrapPurpose(id))
  if (key?.length !== keyBytes) throw damaged(`data key ${id}`)
  return key
}

function keyringOf(dataKeys: ReadonlyMap<string, Uint8Array>): Keyring {
  const [newest] = dataKeys
  if (newest === undefined) throw new Error('a store has at least one data key')
  const [newestId, newestKey] = newest
  return {
    seal: (clear, purpose) => ({ dataKey: newestId, sealed: seal(newestKey, clear, purpose) }),
    open({ dataKey, sealed }, purpose) {
      const key = dataKeys.get(dataKey)
      const clear = key === undefined ? undefined : unseal(key, sealed, purpose)
      if (clear === undefined) throw damaged(purpose)
      return clear
    },
  }
}

async function openTokenKeys(db: Kysely<Schema>, keyring: Keyring): Promise<readonly TokenKey[]> {
  const rows = await db.selectFrom('tokenKey').selectAll().orderBy('seq', 'desc').execute()
  if (rows.length > 0)
    return rows.map((row) => {
      const key = keyring.open(row, tokenPurpose(row.id))
      if (key.length !== keyBytes) throw damaged(tokenPurpose(row.id))
      return { id: row.id, key, ...present({ createdAt: row.createdAt }) }
    })
  return [await addTokenKey(db, keyring, Date.now())]
}

/** Makes a key that seals session tokens from now on. Runs in a transaction. */
export async function addTokenKey(db: Kysely<Schema>, keyring: Keyring, now: number): Promise<TokenKey> {
  const made = { id: newId(), key: randomBytes(keyBytes), createdAt: now }
  await db
    .insertInto('tokenKey')
    .values({ id: made.id, createdAt: now, ...keyring.seal(made.key, tokenPurpose(made.id)) })
    .execute()
  return made
}

/** Runs in a transaction. */
export async function forgetTokenKeys(db: Kysely<Schema>, keys: readonly TokenKey[]): Promise<void> {
  for (const { id } of keys) await db.deleteFrom('tokenKey').where('id', '=', id).execute()
}

function damaged(what: string): StoreError {
  return new StoreError(
    'Corrupt',
    `What the store sealed as ${what} cannot be opened: the database was changed or damaged.`,
  )
}

function wrapPurpose(id: string): string {
  return `dataKey:${id}`
}

function tokenPurpose(id: string): string {
  return `tokenKey:${id}`
}

function newId(): string {
  return randomBytes(4).toString('hex')
}
