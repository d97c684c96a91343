import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'
import type { MembershipTable } from '../store.ts'
import { groupOf } from './group.ts'
import { keyOf, pageOf } from './named.ts'
import { userOf } from './user.ts'

export function membershipTable(db: Kysely<Schema>): MembershipTable {
  return {
    add: (account, userId, groupId) => add(db, { account, userId, groupId }),
    async remove(userId, groupId) {
      const query = db.deleteFrom('membership').where('userId', '=', userId).where('groupId', '=', groupId)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
    async groupsOf(userId, page) {
      let query = db
        .selectFrom('membership')
        .innerJoin('group', 'group.id', 'membership.groupId')
        .selectAll('group')
        .where('membership.userId', '=', userId)
      if (page.after !== undefined) query = query.where('group.nameKey', '>', keyOf(page.after))
      const found = await query
        .orderBy('group.nameKey')
        .limit(page.limit + 1)
        .execute()
      return pageOf(found, page, groupOf)
    },
    async usersOf(groupId, page) {
      let query = db
        .selectFrom('membership')
        .innerJoin('user', 'user.id', 'membership.userId')
        .selectAll('user')
        .where('membership.groupId', '=', groupId)
      if (page.after !== undefined) query = query.where('membership.userKey', '>', keyOf(page.after))
      const found = await query
        .orderBy('membership.userKey')
        .limit(page.limit + 1)
        .execute()
      return pageOf(found, page, userOf)
    },
    countGroups: (userId) => count(db, 'userId', userId),
    countUsers: (groupId) => count(db, 'groupId', groupId),
  }
}

interface Member {
  readonly account: string
  readonly userId: string
  readonly groupId: string
}

async function add(db: Kysely<Schema>, { account, userId, groupId }: Member): Promise<void> {
  const user = await userOfAccount(db, account, userId)
  const group = await db.selectFrom('group').select('account').where('id', '=', groupId).executeTakeFirst()
  if (user === undefined || group?.account !== account)
    throw new Error(`user ${userId} and group ${groupId} are not both in account ${account}`)
  await db
    .insertInto('membership')
    .values({ account, userId, groupId, userKey: user.nameKey })
    .onConflict((conflict) => conflict.columns(['userId', 'groupId']).doNothing())
    .execute()
}

function userOfAccount(db: Kysely<Schema>, account: string, id: string) {
  return db.selectFrom('user').select('nameKey').where('id', '=', id).where('account', '=', account).executeTakeFirst()
}

async function count(db: Kysely<Schema>, column: 'userId' | 'groupId', id: string): Promise<number> {
  const query = db.selectFrom('membership').select(({ fn }) => fn.countAll<number>().as('total'))
  return Number((await query.where(column, '=', id).executeTakeFirstOrThrow()).total)
}
