import type { Kysely } from 'kysely'
import type { PasswordPolicy } from '../entity.ts'
import type { PasswordPolicyColumns, Schema } from '../schema.ts'
import type { PasswordPolicyTable } from '../store.ts'
import { nullable, present } from './column.ts'

export function passwordPolicyTable(db: Kysely<Schema>): PasswordPolicyTable {
  return {
    async of(account) {
      const row = await db.selectFrom('passwordPolicy').selectAll().where('account', '=', account).executeTakeFirst()
      return row === undefined ? undefined : policyOf(row)
    },
    async put(policy) {
      const { account, ...columns } = columnsOf(policy)
      await db
        .insertInto('passwordPolicy')
        .values({ account, ...columns })
        .onConflict((conflict) => conflict.column('account').doUpdateSet(columns))
        .execute()
    },
    async remove(account) {
      const query = db.deleteFrom('passwordPolicy').where('account', '=', account)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

function columnsOf(policy: PasswordPolicy): PasswordPolicyColumns {
  return {
    account: policy.account,
    minimumLength: policy.minimumLength,
    requireSymbols: Number(policy.requireSymbols),
    requireNumbers: Number(policy.requireNumbers),
    requireUppercase: Number(policy.requireUppercase),
    requireLowercase: Number(policy.requireLowercase),
    usersMayChange: Number(policy.usersMayChange),
    hardExpiry: policy.hardExpiry === undefined ? null : Number(policy.hardExpiry),
    ...nullable({ maxAge: policy.maxAge, reusePrevention: policy.reusePrevention }),
  }
}

function policyOf({ account, minimumLength, maxAge, reusePrevention, ...row }: PasswordPolicyColumns): PasswordPolicy {
  return {
    account,
    minimumLength,
    requireSymbols: row.requireSymbols === 1,
    requireNumbers: row.requireNumbers === 1,
    requireUppercase: row.requireUppercase === 1,
    requireLowercase: row.requireLowercase === 1,
    usersMayChange: row.usersMayChange === 1,
    ...present({ maxAge, reusePrevention }),
    ...(row.hardExpiry === null ? {} : { hardExpiry: row.hardExpiry === 1 }),
  }
}
