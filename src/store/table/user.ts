import type { Kysely } from 'kysely'
import type { User } from '../entity.ts'
import type { Schema, UserColumns } from '../schema.ts'
import type { NamedTable } from '../store.ts'
import { nullable, present, tagsOf, textOfTags } from './column.ts'
import { type Kind, keyOf, namedTable } from './named.ts'

export function userTable(db: Kysely<Schema>): NamedTable<User> {
  const table = namedTable(db, kind)
  return {
    ...table,
    async update(user) {
      if (!(await table.update(user))) return false
      const userKey = keyOf(user.name)
      await db
        .updateTable('membership')
        .set({ userKey })
        .where('userId', '=', user.id)
        .where('userKey', '<>', userKey)
        .execute()
      return true
    },
  }
}

export function userOf({ id, account, name, path, createdAt, boundary, tags, passwordLastUsedAt }: UserColumns): User {
  return { account, id, name, path, createdAt, tags: tagsOf(tags), ...present({ boundary, passwordLastUsedAt }) }
}

const kind: Kind<User, UserColumns> = {
  table: 'user',
  owns: 'user',
  own: ({ boundary, tags, passwordLastUsedAt }) => ({
    tags: textOfTags(tags),
    ...nullable({ boundary, passwordLastUsedAt }),
  }),
  entity: userOf,
}
