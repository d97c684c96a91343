import { hash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Notary } from './notary.ts'
import type { Schema } from './schema.ts'

/** What the installation signs of its audit trail. */
export interface Digest {
  readonly version: 1
  /** Counted from 1 without gaps. */
  readonly number: number
  /** `hour`: the records of a time are complete; `pruned`: those up to `lastSeq` were taken out on purpose. */
  readonly kind: 'hour' | 'pruned'
  /** ISO 8601. When the records of an hour were written; of `pruned`: twice when that was. */
  readonly startTime: string
  readonly endTime: string
  readonly firstSeq: number
  readonly lastSeq: number
  /** The link before the first record and that of the last. */
  readonly startChain: string
  readonly endChain: string
  /** Bytes of all records so far. */
  readonly bytes: number
  /** SHA-256 of the digest before this one with its signature; empty for the first. */
  readonly previous: string
  /** The id of the key that signed it. */
  readonly key: string
}

/** A digest as it is stored: its text and the signature over it. */
export interface SignedDigest {
  readonly number: number
  readonly body: string
  readonly signature: string
}

export type Unsigned = Omit<Digest, 'version' | 'number' | 'previous' | 'key'>

/** Signs a digest and adds it to those before it. Runs in a transaction. */
export async function addDigest(db: Kysely<Schema>, notary: Notary, unsigned: Unsigned): Promise<Digest> {
  const last = await db.selectFrom('auditDigest').selectAll().orderBy('number', 'desc').limit(1).executeTakeFirst()
  const digest: Digest = {
    version: 1,
    number: (last?.number ?? 0) + 1,
    ...unsigned,
    previous: last === undefined ? '' : digestHash(last),
    key: notary.keyId,
  }
  const body = JSON.stringify(digest)
  await db
    .insertInto('auditDigest')
    .values({ number: digest.number, body, signature: notary.sign(body) })
    .execute()
  return digest
}

/** The newest digest of a kind. Takes: digests are asked for from the newest on. */
export async function newestDigest(db: Kysely<Schema>, kind: Digest['kind']): Promise<Digest | undefined> {
  const query = db.selectFrom('auditDigest').select('body').where('body', 'like', `%"kind":"${kind}"%`)
  const row = await query.orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row && readDigest(row.body)
}

export function digestHash({ body, signature }: Pick<SignedDigest, 'body' | 'signature'>): string {
  return hash('sha256', `${body}.${signature}`, 'base64url')
}

/** Only `addDigest` writes what this reads, or the signature over it does not hold. */
export function readDigest(body: string): Digest {
  return JSON.parse(body) as Digest
}
