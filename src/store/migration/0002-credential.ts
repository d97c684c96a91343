import type { Kysely } from 'kysely'
import type { Ddl, Migration } from '../migration.ts'

export const credential: Migration = { version: 2, name: 'credential', up }

async function up(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await passwords(db, ddl)
  await mfaDevices(db, ddl)
  await userKeys(db, ddl)
  await serverCertificates(db, ddl)
  await serviceCredentials(db, ddl)
}

async function passwords(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'loginProfile')
    .addColumn('userId', ddl.text, (column) => column.primaryKey().notNull().references('user.id').onDelete('restrict'))
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('hash', ddl.text, (column) => column.notNull())
    .addColumn('earlier', ddl.text, (column) => column.notNull())
    .addColumn('resetRequired', ddl.integer, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addColumn('changedAt', ddl.integer, (column) => column.notNull())
    .execute()
  await ddl
    .table(db, 'passwordPolicy')
    .addColumn('account', ddl.text, (column) =>
      column.primaryKey().notNull().references('account.id').onDelete('restrict'),
    )
    .addColumn('minimumLength', ddl.integer, (column) => column.notNull())
    .addColumn('requireSymbols', ddl.integer, (column) => column.notNull())
    .addColumn('requireNumbers', ddl.integer, (column) => column.notNull())
    .addColumn('requireUppercase', ddl.integer, (column) => column.notNull())
    .addColumn('requireLowercase', ddl.integer, (column) => column.notNull())
    .addColumn('usersMayChange', ddl.integer, (column) => column.notNull())
    .addColumn('maxAge', ddl.integer)
    .addColumn('reusePrevention', ddl.integer)
    .addColumn('hardExpiry', ddl.integer)
    .execute()
}

async function mfaDevices(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'mfaDevice')
    .addColumn('serial', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('serialKey', ddl.text, (column) => column.notNull().unique())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('kind', ddl.text, (column) => column.notNull())
    .addColumn('userId', ddl.text, (column) => column.references('user.id').onDelete('restrict'))
    .addColumn('enabledAt', ddl.integer)
    .addColumn('dataKey', ddl.text, (column) => column.references('dataKey.id').onDelete('restrict'))
    .addColumn('sealed', ddl.bytes)
    .addColumn('lastStep', ddl.integer)
    .addColumn('drift', ddl.integer, (column) => column.notNull())
    .addColumn('certifications', ddl.text)
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .execute()
  await db.schema.createIndex('mfaDeviceOfAccount').on('mfaDevice').columns(['account', 'serialKey']).execute()
  await db.schema.createIndex('mfaDeviceOfUser').on('mfaDevice').columns(['account', 'userId']).execute()
}

async function userKeys(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'sshPublicKey')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull().unique())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('userId', ddl.text, (column) => column.notNull().references('user.id').onDelete('restrict'))
    .addColumn('fingerprint', ddl.text, (column) => column.notNull())
    .addColumn('body', ddl.text, (column) => column.notNull())
    .addColumn('active', ddl.integer, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addUniqueConstraint('sshPublicKeyOfUser', ['userId', 'fingerprint'])
    .execute()
  await ddl
    .table(db, 'signingCertificate')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull().unique())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('userId', ddl.text, (column) => column.references('user.id').onDelete('restrict'))
    .addColumn('fingerprint', ddl.text, (column) => column.notNull())
    .addColumn('body', ddl.text, (column) => column.notNull())
    .addColumn('active', ddl.integer, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addUniqueConstraint('signingCertificateOnce', ['account', 'fingerprint'])
    .execute()
  await db.schema
    .createIndex('signingCertificateOfUser')
    .on('signingCertificate')
    .columns(['account', 'userId'])
    .execute()
}

async function serverCertificates(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'serverCertificate')
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('name', ddl.text, (column) => column.notNull())
    .addColumn('nameKey', ddl.text, (column) => column.notNull())
    .addColumn('path', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addUniqueConstraint('serverCertificateName', ['account', 'nameKey'])
    .addColumn('body', ddl.text, (column) => column.notNull())
    .addColumn('chain', ddl.text)
    .addColumn('expiresAt', ddl.integer, (column) => column.notNull())
    .addColumn('dataKey', ddl.text, (column) => column.notNull().references('dataKey.id').onDelete('restrict'))
    .addColumn('sealed', ddl.bytes, (column) => column.notNull())
    .addColumn('tags', ddl.text, (column) => column.notNull())
    .execute()
}

async function serviceCredentials(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db, 'serviceCredential')
    .addColumn('seq', ddl.sequence, (column) => column.primaryKey())
    .addColumn('id', ddl.text, (column) => column.notNull().unique())
    .addColumn('account', ddl.text, (column) => column.notNull().references('account.id').onDelete('restrict'))
    .addColumn('userId', ddl.text, (column) => column.notNull().references('user.id').onDelete('restrict'))
    .addColumn('service', ddl.text, (column) => column.notNull())
    .addColumn('login', ddl.text, (column) => column.notNull())
    .addColumn('secretHash', ddl.text, (column) => column.notNull())
    .addColumn('active', ddl.integer, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addColumn('expiresAt', ddl.integer)
    .addUniqueConstraint('serviceCredentialLogin', ['service', 'login'])
    .execute()
  await db.schema.createIndex('serviceCredentialOfUser').on('serviceCredential').columns(['userId']).execute()
  await db.schema.createIndex('serviceCredentialOfAccount').on('serviceCredential').columns(['account', 'id']).execute()
}
