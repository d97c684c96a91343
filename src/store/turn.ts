import { AsyncLocalStorage } from 'node:async_hooks'
import type { CompiledQuery } from 'kysely'

/** How a connection's transactions are controlled. */
export interface Control {
  control(command: 'BEGIN' | 'COMMIT' | 'ROLLBACK' | `${'SAVEPOINT' | 'RELEASE' | 'ROLLBACK TO'} unit`): void
  inTransaction(): boolean
}

/**
 * Takes turns on one connection: reads run together, writes run alone.
 * Writes that wait are performed one after the other in one transaction, each in a savepoint of its own, and all their
 * callers hear of it after the one commit.
 * INVARIANT: no read runs while a transaction is open; so no read sees what is not committed.
 * INVARIANT: reads that waited for a group of writes run before the next group; so neither side starves.
 */
export class Turns {
  /** The most writes in one transaction. */
  static readonly most = 64
  readonly #inside = new AsyncLocalStorage<Unit>()
  readonly #writes: Write[] = []
  readonly #reads: (() => void)[] = []
  readonly #connection: Control
  #readers = 0
  #scheduled = false
  /** Whether a group is being performed, or waits for the running reads to end. */
  #writing = false
  #closed = false
  #idle: (() => void) | undefined

  /** Takes: the connection whose turns are taken. */
  constructor(connection: Control) {
    this.#connection = connection
  }

  /** Refuses a query that does not belong to a running unit of work, or that writes in a read. */
  check(query: CompiledQuery): void {
    const unit = this.#inside.getStore()
    if (unit?.open !== true) throw new Error('tables are used outside of the unit of work that they were given to')
    if (!unit.writes && query.query.kind !== 'SelectQueryNode') throw new Error('a read of the store tries to write')
  }

  /** Runs `work` when no write is under way. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    this.#refuse()
    if (this.#writing) await new Promise<void>((go) => this.#reads.push(go))
    else this.#readers += 1
    const unit = { open: true, writes: false }
    try {
      return await this.#inside.run(unit, work)
    } finally {
      unit.open = false
      this.#readers -= 1
      if (this.#readers === 0 && this.#writing) void this.#group()
      this.#tellIdle()
    }
  }

  /**
   * Runs `work` in a transaction.
   * Takes: `committed`, which is called when it is durable, before anybody else has a turn.
   */
  async write<T>(work: () => Promise<T>, committed?: (value: T) => void): Promise<T> {
    this.#refuse()
    const context = AsyncLocalStorage.snapshot()
    return new Promise<T>((resolve, reject) => {
      const perform = async (connection: Control) => {
        const outcome = await this.#perform(connection, () => context(() => this.#unit(work)))
        return {
          commit: () => (outcome.done ? committed?.(outcome.value) : undefined),
          tell: () => (outcome.done ? resolve(outcome.value) : reject(outcome.cause)),
        }
      }
      this.#writes.push({ perform, lose: reject })
      this.#schedule()
    })
  }

  /** Lets nobody else begin, and waits for those who have. */
  async close(): Promise<void> {
    this.#refuse()
    this.#closed = true
    await new Promise<void>((resolve) => {
      this.#idle = resolve
      this.#tellIdle()
    })
  }

  #refuse(): void {
    if (this.#inside.getStore()?.open === true)
      throw new Error('the store is used inside a unit of work: use the tables that the work was given')
    if (this.#closed) throw new Error('the store is closed')
  }

  #tellIdle(): void {
    if (this.#readers === 0 && this.#reads.length === 0 && this.#writes.length === 0 && !this.#writing) this.#idle?.()
  }

  /** The group begins when the events at hand were heard, so that it gathers all the writes that they ask for. */
  #schedule(): void {
    if (this.#scheduled || this.#writing) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#writing = true
      if (this.#readers === 0) void this.#group()
    })
  }

  async #group(): Promise<void> {
    const batch = this.#writes.splice(0, Turns.most)
    const { performed, lost } = await this.#transact(batch)
    for (const { commit } of performed) commit()
    for (const { tell } of performed) tell()
    if (lost !== undefined) for (const { lose } of batch) lose(lost.cause)
    this.#writing = false
    const reads = this.#reads.splice(0)
    this.#readers += reads.length
    for (const go of reads) go()
    if (this.#writes.length > 0) this.#schedule()
    this.#tellIdle()
  }

  /** Performs a batch. Gives what each came to, or why none of it was written. */
  async #transact(batch: readonly Write[]): Promise<{ performed: readonly Performed[]; lost?: { cause: unknown } }> {
    const connection = this.#connection
    try {
      connection.control('BEGIN')
      const performed: Performed[] = []
      for (const { perform } of batch) performed.push(await perform(connection))
      connection.control('COMMIT')
      return { performed }
    } catch (cause) {
      if (connection.inTransaction()) connection.control('ROLLBACK')
      return { performed: [], lost: { cause } }
    }
  }

  async #unit<T>(work: () => Promise<T>): Promise<T> {
    const unit = { open: true, writes: true }
    try {
      return await this.#inside.run(unit, work)
    } finally {
      unit.open = false
    }
  }

  /** Runs one write of a group. Errors: throws only when the whole transaction is lost. */
  async #perform<T>(connection: Control, work: () => Promise<T>): Promise<Outcome<T>> {
    connection.control('SAVEPOINT unit')
    try {
      const value = await work()
      if (!connection.inTransaction()) throw new Error('the transaction ended before its time')
      connection.control('RELEASE unit')
      return { done: true, value }
    } catch (cause) {
      // A full disk or a broken one ends the transaction, not only the statement.
      if (!connection.inTransaction()) throw cause
      connection.control('ROLLBACK TO unit')
      connection.control('RELEASE unit')
      return { done: false, cause }
    }
  }
}

interface Unit {
  open: boolean
  readonly writes: boolean
}

/** A write that waits for its turn. */
interface Write {
  perform(connection: Control): Promise<Performed>
  /** Tells its caller that nothing was written. */
  lose(cause: unknown): void
}

/** A write whose transaction is still open. */
interface Performed {
  commit(): void
  tell(): void
}

type Outcome<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly cause: unknown }
