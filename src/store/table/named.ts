import type { CompiledQuery, Kysely } from 'kysely'
import type { Named, Page, PageRequest } from '../entity.ts'
import type { NamedColumns, NamedKind, Schema } from '../schema.ts'
import type { NamedTable } from '../store.ts'

/** How a kind of entity is kept. */
export interface Kind<E extends Named, Columns extends NamedColumns> {
  readonly table: NamedKind
  /** Whether it can have policies. */
  readonly owns: 'user' | 'group' | 'role' | undefined
  /** The columns that only this kind has. */
  own(entity: E): Omit<Columns, keyof NamedColumns>
  /** The columns that an update leaves as they are. */
  readonly kept?: readonly string[]
  entity(row: Columns): E
}

/** A table of entities whose names are unique in their account. */
export function namedTable<E extends Named, Columns extends NamedColumns>(
  db: Kysely<Schema>,
  kind: Kind<E, Columns>,
): NamedTable<E> {
  const rows = rowsOf(db, kind.table)
  const entityOf = (row: NamedColumns | undefined) => {
    // The row is of the table that `kind` describes, with all of its columns.
    return row === undefined ? undefined : kind.entity(row as Columns)
  }
  // Most calls ask for one of these, so their statements are compiled once, with any values in the places of parameters.
  const byName = once(() => rows.select().where('account', '=', '').where('nameKey', '=', '').compile())
  const byId = once(() => rows.select().where('id', '=', '').compile())
  const first = async (query: CompiledQuery<NamedColumns>, parameters: readonly string[]) =>
    entityOf((await rows.on.executeQuery<NamedColumns>({ ...query, parameters })).rows[0])
  return {
    add: (entity) => add(db, entity, kind),
    byName: (account, name) => first(byName(), [account, keyOf(name)]),
    byId: (id) => first(byId(), [id]),
    async list(account, { pathPrefix, ...page }) {
      let query = rows.select().where('account', '=', account)
      if (pathPrefix !== undefined && pathPrefix !== '/') {
        query = query.where('path', '>=', pathPrefix)
        const end = endOf(pathPrefix)
        if (end !== undefined) query = query.where('path', '<', end)
      }
      if (page.after !== undefined) query = query.where('nameKey', '>', keyOf(page.after))
      const found = await query
        .orderBy('nameKey')
        .limit(page.limit + 1)
        .execute()
      return pageOf(found, page, (row) => kind.entity(row as Columns))
    },
    async count(account) {
      const query = db.selectFrom('tally').select('total').where('account', '=', account)
      return (await query.where('kind', '=', kind.table).executeTakeFirst())?.total ?? 0
    },
    update: (entity) => update(db, entity, kind),
    remove: (id) => remove(db, id, kind),
  }
}

/** What a name is compared and ordered by. */
export function keyOf(name: string): string {
  return name.toLowerCase()
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** The page of what was found when one more than its limit was asked for. */
export function pageOf<Row, T>(found: readonly Row[], { limit }: PageRequest, item: (row: Row) => T): Page<T> {
  return { items: found.slice(0, limit).map(item), more: found.length > limit }
}

/** The smallest text after all that begin with `prefix`. Gives: `undefined` when nothing is. */
export function endOf(prefix: string): string | undefined {
  const last = prefix.charCodeAt(prefix.length - 1)
  if (prefix === '') return undefined
  // Text is ordered by its bytes: the next code point after a lone half of a pair would not be.
  if (last >= 0xd7ff) return endOf(prefix.slice(0, /[\ud800-\udfff]$/.test(prefix) ? -2 : -1))
  return prefix.slice(0, -1) + String.fromCharCode(last + 1)
}

/** The named columns of any of the tables. */
function rowsOf(db: Kysely<Schema>, table: NamedKind) {
  // All five tables have the named columns; `user` stands for whichever it is, so that the query has one type.
  const on = db as unknown as Kysely<{ named: NamedColumns }>
  const named = table as 'named'
  return {
    select: () => on.selectFrom(named).selectAll(),
    insert: () => on.insertInto(named),
    update: () => on.updateTable(named),
    remove: () => on.deleteFrom(named),
    on,
    named,
  }
}

async function add<E extends Named, Columns extends NamedColumns>(
  db: Kysely<Schema>,
  entity: E,
  { table, owns, own }: Kind<E, Columns>,
): Promise<boolean> {
  const { account, id, name, path, createdAt } = entity
  const row = { id, account, name, nameKey: keyOf(name), path, createdAt, ...own(entity) }
  const { numInsertedOrUpdatedRows } = await rowsOf(db, table)
    .insert()
    .values(row)
    .onConflict((conflict) => conflict.columns(['account', 'nameKey']).doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows !== 1n) return false
  if (owns !== undefined) await db.insertInto('owner').values({ id, kind: owns }).execute()
  await tally(db, { account, kind: table, by: 1 })
  return true
}

async function update<E extends Named, Columns extends NamedColumns>(
  db: Kysely<Schema>,
  entity: E,
  { table, own, kept = [] }: Kind<E, Columns>,
): Promise<boolean> {
  const { id, account, name, path } = entity
  const nameKey = keyOf(name)
  const rows = rowsOf(db, table)
  const columns = Object.fromEntries(Object.entries(own(entity)).filter(([column]) => !kept.includes(column)))
  const { numUpdatedRows } = await rows
    .update()
    .set({ name, nameKey, path, ...columns })
    .where('id', '=', id)
    .where('account', '=', account)
    .where(({ not, exists }) =>
      not(
        exists(
          rows.on
            .selectFrom(`${rows.named} as other`)
            .select('other.id')
            .where('other.account', '=', account)
            .where('other.nameKey', '=', nameKey)
            .where('other.id', '<>', id),
        ),
      ),
    )
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 1n) return true
  const there = await rows.select().where('id', '=', id).where('account', '=', account).executeTakeFirst()
  if (there === undefined) throw new Error(`${table} ${id} cannot be updated: it is not there`)
  return false
}

async function remove<E extends Named, Columns extends NamedColumns>(
  db: Kysely<Schema>,
  id: string,
  { table, owns }: Kind<E, Columns>,
): Promise<boolean> {
  const gone = await rowsOf(db, table).remove().where('id', '=', id).returning('account').executeTakeFirst()
  if (gone === undefined) return false
  if (owns !== undefined) await db.deleteFrom('owner').where('id', '=', id).execute()
  await tally(db, { account: gone.account, kind: table, by: -1 })
  return true
}

async function tally(
  db: Kysely<Schema>,
  { account, kind, by }: { account: string; kind: NamedKind; by: 1 | -1 },
): Promise<void> {
  await db
    .insertInto('tally')
    .values({ account, kind, total: by })
    .onConflict((conflict) =>
      conflict.columns(['account', 'kind']).doUpdateSet((all) => ({ total: all('tally.total', '+', by) })),
    )
    .execute()
}
