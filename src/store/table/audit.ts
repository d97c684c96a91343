import type { CompiledQuery, Kysely } from 'kysely'
import type { AuditRecord } from '../entity.ts'
import type { AuditRecordColumns, Row, Schema } from '../schema.ts'
import type { AuditTable } from '../store.ts'
import { present } from './column.ts'

/** So many records are written by one statement. */
const together = 32

/** What only the store itself writes is many records at once. */
export function auditTable(
  db: Kysely<Schema>,
): AuditTable & { appendAll(records: readonly AuditRecord[]): Promise<void> } {
  // Every call is recorded, so a statement is compiled once for a number of rows; columns are always in the same order.
  const inserts = new Map<number, CompiledQuery>()
  const insert = async (records: readonly AuditRecord[]) => {
    const rows = records.map(columnsOf)
    const known = inserts.get(rows.length) ?? db.insertInto('auditRecord').values(rows).compile()
    inserts.set(rows.length, known)
    await db.executeQuery({ ...known, parameters: rows.flatMap((row) => Object.values(row)) })
  }
  return {
    append: (record) => insert([record]),
    async appendAll(records) {
      let done = 0
      for (; done + together <= records.length; done += together) await insert(records.slice(done, done + together))
      for (const record of records.slice(done)) await insert([record])
    },
    async list(account, { before, limit }) {
      let query = db.selectFrom('auditRecord').selectAll().where('account', '=', account)
      if (before !== undefined) query = query.where('at', '<', before)
      const rows = await query.orderBy('at', 'desc').orderBy('seq', 'desc').limit(limit).execute()
      return rows.map(recordOf)
    },
  }
}

function columnsOf(record: AuditRecord): Omit<AuditRecordColumns, 'seq'> {
  return {
    id: record.id,
    at: record.at,
    eventSource: record.eventSource,
    eventName: record.eventName,
    sourceIp: record.sourceIp,
    readOnly: record.readOnly ? 1 : 0,
    request: record.request === undefined ? null : JSON.stringify(record.request),
    account: record.account ?? null,
    principal: record.principal ?? null,
    accessKeyId: record.accessKeyId ?? null,
    region: record.region ?? null,
    userAgent: record.userAgent ?? null,
    resource: record.resource ?? null,
    errorCode: record.errorCode ?? null,
    errorMessage: record.errorMessage ?? null,
    errorDetail: record.errorDetail ?? null,
  }
}

function recordOf({ seq: _, readOnly, request, ...row }: Row<'auditRecord'>): AuditRecord {
  const { id, at, eventSource, eventName, sourceIp, ...rest } = row
  return {
    id,
    at,
    eventSource,
    eventName,
    sourceIp,
    readOnly: readOnly === 1,
    ...present(rest),
    // Only `columnsOf` writes the column.
    ...(request === null ? {} : { request: JSON.parse(request) as Readonly<Record<string, unknown>> }),
  }
}
