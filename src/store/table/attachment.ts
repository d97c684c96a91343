import type { Kysely } from 'kysely'
import type { Attachment, OwnerKind } from '../entity.ts'
import type { Row, Schema } from '../schema.ts'
import type { AttachmentTable } from '../store.ts'
import { endOf } from './named.ts'

export function attachmentTable(db: Kysely<Schema>): AttachmentTable {
  return {
    async add({ account, ownerKind, ownerId, policyArn, attachedAt }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('attachment')
        .values({ account, ownerKind, ownerId, policyArn, attachedAt })
        .onConflict((conflict) => conflict.columns(['ownerId', 'policyArn']).doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },
    async remove(ownerId, policyArn) {
      const query = db.deleteFrom('attachment').where('ownerId', '=', ownerId).where('policyArn', '=', policyArn)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
    async ofOwner(ownerId) {
      const query = db.selectFrom('attachment').selectAll().where('ownerId', '=', ownerId).orderBy('seq')
      return (await query.execute()).map(attachmentOf)
    },
    async ofPolicy(account, policyArn) {
      const query = ofPolicy(db, account, policyArn).selectAll().orderBy('ownerKind').orderBy('ownerId')
      return (await query.execute()).map(attachmentOf)
    },
    async countOf(account, policyArn) {
      const query = ofPolicy(db, account, policyArn).select(({ fn }) => fn.countAll<number>().as('total'))
      return Number((await query.executeTakeFirstOrThrow()).total)
    },
    boundariesOf: async (account, policyArn) => [
      ...(await boundedBy(db, { kind: 'role', account, policyArn })),
      ...(await boundedBy(db, { kind: 'user', account, policyArn })),
    ],
    attachedArns: (account) => attachedArns(db, account),
  }
}

const awsPrefix = 'arn:aws:iam::aws:policy/'

async function attachedArns(db: Kysely<Schema>, account: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('attachment')
    .select('policyArn')
    .distinct()
    .where('account', '=', account)
    .where('policyArn', '>=', awsPrefix)
    .where('policyArn', '<', endOf(awsPrefix) ?? awsPrefix)
    .orderBy('policyArn')
    .execute()
  return rows.map(({ policyArn }) => policyArn)
}

function ofPolicy(db: Kysely<Schema>, account: string, policyArn: string) {
  return db.selectFrom('attachment').where('account', '=', account).where('policyArn', '=', policyArn)
}

interface Bound {
  readonly kind: 'user' | 'role'
  readonly account: string
  readonly policyArn: string
}

async function boundedBy(
  db: Kysely<Schema>,
  { kind, account, policyArn }: Bound,
): Promise<readonly { ownerKind: OwnerKind; ownerId: string }[]> {
  const query = db.selectFrom(kind).select('id').where('account', '=', account).where('boundary', '=', policyArn)
  return (await query.orderBy('id').execute()).map(({ id }) => ({ ownerKind: kind, ownerId: id }))
}

function attachmentOf({ account, ownerKind, ownerId, policyArn, attachedAt }: Row<'attachment'>): Attachment {
  return { account, ownerKind, ownerId, policyArn, attachedAt }
}
