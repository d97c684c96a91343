import type { SamlProvider } from '#store'
import { childrenOf, type XmlElement } from '../xml.ts'
import type { Assertion } from './saml-assertion.ts'
import { givesRole, sessionAttributes } from './saml-claim.ts'
import { protocolNamespace, samlNamespace } from './saml-document.ts'
import { clockSkew } from './web-identity-token.ts'

export type SamlCode = 'InvalidIdentityToken' | 'ExpiredTokenException' | 'IDPRejectedClaim' | 'AccessDenied'

/** One thing that an assertion is held to. */
export interface SamlCheck {
  readonly check: string
  readonly holds: boolean
  readonly expected: string
  readonly actual: string
  /** What the caller hears when it does not hold. */
  readonly code: SamlCode
  readonly message: string
}

/** What an assertion is held to. */
export interface Held {
  readonly assertion: Assertion
  readonly response: XmlElement
  readonly provider: SamlProvider
  /** The role and the provider that the call names. */
  readonly role: string
  readonly principal: string
  readonly publicUrl: string | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Milliseconds by which the clocks of provider and installation may differ. */
const skew = clockSkew * 1000
/** An assertion is redeemed within so many milliseconds after it was made. */
const redeemable = 300_000

/** The moment from which an assertion is too old, so that none has to remember it. */
export function forgottenAt({ issuedAt }: Assertion): number {
  return issuedAt + redeemable + skew
}

/** The first thing to which an assertion is held in vain. */
export function failedSamlCheck(held: Held): SamlCheck | undefined {
  return [...partyChecks(held), ...timeChecks(held), ...contentChecks(held)].find(({ holds }) => !holds)
}

/** Whether a provider says that it could authenticate nobody. */
export function statusOf(response: XmlElement): string {
  const [status] = childrenOf(response, protocolNamespace, 'Status')
  const codes = status === undefined ? [] : childrenOf(status, protocolNamespace, 'StatusCode')
  return (codes.length === 1 ? codes[0]?.attributes.get('Value') : undefined) ?? '(absent)'
}

export const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'

const notIssuer = 'Issuer not present in specified provider'
const notAudience = 'Response does not contain the required audience.'

function partyChecks({ assertion, response, provider, publicUrl }: Held): readonly SamlCheck[] {
  const { issuer, conditions, confirmation } = assertion
  const issuers = [issuer, ...childrenOf(response, samlNamespace, 'Issuer').map(({ text }) => text)]
  const audiences = ['urn:amazon:webservices', signIn, ...(publicUrl === undefined ? [] : [publicUrl])]
  const met = conditions.audiences.map((asked) => asked.some((audience) => audiences.includes(audience)))
  const destination = response.attributes.get('Destination') ?? ''
  const recipients = [confirmation.recipient, ...(destination === '' ? [] : [destination])]
  return [
    invalid('issuer', notIssuer, {
      holds: issuers.every((one) => one === provider.entityId),
      expected: provider.entityId,
      actual: issuers.join(' and '),
    }),
    invalid('audience', notAudience, {
      holds: met.length > 0 && met.every(Boolean),
      expected: audiences.join(' or '),
      actual: conditions.audiences.flat().join(', ') || '(absent)',
    }),
    invalid('recipient', notRecipient, {
      holds: recipients.every((one) => isRecipient(one, provider, publicUrl)),
      expected: [signIn, ...(publicUrl === undefined ? [] : [publicUrl])].join(' or '),
      actual: recipients.join(' and '),
    }),
  ]
}

const signIn = 'https://signin.aws.amazon.com/saml'
const notRecipient = 'The recipient of the SAML response is not valid.'

function isRecipient(url: string, { id }: SamlProvider, publicUrl: string | undefined): boolean {
  if (publicUrl !== undefined && (url === publicUrl || url === `${publicUrl}/saml`)) return true
  const [whole, own] =
    /^https:\/\/(?:[a-z]{2}(?:-[a-z]+)+-\d\.)?signin\.aws\.amazon\.com\/saml(?:\/acs\/(\w+))?$/.exec(url) ?? []
  return whole !== undefined && (own ?? id) === id
}

function timeChecks({ assertion, provider, now }: Held): readonly SamlCheck[] {
  const { issuedAt, conditions, confirmation, sessionEnds } = assertion
  const late = (check: string, end: number | undefined, message = tooLate) =>
    expired(check, message, {
      holds: end === undefined || end > now - skew,
      expected: `after ${timeText(now - skew)}`,
      actual: timeText(end),
    })
  const early = (check: string, start: number | undefined) =>
    invalid(check, tooEarly, {
      holds: start === undefined || start <= now + skew,
      expected: `at most ${timeText(now + skew)}`,
      actual: timeText(start),
    })
  return [
    invalid('metadata', notIssuer, {
      holds: provider.validUntil === undefined || provider.validUntil > now,
      expected: `valid at ${timeText(now)}`,
      actual: `valid until ${timeText(provider.validUntil)}`,
    }),
    early('issued', issuedAt),
    late('redemption', issuedAt + redeemable, 'Token must be redeemed within 5 minutes of issuance'),
    early('not before', conditions.notBefore),
    late('expiry', conditions.notOnOrAfter),
    early('confirmation not before', confirmation.notBefore),
    late('confirmation expiry', confirmation.notOnOrAfter),
    expired('session end', tooLate, {
      holds: sessionEnds === undefined || sessionEnds > now,
      expected: `after ${timeText(now)}`,
      actual: timeText(sessionEnds),
    }),
  ]
}

const tooLate = 'The SAML assertion has expired.'
const tooEarly = 'The SAML assertion is not yet valid.'

function contentChecks({ assertion, role, principal }: Held): readonly SamlCheck[] {
  const session = sessionAttributes(assertion)
  const wrong = typeof session === 'string' ? session : undefined
  const named = assertion.nameId.length <= 1024
  return [
    invalid('subject', 'The subject of the SAML assertion is not valid.', {
      holds: named,
      expected: 'a name of at most 1024 characters',
      actual: `${assertion.nameId.length} characters`,
    }),
    invalid('session', wrong ?? '', {
      holds: wrong === undefined,
      expected: 'attributes of the session as AWS takes them',
      actual: wrong ?? 'valid',
    }),
    {
      check: 'role',
      code: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithSAML',
      holds: givesRole(assertion, role, principal),
      expected: `the attribute Role with ${role},${principal}`,
      actual: assertion.attributes.get('https://aws.amazon.com/SAML/Attributes/Role')?.join(' and ') ?? '(absent)',
    },
  ]
}

type Outcome = Pick<SamlCheck, 'holds' | 'expected' | 'actual'>

function invalid(check: string, message: string, outcome: Outcome): SamlCheck {
  return { check, code: 'InvalidIdentityToken', message, ...outcome }
}

function expired(check: string, message: string, outcome: Outcome): SamlCheck {
  return { check, code: 'ExpiredTokenException', message, ...outcome }
}

function timeText(at: number | undefined): string {
  return at === undefined || Math.abs(at) > 8.64e15 ? '(absent)' : new Date(at).toISOString()
}
