import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { FoundKey, Issuers } from '../issuer.ts'
import { audienceOf, audiencesIn, type Claims, doubleClaim, sessionClaims } from './web-identity-claim.ts'
import { keyOf, type Trusted } from './web-identity-provider.ts'

/** Signatures with a public key; none without one, and none that both sides can make. */
export const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512']

/** Seconds by which the clocks of provider and installation may differ. */
export const clockSkew = 60

export type RefusalCode =
  | 'InvalidIdentityToken'
  | 'ExpiredTokenException'
  | 'IDPRejectedClaim'
  | 'IDPCommunicationError'

/** One thing that a token was held to. */
export interface Check {
  readonly check: string
  readonly holds: boolean
  readonly expected: string
  readonly actual: string
  /** What the caller hears when it does not hold. */
  readonly refusal: { readonly code: RefusalCode; readonly message: string }
}

/** All that was found out of a token. */
export interface Examination {
  /** In the order in which they were made; after one that does not hold there may be others that were not made. */
  readonly checks: readonly Check[]
  /** Present when the signature is genuine. */
  readonly word?: Word
}

/** What a trusted provider says. */
export interface Word {
  readonly provider: Trusted
  readonly claims: Claims
}

export interface Examining {
  /** Seconds since 1970. */
  readonly now: number
  readonly issuers: Issuers
  /** The provider that is trusted for an issuer. */
  providerFor(issuer: string): Promise<Trusted | undefined>
}

const notJwt = 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)'
const noKey =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
const notValid =
  'The web identity token that was passed could not be validated by AWS. Get a new identity token from the identity provider and then retry the request.'

/** Examines a token: its form, issuer, signature, times, audience and claims. */
export async function examine(token: string, examining: Examining): Promise<Examination> {
  const checks: Check[] = []
  const read = reading(token)
  if (typeof read === 'string') return { checks: [wrong(invalid('form', notJwt), 'a signed JSON Web Token', read)] }
  const { alg, kid, issuer } = read
  checks.push({
    ...invalid('algorithm', notValid),
    holds: algorithms.includes(alg),
    expected: algorithms.join(', '),
    actual: alg,
  })
  if (!allHold(checks)) return { checks }
  const provider = issuer.length > 2048 ? undefined : await examining.providerFor(issuer)
  checks.push({
    ...invalid('issuer', `No OpenIDConnect provider found in your account for ${short(issuer)}`),
    holds: provider !== undefined,
    expected: 'the URL of a provider in the account of the role',
    actual: short(issuer),
  })
  if (provider === undefined) return { checks }
  const found = await keyOf(provider, { alg, kid }, { issuers: examining.issuers, now: examining.now * 1000 })
  checks.push(keyCheck(found, kid))
  if (!('key' in found)) return { checks }
  const claims = await signedClaims(token, found.key, { issuer, now: examining.now })
  const genuine = 'claims' in claims
  const actual = genuine ? 'genuine' : claims.why
  checks.push({
    ...invalid('signature', notValid),
    holds: genuine,
    expected: 'made with a key of the provider',
    actual,
  })
  if (!genuine) return { checks }
  checks.push(...claimChecks(claims.claims, provider, examining.now))
  if (claims.doubt !== undefined && allHold(checks))
    checks.push(wrong(invalid('claims', notValid), 'claims as they are registered', claims.doubt))
  return { checks, word: { provider, claims: claims.claims } }
}

/** The first thing that a token was held to in vain. */
export function failedCheck({ checks }: Examination): Check | undefined {
  return checks.find(({ holds }) => !holds)
}

function allHold(checks: readonly Check[]): boolean {
  return checks.every(({ holds }) => holds)
}

interface Read {
  readonly alg: string
  readonly kid: string | undefined
  readonly issuer: string
}

/** What a token says before anything of it is believed. Gives: what is wrong, as a text. */
function reading(token: string): Read | string {
  try {
    const { alg, kid } = decodeProtectedHeader(token)
    const { iss } = decodeJwt(token)
    if (typeof alg !== 'string') return 'its header names no algorithm'
    if (kid !== undefined && (typeof kid !== 'string' || kid.length > 1024))
      return 'its header has a kid that is no name'
    if (typeof iss !== 'string' || iss === '') return 'it has no iss'
    return { alg: short(alg), kid, issuer: iss }
  } catch (cause) {
    return short((cause as Error).message)
  }
}

type Signed = { readonly claims: Claims; readonly doubt?: string } | { readonly why: string }

/**
 * Verifies the signature.
 * INVARIANT: what the library objects to in the claims is never let through, also where our own checks have no objection.
 */
