import type { Kysely } from 'kysely'
import type { Role } from '../entity.ts'
import type { RoleColumns, Schema } from '../schema.ts'
import type { NamedTable } from '../store.ts'
import { nullable, present, tagsOf, textOfTags } from './column.ts'
import { type Kind, namedTable } from './named.ts'

export function roleTable(db: Kysely<Schema>): NamedTable<Role> {
  return namedTable(db, kind)
}

const kind: Kind<Role, RoleColumns> = {
  table: 'role',
  owns: 'role',
  own: ({ maxSessionDuration, trustPolicy, trustPrincipals, tags, ...role }) => ({
    maxSessionDuration,
    trustPolicy,
    trustPrincipals: JSON.stringify(trustPrincipals),
    tags: textOfTags(tags),
    ...nullable({
      description: role.description,
      boundary: role.boundary,
      lastUsedAt: role.lastUsedAt,
      lastUsedRegion: role.lastUsedRegion,
    }),
  }),
  // Uses are noted beside: whoever updates a role may have read it before the last of them.
  kept: ['lastUsedAt', 'lastUsedRegion'],
  entity: ({ id, account, name, path, createdAt, ...row }) => ({
    account,
    id,
    name,
    path,
    createdAt,
    maxSessionDuration: row.maxSessionDuration,
    trustPolicy: row.trustPolicy,
    // Only `own` writes the column.
    trustPrincipals: JSON.parse(row.trustPrincipals) as Role['trustPrincipals'],
    tags: tagsOf(row.tags),
    ...present({
      description: row.description,
      boundary: row.boundary,
      lastUsedAt: row.lastUsedAt,
      lastUsedRegion: row.lastUsedRegion,
    }),
  }),
}
