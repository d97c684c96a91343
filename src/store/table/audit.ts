import type { CompiledQuery, Kysely } from 'kysely'
import { auditColumns, link, linkedText, type Values } from '../chain.ts'
import type { AuditRecord, AuditTable, IdRange, KeptRecord } from '../entity.ts'
import { dayOf, type KnownTexts } from '../known-text.ts'
import { headText, type Notary } from '../notary.ts'
import type { Schema } from '../schema.ts'
import { findRecords } from './audit-find.ts'
import { recordOf, textsOf, valuesOf } from './audit-row.ts'

/** So many records are written by one statement. */
const together = 32
/** So many records with one id are told. */
const mostFound = 10

export interface AuditNeeds {
  readonly notary: Notary
  readonly texts: KnownTexts
}

/** What only the store itself writes is many records at once. */
export function auditTable(
  db: Kysely<Schema>,
  needs: AuditNeeds,
): AuditTable & { appendAll(records: readonly AuditRecord[]): Promise<void> } {
  const appendAll = appender(db, needs)
  return {
    append: (record) => appendAll([record]),
    appendAll,
    async list(account, { before, limit }) {
      const query = { account, limit, ...(before === undefined ? {} : { to: before - 1 }) }
      return (await findRecords(db, query)).records
    },
    find: (query) => findRecords(db, query),
    async byId(id) {
      const query = db.selectFrom('auditRecord').selectAll().where('id', '=', id)
      return (await query.limit(mostFound).execute()).map(recordOf)
    },
    holding: (range) => holding(db, range),
    async since(seq, limit) {
      const query = db.selectFrom('auditRecord').selectAll().where('seq', '>', seq)
      return (await query.orderBy('seq').limit(limit).execute()).map(recordOf)
    },
    newest: async () => (await db.selectFrom('auditHead').select('seq').executeTakeFirst())?.seq ?? 0,
    async texts(refs) {
      if (refs.length === 0) return new Map()
      const query = db.selectFrom('auditText').select(['ref', 'text']).where('ref', 'in', refs)
      return new Map((await query.execute()).map(({ ref, text }) => [ref, text]))
    },
  }
}

/** Records whose ids lie between two; ids that rise with time make it a short look. */
async function holding(db: Kysely<Schema>, { text, first, last }: IdRange): Promise<readonly KeptRecord[]> {
  const query = db.selectFrom('auditRecord').selectAll().where('id', '>=', first).where('id', '<=', last)
  const rows = await query.where('decisions', 'like', `%${text}%`).limit(mostFound).execute()
  return rows.map(recordOf)
}

/** Makes what adds records to the end of the trail. Every call is recorded, so its statements are compiled once. */
function appender(db: Kysely<Schema>, { notary, texts }: AuditNeeds) {
  const statements = statementsOn(db)
  const run = (query: CompiledQuery, parameters: readonly unknown[]) => db.executeQuery({ ...query, parameters })
  return async (records: readonly AuditRecord[]) => {
    if (records.length === 0) return
    const head = await db.selectFrom('auditHead').select(['seq', 'chain', 'bytes']).executeTakeFirstOrThrow()
    let { seq, chain, bytes } = head
    const missing = new Map<string, string>()
    let rows: (string | number | null)[] = []
    let count = 0
    for (const record of records) {
      for (const text of textsOf(record)) texts.gather(text, record.at, missing)
      const values: Values = valuesOf(++seq, record)
      const text = linkedText(values)
      chain = link(chain, text)
      bytes += text.length
      rows.push(...values, chain)
      if (++count < together && seq < head.seq + records.length) continue
      await run(statements.insert(count), rows)
      rows = []
      count = 0
    }
    for (const [ref, text] of missing) await run(statements.keep, [ref, text, dayOf(records[0]?.at ?? 0)])
    texts.wrote(missing.keys())
    await run(statements.move, [seq, chain, bytes, notary.mac(headText({ seq, chain, bytes })), 1])
  }
}

function statementsOn(db: Kysely<Schema>) {
  const inserts = new Map<number, CompiledQuery>()
  const sample = Object.fromEntries([...auditColumns, 'chain'].map((name) => [name, '']))
  return {
    /** Takes: how many rows. */
    insert(count: number): CompiledQuery {
      const known = inserts.get(count)
      if (known !== undefined) return known
      // Only the text of the statement is used, which depends on the names and not on the values.
      const rows = Array.from({ length: count }, () => sample as never)
      const made = db.insertInto('auditRecord').values(rows).compile()
      inserts.set(count, made)
      return made
    },
    keep: db
      .insertInto('auditText')
      .values({ ref: '', text: '', day: 0 })
      .onConflict((conflict) => conflict.column('ref').doUpdateSet(({ ref }) => ({ day: ref('excluded.day') })))
      .compile(),
    move: db.updateTable('auditHead').set({ seq: 0, chain: '', bytes: 0, mac: '' }).where('one', '=', 1).compile(),
  }
}
