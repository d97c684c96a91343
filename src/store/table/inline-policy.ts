import type { Kysely } from 'kysely'
import type { InlinePolicy } from '../entity.ts'
import type { InlinePolicyColumns, Schema } from '../schema.ts'
import type { InlinePolicyTable } from '../store.ts'
import { keyOf, pageOf } from './named.ts'

export function inlinePolicyTable(db: Kysely<Schema>): InlinePolicyTable {
  const ofOwner = (ownerId: string) =>
    db.selectFrom('inlinePolicy').selectAll().where('ownerId', '=', ownerId).orderBy('nameKey').orderBy('name')
  return {
    async put({ account, ownerId, name, document }) {
      await db
        .insertInto('inlinePolicy')
        .values({ account, ownerId, name, nameKey: keyOf(name), document })
        .onConflict((conflict) => conflict.columns(['ownerId', 'name']).doUpdateSet({ document }))
        .execute()
    },
    async get(ownerId, name) {
      const query = db.selectFrom('inlinePolicy').selectAll().where('ownerId', '=', ownerId).where('name', '=', name)
      const row = await query.executeTakeFirst()
      return row === undefined ? undefined : inlinePolicyOf(row)
    },
    async list(ownerId, page) {
      let query = ofOwner(ownerId)
      const { after, limit } = page
      if (after !== undefined)
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('nameKey', 'name'), '>', tuple(keyOf(after), after)),
        )
      return pageOf(await query.limit(limit + 1).execute(), page, inlinePolicyOf)
    },
    all: async (ownerId) => (await ofOwner(ownerId).execute()).map(inlinePolicyOf),
    async remove(ownerId, name) {
      const query = db.deleteFrom('inlinePolicy').where('ownerId', '=', ownerId).where('name', '=', name)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

function inlinePolicyOf({ account, ownerId, name, document }: InlinePolicyColumns): InlinePolicy {
  return { account, ownerId, name, document }
}
