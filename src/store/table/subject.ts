import type { Kysely } from 'kysely'
import type { RegionalTable, SeenCredential, SeenProperties, Subject, SubjectSeen } from '../entity.ts'
import type { Schema } from '../schema.ts'
import type { SubjectColumns } from '../schema-roles-anywhere.ts'
import { tagsOf, textOfTags } from './column.ts'
import { type RegionalKind, regionalTable } from './regional.ts'

/** The table, and what only the store itself writes. */
export interface OwnSubjectTable extends RegionalTable<Subject> {
  note(seen: SubjectSeen): Promise<void>
}

const most = { credentials: 20, properties: 20 } as const

export function subjectTable(db: Kysely<Schema>): OwnSubjectTable {
  const table = regionalTable(db, kind)
  return {
    ...table,
    async note(seen) {
      const before = await table.byId(seen, seen.id)
      const after = noted(before ?? newSubject(seen), seen)
      await (before === undefined ? table.add(after) : table.update(after))
    },
  }
}

function noted(subject: Subject, { credential, instanceProperties: said }: SubjectSeen): Subject {
  const { seenAt } = credential
  const others = subject.credentials.filter(({ certificate }) => certificate !== credential.certificate)
  return {
    ...subject,
    lastSeenAt: Math.max(subject.lastSeenAt, seenAt),
    updatedAt: Math.max(subject.updatedAt, seenAt),
    credentials: [credential, ...others].slice(0, most.credentials),
    instanceProperties: [...(said === undefined ? [] : [said]), ...subject.instanceProperties].slice(
      0,
      most.properties,
    ),
  }
}

function newSubject({ id, account, region, x509Subject, credential: { seenAt } }: SubjectSeen): Subject {
  const times = { createdAt: seenAt, updatedAt: seenAt, lastSeenAt: seenAt }
  return {
    ...{ id, account, region, x509Subject },
    ...times,
    enabled: true,
    tags: [],
    credentials: [],
    instanceProperties: [],
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
