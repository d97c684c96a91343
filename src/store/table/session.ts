import type { CompiledQuery, Kysely } from 'kysely'
import type { IssuedSession } from '../entity.ts'
import type { Schema, SessionColumns } from '../schema.ts'
import type { SessionTable } from '../store.ts'
import { present } from './column.ts'

/** The table, and what only the store itself writes. */
export interface OwnSessionTable extends SessionTable {
  putAll(sessions: readonly IssuedSession[]): Promise<void>
  /** Forgets what has ended of itself by a moment. */
  forget(before: number): Promise<void>
}

export function sessionTable(db: Kysely<Schema>): OwnSessionTable {
  let insert: CompiledQuery | undefined
  const endings = new Map<number, CompiledQuery>()
  return {
    async putAll(sessions) {
      for (const session of sessions) {
        const columns = columnsOf(session)
        // The columns are always in the same order, so the statement is compiled once.
        insert ??= db
          .insertInto('session')
          .values(columns)
          // Ids are of chance, and one that comes twice must not keep the others of its batch from being written.
          .onConflict((conflict) => conflict.column('id').doNothing())
          .compile()
        await db.executeQuery({ ...insert, parameters: Object.values(columns) })
      }
    },
    async forget(before) {
      await db.deleteFrom('session').where('expiresAt', '<=', before).execute()
      await db.deleteFrom('endedSession').where('expiresAt', '<=', before).execute()
    },
    async byId(id) {
      const row = await db.selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : sessionOf(row)
    },
    async live(after, { account, limit }) {
      let query = db
        .selectFrom('session')
        .selectAll('session')
        .where('session.expiresAt', '>', after)
        .where('session.id', 'not in', db.selectFrom('endedSession').select('endedSession.id'))
      if (account !== undefined) query = query.where('session.account', '=', account)
      const rows = await query.orderBy('session.issuedAt', 'desc').orderBy('session.id').limit(limit).execute()
      return rows.map(sessionOf)
    },
    async askedWith(id) {
      const rows = await db.selectFrom('session').selectAll().where('parent', '=', id).execute()
      return rows.map(sessionOf)
    },
    async end(session) {
      const query = db.insertInto('endedSession').values({ ...session })
      await query.onConflict((conflict) => conflict.column('id').doNothing()).execute()
    },
    async isEnded(ids) {
      if (ids.length === 0) return false
      // Every session that is not remembered is asked for, so a statement is compiled once for a number of ids.
      const known =
        endings.get(ids.length) ?? db.selectFrom('endedSession').select('id').where('id', 'in', ids).limit(1).compile()
      endings.set(ids.length, known)
      return (await db.executeQuery({ ...known, parameters: [...ids, 1] })).rows.length > 0
    },
  }
}

function columnsOf(session: IssuedSession): SessionColumns {
  return {
    id: session.id,
    account: session.account,
    kind: session.kind,
    principal: session.principal,
    caller: session.caller,
    issuedAt: session.issuedAt,
    expiresAt: session.expiresAt,
    narrowedTo: JSON.stringify(session.narrowedTo),
    parent: session.parent ?? null,
    sourceIdentity: session.sourceIdentity ?? null,
    lastCallAt: session.lastCallAt ?? null,
  }
}

function sessionOf({ narrowedTo, parent, sourceIdentity, lastCallAt, ...row }: SessionColumns): IssuedSession {
  return {
    ...row,
    // Only `columnsOf` writes the column.
    narrowedTo: JSON.parse(narrowedTo) as readonly string[],
    ...present({ parent, sourceIdentity, lastCallAt }),
  }
}
