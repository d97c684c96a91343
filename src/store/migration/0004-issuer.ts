import type { Kysely } from 'kysely'
import type { Ddl, Migration } from '../migration.ts'

export const issuer: Migration = { version: 4, name: 'issuer', up }

async function up(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'issuerKey')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull().unique())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('issuer', ddl.text, (column) => column.notNull())
    .addColumn('algorithm', ddl.text, (column) => column.notNull())
    .addColumn('publicKey', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addColumn('dataKey', ddl.text, (column) => column.notNull())
    .addColumn('sealed', ddl.bytes, (column) => column.notNull())
    .execute()
  await db.schema.createIndex('issuerKeyOfIssuer').on('issuerKey').columns(['issuer', 'seq']).execute()
  await db.schema.alterTable('auditRecord').addColumn('errorDetail', ddl.text).execute()
}
