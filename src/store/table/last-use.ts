import type { Kysely } from 'kysely'
import type { LastUsed } from '../entity.ts'
import type { Schema } from '../schema.ts'
import type { LastUseTable } from '../store.ts'
import { present } from './column.ts'

/** Takes: `waiting`, the use of an id that is not written yet. */
export function lastUseTable(
  db: Kysely<Schema>,
  waiting: (id: string) => LastUsed | undefined,
): LastUseTable & { put(id: string, use: LastUsed): Promise<void> } {
  return {
    async get(id) {
      const use = waiting(id)
      if (use !== undefined) return use
      const row = await (isRole(id) ? ofRole(db, id) : ofAccessKey(db, id))
      if (row === undefined || row.lastUsedAt === null || row.lastUsedRegion === null) return undefined
      return { at: row.lastUsedAt, region: row.lastUsedRegion, ...present({ service: row.lastUsedService }) }
    },
    async put(id, { at, region, service }) {
      const use = { lastUsedAt: at, lastUsedRegion: region }
      if (isRole(id)) await db.updateTable('role').set(use).where('id', '=', id).execute()
      else
        await db
          .updateTable('accessKey')
          .set({ ...use, lastUsedService: service ?? null })
          .where('id', '=', id)
          .execute()
    },
  }
}

function isRole(id: string): boolean {
  return id.startsWith('AROA')
}

async function ofRole(db: Kysely<Schema>, id: string) {
  const row = await db
    .selectFrom('role')
    .select(['lastUsedAt', 'lastUsedRegion'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : { ...row, lastUsedService: null }
}

function ofAccessKey(db: Kysely<Schema>, id: string) {
  return db
    .selectFrom('accessKey')
    .select(['lastUsedAt', 'lastUsedRegion', 'lastUsedService'])
    .where('id', '=', id)
    .executeTakeFirst()
}
