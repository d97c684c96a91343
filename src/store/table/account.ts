import type { Kysely } from 'kysely'
import type { Account } from '../entity.ts'
import type { Row, Schema } from '../schema.ts'
import type { AccountTable } from '../store.ts'
import { present } from './column.ts'

export function accountTable(db: Kysely<Schema>): AccountTable {
  return {
    async add({ id, name, email, alias, createdAt }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('account')
        .values({ id, name, email, alias: alias ?? null, createdAt })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },
    byId: (id) => one(db, 'id', id),
    byAlias: (alias) => one(db, 'alias', alias),
    list: async () => (await db.selectFrom('account').selectAll().orderBy('seq').execute()).map(accountOf),
    setAlias: (id, alias) => setAlias(db, id, alias),
  }
}

async function one(db: Kysely<Schema>, column: 'id' | 'alias', value: string): Promise<Account | undefined> {
  const row = await db.selectFrom('account').selectAll().where(column, '=', value).executeTakeFirst()
  return row === undefined ? undefined : accountOf(row)
}

async function setAlias(db: Kysely<Schema>, id: string, alias: string | undefined): Promise<boolean> {
  let query = db
    .updateTable('account')
    .set({ alias: alias ?? null })
    .where('id', '=', id)
  if (alias !== undefined)
    query = query.where(({ not, exists }) =>
      not(
        exists(
          db
            .selectFrom('account as other')
            .select('other.id')
            .where('other.alias', '=', alias)
            .where('other.id', '<>', id),
        ),
      ),
    )
  if ((await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n) return true
  if ((await one(db, 'id', id)) === undefined) throw new Error(`account ${id} is not there`)
  return false
}

function accountOf({ id, name, email, alias, createdAt }: Row<'account'>): Account {
  return { id, name, email, createdAt, ...present({ alias }) }
}
