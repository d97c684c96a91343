import type { Kysely } from 'kysely'
import type { Instance, InstanceAgent, InstanceTable, JoinToken } from '../entity.ts'
import type { Schema } from '../schema.ts'
import type { InstanceColumns } from '../schema-instance.ts'
import { nullable, present, tagsOf, textOfTags } from './column.ts'

export function instanceTable(db: Kysely<Schema>): InstanceTable {
  return {
    async add(instance) {
      await db.insertInto('instance').values(columnsOf(instance)).execute()
    },
    async byId(id) {
      const row = await db.selectFrom('instance').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : instanceOf(row)
    },
    async list(account, { after = '', limit }) {
      const rows = await db
        .selectFrom('instance')
        .selectAll()
        .where('account', '=', account)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit + 1)
        .execute()
      return { items: rows.slice(0, limit).map(instanceOf), more: rows.length > limit }
    },
    async count(account) {
      const query = db.selectFrom('instance').select((all) => all.fn.countAll().as('count'))
      return Number((await query.where('account', '=', account).executeTakeFirstOrThrow()).count)
    },
    async update({ id, ...instance }) {
      const { id: _, ...columns } = columnsOf({ id, ...instance })
      const { numUpdatedRows } = await db
        .updateTable('instance')
        .set(columns)
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
    async remove(id) {
      return (await db.deleteFrom('instance').where('id', '=', id).executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

function columnsOf({ join, agent, tags, name, ...instance }: Instance): InstanceColumns {
  return {
    ...instance,
    tags: textOfTags(tags),
    ...nullable({ name, joinHash: join?.hash, joinExpiresAt: join?.expiresAt, joinUsedAt: join?.usedAt }),
    ...nullable({ publicKey: agent?.publicKey, joinedAt: agent?.joinedAt, address: agent?.address }),
    ...nullable({ moment: agent?.moment, sessionId: agent?.sessionId }),
  }
}

function instanceOf(row: InstanceColumns): Instance {
  const { id, account, region, name, profileId, profileArn, tags, sessionSeconds, createdAt, createdBy } = row
  return {
    ...{ id, account, region, profileId, profileArn, sessionSeconds, createdAt, createdBy },
    tags: tagsOf(tags),
    ...present({ name, join: joinOf(row), agent: agentOf(row) }),
  }
}

function joinOf({ joinHash: hash, joinExpiresAt: expiresAt, joinUsedAt: usedAt }: InstanceColumns): JoinToken | null {
  return hash === null || expiresAt === null ? null : { hash, expiresAt, ...present({ usedAt }) }
}

function agentOf({ publicKey, joinedAt, address, moment, sessionId }: InstanceColumns): InstanceAgent | null {
  if (publicKey === null || joinedAt === null || address === null || moment === null) return null
  return { publicKey, joinedAt, address, moment, ...present({ sessionId }) }
}
