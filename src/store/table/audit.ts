import type { CompiledQuery, Kysely } from 'kysely'
import type { AuditRecord } from '../entity.ts'
import type { AuditRecordColumns, Row, Schema } from '../schema.ts'
import type { AuditTable } from '../store.ts'
import { nullable, present } from './column.ts'

export function auditTable(db: Kysely<Schema>): AuditTable {
  let insert: CompiledQuery | undefined
  return {
    async append(record) {
      const columns = columnsOf(record)
      // Every call is recorded, so the statement is compiled once; the columns are always in the same order.
      insert ??= db.insertInto('auditRecord').values(columns).compile()
      await db.executeQuery({ ...insert, parameters: Object.values(columns) })
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
    ...nullable({
      account: record.account,
      principal: record.principal,
      accessKeyId: record.accessKeyId,
      region: record.region,
      userAgent: record.userAgent,
      resource: record.resource,
      errorCode: record.errorCode,
      errorMessage: record.errorMessage,
      errorDetail: record.errorDetail,
    }),
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
