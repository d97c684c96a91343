import { AsyncLocalStorage } from 'node:async_hooks'
import type { Accessed, AuditRecord, IssuedSession, LastUsed, SubjectSeen } from './entity.ts'

/** What is to be written, and how much of it there is. */
export interface Batch {
  readonly records: readonly AuditRecord[]
  readonly sessions: readonly IssuedSession[]
  readonly subjects: readonly SubjectSeen[]
  readonly uses: ReadonlyMap<string, LastUsed>
}

/** What tables know of last uses that are not written yet. */
export interface WaitingUses {
  /** The last use of an id that waits. */
  use(id: string): LastUsed | undefined
  /** The actions that an owner called last, as far as they wait. */
  actionsOf(ownerId: string): readonly Accessed[]
}

/**
 * Records, sessions and last uses that wait to be written together.
 * INVARIANT: a record or a session leaves only when it is written; when too many wait, the next is refused, never dropped.
 */
export class Waiting implements WaitingUses {
  /** Milliseconds after which what waits is written at the latest. */
  static readonly window = 200
  /** As many records are written without waiting for more. */
  static readonly enough = 256
  /** The most records of one transaction. */
  static readonly together = 2048
  /** The most records that wait. */
  static readonly most = 50_000
  /** As many records wait before whoever records many of them has to. */
  static readonly plenty = 8192
  readonly #write: (batch: Batch) => Promise<void>
  /** Milliseconds until the writing begins; the rest of the window is for the batch before, and for this one. */
  readonly #delay: number
  #records: AuditRecord[] = []
  #sessions: IssuedSession[] = []
  #subjects: SubjectSeen[] = []
  #uses = new Map<string, LastUsed>()
  /** What is being written. */
  #leaving: Batch = nothing
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  /** How many records were given, and how many of them are written. */
  #given = 0
  #written = 0
  #failure: unknown
  #closed = false
  /** Those who wait until fewer records do. */
  #patient: { readonly go: () => void; readonly fail: (cause: unknown) => void }[] = []
  /** What waits is written by nobody's unit of work, whoever gave it. */
  readonly #outside = AsyncLocalStorage.snapshot()

  /** Takes: what writes a batch, durably and whole; the window. */
  constructor(write: (batch: Batch) => Promise<void>, window: number = Waiting.window) {
    this.#write = write
    this.#delay = window / 4
  }

  /** Errors: throws when records cannot be written and too many wait. */
  record(record: AuditRecord): void {
    if (this.#closed) throw new Error('the store is closed')
    if (this.#records.length + this.#leaving.records.length >= Waiting.most)
      throw new Error(`${Waiting.most} audit records wait and cannot be written`, { cause: this.#failure })
    this.#records.push(record)
    this.#given += 1
    this.#schedule()
  }

  /** Gives: `undefined`, or what to wait for before the next one, which fails when writing does. Errors: as `record`. */
  recordData(record: AuditRecord): Promise<void> | undefined {
    this.record(record)
    if (this.#records.length + this.#leaving.records.length < Waiting.plenty) return undefined
    const waits = new Promise<void>((go, fail) => this.#patient.push({ go, fail }))
    // Whoever does not wait need not hear of it either.
    waits.catch(() => undefined)
    return waits
  }

  /** Errors: as `record`. */
  issued(session: IssuedSession): void {
    if (this.#closed) throw new Error('the store is closed')
    if (this.#sessions.length + this.#leaving.sessions.length >= Waiting.most)
      throw new Error(`${Waiting.most} sessions wait and cannot be written`, { cause: this.#failure })
    this.#sessions.push(session)
    this.#schedule()
  }

  /** Errors: as `record`. */
  seen(subject: SubjectSeen): void {
    if (this.#closed) throw new Error('the store is closed')
    if (this.#subjects.length + this.#leaving.subjects.length >= Waiting.most)
      throw new Error(`${Waiting.most} subjects wait and cannot be written`, { cause: this.#failure })
    this.#subjects.push(subject)
    this.#schedule()
  }

  used(id: string, use: LastUsed): void {
    const known = this.use(id)
    if (this.#closed || (known !== undefined && known.at > use.at)) return
    this.#uses.set(id, use)
    this.#schedule()
  }

  use(id: string): LastUsed | undefined {
    return this.#uses.get(id) ?? this.#leaving.uses.get(id)
  }

  actionsOf(ownerId: string): readonly Accessed[] {
    const prefix = `${ownerId}/`
    const own = [...this.#leaving.uses, ...this.#uses].filter(([id]) => id.startsWith(prefix))
    const latest = [...new Map(own)]
    return latest.map(([id, { at, region }]) => ({ action: id.slice(prefix.length), at, region }))
  }

  /** Writes all that waits now. Errors: what the writing throws; what was not written still waits. */
  async flush(): Promise<void> {
    const wanted = this.#given
    await this.#running?.catch(() => undefined)
    if (this.#someWait()) await this.#run()
    while (this.#written < wanted) await this.#run()
  }

  /** Writes all that waits, and takes no more. */
  async close(): Promise<void> {
    this.#closed = true
    try {
      await this.flush()
    } finally {
      clearTimeout(this.#timer)
    }
  }

  #someWait(): boolean {
    return this.#records.length > 0 || this.#sessions.length > 0 || this.#subjects.length > 0 || this.#uses.size > 0
  }

  #schedule(): void {
    if (this.#running !== undefined || this.#closed) return
    if (this.#records.length >= Waiting.enough && this.#failure === undefined) void this.#runQuietly()
    else this.#timer ??= setTimeout(() => void this.#runQuietly(), this.#delay)
  }

  async #runQuietly(): Promise<void> {
    await this.#run().catch(() => undefined)
  }

  #run(): Promise<void> {
    this.#running ??= this.#outside(() => this.#writeAll()).finally(() => {
      this.#running = undefined
      if (this.#someWait()) this.#schedule()
    })
    return this.#running
  }

  async #writeAll(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const records = this.#records.slice(0, Waiting.together)
    const [sessions, subjects, uses] = [this.#sessions, this.#subjects, this.#uses]
    this.#records = this.#records.slice(Waiting.together)
    this.#sessions = []
    this.#subjects = []
    this.#uses = new Map()
    this.#leaving = { records, sessions, subjects, uses }
    try {
      await this.#write(this.#leaving)
      this.#written += records.length
      this.#failure = undefined
    } catch (cause) {
      this.#failure = cause
      this.#records = [...records, ...this.#records]
      this.#sessions = [...sessions, ...this.#sessions]
      this.#subjects = [...subjects, ...this.#subjects]
      this.#uses = new Map([...uses, ...this.#uses])
      // What they gave still waits; but nobody knows how long.
      for (const { fail } of this.#patient.splice(0)) fail(cause)
      throw cause
    } finally {
      this.#leaving = nothing
    }
    if (this.#records.length < Waiting.plenty) for (const { go } of this.#patient.splice(0)) go()
  }
}

const nothing: Batch = { records: [], sessions: [], subjects: [], uses: new Map() }
