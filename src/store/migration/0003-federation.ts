import type { Kysely } from 'kysely'
import type { Ddl, Migration } from '../migration.ts'

export const federation: Migration = { version: 3, name: 'federation', up }

async function up(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await oidcProviders(db, ddl)
  await samlProviders(db, ddl)
  await settings(db, ddl)
  await tasks(db, ddl)
  await accesses(db, ddl)
  await delegations(db, ddl)
}

async function oidcProviders(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'oidcProvider')
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('name', ddl.text, (column) => column.notNull())
    .addColumn('nameKey', ddl.text, (column) => column.notNull())
    .addColumn('path', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addUniqueConstraint('oidcProviderName', ['account', 'nameKey'])
    .addColumn('clientIds', ddl.text, (column) => column.notNull())
    .addColumn('thumbprints', ddl.text, (column) => column.notNull())
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .execute()
}

async function samlProviders(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'samlProvider')
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('name', ddl.text, (column) => column.notNull())
    .addColumn('nameKey', ddl.text, (column) => column.notNull())
    .addColumn('path', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addUniqueConstraint('samlProviderName', ['account', 'nameKey'])
    .addColumn('metadata', ddl.text, (column) => column.notNull())
    .addColumn('entityId', ddl.text, (column) => column.notNull())
    .addColumn('validUntil', ddl.integer)
    .addColumn('encryption', ddl.text)
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .execute()
  await ddl
    .table(db, 'samlPrivateKey')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull().unique())
    .addColumn('providerId', ddl.text, (column) => column.notNull().references('samlProvider.id').onDelete('cascade'))
    .addColumn('dataKey', ddl.text, (column) => column.notNull().references('dataKey.id').onDelete('restrict'))
    .addColumn('sealed', ddl.bytes, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .execute()
  await db.schema.createIndex('samlPrivateKeyOfProvider').on('samlPrivateKey').columns(['providerId', 'seq']).execute()
}

async function settings(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'setting')
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('name', ddl.text, (column) => column.notNull())
    .addColumn('value', ddl.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('settingKey', ['account', 'name'])
    .execute()
}

async function tasks(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'task')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull().unique())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('kind', ddl.text, (column) => column.notNull())
    .addColumn('result', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .execute()
  await db.schema.createIndex('taskOfAccount').on('task').columns(['account', 'kind', 'seq']).execute()
}

async function accesses(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'access')
    .addColumn('ownerId', ddl.text, (column) => column.notNull().references('owner.id').onDelete('cascade'))
    .addColumn('action', ddl.text, (column) => column.notNull())
    .addColumn('at', ddl.integer, (column) => column.notNull())
    .addColumn('region', ddl.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('accessKey', ['ownerId', 'action'])
    .execute()
}

async function delegations(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'delegation')
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('requestor', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('workflow', ddl.text, (column) => column.notNull())
    .addColumn('ownerAccount', ddl.text)
    .addColumn('ownerArn', ddl.text)
    .addColumn('state', ddl.text, (column) => column.notNull())
    .addColumn('detail', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addColumn('updatedAt', ddl.integer, (column) => column.notNull())
    .addColumn('expiresAt', ddl.integer, (column) => column.notNull())
    .addUniqueConstraint('delegationWorkflow', ['requestor', 'workflow'])
    .execute()
  await db.schema.createIndex('delegationOfOwner').on('delegation').columns(['ownerAccount', 'id']).execute()
}
