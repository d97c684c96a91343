import type { Kysely } from 'kysely'
import type { RegionalPlace, RegionalTable } from '../entity.ts'
import type { Schema } from '../schema.ts'
import type { PlaceColumns, RolesAnywhereSchema } from '../schema-roles-anywhere.ts'
import { pageOf } from './named.ts'

/** How a kind of entity that lives in a region is kept. */
export interface RegionalKind<E extends RegionalPlace, Columns extends PlaceColumns> {
  readonly table: keyof RolesAnywhereSchema
  columns(entity: E): Columns
  entity(row: Columns): E
}

/** A table of entities that live in a region of an account. */
export function regionalTable<E extends RegionalPlace, Columns extends PlaceColumns>(
  db: Kysely<Schema>,
  { table, columns, entity }: RegionalKind<E, Columns>,
): RegionalTable<E> {
  // All of these tables have the columns of a place; `subject` stands for whichever it is, so that the query has one type.
  const on = db as unknown as Kysely<{ subject: PlaceColumns }>
  const named = table as 'subject'
  const inPlace = ({ account, region }: RegionalPlace) =>
    on.selectFrom(named).where('account', '=', account).where('region', '=', region)
  // The row is of the table that the kind describes, with all of its columns.
  const entityOf = (row: PlaceColumns) => entity(row as Columns)
  return {
    async add(one) {
      await on.insertInto(named).values(columns(one)).execute()
    },
    async byId(place, id) {
      const row = await inPlace(place).selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : entityOf(row)
    },
    async list(place, page) {
      const query = inPlace(place)
        .selectAll()
        .where('id', '>', page.after ?? '')
      const rows = await query
        .orderBy('id')
        .limit(page.limit + 1)
        .execute()
      return pageOf(rows, page, entityOf)
    },
    async count(place) {
      const query = inPlace(place).select((all) => all.fn.countAll().as('count'))
      return Number((await query.executeTakeFirstOrThrow()).count)
    },
    async update(one) {
      const { id, ...changed } = columns(one)
      const query = on.updateTable(named).set(changed).where('id', '=', id)
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n
    },
    async remove(id) {
      return (await on.deleteFrom(named).where('id', '=', id).executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}
