import type { Kysely } from 'kysely'
import type { IssuerKey } from '../entity.ts'
import type { Keyring } from '../keyring.ts'
import type { Schema } from '../schema.ts'
import type { IssuerKeyTable } from '../store.ts'

export function issuerKeyTable(db: Kysely<Schema>, keyring: Keyring): IssuerKeyTable {
  return {
    async add({ id, account, issuer, algorithm, publicKey, createdAt }, privateKey) {
      const sealed = keyring.seal(Buffer.from(privateKey, 'utf8'), purposeOf(id))
      const columns = { id, account, issuer, algorithm, publicKey, createdAt, ...sealed }
      await db.insertInto('issuerKey').values(columns).execute()
    },
    async ofIssuer(issuer) {
      const query = db
        .selectFrom('issuerKey')
        .select(['id', 'account', 'issuer', 'algorithm', 'publicKey', 'createdAt'])
        .where('issuer', '=', issuer)
      const rows: readonly IssuerKey[] = await query.orderBy('seq', 'desc').execute()
      return rows.map((row) => ({ ...row }))
    },
    async privateKey(id) {
      const row = await db.selectFrom('issuerKey').selectAll().where('id', '=', id).executeTakeFirst()
      return row && keyring.open(row, purposeOf(id)).toString('utf8')
    },
    async remove(id) {
      return (await db.deleteFrom('issuerKey').where('id', '=', id).executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

/** What a sealed private key is bound to: it opens nowhere else. */
function purposeOf(id: string): string {
  return `issuerKey:${id}`
}
