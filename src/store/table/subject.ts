import type { Kysely } from 'kysely'
import type { SeenCredential, SeenProperties, Subject, SubjectTable } from '../entity.ts'
import type { Schema } from '../schema.ts'
import type { SubjectColumns } from '../schema-roles-anywhere.ts'
import { tagsOf, textOfTags } from './column.ts'
import { type RegionalKind, regionalTable } from './regional.ts'

export function subjectTable(db: Kysely<Schema>): SubjectTable {
  return {
    ...regionalTable(db, kind),
    async bySubject({ account, region }, x509Subject) {
      const query = db.selectFrom('subject').selectAll().where('account', '=', account).where('region', '=', region)
      const row = await query.where('x509Subject', '=', x509Subject).executeTakeFirst()
      return row === undefined ? undefined : kind.entity(row)
    },
  }
}

const kind: RegionalKind<Subject, SubjectColumns> = {
  table: 'subject',
  columns: ({ enabled, tags, credentials, instanceProperties, ...subject }) => ({
    ...subject,
    enabled: Number(enabled),
    tags: textOfTags(tags),
    credentials: JSON.stringify(credentials),
    instanceProperties: JSON.stringify(instanceProperties),
  }),
  entity: ({ enabled, tags, credentials, instanceProperties, ...row }) => ({
    ...row,
    enabled: enabled === 1,
    tags: tagsOf(tags),
    // Only `columns` writes the columns that are read as JSON.
    credentials: JSON.parse(credentials) as readonly SeenCredential[],
    instanceProperties: JSON.parse(instanceProperties) as readonly SeenProperties[],
  }),
}
