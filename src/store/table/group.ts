import type { Kysely } from 'kysely'
import type { Group } from '../entity.ts'
import type { NamedColumns, Schema } from '../schema.ts'
import type { NamedTable } from '../store.ts'
import { namedTable } from './named.ts'

export function groupTable(db: Kysely<Schema>): NamedTable<Group> {
  return namedTable(db, { table: 'group', owns: 'group', own: () => ({}), entity: groupOf })
}

export function groupOf({ id, account, name, path, createdAt }: NamedColumns): Group {
  return { account, id, name, path, createdAt }
}
