import type { Kysely } from 'kysely'
import type { InstanceProfile } from '../entity.ts'
import type { InstanceProfileColumns, Schema } from '../schema.ts'
import type { Tables } from '../store.ts'
import { nullable, present, tagsOf, textOfTags } from './column.ts'
import { type Kind, keyOf, namedTable, pageOf } from './named.ts'

export function instanceProfileTable(db: Kysely<Schema>): Tables['instanceProfiles'] {
  return {
    ...namedTable(db, kind),
    async ofRole(roleId, page) {
      let query = db.selectFrom('instanceProfile').selectAll().where('roleId', '=', roleId)
      if (page.after !== undefined) query = query.where('nameKey', '>', keyOf(page.after))
      const found = await query
        .orderBy('nameKey')
        .limit(page.limit + 1)
        .execute()
      return pageOf(found, page, kind.entity)
    },
  }
}

const kind: Kind<InstanceProfile, InstanceProfileColumns> = {
  table: 'instanceProfile',
  owns: undefined,
  own: ({ roleId, tags }) => ({ tags: textOfTags(tags), ...nullable({ roleId }) }),
  entity: ({ id, account, name, path, createdAt, roleId, tags }) => ({
    account,
    id,
    name,
    path,
    createdAt,
    tags: tagsOf(tags),
    ...present({ roleId }),
  }),
}
