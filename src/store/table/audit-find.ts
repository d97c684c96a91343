import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { AuditPage, AuditPlace, AuditQuery } from '../entity.ts'
import type { Schema } from '../schema.ts'
import { recordOf } from './audit-row.ts'

type Selecting<Row> = SelectQueryBuilder<Schema, 'auditRecord', Row>

/** Records may be written so much later than they say, in milliseconds. */
const skew = 600_000

/**
 * Finds records: of one account by time, of all by the order of recording.
 * Gives: where to go on, even when nothing was found among those that were looked at.
 */
export async function findRecords(db: Kysely<Schema>, asked: AuditQuery): Promise<AuditPage> {
  const limits = await bounds(db, asked)
  if (limits === undefined) return { records: [] }
  const filtered = filter(within(db.selectFrom('auditRecord').selectAll(), asked, limits), asked)
  const records = (await ordered(filtered, asked).limit(asked.limit).execute()).map(recordOf)
  const last = records.length < asked.limit ? limits.end : records.at(-1)
  return { records, ...(last === undefined ? {} : { next: { at: last.at, seq: last.seq } }) }
}

/** Where the records end that are looked at this time; absent: where all end. */
interface Bounds {
  readonly end?: AuditPlace
  /** Of all accounts: the numbers between which the times lie. */
  readonly firstSeq?: number
  readonly lastSeq?: number
}

/** Gives: `undefined` when there is nothing to look at. */
async function bounds(db: Kysely<Schema>, asked: AuditQuery): Promise<Bounds | undefined> {
  const byTime: Bounds = asked.account === undefined ? await seqBounds(db, asked) : {}
  if (asked.scan === undefined) return byTime
  const places = within(db.selectFrom('auditRecord').select(['at', 'seq']), asked, byTime)
  const end = await ordered(places, asked).offset(asked.scan).limit(1).executeTakeFirst()
  return end === undefined ? byTime : { ...byTime, end }
}

/** What narrows down which records are looked at, by an index alone. */
function within<Row>(query: Selecting<Row>, asked: AuditQuery, { end, firstSeq, lastSeq }: Bounds): Selecting<Row> {
  const { account, from, to, after } = asked
  let narrowed = query
  if (account !== undefined) {
    narrowed = narrowed.where('account', '=', account)
    if (from !== undefined) narrowed = narrowed.where('at', '>=', from)
    if (to !== undefined) narrowed = narrowed.where('at', '<=', to)
  }
  if (firstSeq !== undefined) narrowed = narrowed.where('seq', '>=', firstSeq)
  if (lastSeq !== undefined) narrowed = narrowed.where('seq', '<=', lastSeq)
  const oldest = asked.order === 'oldest'
  if (after !== undefined)
    narrowed = beyond(narrowed, after, { byTime: account !== undefined, oldest, included: false })
  if (end !== undefined)
    narrowed = beyond(narrowed, end, { byTime: account !== undefined, oldest: !oldest, included: true })
  return narrowed
}

interface Beyond {
  readonly byTime: boolean
  readonly oldest: boolean
  readonly included: boolean
}

function beyond<Row>(
  query: Selecting<Row>,
  { at, seq }: AuditPlace,
  { byTime, oldest, included }: Beyond,
): Selecting<Row> {
  const [strictly, loosely] = oldest ? (['>', '>='] as const) : (['<', '<='] as const)
  const bySeq = included ? loosely : strictly
  if (!byTime) return query.where('seq', bySeq, seq)
  return query
    .where('at', loosely, at)
    .where(({ eb, or, and }) => or([eb('at', strictly, at), and([eb('at', '=', at), eb('seq', bySeq, seq)])]))
}

function filter<Row>(query: Selecting<Row>, asked: AuditQuery): Selecting<Row> {
  const { account, category, from, to, equal = {}, readOnly, refused, denied } = asked
  let filtered = query
  if (account === undefined && from !== undefined) filtered = filtered.where('at', '>=', from)
  if (account === undefined && to !== undefined) filtered = filtered.where('at', '<=', to)
  if (category !== undefined) filtered = filtered.where('category', '=', category === 'data' ? 1 : 0)
  if (readOnly !== undefined) filtered = filtered.where('readOnly', '=', readOnly ? 1 : 0)
  if (refused !== undefined) filtered = filtered.where('errorCode', refused ? 'is not' : 'is', null)
  if (denied === true)
    filtered = filtered.where(({ eb, or }) =>
      or([
        eb('errorCode', 'is not', null),
        eb('decisions', 'like', '%":"implicitDeny"%'),
        eb('decisions', 'like', '%":"explicitDeny"%'),
      ]),
    )
  for (const [column, value] of Object.entries(equal) as [keyof typeof equal, string][])
    filtered = filtered.where(column, '=', value)
  return filtered
}

function ordered<Row>(query: Selecting<Row>, { account, order }: AuditQuery): Selecting<Row> {
  const direction = order === 'oldest' ? 'asc' : 'desc'
  return account === undefined
    ? query.orderBy('seq', direction)
    : query.orderBy('at', direction).orderBy('seq', direction)
}

/** Numbers rise with time, nearly; so what lies between two times is found by halving. */
async function seqBounds(db: Kysely<Schema>, { from, to }: AuditQuery): Promise<Bounds> {
  return {
    ...(from === undefined ? {} : { firstSeq: await firstSince(db, from - skew) }),
    ...(to === undefined ? {} : { lastSeq: await firstSince(db, to + skew) }),
  }
}

/** The number of the first record since a moment; of none, the one after the last. */
async function firstSince(db: Kysely<Schema>, moment: number): Promise<number> {
  const place = db.selectFrom('auditRecord').select(['seq', 'at'])
  const first = await place.orderBy('seq').limit(1).executeTakeFirst()
  const last = await place.orderBy('seq', 'desc').limit(1).executeTakeFirst()
  let [low, high] = [first?.seq ?? 0, (last?.seq ?? 0) + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = await place.where('seq', '>=', middle).orderBy('seq').limit(1).executeTakeFirst()
    if (row === undefined || row.at >= moment) high = middle
    else low = Math.max(row.seq, middle) + 1
  }
  return low
}
