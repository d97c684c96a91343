import type { Kysely } from 'kysely'
import type { OidcProvider } from '../entity.ts'
import type { OidcProviderColumns, Schema } from '../schema.ts'
import type { NamedTable } from '../store.ts'
import { tagsOf, textOfTags } from './column.ts'
import { type Kind, namedTable } from './named.ts'

export function oidcProviderTable(db: Kysely<Schema>): NamedTable<OidcProvider> {
  return namedTable(db, kind)
}

const kind: Kind<OidcProvider, OidcProviderColumns> = {
  table: 'oidcProvider',
  owns: undefined,
  own: ({ clientIds, thumbprints, tags }) => ({
    clientIds: JSON.stringify(clientIds),
    thumbprints: JSON.stringify(thumbprints),
    tags: textOfTags(tags),
  }),
  entity: ({ id, account, name, path, createdAt, clientIds, thumbprints, tags }) => ({
    account,
    id,
    name,
    path,
    createdAt,
    // Only `own` writes the columns.
    clientIds: JSON.parse(clientIds) as readonly string[],
    thumbprints: JSON.parse(thumbprints) as readonly string[],
    tags: tagsOf(tags),
  }),
}
