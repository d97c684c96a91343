/** All that is SQLite's own: the connection, its settings, Kysely's dialect on it, and how tables are made. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  type Compilable,
  type CompiledQuery,
  type CreateTableBuilder,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type KyselyConfig,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import type { Connection } from './connection.ts'
import { StoreError } from './error.ts'
import type { Ddl } from './migration.ts'
import type { Schema } from './schema.ts'
import { Turns } from './turn.ts'

/**
 * Opens a SQLite database, and makes it when it is not there.
 * Errors: `Corrupt`.
 */
export function connectSqlite(path: string | ':memory:'): Connection {
  try {
    return connected(path)
  } catch (cause) {
    if (saysCorrupt(cause)) throw corrupt(path, cause)
    throw cause
  }
}

/**
 * Holds a lock until it is let go, or until the process ends in any way: the system lets it go then.
 * Takes: the file of the lock, a database of its own; the folder that it stands for.
 * Errors: `Locked`, at once.
 */
export function holdLock(path: string, folder: string): () => void {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    return () => database.close()
  } catch (cause) {
    database.close()
    if (primaryCode(cause) === busy)
      throw new StoreError(
        'Locked',
        `Another process has the store in ${folder} open. Stop it, or use another data folder.`,
        cause,
      )
    if (saysCorrupt(cause)) throw corrupt(path, cause)
    throw cause
  }
}

function connected(path: string): Connection {
  const database = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF')
    inspect(database, path)
    const begun = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schemaVersion'").get() !== undefined
    const statements = new Statements(database)
    const turns = new Turns({
      control: (command) => {
        statements.get(command).statement.run()
      },
      inTransaction: () => database.isTransaction,
    })
    const execute = <R>(query: CompiledQuery): QueryResult<R> => {
      turns.check(query)
      return executed(statements.get(query.sql), query.parameters)
    }
    const db = new Direct({ dialect: dialectOn(execute) }, execute)
    return {
      ddl,
      begun,
      read: (work) => turns.read(() => work(db)),
      write: (work, committed) => turns.write(() => work(db), committed),
      async close() {
        await turns.close()
        database.close()
      },
    }
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** The most bytes of a database that is looked through when it is opened. */
const inspected = 32 * 1024 * 1024

/** Looks for damage, where that takes no time worth mentioning; elsewhere damage is found when it is read. */
function inspect(database: DatabaseSync, path: string): void {
  const size = database.prepare('SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size').get()
  if (Number(size?.['size']) > inspected) return
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (found !== 'ok') throw corrupt(path, new Error(String(found)))
}

function corrupt(path: string, cause: unknown): StoreError {
  return new StoreError(
    'Corrupt',
    `The database ${path} is damaged, or is no database of Cardea. Restore the folder from a copy.`,
    cause,
  )
}

const [busy, damaged, noDatabase] = [5, 11, 26]

/** SQLite's own number of an error. */
function primaryCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined
}

/** Whether an error says that a file is no database, or a damaged one. */
function saysCorrupt(error: unknown): boolean {
  const code = primaryCode(error)
  return code === damaged || code === noDatabase
}

const ddl: Ddl = {
  text: 'text',
  integer: 'integer',
  bytes: 'blob',
  sequence: 'integer',
  table: (db, name): CreateTableBuilder<string, never> => db.schema.createTable(name).modifyEnd(sql`strict`),
}

interface Prepared {
  readonly statement: StatementSync
  /** Whether it answers with rows. */
  readonly reads: boolean
}

/** Prepared statements by their text; the longest unused is forgotten first. */
class Statements {
  static readonly most = 256
  readonly #database: DatabaseSync
  readonly #known = new Map<string, Prepared>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get(text: string): Prepared {
    const known = this.#known.get(text)
    if (known !== undefined) {
      this.#known.delete(text)
      this.#known.set(text, known)
      return known
    }
    const statement = this.#database.prepare(text)
    const made = { statement, reads: statement.columns().length > 0 }
    this.#known.set(text, made)
    const [oldest] = this.#known.keys()
    if (this.#known.size > Statements.most && oldest !== undefined) this.#known.delete(oldest)
    return made
  }
}

type Execute = <R>(query: CompiledQuery) => QueryResult<R>

/** Gives compiled queries to the one connection at once: to take it and give it back costs more than the query. */
class Direct extends Kysely<Schema> {
  readonly #execute: Execute

  constructor(config: KyselyConfig, execute: Execute) {
    super(config)
    this.#execute = execute
  }

  override async executeQuery<R>(query: CompiledQuery<R> | Compilable<R>): Promise<QueryResult<R>> {
    return this.#execute('compile' in query ? query.compile() : query)
  }
}

function dialectOn(execute: Execute): Dialect {
  const connection: DatabaseConnection = {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => execute(query),
    streamQuery: () => {
      throw new Error('queries are not streamed')
    },
  }
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => driverOf(connection),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

function executed<R>({ statement, reads }: Prepared, parameters: readonly unknown[]): QueryResult<R> {
  // The schema's types let only strings, numbers, bytes and null through, and rows have the columns that it names.
  const values = parameters as readonly SQLInputValue[]
  if (reads) return { rows: statement.all(...values) as R[] }
  const { changes } = statement.run(...values)
  return { rows: [], numAffectedRows: BigInt(changes) }
}

/** Transactions belong to the units of work, not to Kysely. */
function driverOf(connection: DatabaseConnection): Driver {
  const refuse = async () => {
    throw new Error('transactions are begun by the store')
  }
  return {
    init: async () => undefined,
    acquireConnection: async () => connection,
    releaseConnection: async () => undefined,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    destroy: async () => undefined,
  }
}
