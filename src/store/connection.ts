import type { Kysely } from 'kysely'
import type { Ddl } from './migration.ts'
import type { Schema } from './schema.ts'

/** An open database, whatever its kind: the one thing that a second kind has to provide. */
export interface Connection {
  readonly ddl: Ddl
  /** Whether it was ever migrated. */
  readonly begun: boolean
  /** Runs `work` on one committed state; refuses to write. */
  read<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T>
  /**
   * Runs `work` in one transaction. Durable when the promise resolves.
   * Takes: `committed`, which is called when it is durable, before anybody else reads or writes.
   */
  write<T>(work: (db: Kysely<Schema>) => Promise<T>, committed?: (value: T) => void): Promise<T>
  /** Waits for what has begun, and lets nothing else begin. */
  close(): Promise<void>
}
