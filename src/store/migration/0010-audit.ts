import { type Kysely, sql } from 'kysely'
import { auditColumns, genesis, link, linkedText, type Values } from '../chain.ts'
import type { Ddl, Migration } from '../migration.ts'

export const audit: Migration = { version: 10, name: 'audit', up }

async function up(db: Kysely<unknown>, ddl: Ddl): Promise<void> {
  for (const name of ['caller', 'decisions', 'more', 'chain'])
    await db.schema.alterTable('auditRecord').addColumn(name, ddl.text).execute()
  await db.schema
    .alterTable('auditRecord')
    .addColumn('category', ddl.integer, (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema.createIndex('auditById').on('auditRecord').column('id').execute()
  await ddl
    .table(db, 'auditText')
    .addColumn('ref', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('text', ddl.text, (column) => column.notNull())
    .addColumn('day', ddl.integer, (column) => column.notNull())
    .execute()
  await ddl
    .table(db, 'auditHead')
    .addColumn('one', ddl.integer, (column) => column.primaryKey().notNull())
    .addColumn('seq', ddl.integer, (column) => column.notNull())
    .addColumn('chain', ddl.text, (column) => column.notNull())
    .addColumn('bytes', ddl.integer, (column) => column.notNull())
    .addColumn('mac', ddl.text, (column) => column.notNull())
    .execute()
  await ddl
    .table(db, 'auditKey')
    .addColumn('id', ddl.text, (column) => column.primaryKey().notNull())
    .addColumn('publicKey', ddl.text, (column) => column.notNull())
    .addColumn('createdAt', ddl.integer, (column) => column.notNull())
    .addColumn('dataKey', ddl.text, (column) => column.notNull())
    .addColumn('sealed', ddl.bytes, (column) => column.notNull())
    .execute()
  await ddl
    .table(db, 'auditDigest')
    .addColumn('number', ddl.integer, (column) => column.primaryKey().notNull())
    .addColumn('body', ddl.text, (column) => column.notNull())
    .addColumn('signature', ddl.text, (column) => column.notNull())
    .execute()
  await linkAll(db)
}

/** Links the records that are there, and counts them without gaps. */
async function linkAll(db: Kysely<unknown>): Promise<void> {
  let [seq, chain] = [0, genesis]
  for (let after = 0; ; ) {
    const page = sql<Readonly<Record<string, string | number | null>>>`
      select ${sql.join(auditColumns.map((name) => sql.ref(name)))} from ${sql.table('auditRecord')}
      where seq > ${after} order by seq limit 1000`
    const { rows } = await page.execute(db)
    for (const row of rows) {
      after = Number(row['seq'])
      seq += 1
      const values: Values = auditColumns.map((name) => (name === 'seq' ? seq : (row[name] ?? null)))
      chain = link(chain, linkedText(values))
      await sql`update ${sql.table('auditRecord')} set seq = ${seq}, chain = ${chain} where seq = ${after}`.execute(db)
    }
    if (rows.length === 0) return
  }
}
