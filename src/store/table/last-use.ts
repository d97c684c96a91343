import type { CompiledQuery, Kysely } from 'kysely'
import type { Accessed, LastUsed } from '../entity.ts'
import type { Schema } from '../schema.ts'
import type { LastUseTable } from '../store.ts'
import type { WaitingUses } from '../waiting.ts'
import { present } from './column.ts'

/** Takes: `waiting`, the uses that are not written yet. */
export function lastUseTable(
  db: Kysely<Schema>,
  waiting: WaitingUses,
): LastUseTable & { put(id: string, use: LastUsed): Promise<void> } {
  // There are many more sessions than keys and roles, so their statement is compiled once.
  let compiled: CompiledQuery | undefined
  const ofSession = () => {
    compiled ??= db.updateTable('session').set({ lastCallAt: 0 }).where('id', '=', '').compile()
    return compiled
  }
  return {
    async get(id) {
      const use = waiting.use(id)
      if (use !== undefined) return use
      const row = await (isRole(id) ? ofRole(db, id) : ofAccessKey(db, id))
      if (row === undefined || row.lastUsedAt === null || row.lastUsedRegion === null) return undefined
      return { at: row.lastUsedAt, region: row.lastUsedRegion, ...present({ service: row.lastUsedService }) }
    },
    async actionsOf(ownerId) {
      const query = db.selectFrom('access').select(['action', 'at', 'region'])
      const rows = await query.where('ownerId', '=', ownerId).orderBy('action').execute()
      const written = rows.map((row): Accessed => ({ ...row }))
      const newer = waiting.actionsOf(ownerId)
      if (newer.length === 0 || !(await isOwner(db, ownerId))) return written
      const merged = new Map([...written, ...newer].map((accessed) => [accessed.action, accessed]))
      return [...merged.values()].sort((left, right) => (left.action < right.action ? -1 : 1))
    },
    async put(id, { at, region, service }) {
      const [ownerId = id, action] = id.split('/', 2)
      if (action !== undefined) return putAction(db, ownerId, { action, at, region })
      const use = { lastUsedAt: at, lastUsedRegion: region }
      if (id.startsWith('ASIA')) await db.executeQuery({ ...ofSession(), parameters: [at, id] })
      else if (isRole(id)) await db.updateTable('role').set(use).where('id', '=', id).execute()
      else
        await db
          .updateTable('accessKey')
          .set({ ...use, lastUsedService: service ?? null })
          .where('id', '=', id)
          .execute()
    },
  }
}

/** Whoever is gone by now called nothing. */
async function putAction(db: Kysely<Schema>, ownerId: string, { action, at, region }: Accessed): Promise<void> {
  await db
    .insertInto('access')
    .columns(['ownerId', 'action', 'at', 'region'])
    .expression((on) =>
      on
        .selectFrom('owner')
        .select(({ ref, val }) => [
          ref('owner.id').as('ownerId'),
          val(action).as('action'),
          val(at).as('at'),
          val(region).as('region'),
        ])
        .where('owner.id', '=', ownerId),
    )
    .onConflict((conflict) => conflict.columns(['ownerId', 'action']).doUpdateSet({ at, region }))
    .execute()
}

async function isOwner(db: Kysely<Schema>, id: string): Promise<boolean> {
  return (await db.selectFrom('owner').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
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
