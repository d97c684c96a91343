import { type Session, sealSession } from '#access'
import type { World } from '../operation.ts'

/** What of a session its maker decides; keys and times are added here. */
export type NewSession = Omit<Session, 'accessKeyId' | 'secret' | 'issuedAt' | 'expiresAt'>

/** Makes temporary credentials. Takes: the session, and how many seconds it lasts. */
export function issue(session: NewSession, seconds: number, { now, random, store }: World) {
  const accessKeyId = newSessionKeyId(session.account, random(5))
  const secret = Buffer.from(random(30)).toString('base64')
  // A token is good from the second that its `aws:TokenIssueTime` says.
  const issuedAt = Math.floor(now / 1000) * 1000
  const expiresAt = issuedAt + seconds * 1000
  const token = sealSession({ ...session, accessKeyId, secret, issuedAt, expiresAt }, store.tokenKeys)
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secret,
    SessionToken: token,
    Expiration: new Date(expiresAt),
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** A set bit, 40 bits of the account, 39 of chance: as in AWS's own keys, whose account can be read from the id. */
const chanceBits = 39n

function newSessionKeyId(account: string, chance: Uint8Array): string {
  const random = BigInt(`0x${Buffer.from(chance).toString('hex')}`) & ((1n << chanceBits) - 1n)
  const bits = (1n << 79n) | (BigInt(account) << chanceBits) | random
  let letters = ''
  for (let shift = 75n; shift >= 0n; shift -= 5n) letters += alphabet[Number((bits >> shift) & 31n)]
  return `ASIA${letters}`
}

/** The account in the id of a temporary key. Gives: `undefined` for what is no such id. */
export function readAccountOf(accessKeyId: string): string | undefined {
  if (!/^ASIA[A-Z2-7]{16}$/.test(accessKeyId)) return undefined
  let bits = 0n
  for (const letter of accessKeyId.slice(4)) bits = (bits << 5n) | BigInt(alphabet.indexOf(letter))
  const account = String((bits >> chanceBits) & ((1n << 40n) - 1n)).padStart(12, '0')
  return account.length === 12 ? account : undefined
}
