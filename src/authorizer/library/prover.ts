import { hash } from 'node:crypto'
import type { Access, AccountCaller } from '#access'
import {
  type Claim,
  checkClaim,
  expiredToken,
  Fault,
  type HmacKey,
  type HttpRequest,
  invalidClientTokenId,
  readClaim,
  verifyClaim,
} from '#protocol'
import { type Feed, FeedError } from './feed.ts'
import { type Known, knownSession, type Replica } from './replica.ts'

type Proving = Parameters<Access['prove']>[1]

interface KnownSession {
  readonly known: Known
  /** Of the account, when Cardea told who it is. */
  readonly version: string
  readonly expiresAt: number
}

const most = { sessions: 10_000, refused: 10_000, asked: 64 }
/** Milliseconds for which a session that Cardea refused is not asked about again. */
const refusedFor = 2_000

/** Verifies signatures with the keys of a replica, and with those of sessions, about which Cardea is asked once. */
export class Prover implements Pick<Access, 'prove'> {
  readonly #replica: () => Replica
  readonly #feed: Feed
  readonly #sessions = new Map<string, KnownSession>()
  readonly #refused = new Map<string, { readonly until: number; readonly why: Fault }>()
  readonly #asked = new Map<string, Promise<KnownSession>>()
  readonly #sources = new WeakMap<AccountCaller, () => Known | undefined>()

  constructor(replica: () => Replica, feed: Feed) {
    this.#replica = replica
    this.#feed = feed
  }

  /** Where what is known of a caller that was proved is found later. Gives: a function that gives it while it is known. */
  source(caller: AccountCaller): () => Known | undefined {
    return this.#sources.get(caller) ?? (() => undefined)
  }

  async prove(request: HttpRequest, proving: Proving) {
    const claim = readClaim(request)
    if (claim === undefined) return undefined
    checkClaim(claim, proving)
    const { accessKeyId, sessionToken, scope } = claim
    const found =
      sessionToken === undefined
        ? this.#byKey(accessKeyId)
        : await this.#session(sessionToken, claim, { request, proving })
    const key = found()?.key(scope)
    if (key === undefined) throw invalidClientTokenId()
    verifyClaim(request, claim, { ...proving, secret: '', signingKeys: { get: () => key } })
    const known = found()
    if (known === undefined) throw invalidClientTokenId()
    const caller = { ...known.caller, region: scope.region }
    this.#sources.set(caller, found)
    return { caller, claim, key: key satisfies HmacKey }
  }

  #byKey(accessKeyId: string): () => Known | undefined {
    return () => this.#replica().byKey(accessKeyId)
  }

  async #session(token: string, claim: Claim, asking: Asking): Promise<() => Known | undefined> {
    const name = `${claim.accessKeyId} ${hash('sha256', token)}`
    const there = this.#sessions.get(name)
    const current = there?.version === this.#replica().version ? there : undefined
    const found = current ?? (await this.#ask(name, asking))
    const { now } = asking.proving
    if (now >= found.expiresAt) throw expiredToken()
    const { version, known, expiresAt } = found
    // What Cardea told a moment ago may be newer than the replica, or already be in it.
    const good = [version, this.#replica().version]
    return () => (Date.now() < expiresAt && good.includes(this.#replica().version) ? known : undefined)
  }

  async #ask(name: string, asking: Asking): Promise<KnownSession> {
    const { now } = asking.proving
    const refused = this.#refused.get(name)
    if (refused !== undefined && now < refused.until) throw refused.why
    const under = this.#asked.get(name)
    if (under !== undefined) return under
    if (this.#asked.size >= most.asked) throw busy()
    const answer = this.#told(asking)
    this.#asked.set(name, answer)
    try {
      const found = await answer
      keep(this.#sessions, { name, value: found, limit: most.sessions })
      return found
    } catch (cause) {
      if (cause instanceof Fault && cause.status < 500)
        keep(this.#refused, { name, value: { until: now + refusedFor, why: cause }, limit: most.refused })
      throw cause
    } finally {
      this.#asked.delete(name)
    }
  }

  async #told({ request, proving }: Asking): Promise<KnownSession> {
    try {
      const session = await this.#feed.session(proving.service, forwarded(request, proving))
      return { known: knownSession(session), version: session.version, expiresAt: session.expiresAt }
    } catch (cause) {
      if (!(cause instanceof FeedError)) throw busy(cause)
      if (cause.status >= 500) throw busy(cause)
      if (cause.code.startsWith('ExpiredToken')) throw expiredToken()
      throw new Fault({ code: 'InvalidClientTokenId', status: 403, message: invalidClientTokenId().message, cause })
    }
  }
}

interface Asking {
  readonly request: HttpRequest
  readonly proving: Proving
}

/** The request as Cardea reads it; its body is told by its hash. */
function forwarded({ method, path, query, headers, body }: HttpRequest, { payloadHash }: Proving): object {
  const url = query === '' ? path : `${path}?${query}`
  if (payloadHash === 'UNSIGNED-PAYLOAD') return { method, url, headers }
  return { method, url, headers, bodySha256: payloadHash ?? hash('sha256', body) }
}

function busy(cause?: unknown): Fault {
  const message = 'Cardea does not say who the session is.'
  return new Fault({ code: 'ServiceUnavailable', status: 503, message, cause })
}

/** Keeps a value; the oldest goes when there are too many. */
function keep<Value>(
  map: Map<string, Value>,
  { name, value, limit }: { readonly name: string; readonly value: Value; readonly limit: number },
): void {
  map.delete(name)
  map.set(name, value)
  const [oldest] = map.keys()
  if (map.size > limit && oldest !== undefined) map.delete(oldest)
}
