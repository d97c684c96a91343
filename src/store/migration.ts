import type { ColumnDataType, CreateTableBuilder, Kysely } from 'kysely'
import { StoreError } from './error.ts'
import { first } from './migration/0001-first.ts'
import { credential } from './migration/0002-credential.ts'
import { federation } from './migration/0003-federation.ts'
import { issuer } from './migration/0004-issuer.ts'
import { session } from './migration/0005-session.ts'
import { agent } from './migration/0006-agent.ts'
import { rolesAnywhere } from './migration/0007-roles-anywhere.ts'
import { gateway } from './migration/0008-gateway.ts'
import { service } from './migration/0009-service.ts'
import { audit } from './migration/0010-audit.ts'
import type { Schema } from './schema.ts'

/** One step from a schema version to the next, run in a transaction. Never changed after it was released. */
export interface Migration {
  readonly version: number
  readonly name: string
  up(db: Kysely<unknown>, ddl: Ddl): Promise<void>
}

/** What the databases spell differently when tables are made. */
export interface Ddl {
  /** Text that is compared and ordered by its bytes. */
  readonly text: ColumnDataType
  /** Whole numbers of at least 53 bits. */
  readonly integer: ColumnDataType
  readonly bytes: ColumnDataType
  /** A primary key that the database counts up. */
  readonly sequence: ColumnDataType
  table(db: Kysely<unknown>, name: string): CreateTableBuilder<string, never>
}

/** All of them, in order. */
export const migrations: readonly Migration[] = [
  first,
  credential,
  federation,
  issuer,
  session,
  agent,
  rolesAnywhere,
  gateway,
  service,
  audit,
]

/** How the steps are run. */
export interface Migrating {
  readonly ddl: Ddl
  /** Whether the database was ever migrated. */
  readonly begun: boolean
  /** Runs `step` in one transaction. */
  transact<T>(step: (db: Kysely<Schema>) => Promise<T>): Promise<T>
}

/**
 * Brings a database to the newest schema.
 * Errors: `NewerSchema` when a newer Cardea wrote it.
 */
export async function migrate(
  { ddl, begun, transact }: Migrating,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  if (!begun) await transact((db) => versionTable(db, ddl))
  const reached = await transact(versionOf)
  const newest = steps.at(-1)?.version ?? 0
  if (reached > newest)
    throw new StoreError(
      'NewerSchema',
      `The store was written by a newer Cardea: its schema is ${reached}, this version knows up to ${newest}. ` +
        'Run the newer version, or restore a copy from before the update.',
    )
  for (const step of steps) if (step.version > reached) await transact((db) => run(db, step, ddl))
}

async function versionTable(db: Kysely<Schema>, ddl: Ddl): Promise<void> {
  await ddl
    .table(db as Kysely<unknown>, 'schemaVersion')
    .addColumn('version', ddl.integer, (column) => column.primaryKey().notNull())
    .addColumn('name', ddl.text, (column) => column.notNull())
    .execute()
}

async function versionOf(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('schemaVersion')
    .select((all) => all.fn.max('version').as('version'))
    .executeTakeFirst()
  return row?.version ?? 0
}

async function run(db: Kysely<Schema>, { version, name, up }: Migration, ddl: Ddl): Promise<void> {
  // A step knows the schema of its own time, which is not the type of today's.
  await up(db as Kysely<unknown>, ddl)
  await db.insertInto('schemaVersion').values({ version, name }).execute()
}
