import type { Kysely } from 'kysely'
import type { Ddl, Migration } from '../migration.ts'

export const rolesAnywhere: Migration = { version: 7, name: 'roles-anywhere', up }

async function up(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await regional(db, ddl, 'trustAnchor')
    .addColumn('certificates', ddl.text, (column) => column.notNull())
    .addColumn('notifications', ddl.text, (column) => column.notNull())
    .execute()
  await regional(db, ddl, 'rolesAnywhereProfile')
    .addColumn('createdBy', ddl.text, (column) => column.notNull())
    .addColumn('roleArns', ddl.text, (column) => column.notNull())
    .addColumn('managedPolicyArns', ddl.text, (column) => column.notNull())
    .addColumn('sessionPolicy', ddl.text)
    .addColumn('durationSeconds', ddl.integer, (column) => column.notNull())
    .addColumn('requireInstanceProperties', ddl.integer, (column) => column.notNull())
    .addColumn('acceptRoleSessionName', ddl.integer, (column) => column.notNull())
    .addColumn('mappings', ddl.text, (column) => column.notNull())
    .execute()
  await regional(db, ddl, 'certificateList')
    .addColumn('trustAnchorId', ddl.text, (column) =>
      column.notNull().references('trustAnchor.id').onDelete('restrict'),
    )
    .addColumn('data', ddl.bytes, (column) => column.notNull())
    .execute()
  await placed(db, ddl, 'subject')
    .addColumn('x509Subject', ddl.text, (column) => column.notNull())
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .addColumn('lastSeenAt', ddl.integer, (column) => column.notNull())
    .addColumn('credentials', ddl.text, (column) => column.notNull())
    .addColumn('instanceProperties', ddl.text, (column) => column.notNull())
    .addUniqueConstraint('subjectName', ['account', 'region', 'x509Subject'])
    .execute()
  for (const table of ['trustAnchor', 'rolesAnywhereProfile', 'certificateList', 'subject'])
    await db.schema.createIndex(`${table}OfPlace`).on(table).columns(['account', 'region', 'id']).execute()
  await db.schema.createIndex('certificateListOfAnchor').on('certificateList').column('trustAnchorId').execute()
}

function placed(db: Kysely<unknown>, ddl: Ddl, name: string) {
  return ddl
    .table(db, name)
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('region', ddl.text, (column) => column.notNull())
    .addColumn('enabled', ddl.integer, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addColumn('updatedAt', ddl.integer, (column) => column.notNull())
}

function regional(db: Kysely<unknown>, ddl: Ddl, name: string) {
  return placed(db, ddl, name)
    .addColumn('name', ddl.text, (column) => column.notNull())
    .addColumn('tags', ddl.text, (column) => column.notNull())
}
