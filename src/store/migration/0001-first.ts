import type { CreateTableBuilder, Kysely } from 'kysely'
import type { Ddl, Migration } from '../migration.ts'

export const first: Migration = { version: 1, name: 'first', up }

async function up(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await keys(db, ddl)
  await accounts(db, ddl)
  await users(db, ddl)
  await roles(db, ddl)
  await policies(db, ddl)
  await ownedPolicies(db, ddl)
  await accessKeys(db, ddl)
  await audit(db, ddl)
}

async function keys(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'dataKey')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull().unique())
    .addColumn('masterKey', ddl.text, (column) => column.notNull())
    .addColumn('wrapped', ddl.bytes, (column) => column.notNull())
    .execute()
  await ddl
    .table(db, 'tokenKey')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull().unique())
    .addColumn('dataKey', ddl.text, (column) => column.notNull().references('dataKey.id').onDelete('restrict'))
    .addColumn('sealed', ddl.bytes, (column) => column.notNull())
    .execute()
}

async function accounts(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'account')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull().unique())
    .addColumn('name', ddl.text, (column) => column.notNull())
    .addColumn('email', ddl.text, (column) => column.notNull())
    .addColumn('alias', ddl.text, (column) => column.unique())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addColumn('revision', ddl.integer, (column) => column.notNull().defaultTo(0))
    .execute()
  await ddl
    .table(db, 'tally')
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('kind', ddl.text, (column) => column.notNull())
    .addColumn('total', ddl.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('tallyKey', ['account', 'kind'])
    .execute()
  await ddl
    .table(db, 'owner')
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('kind', ddl.text, (column) => column.notNull())
    .execute()
}

/** The columns that users, groups, roles, instance profiles and managed policies share. */
function named(db: Kysely<unknown>, ddl: Ddl, name: string): CreateTableBuilder<string, string> {
  return ddl
    .table(db, name)
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('name', ddl.text, (column) => column.notNull())
    .addColumn('nameKey', ddl.text, (column) => column.notNull())
    .addColumn('path', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addUniqueConstraint(`${name}Name`, ['account', 'nameKey'])
}

async function users(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await named(db, ddl, 'user')
    .addColumn('boundary', ddl.text)
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .addColumn('passwordLastUsedAt', ddl.integer)
    .execute()
  await boundaryIndex(db, 'user')
  await named(db, ddl, 'group').execute()
  await ddl
    .table(db, 'membership')
    .addColumn('userId', ddl.text, (column) => column.notNull().references('user.id').onDelete('restrict'))
    .addColumn('groupId', ddl.text, (column) => column.notNull().references('group.id').onDelete('restrict'))
    .addColumn('userKey', ddl.text, (column) => column.notNull())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addPrimaryKeyConstraint('membershipKey', ['userId', 'groupId'])
    .execute()
  await db.schema.createIndex('membershipOfGroup').on('membership').columns(['groupId', 'userKey']).execute()
}

async function roles(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await named(db, ddl, 'role')
    .addColumn('description', ddl.text)
    .addColumn('maxSessionDuration', ddl.integer, (column) => column.notNull())
    .addColumn('trustPolicy', ddl.text, (column) => column.notNull())
    .addColumn('trustPrincipals', ddl.text, (column) => column.notNull())
    .addColumn('boundary', ddl.text)
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .addColumn('lastUsedAt', ddl.integer)
    .addColumn('lastUsedRegion', ddl.text)
    .execute()
  await boundaryIndex(db, 'role')
  await named(db, ddl, 'instanceProfile')
    .addColumn('roleId', ddl.text, (column) => column.references('role.id').onDelete('restrict'))
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .execute()
  await db.schema.createIndex('instanceProfileOfRole').on('instanceProfile').columns(['roleId', 'nameKey']).execute()
}

async function boundaryIndex(db: Kysely<unknown>, table: 'user' | 'role'): Promise<void> {
  await db.schema
    .createIndex(`${table}Boundary`)
    .on(table)
    .columns(['account', 'boundary'])
    .where('boundary', 'is not', null)
    .execute()
}

async function policies(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await named(db, ddl, 'policy')
    .addColumn('description', ddl.text)
    .addColumn('updatedAt', ddl.integer, (column) => column.notNull())
    .addColumn('defaultVersion', ddl.integer, (column) => column.notNull())
    .addColumn('nextVersion', ddl.integer, (column) => column.notNull())
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .execute()
  await ddl
    .table(db, 'policyVersion')
    .addColumn('policyId', ddl.text, (column) => column.notNull().references('policy.id').onDelete('restrict'))
    .addColumn('version', ddl.integer, (column) => column.notNull())
    .addColumn('document', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('policyVersionKey', ['policyId', 'version'])
    .execute()
}

async function ownedPolicies(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'inlinePolicy')
    .addColumn('ownerId', ddl.text, (column) => column.notNull().references('owner.id').onDelete('restrict'))
    .addColumn('name', ddl.text, (column) => column.notNull())
    .addColumn('nameKey', ddl.text, (column) => column.notNull())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('document', ddl.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('inlinePolicyKey', ['ownerId', 'name'])
    .execute()
  await db.schema.createIndex('inlinePolicyByName').on('inlinePolicy').columns(['ownerId', 'nameKey', 'name']).execute()
  await ddl
    .table(db, 'attachment')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('ownerKind', ddl.text, (column) => column.notNull())
    .addColumn('ownerId', ddl.text, (column) => column.notNull().references('owner.id').onDelete('restrict'))
    .addColumn('policyArn', ddl.text, (column) => column.notNull())
    .addColumn('attachedAt', ddl.integer, (column) => column.notNull())
    .addUniqueConstraint('attachmentKey', ['ownerId', 'policyArn'])
    .execute()
  await db.schema
    .createIndex('attachmentOfPolicy')
    .on('attachment')
    .columns(['account', 'policyArn', 'ownerKind', 'ownerId'])
    .execute()
}

async function accessKeys(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'accessKey')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull().unique())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('userId', ddl.text, (column) => column.references('user.id').onDelete('restrict'))
    .addColumn('dataKey', ddl.text, (column) => column.notNull().references('dataKey.id').onDelete('restrict'))
    .addColumn('sealed', ddl.bytes, (column) => column.notNull())
    .addColumn('active', ddl.integer, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addColumn('lastUsedAt', ddl.integer)
    .addColumn('lastUsedRegion', ddl.text)
    .addColumn('lastUsedService', ddl.text)
    .execute()
  await db.schema.createIndex('accessKeyOfUser').on('accessKey').columns(['account', 'userId']).execute()
}

async function audit(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'auditRecord')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull())
    .addColumn('at', ddl.integer, (column) => column.notNull())
    .addColumn('account', ddl.text)
    .addColumn('principal', ddl.text)
    .addColumn('accessKeyId', ddl.text)
    .addColumn('eventSource', ddl.text, (column) => column.notNull())
    .addColumn('eventName', ddl.text, (column) => column.notNull())
    .addColumn('region', ddl.text)
    .addColumn('sourceIp', ddl.text, (column) => column.notNull())
    .addColumn('userAgent', ddl.text)
    .addColumn('readOnly', ddl.integer, (column) => column.notNull())
    .addColumn('resource', ddl.text)
    .addColumn('request', ddl.text)
    .addColumn('errorCode', ddl.text)
    .addColumn('errorMessage', ddl.text)
    .execute()
  await db.schema.createIndex('auditOfAccount').on('auditRecord').columns(['account', 'at']).execute()
}
