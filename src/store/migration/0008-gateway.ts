import type { Kysely } from 'kysely'
import type { Ddl, Migration } from '../migration.ts'

export const gateway: Migration = { version: 8, name: 'gateway', up }

async function up(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'resource')
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('arn', ddl.text, (column) => column.notNull())
    .addColumn('policy', ddl.text)
    .addColumn('principals', ddl.text)
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .addColumn('updatedAt', ddl.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('resourceKey', ['account', 'arn'])
    .execute()
}
