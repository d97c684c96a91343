import type { Kysely } from 'kysely'
import type { Task } from '../entity.ts'
import type { Row, Schema } from '../schema.ts'
import type { TaskTable } from '../store.ts'

export function taskTable(db: Kysely<Schema>): TaskTable {
  const rows = (account: string, kind: Task['kind']) =>
    db.selectFrom('task').selectAll().where('account', '=', account).where('kind', '=', kind)
  return {
    async add(task) {
      await db.insertInto('task').values(task).execute()
    },
    async byId(account, kind, id) {
      const row = await rows(account, kind).where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : taskOf(row)
    },
    async newest(account, kind) {
      const row = await rows(account, kind).orderBy('seq', 'desc').limit(1).executeTakeFirst()
      return row === undefined ? undefined : taskOf(row)
    },
    async forget(account, kind, { before }) {
      const query = db.deleteFrom('task').where('account', '=', account).where('kind', '=', kind)
      await query.where('createdAt', '<', before).execute()
    },
  }
}

function taskOf({ seq: _, ...task }: Row<'task'>): Task {
  return task
}
