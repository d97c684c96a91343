import type { Kysely } from 'kysely'
import type { CertificateList, CertificateListTable } from '../entity.ts'
import type { Schema } from '../schema.ts'
import type { CertificateListColumns } from '../schema-roles-anywhere.ts'
import { tagsOf, textOfTags } from './column.ts'
import { type RegionalKind, regionalTable } from './regional.ts'

export function certificateListTable(db: Kysely<Schema>): CertificateListTable {
  return {
    ...regionalTable(db, kind),
    async ofAnchor(trustAnchorId) {
      const query = db.selectFrom('certificateList').selectAll().where('trustAnchorId', '=', trustAnchorId)
      return (await query.orderBy('id').execute()).map(kind.entity)
    },
  }
}

const kind: RegionalKind<CertificateList, CertificateListColumns> = {
  table: 'certificateList',
  columns: ({ enabled, tags, ...list }) => ({ ...list, enabled: Number(enabled), tags: textOfTags(tags) }),
  entity: ({ enabled, tags, ...row }) => ({ ...row, enabled: enabled === 1, tags: tagsOf(tags) }),
}
