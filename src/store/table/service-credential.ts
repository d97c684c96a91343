import type { Kysely } from 'kysely'
import type { ServiceCredential } from '../entity.ts'
import type { Row, Schema, ServiceCredentialColumns } from '../schema.ts'
import type { ServiceCredentialTable } from '../store.ts'
import { nullable, present } from './column.ts'

export function serviceCredentialTable(db: Kysely<Schema>): ServiceCredentialTable {
  const rows = () => db.selectFrom('serviceCredential').selectAll()
  return {
    async add(credential) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('serviceCredential')
        .values(columnsOf(credential))
        .onConflict((conflict) => conflict.columns(['service', 'login']).doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },
    async byId(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : credentialOf(row)
    },
    ofUser: async (userId) => (await rows().where('userId', '=', userId).orderBy('seq').execute()).map(credentialOf),
    list: async (account) => (await rows().where('account', '=', account).orderBy('seq').execute()).map(credentialOf),
    async logins(account, service) {
      const query = db.selectFrom('serviceCredential').select('login').where('account', '=', account)
      return (await query.where('service', '=', service).execute()).map(({ login }) => login)
    },
    async update(credential) {
      const { id, account, secretHash, active, expiresAt } = columnsOf(credential)
      const query = db.updateTable('serviceCredential').set({ secretHash, active, expiresAt })
      const done = await query.where('id', '=', id).where('account', '=', account).executeTakeFirstOrThrow()
      return done.numUpdatedRows === 1n
    },
    async remove(id) {
      const query = db.deleteFrom('serviceCredential').where('id', '=', id)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

function columnsOf(credential: ServiceCredential): Omit<ServiceCredentialColumns, 'seq'> {
  const { id, account, userId, service, login, secretHash, active, createdAt, expiresAt } = credential
  return {
    id,
    account,
    userId,
    service,
    login,
    secretHash,
    active: active ? 1 : 0,
    createdAt,
    ...nullable({ expiresAt }),
  }
}

function credentialOf({ seq: _, active, expiresAt, ...row }: Row<'serviceCredential'>): ServiceCredential {
  return { ...row, active: active === 1, ...present({ expiresAt }) }
}
