import type { Kysely } from 'kysely'
import type { Page } from '../entity.ts'
import type { Resource } from '../entity-gateway.ts'
import type { Row, Schema } from '../schema.ts'
import { present, tagsOf, textOfTags } from './column.ts'

/** What is kept of resources of other services. */
export interface ResourceTable {
  byArn(account: string, arn: string): Promise<Resource | undefined>
  /** By ARN. Takes: the ARN after which to begin, and the most to give. */
  list(account: string, page: { readonly after?: string; readonly limit: number }): Promise<Page<Resource>>
  /** Adds it, or replaces the one with the same ARN. */
  put(resource: Resource): Promise<void>
  /** `false`: there was none. */
  remove(account: string, arn: string): Promise<boolean>
}

export function resourceTable(db: Kysely<Schema>): ResourceTable {
  return {
    async byArn(account, arn) {
      const rows = db.selectFrom('resource').selectAll().where('account', '=', account).where('arn', '=', arn)
      const row = await rows.executeTakeFirst()
      return row === undefined ? undefined : resourceOf(row)
    },
    async list(account, { after = '', limit }) {
      const query = db.selectFrom('resource').selectAll().where('account', '=', account).where('arn', '>', after)
      const rows = await query
        .orderBy('arn')
        .limit(limit + 1)
        .execute()
      return { items: rows.slice(0, limit).map(resourceOf), more: rows.length > limit }
    },
    async put({ account, arn, policy, principals, tags, updatedAt }) {
      const named = principals === undefined ? null : JSON.stringify(principals)
      const columns = { policy: policy ?? null, principals: named, tags: textOfTags(tags), updatedAt }
      await db
        .insertInto('resource')
        .values({ account, arn, ...columns })
        .onConflict((conflict) => conflict.columns(['account', 'arn']).doUpdateSet(columns))
        .execute()
    },
    async remove(account, arn) {
      const query = db.deleteFrom('resource').where('account', '=', account).where('arn', '=', arn)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

function resourceOf({ tags, policy, principals, ...row }: Row<'resource'>): Resource {
  // Only `put` writes the column.
  const named = principals === null ? {} : { principals: JSON.parse(principals) as Readonly<Record<string, string>> }
  return { ...row, ...present({ policy }), ...named, tags: tagsOf(tags) }
}
