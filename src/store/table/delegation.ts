import type { Kysely } from 'kysely'
import type { Delegation } from '../entity.ts'
import type { DelegationColumns, Schema } from '../schema.ts'
import type { DelegationTable } from '../store.ts'
import { nullable, present } from './column.ts'
import { pageOf } from './named.ts'

export function delegationTable(db: Kysely<Schema>): DelegationTable {
  return {
    async add(delegation) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('delegation')
        .values(columnsOf(delegation))
        .onConflict((conflict) => conflict.columns(['requestor', 'workflow']).doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },
    async byId(id) {
      const row = await db.selectFrom('delegation').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : delegationOf(row)
    },
    async list(ownerAccount, { ownerArn, ...page }) {
      let query = db.selectFrom('delegation').selectAll().where('ownerAccount', '=', ownerAccount)
      query = ownerArn === undefined ? query.where('ownerArn', 'is not', null) : query.where('ownerArn', '=', ownerArn)
      if (page.after !== undefined) query = query.where('id', '>', page.after)
      const found = await query
        .orderBy('id')
        .limit(page.limit + 1)
        .execute()
      return pageOf(found, page, delegationOf)
    },
    async update(delegation) {
      const { id, ownerAccount, ownerArn, state, detail, updatedAt, expiresAt } = columnsOf(delegation)
      const query = db.updateTable('delegation').set({ ownerAccount, ownerArn, state, detail, updatedAt, expiresAt })
      return (await query.where('id', '=', id).executeTakeFirstOrThrow()).numUpdatedRows === 1n
    },
  }
}

function columnsOf({ ownerAccount, ownerArn, detail, ...delegation }: Delegation): DelegationColumns {
  return { ...delegation, detail: JSON.stringify(detail), ...nullable({ ownerAccount, ownerArn }) }
}

function delegationOf({ ownerAccount, ownerArn, detail, ...row }: DelegationColumns): Delegation {
  // Only `columnsOf` writes the column.
  return { ...row, detail: JSON.parse(detail) as Delegation['detail'], ...present({ ownerAccount, ownerArn }) }
}
