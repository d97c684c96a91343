import type { Kysely } from 'kysely'
import type { ServiceTable } from '../entity.ts'
import type { Schema } from '../schema.ts'

export function serviceTable(db: Kysely<Schema>): ServiceTable {
  const rows = (account: string) => db.selectFrom('service').selectAll().where('account', '=', account)
  return {
    async put(service) {
      const { definition, updatedAt } = service
      await db
        .insertInto('service')
        .values(service)
        .onConflict((conflict) => conflict.columns(['account', 'prefix']).doUpdateSet({ definition, updatedAt }))
        .execute()
    },
    byPrefix: (account, prefix) => rows(account).where('prefix', '=', prefix).executeTakeFirst(),
    list: (account) => rows(account).orderBy('prefix').execute(),
    async remove(account, prefix) {
      const query = db.deleteFrom('service').where('account', '=', account).where('prefix', '=', prefix)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}
