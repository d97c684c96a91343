import { X509Certificate } from 'node:crypto'
import { type AccountCaller, assumedRoleArn, roleArn } from '#access'
import type { SamlProvider } from '#store'
import type { LooseContext } from '../define.ts'
import type { Vouched, Vouching, World } from '../operation.ts'
import { readSamlMetadata } from '../saml-metadata.ts'
import { issued } from './credential.ts'
import { packedShare, sessionPolicies } from './policy.ts'
import { accountIn, assumedRole, checkDuration, touchedRole } from './role.ts'
import { type Assertion, readAssertion } from './saml-assertion.ts'
import { failedSamlCheck, forgottenAt, type SamlCode, statusOf, success } from './saml-check.ts'
import { nameQualifier, type SessionAttributes, samlKeys, sessionAttributes, subjectType } from './saml-claim.ts'
import { readDocument, shapedResponse } from './saml-document.ts'
import { type Keys, type Signed, signedAssertion } from './saml-signature.ts'
import { sts } from './sts.ts'
import { requestTags, sessionTags } from './tag.ts'

/** Seconds. */
const usual = 3600

// INVARIANT: only `vouch` writes it, for assertions whose every check held.
const words = new WeakMap<object, Accepted>()

/** An assertion that was taken. */
interface Accepted {
  readonly assertion: Assertion
  readonly provider: SamlProvider
  readonly session: SessionAttributes
}

