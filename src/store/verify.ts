import { setImmediate as turn } from 'node:timers/promises'
import type { Selectable } from 'kysely'
import { auditColumns, genesis, link, linkedText, type Values } from './chain.ts'
import type { Connection } from './connection.ts'
import { type Digest, digestHash, readDigest, type SignedDigest } from './digest.ts'
import { headText, type Notary } from './notary.ts'
import type { AuditRecordColumns } from './schema-audit.ts'
import { verifyTexts } from './verify-text.ts'

/** What came of looking at the whole trail. */
export interface Verification {
  readonly records: number
  readonly digests: number
  /** Records that no digest vouches for yet; the end of the trail does. */
  readonly undigested: number
  /** Empty: all is as it was recorded. */
  readonly problems: readonly TrailProblem[]
}

/** Something that is not as it was recorded. */
export interface TrailProblem {
  readonly kind: 'changed' | 'removed' | 'added' | 'moved' | 'rewritten' | 'digest' | 'end' | 'text'
  /** The hour in which it was recorded, as its digest says. Absent: no digest vouches for it yet. */
  readonly hour?: { readonly startTime: string; readonly endTime: string; readonly digest: number }
  /** The numbers of the records; the same for a single one. */
  readonly firstSeq?: number
  readonly lastSeq?: number
  /** The id of the record, as it says itself. */
  readonly id?: string
  readonly says: string
}

type AuditRow = Selectable<AuditRecordColumns>

const page = 1000
const mostProblems = 1000
/** So many places are tried for records that do not stand where they belong. */
const mostTried = 100_000

/** Reads the digests, then every record in order. Others have their turns meanwhile. */
export async function verifyTrail(connection: Connection, notary: Notary): Promise<Verification> {
  const head = await connection.read((db) => db.selectFrom('auditHead').selectAll().executeTakeFirst())
  const signed = await connection.read((db) => db.selectFrom('auditDigest').selectAll().orderBy('number').execute())
  const walk = new Walk()
  const digests = verifyDigests(signed, notary, walk)
  if (head === undefined || head.mac !== notary.mac(headText(head)))
    walk.tell({ kind: 'end', says: 'the end of the trail, which vouches for the newest records, was changed' })
  const base = digests.findLast(({ kind }) => kind === 'pruned')
  walk.begin(digests, base)
  const end = head?.seq ?? Number.MAX_SAFE_INTEGER
  for (let after = -1; ; ) {
    const rows = await rowsBetween(connection, after, end)
    walk.take(rows)
    after = rows.at(-1)?.seq ?? after
    if (rows.length < page) break
    await turn()
  }
  walk.added(await rowsBeyond(connection))
  if (head !== undefined) walk.end(head)
  await verifyTexts(connection, walk.refs, (problem) => walk.tell(problem))
  const digested = digests.findLast(({ kind }) => kind === 'hour')?.lastSeq ?? 0
  const undigested = Math.max(0, (head?.seq ?? 0) - Math.max(digested, base?.lastSeq ?? 0))
  return { records: walk.records, digests: digests.length, undigested, problems: walk.problems }
}

/** Takes: a record's number, and that of the last one; those that came meanwhile are for the next time. */
function rowsBetween(connection: Connection, after: number, end: number): Promise<readonly AuditRow[]> {
  return connection.read((db) => {
    const query = db.selectFrom('auditRecord').selectAll().where('seq', '>', after).where('seq', '<=', end)
    return query.orderBy('seq').limit(page).execute()
  })
}

/** Records after the end of the trail as it is now: nobody recorded them. */
function rowsBeyond(connection: Connection): Promise<readonly AuditRow[]> {
  return connection.read(async (db) => {
    const head = await db.selectFrom('auditHead').select('seq').executeTakeFirst()
    if (head === undefined) return []
    return db.selectFrom('auditRecord').selectAll().where('seq', '>', head.seq).orderBy('seq').limit(page).execute()
  })
}

function verifyDigests(signed: readonly SignedDigest[], notary: Notary, walk: Walk): readonly Digest[] {
  const digests: Digest[] = []
  let before: SignedDigest | undefined
  for (const one of signed) {
    const wrong = (says: string) => walk.tell({ kind: 'digest', says: `digest ${one.number} ${says}` })
    const digest = readable(one.body)
    if (digest === undefined || !notary.signed(one.body, one.signature, digest.key)) wrong('was changed')
    else {
      if (digest.number !== one.number) wrong(`is number ${digest.number}`)
      if (one.number !== (before?.number ?? 0) + 1) wrong('does not follow the one before it: some were removed')
      else if (digest.previous !== (before === undefined ? '' : digestHash(before)))
        wrong('does not follow the one before it')
      digests.push(digest)
    }
    before = one
  }
  return digests
}

function readable(body: string): Digest | undefined {
  try {
    return readDigest(body)
  } catch {
    return undefined
  }
}

