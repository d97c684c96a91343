import type { Kysely } from 'kysely'
import type { SamlProvider } from '../entity.ts'
import type { Keyring } from '../keyring.ts'
import type { SamlProviderColumns, Schema } from '../schema.ts'
import type { SamlProviderTable } from '../store.ts'
import { nullable, present, tagsOf, textOfTags } from './column.ts'
import { type Kind, namedTable } from './named.ts'

export function samlProviderTable(db: Kysely<Schema>, keyring: Keyring): SamlProviderTable {
  return {
    ...namedTable(db, kind),
    async addKey({ id, providerId, createdAt }, privateKey) {
      const sealed = keyring.seal(Buffer.from(privateKey, 'utf8'), purposeOf({ id, providerId }))
      await db
        .insertInto('samlPrivateKey')
        .values({ id, providerId, createdAt, ...sealed })
        .execute()
    },
    async keysOf(providerId) {
      const query = db.selectFrom('samlPrivateKey').select(['id', 'providerId', 'createdAt'])
      const rows = await query.where('providerId', '=', providerId).orderBy('seq', 'desc').execute()
      return rows.map((row) => ({ ...row }))
    },
    async privateKeys(providerId) {
      const query = db.selectFrom('samlPrivateKey').selectAll().where('providerId', '=', providerId)
      const rows = await query.orderBy('seq', 'desc').execute()
      return rows.map((row) => keyring.open(row, purposeOf(row)).toString('utf8'))
    },
    async removeKey(providerId, id) {
      const query = db.deleteFrom('samlPrivateKey').where('providerId', '=', providerId).where('id', '=', id)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

/** What a sealed private key is bound to: it opens nowhere else. */
function purposeOf({ id, providerId }: { readonly id: string; readonly providerId: string }): string {
  return `samlPrivateKey:${providerId}:${id}`
}

const kind: Kind<SamlProvider, SamlProviderColumns> = {
  table: 'samlProvider',
  owns: undefined,
  own: ({ metadata, entityId, tags, validUntil, encryption }) => ({
    metadata,
    entityId,
    tags: textOfTags(tags),
    ...nullable({ validUntil, encryption }),
  }),
  entity: ({ id, account, name, path, createdAt, metadata, entityId, tags, validUntil, encryption }) => ({
    account,
    id,
    name,
    path,
    createdAt,
    metadata,
    entityId,
    tags: tagsOf(tags),
    ...present({ validUntil, encryption }),
  }),
}
