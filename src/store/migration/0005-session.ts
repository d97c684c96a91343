import type { Kysely } from 'kysely'
import type { Ddl, Migration } from '../migration.ts'

export const session: Migration = { version: 5, name: 'session', up }

async function up(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'session')
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('account', ddl.text, (column) => column.notNull())
    .addColumn('kind', ddl.text, (column) => column.notNull())
    .addColumn('principal', ddl.text, (column) => column.notNull())
    .addColumn('caller', ddl.text, (column) => column.notNull())
    .addColumn('parent', ddl.text)
    .addColumn('sourceIdentity', ddl.text)
    .addColumn('narrowedTo', ddl.text, (column) => column.notNull())
    .addColumn('issuedAt', ddl.integer, (column) => column.notNull())
    .addColumn('expiresAt', ddl.integer, (column) => column.notNull())
    .addColumn('lastCallAt', ddl.integer)
    .execute()
  await db.schema
    .createIndex('sessionByParent')
    .on('session')
    .column('parent')
    .where('parent', 'is not', null)
    .execute()
  await db.schema.createIndex('sessionByExpiry').on('session').column('expiresAt').execute()
  await ddl
    .table(db, 'endedSession')
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('account', ddl.text, (column) => column.notNull())
    .addColumn('endedAt', ddl.integer, (column) => column.notNull())
    .addColumn('expiresAt', ddl.integer, (column) => column.notNull())
    .execute()
  await db.schema.alterTable('tokenKey').addColumn('createdAt', ddl.integer).execute()
}