async function signedClaims(
  token: string,
  key: Extract<FoundKey, { key: unknown }>['key'],
  { issuer, now }: { readonly issuer: string; readonly now: number },
): Promise<Signed> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms,
      issuer,
      currentDate: new Date(now * 1000),
      clockTolerance: clockSkew,
      requiredClaims: ['sub', 'aud', 'iat', 'exp'],
    })
    return { claims: payload }
  } catch (cause) {
    if (cause instanceof errors.JWTExpired || cause instanceof errors.JWTClaimValidationFailed)
      return { claims: cause.payload, doubt: cause.message }
    return { why: short((cause as Error).message) }
  }
}

function keyCheck(found: FoundKey, kid: string | undefined): Check {
  const base = { check: 'key', expected: `the provider's key ${kid === undefined ? '' : short(kid)}`.trim() }
  if ('key' in found) return { ...base, ...invalid('key', noKey), holds: true, actual: 'found' }
  const code = found.passing ? 'IDPCommunicationError' : 'InvalidIdentityToken'
  const message = found.passing ? unreachable : noKey
  return { ...base, holds: false, actual: found.why, refusal: { code, message } }
}

const unreachable =
  "The request could not be fulfilled because the identity provider (IDP) that was asked to verify the incoming identity token could not be reached. This is often a transient error caused by network conditions. Retry the request a limited number of times so that you don't exceed the request rate. If the error persists, the identity provider might be down or not responding."

function claimChecks(claims: Claims, { clientIds }: Trusted, now: number): readonly Check[] {
  const { sub } = claims
  const audience = audienceOf(claims, clientIds)
  const session = sessionClaims(claims)
  const double = doubleClaim(claims)
  return [
    {
      ...invalid('subject', 'Missing a required claim: sub'),
      holds: typeof sub === 'string' && sub !== '' && sub.length <= 1024,
      expected: 'a text of at most 1024 characters',
      actual: shown(sub),
    },
    ...timeChecks(claims, now),
    {
      ...invalid('audience', 'Incorrect token audience'),
      holds: audience !== undefined,
      expected: clientIds === undefined ? 'any' : clientIds.join(' or ') || 'a client id; the provider has none',
      actual: claims['azp'] === undefined ? shown(audiencesIn(claims)) : `azp ${shown(claims['azp'])}`,
    },
    {
      ...rejected('names', 'The claims of the token cannot be told apart.'),
      holds: double === undefined,
      expected: 'no two claims that differ by the case of their letters only',
      actual: double ?? 'none',
    },
    {
      ...rejected('session', 'The session tags or the source identity of the token are not valid.'),
      holds: typeof session !== 'string',
      expected: 'session tags and source identity as AWS takes them',
      actual: typeof session === 'string' ? short(session) : 'valid',
    },
  ]
}

function timeChecks({ iat, nbf, exp }: Claims, now: number): readonly Check[] {
  const early = now + clockSkew
  const ends = typeof exp === 'number' && Number.isFinite(exp)
  return [
    {
      ...invalid('issued', notValid),
      holds: typeof iat === 'number' && iat <= early,
      expected: `iat at most ${timeText(early)}`,
      actual: timeText(iat),
    },
    {
      ...invalid('not before', notValid),
      holds: nbf === undefined || (typeof nbf === 'number' && nbf <= early),
      expected: `nbf at most ${timeText(early)}`,
      actual: timeText(nbf),
    },
    {
      check: 'expiry',
      holds: ends && exp > now - clockSkew,
      expected: `exp after ${timeText(now - clockSkew)}`,
      actual: timeText(exp),
      refusal: ends
        ? {
            code: 'ExpiredTokenException',
            message: `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`,
          }
        : { code: 'InvalidIdentityToken', message: 'Missing a required claim: exp' },
    },
  ]
}

function invalid(check: string, message: string): Pick<Check, 'check' | 'refusal'> {
  return { check, refusal: { code: 'InvalidIdentityToken', message } }
}

function rejected(check: string, message: string): Pick<Check, 'check' | 'refusal'> {
  return { check, refusal: { code: 'IDPRejectedClaim', message } }
}

function wrong(base: Pick<Check, 'check' | 'refusal'>, expected: string, actual: string): Check {
  return { ...base, holds: false, expected, actual }
}

/** Seconds since 1970, and the same for people. */
function timeText(seconds: unknown): string {
  if (typeof seconds !== 'number' || Math.abs(seconds) > 8.64e12) return shown(seconds)
  return `${seconds} (${new Date(seconds * 1000).toISOString().slice(0, 19)}Z)`
}

function shown(value: unknown): string {
  return value === undefined ? '(absent)' : short(JSON.stringify(value))
}

function short(text: string): string {
  return text.length <= 300 ? text.toWellFormed() : `${text.slice(0, 300).toWellFormed()}…`
}
