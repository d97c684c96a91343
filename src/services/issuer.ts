import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK, type LocalJWKSet } from 'jose'

/** Fetches a JSON document of an issuer. It refuses what may not be reached, and what is too large or too slow. */
export type Fetch = (url: string) => Promise<Fetched>

export type Fetched = { readonly value: unknown } | Failed

/** Why there is no document or no key. */
export interface Failed {
  readonly why: string
  /** Whether it may be different the next time, without anybody mending anything. */
  readonly passing: boolean
}

/** Which key a token wants. */
export interface Wanted {
  readonly alg: string
  readonly kid?: string | undefined
}

export type FoundKey = { readonly key: Awaited<ReturnType<LocalJWKSet>> } | Failed

/** Milliseconds. */
const fresh = 3_600_000
/** How long keys serve whose issuer is not reached any more. */
const stale = 24 * fresh
const betweenRefetches = 30_000
const firstBackOff = 5_000
const longestBackOff = 300_000

const mostIssuers = 1000
const mostKeys = 100

interface Known {
  readonly set?: LocalJWKSet
  readonly fetchedAt: number
  /** The last failure, and how many there were in a row. */
  readonly failed?: Failed & { readonly times: number }
  /** Before this moment the issuer is not asked again. */
  readonly notBefore: number
}

/**
 * Knows the keys with which issuers sign: discovers, remembers and renews them.
 * A key that is not known yet is looked for once, and not again for a while; so is an issuer that does not answer.
 */
export class Issuers {
  readonly #fetch: Fetch
  readonly #local: ReadonlySet<string>
  readonly #known = new Map<string, Known>()
  readonly #underWay = new Map<string, Promise<Known>>()

  /** Takes: URLs of issuers that the operator marked for local use. */
  constructor(fetch: Fetch, local: readonly string[] = []) {
    this.#fetch = fetch
    this.#local = new Set(local)
  }

  /** Whether the operator marked an issuer for local use: it may have no TLS, a port, and a private address. */
  isLocal(url: string): boolean {
    return this.#local.has(url)
  }

  /** The issuer that a provider means which is known by a URL without its scheme. */
  urlOf(name: string): string {
    const plain = `http://${name}`
    return this.#local.has(plain) ? plain : `https://${name}`
  }

  /** Takes: an issuer that an account trusts; the moment, in milliseconds since 1970. */
  async find(issuer: string, wanted: Wanted, now: number): Promise<FoundKey> {
    const before = this.#known.get(issuer)
    const old = before?.set === undefined || now - before.fetchedAt >= fresh
    const known = old && now >= (before?.notBefore ?? 0) ? await this.#renew(issuer, now) : before
    if (known?.set === undefined || now - known.fetchedAt >= stale)
      return known?.failed ?? { why: 'there are no keys yet', passing: true }
    const found = await selectKey(known.set, wanted)
    if ('key' in found || known !== before || now < known.notBefore) return found
    const renewed = await this.#renew(issuer, now)
    return renewed.set === undefined ? found : selectKey(renewed.set, wanted)
  }

  /** INVARIANT: what the operator marked is reached for the issuer that was marked, and for no other's documents. */
  async #reach(issuer: string, url: string): Promise<Fetched> {
    const origin = URL.parse(url)?.origin
    const marked = [...this.#local].some((one) => URL.parse(one)?.origin === origin)
    if (marked && !this.isLocal(issuer)) return broken(`${origin} is marked for local use, and not for this issuer`)
    return this.#fetch(url)
  }

  /** Asks once, however many wait for the answer. */
  #renew(issuer: string, now: number): Promise<Known> {
    const running = this.#underWay.get(issuer)
    if (running !== undefined) return running
    const asking = this.#ask(issuer, now).finally(() => this.#underWay.delete(issuer))
    this.#underWay.set(issuer, asking)
    return asking
  }

  async #ask(issuer: string, now: number): Promise<Known> {
    const before = this.#known.get(issuer)
    const answer = await keysOf(issuer, (url) => this.#reach(issuer, url))
    const known = 'set' in answer ? fetched(answer.set, now) : unanswered(answer, before, now)
    this.#known.delete(issuer)
    this.#known.set(issuer, known)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= mostIssuers) break
      this.#known.delete(oldest)
    }
    return known
  }
}

