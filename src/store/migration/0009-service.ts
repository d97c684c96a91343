import type { Kysely } from 'kysely'
import type { Ddl, Migration } from '../migration.ts'

export const service: Migration = { version: 9, name: 'service', up }

async function up(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'service')
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('prefix', ddl.text, (column) => column.notNull())
    .addColumn('definition', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addColumn('updatedAt', ddl.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('serviceKey', ['account', 'prefix'])
    .execute()
}
