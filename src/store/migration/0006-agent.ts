import type { Kysely } from 'kysely'
import type { Ddl, Migration } from '../migration.ts'

export const agent: Migration = { version: 6, name: 'agent', up }

async function up(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'instance')
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('region', ddl.text, (column) => column.notNull())
    .addColumn('name', ddl.text)
    .addColumn('profileId', ddl.text, (column) => column.notNull())
    .addColumn('profileArn', ddl.text, (column) => column.notNull())
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .addColumn('sessionSeconds', ddl.integer, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addColumn('createdBy', ddl.text, (column) => column.notNull())
    .addColumn('joinHash', ddl.text)
    .addColumn('joinExpiresAt', ddl.integer)
    .addColumn('joinUsedAt', ddl.integer)
    .addColumn('publicKey', ddl.text)
    .addColumn('joinedAt', ddl.integer)
    .addColumn('address', ddl.text)
    .addColumn('moment', ddl.integer)
    .addColumn('sessionId', ddl.text)
    .execute()
  await db.schema.createIndex('instanceOfAccount').on('instance').columns(['account', 'id']).execute()
}
