import { type Claim, expiredToken, invalidClientTokenId } from '#protocol'
import type { Store, Tables } from '#store'
import type { AccountCaller, Session } from './caller.ts'
import { Lru } from './lru.ts'
import { rootSubject, type Subject, sessionSubject, userSubject } from './subject.ts'
import { openSession, whyUnopened } from './token.ts'

/** What proves a caller, and who it is. */
export interface Credential {
  readonly secret: string
  readonly subject: Subject
  readonly session?: Session
}

/** Bytes that the tokens that are remembered take, about: twenty thousand sessions without policies. */
const mostOfTokens = 48 * 1024 * 1024

/** A token and what was opened of it, which is as long, with what belongs to every session. */
function weightOfToken(token: string): number {
  return 1024 + 2 * token.length
}

interface Known {
  readonly credential: Credential
  readonly account: string
  readonly revision: number
}

/**
 * Finds the credentials that requests claim.
 * INVARIANT: a remembered credential is used only while its account's revision is the one that it was read at.
 */
export class Credentials {
  readonly #store: Store
  readonly #keys = new Lru<Known>(20_000)
  readonly #tokens = new Lru<Known>(mostOfTokens, weightOfToken)

  constructor(store: Store) {
    this.#store = store
  }

  /**
   * Gives: at once when the credentials were used before and nothing in their account has changed.
   * Errors: `InvalidClientTokenId` and `ExpiredToken`, both 403.
   */
  find(claim: Claim, now: number): Credential | Promise<Credential> {
    const { accessKeyId, sessionToken } = claim
    const known = sessionToken === undefined ? this.#keys.get(accessKeyId) : this.#tokens.get(sessionToken)
    if (known === undefined) return this.#read(claim, now)
    const { session } = known.credential
    const revision = this.#store.revision(known.account)
    if (typeof revision === 'number')
      return revision === known.revision ? checked(known, claim, now) : this.#read(claim, now, session)
    return revision.then((value) =>
      value === known.revision ? checked(known, claim, now) : this.#read(claim, now, session),
    )
  }

  /** Takes: what was opened of the token already. */
  #read(claim: Claim, now: number, opened?: Session): Promise<Credential> {
    const { sessionToken } = claim
    if (sessionToken === undefined) return this.#readKey(claim)
    const session = opened ?? openSession(sessionToken, this.#store.tokenKeys)
    if (session === undefined) throw invalidClientTokenId(whyUnopened(sessionToken, this.#store.tokenKeys))
    return this.#readSession(session, claim, now)
  }

  async #readKey({ accessKeyId }: Claim): Promise<Credential> {
    if (!/^AKIA[A-Z0-9]{12,124}$/.test(accessKeyId)) throw invalidClientTokenId(whyNoKey(accessKeyId))
    const key = await this.#store.read(({ accessKeys }) => accessKeys.byId(accessKeyId))
    if (key === undefined) throw invalidClientTokenId('there is no such access key')
    const { account, userId } = key
    // INVARIANT: the revision is asked for before what it stands for, so that a remembered state is never older than it says.
    const revision = await this.#store.revision(account)
    const credential = await this.#store.read(async ({ accessKeys, users }): Promise<Credential | undefined> => {
      const current = await accessKeys.byId(accessKeyId)
      if (current?.active !== true || current.userId !== userId) return undefined
      const user = userId === undefined ? undefined : await users.byId(userId)
      if (userId !== undefined && user === undefined) return undefined
      return { secret: current.secret, subject: user === undefined ? rootSubject(account) : userSubject(user) }
    })
    if (credential === undefined) {
      this.#keys.delete(accessKeyId)
      throw invalidClientTokenId('the access key is inactive or deleted, or its user is gone')
    }
    this.#keys.set(accessKeyId, { credential, account, revision })
    return credential
  }

  async #readSession(session: Session, claim: Claim, now: number): Promise<Credential> {
    const { sessionToken: token = '' } = claim
    const { account, secret } = session
    const revision = await this.#store.revision(account)
    // INVARIANT: ending a session raises its account's revision, so that a remembered one is read again.
    const subject = await this.#store.read(async (tables) =>
      (await isEnded(session, tables)) ? 'ended' : sessionSubject(session, tables),
    )
    if (subject === 'ended' || subject?.account !== account) {
      this.#tokens.delete(token)
      throw invalidClientTokenId(
        subject === 'ended'
          ? 'the session, or one that it follows from, was ended'
          : 'the user or role of the session is gone',
      )
    }
    const known = { credential: { secret, subject, session }, account, revision }
    const credential = checked(known, claim, now)
    this.#tokens.set(token, known)
    return credential
  }
}

/** Whether a session, or the one with which it was asked for, was ended before its time. */
function isEnded({ accessKeyId, parent }: Session, { sessions }: Tables): Promise<boolean> {
  return sessions.isEnded(parent === undefined ? [accessKeyId] : [accessKeyId, parent])
}

function whyNoKey(accessKeyId: string): string {
  return accessKeyId.startsWith('ASIA')
    ? 'the key is that of a session, and the request carries no session token'
    : 'the access key id is not one of a long-term key'
}

/** Milliseconds by which the clocks of two servers may differ. */
const skew = 300_000

/** Errors: for a session's token with another key, before the session was issued, and after its time. */
function checked({ credential }: Known, { accessKeyId }: Claim, now: number): Credential {
  const { session } = credential
  if (session === undefined) return credential
  if (session.accessKeyId !== accessKeyId)
    throw invalidClientTokenId(`the token is that of the key ${session.accessKeyId}`)
  if (session.issuedAt > now + skew)
    throw invalidClientTokenId(`the token is good from ${new Date(session.issuedAt).toISOString()} only`)
  if (now >= session.expiresAt) throw expiredToken(`the session ended at ${new Date(session.expiresAt).toISOString()}`)
  return credential
}

/** The caller that a credential proves. */
export function callerOf({ subject, session }: Credential, { accessKeyId, scope }: Claim): AccountCaller {
  const { region } = scope
  return session === undefined ? { ...subject, accessKeyId, region } : { ...subject, accessKeyId, region, session }
}
