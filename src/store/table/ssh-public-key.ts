import type { Kysely } from 'kysely'
import type { SshPublicKey } from '../entity.ts'
import type { Row, Schema } from '../schema.ts'
import type { SshPublicKeyTable } from '../store.ts'

export function sshPublicKeyTable(db: Kysely<Schema>): SshPublicKeyTable {
  return {
    async add({ id, account, userId, fingerprint, body, active, createdAt }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('sshPublicKey')
        .values({ id, account, userId, fingerprint, body, active: active ? 1 : 0, createdAt })
        .onConflict((conflict) => conflict.columns(['userId', 'fingerprint']).doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },
    async ofUser(userId) {
      const query = db.selectFrom('sshPublicKey').selectAll().where('userId', '=', userId)
      return (await query.orderBy('seq').execute()).map(keyOf)
    },
    async setActive(id, active) {
      const query = db.updateTable('sshPublicKey').set({ active: active ? 1 : 0 })
      return (await query.where('id', '=', id).executeTakeFirstOrThrow()).numUpdatedRows === 1n
    },
    async remove(id) {
      const query = db.deleteFrom('sshPublicKey').where('id', '=', id)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

function keyOf({ id, account, userId, fingerprint, body, active, createdAt }: Row<'sshPublicKey'>): SshPublicKey {
  return { id, account, userId, fingerprint, body, active: active === 1, createdAt }
}
