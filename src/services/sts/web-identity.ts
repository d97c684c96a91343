import { type AccountCaller, assumedRoleArn, roleArn } from '#access'
import type { LooseContext } from '../define.ts'
import type { Vouched, Vouching, World } from '../operation.ts'
import { issued } from './credential.ts'
import { packedShare, sessionPolicies } from './policy.ts'
import { accountIn, assumedRole, checkDuration, touchedRole } from './role.ts'
import { sts } from './sts.ts'
import { requestTags, sessionTags } from './tag.ts'
import { audienceOf, claimKeys, type SessionClaims, sessionClaims } from './web-identity-claim.ts'
import { providerFor } from './web-identity-provider.ts'
import { type Check, clockSkew, type Examination, examine, failedCheck, type Word } from './web-identity-token.ts'

/** Seconds. */
const usual = 3600

// INVARIANT: only `vouch` writes it, for tokens whose every check held.
const words = new WeakMap<object, Accepted>()

/** A session of which nobody says anything. */
const nothing: SessionClaims = { Tags: [], TransitiveTagKeys: [] }

/** A word that was taken. */
interface Accepted extends Word {
  readonly audience: string
  readonly subject: string
  readonly session: SessionClaims
}

export const AssumeRoleWithWebIdentity = sts('AssumeRoleWithWebIdentity', {
  writes: false,
  vouch: (input, vouching) => vouchedBy(input, vouching),
  resource: (input, scope) => touchedRole(input, scope),
  context(input): LooseContext {
    const session = words.get(input)?.session ?? nothing
    return {
      'sts:RoleSessionName': input.RoleSessionName,
      'sts:SourceIdentity': session.sourceIdentity,
      ...requestTags(session),
    }
  },
  also(input) {
    const session = words.get(input)?.session ?? nothing
    return [
      ...(session.Tags.length > 0 ? ['sts:TagSession'] : []),
      ...(session.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ]
  },

  async run(input, world) {
    const { RoleSessionName, DurationSeconds = usual } = input
    const { provider, audience, subject, session: asked } = accepted(input, world)
    const role = assumedRole(input, world)
    const { account, id, name, path } = role
    checkDuration(DurationSeconds, role, world)
    const limits = { ...(await sessionPolicies(input, account, world)), ...sessionTags(asked, world) }
    const share = packedShare(limits)
    const { sourceIdentity } = asked
    const session = {
      account,
      subject: { type: 'assumedRole', roleId: id, roleArn: roleArn(account, path, name), sessionName: RoleSessionName },
      ...limits,
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      federatedProvider: provider.principal,
      chained: false,
    } as const
    return {
      ...issued(session, { seconds: DurationSeconds, tokenSize: input.MinimumSessionTokenSize }, world),
      SubjectFromWebIdentityToken: subject,
      AssumedRoleUser: {
        AssumedRoleId: `${id}:${RoleSessionName}`,
        Arn: assumedRoleArn(account, name, RoleSessionName),
      },
      PackedPolicySize: share,
      // QUIRK: AWS's page says the issuer; its answers have what trust policies name.
      Provider: provider.principal,
      Audience: audience,
      SourceIdentity: sourceIdentity,
    }
  },
})

interface Input {
  readonly RoleArn: string
  readonly WebIdentityToken: string
  readonly ProviderId?: string | undefined
}

async function vouchedBy(
  input: Input,
  vouching: Vouching<'InvalidIdentityToken' | 'ExpiredTokenException' | 'IDPRejectedClaim' | 'IDPCommunicationError'>,
): Promise<Vouched> {
  const { now, read, issuers, refuse } = vouching
  if (input.ProviderId !== undefined)
    // DIFFERS: access tokens of OAuth 2.0 are opaque, and only the two providers that AWS takes them from can tell of them.
    throw refuse('ValidationError', 'ProviderId is for OAuth 2.0 access tokens, which are not supported.', 'ProviderId')
  const account = accountIn(input.RoleArn)
  const examination = await examineFor(input, { now, read, issuers })
  const failed = failedCheck(examination)
  const refusal = failed && refuse(failed.refusal.code, failed.refusal.message, detailOf(failed))
  const { word } = examination
  if (word === undefined) throw refusal ?? new Error('a token that is not genuine has a check that does not hold')
  const caller = callerFor(word, account)
  if (refusal !== undefined) return { caller, refusal }
  const used = vouching.once === undefined ? undefined : replay(word, vouching.once)
  if (used !== undefined) return { caller, refusal: refuse(used.refusal.code, used.refusal.message, detailOf(used)) }
  words.set(input, acceptedFrom(word))
  return { caller }
}

/** Examines the token of a call, and takes nothing of it. */
export function examineFor(
  { RoleArn, WebIdentityToken }: Pick<Input, 'RoleArn' | 'WebIdentityToken'>,
  { now, read, issuers }: Pick<Vouching, 'now' | 'read' | 'issuers'>,
): Promise<Examination> {
  const account = accountIn(RoleArn)
  return examine(WebIdentityToken, {
    now: Math.floor(now / 1000),
    issuers,
    providerFor: (issuer) => read((tables) => providerFor(issuer, account, { tables, issuers })),
  })
}

function detailOf({ check, expected, actual }: Check): string {
  return `token check ${check}: expected ${expected}, actual ${actual}`
}

/** Holds a token to being used once. Gives: the check, when it does not hold. */
function replay({ provider, claims }: Word, once: NonNullable<Vouching['once']>): Check | undefined {
  const { jti, exp } = claims
  const named = typeof jti === 'string' && jti !== ''
  if (named && once(`${provider.issuer} ${jti}`, (Number(exp) + clockSkew) * 1000)) return undefined
  return {
    check: 'use',
    holds: false,
    expected: 'a jti that was not shown before',
    actual: named ? 'shown before' : 'no jti',
    refusal: { code: 'IDPRejectedClaim', message: 'The web identity token has been used before.' },
  }
}

function acceptedFrom(word: Word): Accepted {
  const audience = audienceOf(word.claims, word.provider.clientIds)
  const session = sessionClaims(word.claims)
  const { sub } = word.claims
  if (audience === undefined || typeof session === 'string' || typeof sub !== 'string')
    throw new Error('a token whose checks hold lacks what they check')
  return { ...word, audience: audience.aud, subject: sub, session }
}

/** Whom the provider vouches for. */
function callerFor({ provider, claims }: Word, account: string): AccountCaller {
  const { principal, name, clientIds } = provider
  const audience = audienceOf(claims, clientIds) ?? { aud: '' }
  const subject = String(claims['sub'])
  return {
    kind: 'webIdentity',
    account,
    principal: { type: 'webIdentity', provider: principal, arn: principal },
    userId: `${principal}:${audience.aud}:${subject}`,
    name: subject,
    tags: [],
    region: 'us-east-1',
    claims: claimKeys(name, claims, audience),
  }
}

/** What was taken of the token. Errors: `AccessDenied` where nobody vouched for the caller. */
function accepted(input: object, world: World): Accepted {
  const found = words.get(input)
  if (found === undefined) throw world.fault('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity')
  return found
}
