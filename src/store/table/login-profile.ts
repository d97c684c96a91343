import type { Kysely } from 'kysely'
import type { LoginProfile } from '../entity.ts'
import type { LoginProfileColumns, Schema } from '../schema.ts'
import type { LoginProfileTable } from '../store.ts'

export function loginProfileTable(db: Kysely<Schema>): LoginProfileTable {
  return {
    async add(profile) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('loginProfile')
        .values(columnsOf(profile))
        .onConflict((conflict) => conflict.column('userId').doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },
    async ofUser(userId) {
      const row = await db.selectFrom('loginProfile').selectAll().where('userId', '=', userId).executeTakeFirst()
      return row === undefined ? undefined : profileOf(row)
    },
    async update(profile) {
      const { userId, account, ...columns } = columnsOf(profile)
      const query = db.updateTable('loginProfile').set(columns)
      const done = await query.where('userId', '=', userId).where('account', '=', account).executeTakeFirstOrThrow()
      return done.numUpdatedRows === 1n
    },
    async remove(userId) {
      const query = db.deleteFrom('loginProfile').where('userId', '=', userId)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

function columnsOf({ earlier, resetRequired, ...profile }: LoginProfile): LoginProfileColumns {
  const { account, userId, hash, createdAt, changedAt } = profile
  return {
    userId,
    account,
    hash,
    earlier: JSON.stringify(earlier),
    resetRequired: resetRequired ? 1 : 0,
    createdAt,
    changedAt,
  }
}

function profileOf({ account, userId, hash, createdAt, changedAt, ...row }: LoginProfileColumns): LoginProfile {
  // Only `columnsOf` writes the column.
  const earlier = JSON.parse(row.earlier) as readonly string[]
  return { account, userId, hash, earlier, resetRequired: row.resetRequired === 1, createdAt, changedAt }
}
