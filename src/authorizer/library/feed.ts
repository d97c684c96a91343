import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { signRequest } from '#protocol'
import { type ReplicatedSession, type Sealed, type Snapshot, type Statement, signedText } from '../snapshot-form.ts'
import type { AuthorizerOptions } from './type.ts'

/** What Cardea tells the library. */
export interface Feed {
  /**
   * Asks for what is newer than a version, and waits for it.
   * Gives: the moment of asking, by the clock that only measures; a snapshot where there is a newer one.
   */
  next(after: string | undefined, wait: number): Promise<{ readonly askedAt: number; readonly snapshot?: Snapshot }>
  session(service: string, request: object): Promise<ReplicatedSession>
  stop(): void
}

/** An answer of Cardea that is no answer to the question: its code and message, or what is wrong with it. */
export class FeedError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'FeedError'
    this.status = status
    this.code = code
  }
}

const longest = 10_000

/** Makes what asks Cardea, and believes only what its key has signed for this question. */
export function feedOf(options: AuthorizerOptions): Feed {
  const { services, regions = ['us-east-1'] } = options
  const pin = pinned(options)
  const stopping = new AbortController()
  const ask = async (path: string, body: object, wait: number): Promise<Statement> => {
    const nonce = randomBytes(24).toString('base64url')
    const answer = await sent(options, { path, body: { ...body, nonce }, wait, signal: stopping.signal })
    return believed(answer, nonce, pin)
  }
  return {
    async next(after, wait) {
      const askedAt = performance.now()
      const known = after === undefined ? {} : { after }
      const { snapshot, version } = await ask('/v1/snapshot', { services, regions, wait, ...known }, wait)
      if (snapshot === undefined && version !== after)
        throw new FeedError(502, 'BadAnswer', 'the answer has a new version, and not what is new')
      return { askedAt, ...(snapshot === undefined ? {} : { snapshot }) }
    },
    async session(service, request) {
      const { session } = await ask('/v1/session', { service, request }, 0)
      if (session === undefined) throw new FeedError(502, 'BadAnswer', 'the answer has no session')
      return session
    },
    stop: () => stopping.abort(),
  }
}

interface Asked {
  readonly path: string
  readonly body: object
  readonly wait: number
  readonly signal: AbortSignal
}

async function sent({ url, credentials }: AuthorizerOptions, { path, body, wait, signal }: Asked): Promise<unknown> {
  const place = new URL(path, url)
  const text = JSON.stringify(body)
  const headers = signRequest({
    method: 'POST',
    path: place.pathname,
    query: '',
    headers: { host: place.host, 'content-type': 'application/json' },
    body: Buffer.from(text),
    credentials: typeof credentials === 'function' ? await credentials() : credentials,
    scope: { region: 'us-east-1', service: 'cardea' },
    now: Date.now(),
  })
  const ends = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(wait * 1000) + longest)])
  const { host: _, ...others } = headers
  const response = await fetch(place, { method: 'POST', headers: others, body: text, signal: ends, redirect: 'error' })
  const answer: unknown = await response.json()
  if (response.status === 200) return answer
  const { __type = 'Error', message = 'no message' } = Object(answer) as { __type?: unknown; message?: unknown }
  throw new FeedError(response.status, String(__type).slice(0, 100), String(message).slice(0, 500))
}

interface Pin {
  /** Errors: throws for another key than the one that is known. */
  check(key: string): void
}

function pinned({ publicKey, pinFile }: AuthorizerOptions): Pin {
  let known =
    publicKey ?? (pinFile !== undefined && existsSync(pinFile) ? readFileSync(pinFile, 'utf8').trim() : undefined)
  return {
    check(key) {
      if (known === undefined) {
        known = key
        if (pinFile !== undefined) writeFileSync(pinFile, `${key}\n`, { mode: 0o600, flag: 'wx' })
      }
      if (key !== known)
        throw new FeedError(502, 'OtherKey', 'the answer is signed with another key than the one that is known')
    },
  }
}

/** INVARIANT: nothing of an answer is used before its signature and its nonce were. */
function believed(answer: unknown, nonce: string, pin: Pin): Statement {
  const { payload, signature, key } = Object(answer) as Partial<Sealed>
  if (typeof payload !== 'string' || typeof signature !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(String(key)))
    throw new FeedError(502, 'BadAnswer', 'the answer is not of the form of one')
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: String(key) }
  const isSigned = verify(
    null,
    Buffer.from(signedText(payload)),
    createPublicKey({ key: jwk, format: 'jwk' }),
    Buffer.from(signature, 'base64url'),
  )
  if (!isSigned) throw new FeedError(502, 'BadSignature', 'the answer is not signed with its key')
  pin.check(String(key))
  // Whoever has the key wrote it.
  const statement = JSON.parse(payload) as Statement
  if (statement.nonce !== nonce) throw new FeedError(502, 'OtherAnswer', 'the answer is one to another question')
  return statement
}
