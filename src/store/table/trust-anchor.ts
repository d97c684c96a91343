import type { Kysely } from 'kysely'
import type { NotificationSetting, RegionalTable, TrustAnchor } from '../entity.ts'
import type { Schema } from '../schema.ts'
import type { TrustAnchorColumns } from '../schema-roles-anywhere.ts'
import { tagsOf, textOfTags } from './column.ts'
import { type RegionalKind, regionalTable } from './regional.ts'

export function trustAnchorTable(db: Kysely<Schema>): RegionalTable<TrustAnchor> {
  return regionalTable(db, kind)
}

const kind: RegionalKind<TrustAnchor, TrustAnchorColumns> = {
  table: 'trustAnchor',
  columns: ({ enabled, tags, notifications, ...anchor }) => ({
    ...anchor,
    enabled: Number(enabled),
    tags: textOfTags(tags),
    notifications: JSON.stringify(notifications),
  }),
  entity: ({ enabled, tags, notifications, ...row }) => ({
    ...row,
    enabled: enabled === 1,
    tags: tagsOf(tags),
    // Only `columns` writes the column.
    notifications: JSON.parse(notifications) as readonly NotificationSetting[],
  }),
}
