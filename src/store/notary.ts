import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { Kysely } from 'kysely'
import { genesis } from './chain.ts'
import { StoreError } from './error.ts'
import type { Keyring } from './keyring.ts'
import type { Schema } from './schema.ts'

/** Vouches for what the audit trail says. */
export interface Notary {
  /** The key that signs now. */
  readonly keyId: string
  /** All keys that ever signed, by id, as PEM. */
  readonly publicKeys: ReadonlyMap<string, string>
  /** Gives: an Ed25519 signature in base64url. */
  sign(text: string): string
  /** Whether a key of the installation signed a text. */
  signed(text: string, signature: string, keyId: string): boolean
  /** What only the installation can make of a text. */
  mac(text: string): string
}

/**
 * Opens the key that vouches for the audit trail, and makes it on the first run. Runs in a transaction.
 * Errors: `Corrupt`.
 */
export async function openNotary(db: Kysely<Schema>, keyring: Keyring): Promise<Notary> {
  const rows = await db.selectFrom('auditKey').selectAll().orderBy('createdAt').execute()
  const newest = rows.at(-1)
  if (newest === undefined) return begin(db, keyring)
  const head = await db.selectFrom('auditHead').select('one').executeTakeFirst()
  if (head === undefined)
    throw new StoreError('Corrupt', 'The end of the audit trail is missing: somebody took it out.')
  const key = keyring.open(newest, purposeOf(newest.id))
  return notaryOf(newest.id, key, new Map(rows.map(({ id, publicKey }) => [id, publicKey])))
}

async function begin(db: Kysely<Schema>, keyring: Keyring): Promise<Notary> {
  const digest = await db.selectFrom('auditDigest').select('number').limit(1).executeTakeFirst()
  if (digest !== undefined)
    throw new StoreError('Corrupt', 'The key that signs the audit trail is missing: somebody took it out.')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const id = keyIdOf(publicKey)
  const key = privateKey.export({ type: 'pkcs8', format: 'der' })
  const createdAt = Date.now()
  await db
    .insertInto('auditKey')
    .values({ id, publicKey: pem, createdAt, ...keyring.seal(key, purposeOf(id)) })
    .execute()
  const notary = notaryOf(id, key, new Map([[id, pem]]))
  const last = await db.selectFrom('auditRecord').select(['seq', 'chain']).orderBy('seq', 'desc').executeTakeFirst()
  const head = { seq: last?.seq ?? 0, chain: last?.chain ?? genesis, bytes: 0 }
  await db
    .insertInto('auditHead')
    .values({ one: 1, ...head, mac: notary.mac(headText(head)) })
    .execute()
  return notary
}

/** Where the trail ends, as it is vouched for. */
export function headText({
  seq,
  chain,
  bytes,
}: {
  readonly seq: number
  readonly chain: string
  readonly bytes: number
}) {
  return `${seq} ${chain} ${bytes}`
}

function notaryOf(keyId: string, der: Buffer, publicKeys: ReadonlyMap<string, string>): Notary {
  const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
  const macKey = Buffer.from(hkdfSync('sha256', der, '', 'cardea audit head', 32))
  const opened = new Map<string, KeyObject>()
  for (const [id, pem] of publicKeys) {
    const key = createPublicKey(pem)
    // INVARIANT: a key is known by what it is, so that no other can be put in its place.
    if (keyIdOf(key) === id) opened.set(id, key)
  }
  return {
    keyId,
    publicKeys,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    signed(text, signature, id) {
      const key = opened.get(id)
      return key !== undefined && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
    },
    mac: (text) => createHmac('sha256', macKey).update(text).digest('base64url'),
  }
}

function keyIdOf(key: KeyObject): string {
  return hash('sha256', key.export({ type: 'spki', format: 'der' }), 'hex').slice(0, 32)
}

/** What the sealed key is bound to: it opens nowhere else. */
function purposeOf(id: string): string {
  return `auditKey:${id}`
}