/** Follows the records from one to the next. */
class Walk {
  readonly problems: TrailProblem[] = []
  /** What the records refer to. */
  readonly refs = new Set<string>()
  records = 0
  #hours: readonly Digest[] = []
  #base = 0
  #seq = 0
  /** The link of the record before; `undefined` when that is not known. */
  #chain: string | undefined = genesis
  #tried = 0

  begin(digests: readonly Digest[], base: Digest | undefined): void {
    this.#hours = digests.filter(({ kind }) => kind === 'hour')
    this.#base = this.#seq = base?.lastSeq ?? 0
    this.#chain = base?.endChain ?? genesis
  }

  tell(problem: TrailProblem): void {
    if (this.problems.length < mostProblems) this.problems.push(problem)
  }

  take(rows: readonly AuditRow[]): void {
    this.records += rows.length
    for (const row of rows)
      if (row.seq <= this.#base) this.added([row])
      else this.#follow(row, rows)
  }

  added(rows: readonly AuditRow[]): void {
    for (const row of rows) this.#about('added', row, 'was added')
  }

  end(head: { readonly seq: number; readonly chain: string }): void {
    if (this.#seq < head.seq) this.#missing(this.#seq + 1, head.seq)
    else if (this.#chain !== undefined && this.#chain !== head.chain)
      this.tell({ kind: 'rewritten', says: 'the newest records are not those that the end of the trail vouches for' })
  }

  #follow(row: AuditRow, nearby: readonly AuditRow[]): void {
    if (row.seq > this.#seq + 1) this.#skip(row.seq)
    for (const ref of refsOf(row)) this.refs.add(ref)
    const proven = this.#chain === undefined || row.chain === link(this.#chain, textOf(row, row.seq))
    this.#chain = proven ? row.chain : this.#mend(row, nearby)
    this.#seq = row.seq
    const hour = this.#hourOf(row.seq)
    if (hour?.lastSeq !== row.seq || this.#chain === hour.endChain) return
    const says = `the records of this hour are not those that digest ${hour.number} vouches for`
    this.tell({ kind: 'rewritten', ...timesOf(hour), says })
    this.#chain = undefined
  }

  /** Tells what is wrong with a record that does not follow. Gives: the link that the next one has to follow. */
  #mend(row: AuditRow, nearby: readonly AuditRow[]): string {
    const belongs = this.#belonging(row.seq, nearby)
    if (belongs === undefined) {
      this.#about('changed', row, 'was changed')
      return row.chain
    }
    this.#about('moved', belongs, `belongs in the place of record ${row.seq}`)
    return belongs.chain
  }

  #belonging(seq: number, nearby: readonly AuditRow[]): AuditRow | undefined {
    const chain = this.#chain
    if (chain === undefined) return undefined
    return nearby.find(
      (row) => row.seq !== seq && this.#tried++ < mostTried && row.chain === link(chain, textOf(row, seq)),
    )
  }

  /** Goes on at a record before which others are missing. */
  #skip(to: number): void {
    this.#missing(this.#seq + 1, to - 1)
    this.#chain = this.#hours.find(({ lastSeq }) => lastSeq === to - 1)?.endChain
    this.#seq = to - 1
  }

  #missing(firstSeq: number, lastSeq: number): void {
    for (let from = firstSeq; from <= lastSeq; ) {
      const hour = this.#hourOf(from)
      const to = Math.min(lastSeq, hour?.lastSeq ?? lastSeq)
      const which = from === to ? `record ${from} is missing` : `records ${from} to ${to} are missing`
      this.tell({ kind: 'removed', ...(hour && timesOf(hour)), firstSeq: from, lastSeq: to, says: which })
      from = to + 1
    }
  }

  #about(kind: TrailProblem['kind'], { seq, id }: AuditRow, what: string): void {
    const hour = this.#hourOf(seq)
    const place = { firstSeq: seq, lastSeq: seq, id }
    this.tell({ kind, ...(hour && timesOf(hour)), ...place, says: `record ${seq} ${what}` })
  }

  #hourOf(seq: number): Digest | undefined {
    let [low, high] = [0, this.#hours.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#hours[middle]?.lastSeq ?? 0) < seq) low = middle + 1
      else high = middle
    }
    const hour = this.#hours[low]
    return hour !== undefined && hour.firstSeq <= seq ? hour : undefined
  }
}

function timesOf({ startTime, endTime, number }: Digest): Pick<TrailProblem, 'hour'> {
  return { hour: { startTime, endTime, digest: number } }
}

/** Takes: the place at which the record is thought to stand. */
function textOf(row: AuditRow, seq: number): string {
  const values: Values = auditColumns.map((name) => (name === 'seq' ? seq : row[name]))
  return linkedText(values)
}

function refsOf({ caller, decisions }: AuditRow): readonly string[] {
  const found = decisions?.match(/(?<=")[\w-]{43}(?=")/g) ?? []
  return caller === null ? found : [caller, ...found]
}