export const AssumeRoleWithSAML = sts('AssumeRoleWithSAML', {
  writes: false,
  vouch: (input, vouching) => vouchedBy(input, vouching),
  resource: (input, scope) => touchedRole(input, scope),
  context(input): LooseContext {
    const session = words.get(input)?.session
    if (session === undefined) return {}
    return {
      'sts:RoleSessionName': session.sessionName,
      'sts:SourceIdentity': session.sourceIdentity,
      ...requestTags(session),
    }
  },
  also(input) {
    const session = words.get(input)?.session
    return [
      ...((session?.Tags.length ?? 0) > 0 ? ['sts:TagSession'] : []),
      ...(session?.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ]
  },

  async run(input, world) {
    const { assertion, provider, session: asked } = accepted(input, world)
    const role = assumedRole(input, world)
    const { account, id, name, path } = role
    const { sessionName, sourceIdentity, duration = usual } = asked
    const wanted = input.DurationSeconds ?? duration
    checkDuration(wanted, role, world)
    const limits = { ...(await sessionPolicies(input, account, world)), ...sessionTags(asked, world) }
    const share = packedShare(limits)
    const session = {
      account,
      subject: { type: 'assumedRole', roleId: id, roleArn: roleArn(account, path, name), sessionName },
      ...limits,
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      federatedProvider: input.PrincipalArn,
      chained: false,
    } as const
    return {
      ...issued(session, { seconds: secondsOf(wanted, assertion, world.now) }, world),
      AssumedRoleUser: { AssumedRoleId: `${id}:${sessionName}`, Arn: assumedRoleArn(account, name, sessionName) },
      PackedPolicySize: share,
      Subject: assertion.nameId,
      SubjectType: subjectType(assertion),
      Issuer: assertion.issuer,
      // QUIRK: the audience of the answer, and of `saml:aud`, is what the assertion calls its recipient.
      Audience: assertion.confirmation.recipient,
      NameQualifier: nameQualifier(assertion, provider),
      SourceIdentity: sourceIdentity,
    }
  },
})

/** A session ends with the session at the provider at the latest. */
function secondsOf(wanted: number, { sessionEnds }: Assertion, now: number): number {
  if (sessionEnds === undefined) return wanted
  return Math.min(wanted, Math.floor((sessionEnds - Math.floor(now / 1000) * 1000) / 1000))
}

interface Input {
  readonly RoleArn: string
  readonly PrincipalArn: string
  readonly SAMLAssertion: string
}

async function vouchedBy(input: Input, vouching: Vouching<SamlCode>): Promise<Vouched> {
  const { now } = vouching
  const refuse = (code: SamlCode, message: string, why: string) => vouching.refuse(code, message, bounded(why))
  const { provider, privateKeys } = await providerOf(input, vouching)
  const { assertion, response } = await genuine(input, keysOf(provider, privateKeys, now), refuse)
  const read = readAssertion(assertion)
  if ('why' in read) throw refuse('InvalidIdentityToken', unusable, `assertion check form: ${read.why}`)
  const caller = callerFor(read, provider, input.PrincipalArn)
  const { RoleArn: role, PrincipalArn: principal } = input
  const held = { assertion: read, response, provider, role, principal, publicUrl: vouching.publicUrl, now }
  const failed = failedSamlCheck(held)
  if (failed !== undefined) {
    const why = `assertion check ${failed.check}: expected ${failed.expected}, actual ${failed.actual}`
    return { caller, refusal: refuse(failed.code, failed.message, why) }
  }
  // DIFFERS: an assertion is taken once, and not as often as anybody shows it within its five minutes.
  if (!vouching.onlyOnce(`${provider.id} ${read.id}`, forgottenAt(read))) {
    const why = 'assertion check use: expected an ID that was not shown before, actual shown before'
    return { caller, refusal: refuse('IDPRejectedClaim', 'The SAML assertion has been used before.', why) }
  }
  const session = sessionAttributes(read)
  if (typeof session === 'string') throw new Error('an assertion whose checks hold lacks what they check')
  words.set(input, { assertion: read, provider, session })
  return { caller }
}

const unusable = 'Your request included an invalid SAML response.'
const unsigned = 'Response signature invalid'

type Refuse = (code: SamlCode, message: string, why: string) => Error

/** The assertion in the call, when its provider made it. Errors: refusals that need not be recorded. */
async function genuine(input: Input, keys: Keys, refuse: Refuse): Promise<Signed> {
  const read = readDocument(input.SAMLAssertion)
  if ('why' in read) throw refuse('InvalidIdentityToken', unusable, `assertion check form: ${read.why}`)
  const status = statusOf(read.root)
  if (status !== success)
    throw refuse('IDPRejectedClaim', rejected, `assertion check status: expected ${success}, actual ${status}`)
  const shaped = shapedResponse(read.text, read.root)
  if ('why' in shaped) throw refuse('InvalidIdentityToken', unusable, `assertion check form: ${shaped.why}`)
  const signed = await signedAssertion(shaped, keys)
  if ('why' in signed) throw refuse('InvalidIdentityToken', unsigned, `assertion check signature: ${signed.why}`)
  return signed
}

const rejected = 'The identity provider (IdP) reported that authentication failed.'

interface Found {
  readonly provider: SamlProvider
  readonly privateKeys: readonly string[]
}

/** The provider that a call names, in the account of its role. */
async function providerOf({ RoleArn, PrincipalArn }: Input, { read, refuse }: Vouching<SamlCode>): Promise<Found> {
  const account = accountIn(RoleArn)
  const [, owner, name = ''] = /^arn:aws:iam::(\d{12}):saml-provider\/([\w.-]{1,128})$/.exec(PrincipalArn) ?? []
  const found =
    owner === account
      ? await read(async ({ samlProviders }) => {
          const provider = await samlProviders.byName(account, name)
          return provider && { provider, privateKeys: await samlProviders.privateKeys(provider.id) }
        })
      : undefined
  if (found !== undefined && found.provider.name === name) return found
  const why = `assertion check provider: expected a SAML provider of the account ${account}, actual ${bounded(PrincipalArn)}`
  throw refuse('InvalidIdentityToken', "Specified provider doesn't exist", why)
}

/** INVARIANT: certificates that a document brings along are never looked at. */
function keysOf({ metadata, encryption }: SamlProvider, privateKeys: readonly string[], now: number): Keys {
  const certificates = (readSamlMetadata(metadata)?.signingCertificates ?? []).map((der) => new X509Certificate(der))
  const current = certificates.filter(
    ({ validFrom, validTo, publicKey }) =>
      Date.parse(validFrom) <= now && now < Date.parse(validTo) && publicKey.asymmetricKeyType === 'rsa',
  )
  return {
    certificates: current.map(String),
    privateKeys,
    encryptionRequired: encryption === 'Required',
  }
}

/** Whom the provider vouches for. */
function callerFor(assertion: Assertion, provider: SamlProvider, arn: string): AccountCaller {
  return {
    kind: 'saml',
    account: provider.account,
    principal: { type: 'saml', provider: arn, arn },
    userId: `${nameQualifier(assertion, provider)}:${assertion.nameId}`,
    name: assertion.nameId,
    tags: [],
    region: 'us-east-1',
    claims: samlKeys(assertion, provider),
  }
}

/** What was taken of the assertion. Errors: `AccessDenied` where nobody vouched for the caller. */
function accepted(input: object, world: World): Accepted {
  const found = words.get(input)
  if (found === undefined) throw world.fault('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithSAML')
  return found
}

const longest = 2000

function bounded(text: string): string {
  return text.length <= longest ? text.toWellFormed() : `${text.slice(0, longest).toWellFormed()}…`
}
