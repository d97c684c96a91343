import type { Kysely } from 'kysely'
import type { ServerCertificate } from '../entity.ts'
import type { Keyring, Sealed } from '../keyring.ts'
import type { Schema, ServerCertificateColumns } from '../schema.ts'
import type { ServerCertificateTable } from '../store.ts'
import { nullable, present, tagsOf, textOfTags } from './column.ts'
import { type Kind, namedTable } from './named.ts'

export function serverCertificateTable(db: Kysely<Schema>, keyring: Keyring): ServerCertificateTable {
  return {
    ...namedTable(db, kindWith({ dataKey: '', sealed: new Uint8Array() })),
    add(certificate, privateKey) {
      const sealed = keyring.seal(Buffer.from(privateKey, 'utf8'), purposeOf(certificate))
      return namedTable(db, kindWith(sealed)).add(certificate)
    },
    async privateKey(id) {
      const query = db.selectFrom('serverCertificate').select(['id', 'account', 'dataKey', 'sealed'])
      const row = await query.where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : keyring.open(row, purposeOf(row)).toString('utf8')
    },
  }
}

/** What a sealed private key is bound to: it opens nowhere else. */
function purposeOf({ id, account }: { readonly id: string; readonly account: string }): string {
  return `serverCertificate:${account}:${id}`
}

/** Takes: the private key of a certificate that is added. */
function kindWith({ dataKey, sealed }: Sealed): Kind<ServerCertificate, ServerCertificateColumns> {
  return {
    table: 'serverCertificate',
    owns: undefined,
    own: ({ body, chain, expiresAt, tags }) => ({
      body,
      expiresAt,
      tags: textOfTags(tags),
      dataKey,
      sealed,
      ...nullable({ chain }),
    }),
    kept: ['body', 'chain', 'expiresAt', 'dataKey', 'sealed'],
    entity: ({ id, account, name, path, createdAt, body, chain, expiresAt, tags }) => ({
      account,
      id,
      name,
      path,
      createdAt,
      body,
      expiresAt,
      tags: tagsOf(tags),
      ...present({ chain }),
    }),
  }
}
