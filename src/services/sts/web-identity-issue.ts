import { importPKCS8, SignJWT } from 'jose'
import type { AccountCaller } from '#access'
import type { LooseContext } from '../define.ts'
import type { World } from '../operation.ts'
import { type OutboundAlgorithm, outboundAlgorithms, outboundSettings, signingKey } from '../outbound.ts'
import { sts } from './sts.ts'
import { requestTags, type Tagging } from './tag.ts'

/** Seconds. */
const usual = 300
/** Characters of a token's claims. */
const longest = 8192

export const GetWebIdentityToken = sts('GetWebIdentityToken', {
  // Keys are made and forgotten as their time comes.
  writes: true,
  resource: () => '*',
  context: ({ Audience, SigningAlgorithm, DurationSeconds = usual, Tags = [] }): LooseContext => ({
    'sts:IdentityTokenAudience': Audience,
    'sts:SigningAlgorithm': SigningAlgorithm,
    'sts:DurationSeconds': String(DurationSeconds),
    ...requestTags({ Tags }),
  }),
  also: ({ Tags = [] }) => (Tags.length > 0 ? ['sts:TagGetWebIdentityToken'] : []),

  async run(input, world) {
    const { Audience, DurationSeconds = usual, Tags = [], Scope, SubjectMode } = input
    const { account, caller, tables, now, random, fault } = world
    if (Scope !== undefined || (SubjectMode !== undefined && SubjectMode !== 'AWSIdentity'))
      throw fault('ValidationError', 'The session has no trusted identity propagation context.')
    const algorithm = algorithmNamed(input.SigningAlgorithm, world)
    const issuer = await issuerOf(world)
    const issuedAt = Math.floor(now / 1000)
    const expiresAt = issuedAt + DurationSeconds
    if (caller.session !== undefined && expiresAt * 1000 > caller.session.expiresAt)
      throw fault(
        'SessionDurationEscalationException',
        'The requested token duration would extend the session beyond its original expiration time.',
      )
    const claims = {
      iss: world.issuerUrl(issuer),
      aud: Audience.length === 1 ? String(Audience[0]) : [...Audience],
      sub: principalOf(caller),
      iat: issuedAt,
      exp: expiresAt,
      jti: Buffer.from(random(16)).toString('hex'),
      'https://sts.amazonaws.com/': identityClaims(caller, tagsOf({ Tags }, world)),
    }
    if (JSON.stringify(claims).length > longest)
      throw fault(
        'JWTPayloadSizeExceededException',
        'The requested token payload size exceeds the maximum allowed size.',
      )
    const { id, privateKey } = await signingKey({ account, issuer }, { algorithm, now, tables })
    const WebIdentityToken = await new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, kid: id, typ: 'JWT' })
      .sign(await importPKCS8(privateKey, algorithm))
    return { WebIdentityToken, Expiration: new Date(expiresAt * 1000) }
  },
})

function algorithmNamed(name: string, { fault }: World): OutboundAlgorithm {
  const found = outboundAlgorithms.find((algorithm) => algorithm === name)
  if (found !== undefined) return found
  throw fault('ValidationError', `SigningAlgorithm must be one of ${outboundAlgorithms.join(', ')}.`)
}

async function issuerOf({
  account,
  tables,
  fault,
}: World<'OutboundWebIdentityFederationDisabledException'>): Promise<string> {
  const enabled = (await tables.settings.get(account, outboundSettings.enabled)) === 'true'
  const issuer = enabled ? await tables.settings.get(account, outboundSettings.issuer) : undefined
  if (issuer !== undefined) return issuer
  throw fault(
    'OutboundWebIdentityFederationDisabledException',
    'The outbound web identity federation feature is not enabled for this account.',
  )
}

/** QUIRK: a session is told as its role, with the role's path. */
function principalOf({ principal }: AccountCaller): string {
  return principal.type === 'assumedRole' ? principal.roleArn : principal.arn
}

function identityClaims(caller: AccountCaller, requested: Readonly<Record<string, string>>): object {
  const { account, region, session, tags } = caller
  const principalTags = Object.fromEntries(tags.map(({ key, value }) => [key, value]))
  return {
    aws_account: account,
    source_region: region,
    principal_id: principalOf(caller),
    ...(tags.length === 0 ? {} : { principal_tags: principalTags }),
    ...(Object.keys(requested).length === 0 ? {} : { request_tags: requested }),
    ...(session === undefined
      ? {}
      : { original_session_exp: `${new Date(session.expiresAt).toISOString().slice(0, 19)}Z` }),
    ...(session?.federatedProvider === undefined ? {} : { federated_provider: session.federatedProvider }),
    ...(session?.sourceIdentity === undefined ? {} : { source_identity: session.sourceIdentity }),
  }
}

/** Errors: `InvalidParameterValue` for keys that differ by the case of their letters only. */
function tagsOf({ Tags = [] }: Tagging, { fault }: World): Readonly<Record<string, string>> {
  const keys = new Set(Tags.map(({ Key = '' }) => Key.toLowerCase()))
  if (keys.size < Tags.length)
    throw fault('InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.')
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))
}
