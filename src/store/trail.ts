import type { Kysely } from 'kysely'
import { genesis } from './chain.ts'
import type { Connection } from './connection.ts'
import { addDigest, type Digest, newestDigest, readDigest, type SignedDigest } from './digest.ts'
import { StoreError } from './error.ts'
import { dayOf } from './known-text.ts'
import { headText, type Notary } from './notary.ts'
import type { Schema } from './schema.ts'
import { type Verification, verifyTrail } from './verify.ts'

/** The audit trail as a whole: what proves it, and how long it is kept. */
export interface Trail {
  /** The keys that signed its digests, by id, as PEM. */
  readonly publicKeys: ReadonlyMap<string, string>
  /**
   * Signs a digest of what was recorded in the hours that are over.
   * Gives: `undefined` when the hour of the last one is not over. Errors: `Corrupt`, when the end of the trail was changed.
   */
  digest(now: number): Promise<Digest | undefined>
  /** Oldest first. */
  digests(page: { readonly after: number; readonly limit: number }): Promise<readonly SignedDigest[]>
  /** Reads the whole trail, and tells all that was changed, removed, added or moved. Cost: linear in what is kept. */
  verify(): Promise<Verification>
  /** Takes out the oldest records, as far as digests vouch for them. Gives: how many. */
  prune(keeping: Keeping): Promise<number>
}

/** How much of the trail is kept. */
export interface Keeping {
  readonly now: number
  /** Milliseconds. */
  readonly age?: number
  /** Bytes of records. */
  readonly size?: number
}

const hour = 3_600_000
/** So many records are taken out by one transaction. */
const chunk = 5000

export interface TrailParts {
  readonly connection: Connection
  readonly notary: Notary
  /** Writes what waits. */
  flush(): Promise<void>
}

export function createTrail(parts: TrailParts): Trail {
  const { connection, notary, flush } = parts
  let busy: Promise<unknown> = Promise.resolve()
  /** What is looked through is not pruned meanwhile. */
  const alone = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const done = busy.then(work)
    busy = done.catch(() => undefined)
    return done
  }
  return {
    publicKeys: notary.publicKeys,
    async digest(now) {
      await flush()
      return connection.write((db) => digestUntil(db, notary, Math.floor(now / hour) * hour))
    },
    digests: ({ after, limit }) =>
      connection.read((db) =>
        db.selectFrom('auditDigest').selectAll().where('number', '>', after).orderBy('number').limit(limit).execute(),
      ),
    async verify() {
      await flush()
      return alone(() => verifyTrail(connection, notary))
    },
    async prune(keeping) {
      await flush()
      return alone(() => prune(parts, keeping))
    },
  }
}

async function digestUntil(db: Kysely<Schema>, notary: Notary, end: number): Promise<Digest | undefined> {
  const head = await db.selectFrom('auditHead').selectAll().executeTakeFirst()
  if (head === undefined || head.mac !== notary.mac(headText(head)))
    throw new StoreError('Corrupt', 'The end of the audit trail was changed. Run: cardea audit verify')
  const last = await newestDigest(db, 'hour')
  const start = last === undefined ? await firstHour(db, end) : Date.parse(last.endTime)
  if (start >= end) return undefined
  return addDigest(db, notary, {
    kind: 'hour',
    startTime: new Date(start).toISOString(),
    endTime: new Date(end).toISOString(),
    firstSeq: (last?.lastSeq ?? 0) + 1,
    lastSeq: head.seq,
    startChain: last?.endChain ?? genesis,
    endChain: head.chain,
    bytes: head.bytes,
  })
}

async function firstHour(db: Kysely<Schema>, end: number): Promise<number> {
  const first = await db.selectFrom('auditRecord').select('at').orderBy('seq').limit(1).executeTakeFirst()
  return first === undefined ? end : Math.floor(first.at / hour) * hour
}

async function prune({ connection, notary }: TrailParts, keeping: Keeping): Promise<number> {
  const until = await connection.read((db) => lastToPrune(db, keeping))
  let pruned = 0
  for (let more = until > 0; more; ) {
    const count = await connection.write((db) => pruneChunk(db, notary, { until, now: keeping.now }))
    pruned += count
    more = count > 0
  }
  if (pruned > 0) await connection.write(forgetTexts)
  return pruned
}

/** The last record that need not be kept, by whole digests. Gives: 0 when all are kept. */
async function lastToPrune(db: Kysely<Schema>, { now, age, size }: Keeping): Promise<number> {
  const head = await db.selectFrom('auditHead').select('bytes').executeTakeFirst()
  const rows = await db.selectFrom('auditDigest').select('body').orderBy('number').execute()
  let last = 0
  for (const { body } of rows) {
    const { kind, endTime, lastSeq, bytes } = readDigest(body)
    const old = age !== undefined && Date.parse(endTime) <= now - age
    const large = size !== undefined && (head?.bytes ?? 0) - bytes >= size
    if (kind === 'hour' && (old || large)) last = Math.max(last, lastSeq)
  }
  return last
}

/** INVARIANT: what is taken out is told by a digest of the same transaction. */
async function pruneChunk(
  db: Kysely<Schema>,
  notary: Notary,
  { until, now }: { readonly until: number; readonly now: number },
): Promise<number> {
  const rows = await db
    .selectFrom('auditRecord')
    .select(['seq', 'chain'])
    .where('seq', '<=', until)
    .orderBy('seq')
    .limit(chunk)
    .execute()
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return 0
  const before = await newestDigest(db, 'pruned')
  const at = new Date(now).toISOString()
  await addDigest(db, notary, {
    kind: 'pruned',
    startTime: at,
    endTime: at,
    firstSeq: first.seq,
    lastSeq: last.seq,
    startChain: before?.endChain ?? genesis,
    endChain: last.chain,
    bytes: 0,
  })
  await db.deleteFrom('auditRecord').where('seq', '<=', last.seq).execute()
  return rows.length
}

/** Texts are written anew on each day on which something refers to them; one day more is for what came late. */
async function forgetTexts(db: Kysely<Schema>): Promise<void> {
  const oldest = await db.selectFrom('auditRecord').select('at').orderBy('seq').limit(1).executeTakeFirst()
  if (oldest === undefined) return
  await db
    .deleteFrom('auditText')
    .where('day', '<', dayOf(oldest.at) - 1)
    .execute()
}
