import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'
import type { SettingTable } from '../store.ts'

export function settingTable(db: Kysely<Schema>): SettingTable {
  const rows = (account: string) => db.selectFrom('setting').selectAll().where('account', '=', account)
  return {
    get: async (account, name) => (await rows(account).where('name', '=', name).executeTakeFirst())?.value,
    async all(account) {
      const found = await rows(account).orderBy('name').execute()
      return new Map(found.map(({ name, value }) => [name, value]))
    },
    async put(account, name, value) {
      await db
        .insertInto('setting')
        .values({ account, name, value })
        .onConflict((conflict) => conflict.columns(['account', 'name']).doUpdateSet({ value }))
        .execute()
    },
    async remove(account, name) {
      const query = db.deleteFrom('setting').where('account', '=', account).where('name', '=', name)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}
