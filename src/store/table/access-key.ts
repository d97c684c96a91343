import type { Kysely } from 'kysely'
import type { AccessKey } from '../entity.ts'
import type { Keyring } from '../keyring.ts'
import type { Row, Schema } from '../schema.ts'
import type { AccessKeyTable } from '../store.ts'
import { present } from './column.ts'

export function accessKeyTable(db: Kysely<Schema>, keyring: Keyring): AccessKeyTable {
  const keyOf = (row: Row<'accessKey'>): AccessKey => ({
    id: row.id,
    account: row.account,
    secret: keyring.open(row, purposeOf(row)).toString('utf8'),
    active: row.active === 1,
    createdAt: row.createdAt,
    ...present({ userId: row.userId }),
  })
  return {
    async add({ id, account, userId, secret, active, createdAt }) {
      const sealed = keyring.seal(Buffer.from(secret, 'utf8'), purposeOf({ id, account }))
      await db
        .insertInto('accessKey')
        .values({ id, account, userId: userId ?? null, active: active ? 1 : 0, createdAt, ...sealed })
        .execute()
    },
    async byId(id) {
      const row = await db.selectFrom('accessKey').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : keyOf(row)
    },
    async ofUser(account, userId) {
      const keys = db.selectFrom('accessKey').selectAll().where('account', '=', account)
      const theirs = userId === undefined ? keys.where('userId', 'is', null) : keys.where('userId', '=', userId)
      return (await theirs.orderBy('seq').execute()).map(keyOf)
    },
    async setActive(id, active) {
      const query = db
        .updateTable('accessKey')
        .set({ active: active ? 1 : 0 })
        .where('id', '=', id)
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n
    },
    async remove(id) {
      const query = db.deleteFrom('accessKey').where('id', '=', id)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

/** What a sealed secret is bound to: it opens nowhere else. */
function purposeOf({ id, account }: { readonly id: string; readonly account: string }): string {
  return `accessKey:${account}:${id}`
}
