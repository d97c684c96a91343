import type { Kysely } from 'kysely'
import type { ManagedPolicy, PolicyVersion } from '../entity.ts'
import type { PolicyColumns, PolicyVersionColumns, Schema } from '../schema.ts'
import type { NamedTable, PolicyVersionTable } from '../store.ts'
import { nullable, present, tagsOf, textOfTags } from './column.ts'
import { type Kind, namedTable } from './named.ts'

export function policyTable(db: Kysely<Schema>): NamedTable<ManagedPolicy> {
  return namedTable(db, kind)
}

export function policyVersionTable(db: Kysely<Schema>): PolicyVersionTable {
  const ofPolicy = (policyId: string) => db.selectFrom('policyVersion').selectAll().where('policyId', '=', policyId)
  return {
    async add({ policyId, version, document, createdAt }) {
      await db.insertInto('policyVersion').values({ policyId, version, document, createdAt }).execute()
    },
    async get(policyId, version) {
      const row = await ofPolicy(policyId).where('version', '=', version).executeTakeFirst()
      return row === undefined ? undefined : versionOf(row)
    },
    list: async (policyId) => (await ofPolicy(policyId).orderBy('version', 'desc').execute()).map(versionOf),
    async remove(policyId, version) {
      const query = db.deleteFrom('policyVersion').where('policyId', '=', policyId).where('version', '=', version)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

function versionOf({ policyId, version, document, createdAt }: PolicyVersionColumns): PolicyVersion {
  return { policyId, version, document, createdAt }
}

const kind: Kind<ManagedPolicy, PolicyColumns> = {
  table: 'policy',
  owns: undefined,
  own: ({ updatedAt, defaultVersion, nextVersion, tags, description }) => ({
    updatedAt,
    defaultVersion,
    nextVersion,
    tags: textOfTags(tags),
    ...nullable({ description }),
  }),
  entity: ({ id, account, name, path, createdAt, updatedAt, defaultVersion, nextVersion, tags, description }) => ({
    account,
    id,
    name,
    path,
    createdAt,
    updatedAt,
    defaultVersion,
    nextVersion,
    tags: tagsOf(tags),
    ...present({ description }),
  }),
}
