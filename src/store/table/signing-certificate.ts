import type { Kysely } from 'kysely'
import type { SigningCertificate } from '../entity.ts'
import type { Row, Schema } from '../schema.ts'
import type { SigningCertificateTable } from '../store.ts'
import { present } from './column.ts'

export function signingCertificateTable(db: Kysely<Schema>): SigningCertificateTable {
  return {
    async add({ id, account, userId, fingerprint, body, active, createdAt }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('signingCertificate')
        .values({ id, account, userId: userId ?? null, fingerprint, body, active: active ? 1 : 0, createdAt })
        .onConflict((conflict) => conflict.columns(['account', 'fingerprint']).doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },
    async ofUser(account, userId) {
      const all = db.selectFrom('signingCertificate').selectAll().where('account', '=', account)
      const theirs = userId === undefined ? all.where('userId', 'is', null) : all.where('userId', '=', userId)
      return (await theirs.orderBy('seq').execute()).map(certificateOf)
    },
    async setActive(id, active) {
      const query = db.updateTable('signingCertificate').set({ active: active ? 1 : 0 })
      return (await query.where('id', '=', id).executeTakeFirstOrThrow()).numUpdatedRows === 1n
    },
    async remove(id) {
      const query = db.deleteFrom('signingCertificate').where('id', '=', id)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

function certificateOf({ id, account, fingerprint, body, createdAt, ...row }: Row<'signingCertificate'>) {
  const certificate: SigningCertificate = {
    id,
    account,
    fingerprint,
    body,
    active: row.active === 1,
    createdAt,
    ...present({ userId: row.userId }),
  }
  return certificate
}