function fetched(set: LocalJWKSet, now: number): Known {
  return { set, fetchedAt: now, notBefore: now + betweenRefetches }
}

function unanswered({ why, passing }: Failed, before: Known | undefined, now: number): Known {
  const times = (before?.failed?.times ?? 0) + 1
  const notBefore = now + Math.min(firstBackOff * 2 ** (times - 1), longestBackOff)
  const kept = before?.set === undefined ? { fetchedAt: 0 } : { set: before.set, fetchedAt: before.fetchedAt }
  return { ...kept, failed: { why, passing, times }, notBefore }
}

/** Source: OpenID Connect Discovery 1.0, section 4. */
async function keysOf(issuer: string, fetch: Fetch): Promise<{ readonly set: LocalJWKSet } | Failed> {
  const discovery = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (!('value' in discovery)) return discovery
  const named = memberOf(discovery.value, 'issuer')
  if (named !== issuer) return broken(`its discovery document names another issuer: ${shown(named)}`)
  const address = memberOf(discovery.value, 'jwks_uri')
  if (typeof address !== 'string') return broken('its discovery document has no jwks_uri')
  const keys = await fetch(address)
  return 'value' in keys ? keySet(keys.value) : keys
}

/**
 * Reads a JSON Web Key Set: the public RSA and EC keys in it, whatever else it holds.
 * Gives: why there is none, when there is none.
 */
export function keySet(value: unknown): { readonly set: LocalJWKSet } | Failed {
  const listed = memberOf(value, 'keys')
  if (!Array.isArray(listed)) return broken('its key set has no list of keys')
  if (listed.length > mostKeys) return broken(`its key set has more than ${mostKeys} keys`)
  const keys = listed.flatMap(publicKey)
  if (keys.length === 0) return broken('its key set has no public RSA or EC key for signatures')
  return { set: createLocalJWKSet({ keys } satisfies JSONWebKeySet) }
}

/** INVARIANT: no private and no symmetric key is taken, so that nobody who reads a key set can sign. */
function publicKey(value: unknown): readonly JWK[] {
  const text = (name: string) => {
    const member = memberOf(value, name)
    return typeof member === 'string' ? { [name]: member } : {}
  }
  if (memberOf(value, 'use') === 'enc' || memberOf(value, 'd') !== undefined) return []
  const common = { ...text('kid'), ...text('alg') }
  const { kty } = text('kty')
  if (kty === 'RSA') return [{ ...common, kty, ...text('n'), ...text('e') }]
  if (kty === 'EC') return [{ ...common, kty, ...text('crv'), ...text('x'), ...text('y') }]
  return []
}

/** The key that a token names, or the only one that fits. */
export async function selectKey(set: LocalJWKSet, { alg, kid }: Wanted): Promise<FoundKey> {
  try {
    return { key: await set({ alg, ...(kid === undefined ? {} : { kid }) }) }
  } catch (cause) {
    if (cause instanceof errors.JWKSNoMatchingKey) return broken(`its key set has no key ${shown(kid)} for ${alg}`)
    if (cause instanceof errors.JWKSMultipleMatchingKeys)
      return broken(`its key set has several keys for ${alg}, and the token names none of them alone`)
    return broken(`its key ${shown(kid)} cannot be used: ${(cause as Error).message}`)
  }
}

function broken(why: string): Failed {
  return { why, passing: false }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

function shown(value: unknown): string {
  return value === undefined ? '(absent)' : JSON.stringify(value).slice(0, 200).toWellFormed()
}
