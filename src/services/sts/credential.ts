import {
  assumedRoleArn,
  federatedUserArn,
  longestToken,
  rootArn,
  type Session,
  type SessionSubject,
  sealSession,
} from '#access'
import type { IssuedSession } from '#store'
import type { World } from '../operation.ts'

/** What of a session its maker decides; keys, times and what it follows from are added here. */
export type NewSession = Omit<Session, 'accessKeyId' | 'secret' | 'issuedAt' | 'expiresAt' | 'parent' | 'filler'>

/** How a session's credentials are wanted. */
export interface Wanted {
  /** How many seconds it lasts. */
  readonly seconds: number
  /** How long its token must be at least. */
  readonly tokenSize?: number | undefined
}

/** Where credentials are made, and who asked for them. */
export interface Issuing extends Pick<World, 'now' | 'random' | 'fault'> {
  readonly store: Pick<World['store'], 'tokenKeys' | 'issued'>
  readonly caller: { readonly session?: Session; readonly principal: { readonly arn: string } }
  /** ARN of the user whose session it is, where that is not who asks for it. */
  readonly user?: string
}

/**
 * Makes temporary credentials, and remembers for whom.
 * Gives: the part of the answer that tells them, and the size of their token.
 * Errors: `ValidationError` for a token that is to be too long.
 */
export function issued(session: NewSession, { seconds, tokenSize = 0 }: Wanted, world: Issuing) {
  const { now, random, store, caller, fault } = world
  if (tokenSize < 0 || tokenSize > largestMinimum)
    throw fault('ValidationError', `MinimumSessionTokenSize must be between 0 and ${largestMinimum}.`)
  // A token is good from the second that its `aws:TokenIssueTime` says.
  const issuedAt = Math.floor(now / 1000) * 1000
  const parent = caller.session
  const whole = {
    ...session,
    accessKeyId: newSessionKeyId(session.account, random(5)),
    secret: Buffer.from(random(30)).toString('base64'),
    issuedAt,
    // DIFFERS: a session that follows from another ends with it at the latest.
    expiresAt: Math.min(issuedAt + seconds * 1000, parent?.expiresAt ?? Number.POSITIVE_INFINITY),
    ...(parent === undefined ? {} : { parent: parent.accessKeyId }),
  }
  const token = tokenOf(whole, tokenSize, world)
  store.issued(remembered(whole, caller.principal.arn, world.user))
  return {
    Credentials: {
      AccessKeyId: whole.accessKeyId,
      SecretAccessKey: whole.secret,
      SessionToken: token,
      Expiration: new Date(whole.expiresAt),
    },
    SessionTokenSize: token.length,
    SessionTokenUtilization: Math.ceil((token.length * 100) / longestToken),
  }
}

const largestMinimum = 4096

function tokenOf(session: Session, size: number, { store, random }: Issuing): string {
  let token = sealSession(session, store.tokenKeys)
  // Chance does not shrink when it is compressed, and three bytes of a token are four characters.
  for (let bytes = 0; token.length < size; ) {
    bytes += Math.ceil(((size - token.length) * 9) / 16) + 1
    token = sealSession({ ...session, filler: Buffer.from(random(bytes)).toString('base64') }, store.tokenKeys)
  }
  return token
}

function remembered(session: Session, caller: string, user = caller): IssuedSession {
  const { accessKeyId: id, account, subject, parent, sourceIdentity, issuedAt, expiresAt } = session
  return {
    id,
    account,
    kind: subject.type,
    principal: principalOf(subject, account, user),
    caller,
    ...(parent === undefined ? {} : { parent }),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    narrowedTo: [...(session.policyArns ?? []), ...(session.policies ?? []), ...(session.scopes ?? [])],
    issuedAt,
    expiresAt,
  }
}

function principalOf(subject: SessionSubject, account: string, user: string): string {
  switch (subject.type) {
    case 'root':
      return rootArn(account)
    case 'user':
      // Mostly the user's own self asks for it.
      return user
    case 'federatedUser':
      return federatedUserArn(account, subject.name)
    case 'assumedRole':
      return assumedRoleArn(account, subject.roleArn.slice(subject.roleArn.lastIndexOf('/') + 1), subject.sessionName)
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** A set bit, 40 bits of the account, 39 of chance: as in AWS's own keys, whose account can be read from the id. */
const chanceBits = 39n

/** Takes: five random bytes. */
function newSessionKeyId(account: string, [first = 0, second = 0, third = 0, ...rest]: Uint8Array): string {
  // Forty bits are eight letters; the set bit moves the account's to 41, the last of which is with the chance.
  const owner = Number(account)
  const upper = 2 ** 39 + Math.floor(owner / 2)
  const [fourth = 0, fifth = 0] = rest
  const chance = (first & 127) * 2 ** 32 + second * 2 ** 24 + third * 2 ** 16 + fourth * 2 ** 8 + fifth
  return `ASIA${lettersOf(upper)}${lettersOf((owner % 2) * 2 ** 39 + chance)}`
}

/** Takes: a number of 40 bits. */
function lettersOf(bits: number): string {
  let letters = ''
  for (let unit = 2 ** 35; unit >= 1; unit /= 32) letters += alphabet[Math.floor(bits / unit) % 32]
  return letters
}

/** The account in the id of a temporary key. Gives: `undefined` for what is no such id. */
export function readAccountOf(accessKeyId: string): string | undefined {
  if (!/^ASIA[A-Z2-7]{16}$/.test(accessKeyId)) return undefined
  let bits = 0n
  for (const letter of accessKeyId.slice(4)) bits = (bits << 5n) | BigInt(alphabet.indexOf(letter))
  const account = String((bits >> chanceBits) & ((1n << 40n) - 1n)).padStart(12, '0')
  return account.length === 12 ? account : undefined
}
