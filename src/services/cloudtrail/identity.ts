import type { KeptCaller } from '#access'
import type { KeptRecord } from '#store'

/** Who asked, in the form of CloudTrail. */
export type UserIdentity = Readonly<Record<string, unknown>> & { readonly type: string }

/**
 * Shapes who asked.
 * Takes: the caller as it was kept; absent: only its ARN is known.
 * Source: CloudTrail User Guide, the userIdentity element.
 */
export function userIdentityOf(record: KeptRecord, caller: KeptCaller | undefined): UserIdentity {
  if (caller === undefined) return fromArn(record)
  const { kind, account, principal, userId, name, accessKeyId } = caller
  const common = {
    arn: principal.arn,
    accountId: account,
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
  }
  switch (kind) {
    case 'user':
      return { type: 'IAMUser', principalId: userId, ...common, userName: name, ...sessionOf(caller, undefined) }
    case 'root':
      return { type: 'Root', principalId: account, ...common, ...sessionOf(caller, undefined) }
    case 'assumedRole':
      return { type: 'AssumedRole', principalId: userId, ...common, ...sessionOf(caller, roleIssuer(caller)) }
    case 'federatedUser':
      return { type: 'FederatedUser', principalId: userId, ...common, ...sessionOf(caller, userIssuer(caller)) }
    case 'certificate':
      return { type: 'AWSService', invokedBy: principal.arn }
    case 'nobody':
      return { type: 'AWSAccount', principalId: '', accountId: 'anonymous' }
    default:
      return vouched(caller)
  }
}

/** The name that events are looked up by: of a user, of a role's session, or `root`. */
export function userNameOf({ principal, caller }: Pick<KeptRecord, 'principal'> & { caller?: KeptCaller | undefined }) {
  if (caller?.kind === 'webIdentity' || caller?.kind === 'saml') return subjectOf(caller)
  if (principal === undefined) return undefined
  return principal.endsWith(':root') ? 'root' : principal.slice(principal.lastIndexOf('/') + 1)
}

function fromArn({ principal, account, accessKeyId, eventSource }: KeptRecord): UserIdentity {
  if (principal === undefined) return { type: 'AWSService', invokedBy: eventSource }
  if (/^[a-z0-9.-]+\.amazonaws\.com$/.test(principal)) return { type: 'AWSService', invokedBy: principal }
  const [, , service, owner = account, resource = ''] =
    /^(arn):([^:]*):([^:]*):[^:]*:([^:]*):(.*)$/.exec(principal)?.slice(1) ?? []
  const types: Readonly<Record<string, string>> = {
    'iam user': 'IAMUser',
    'iam root': 'Root',
    'sts assumed-role': 'AssumedRole',
    'sts federated-user': 'FederatedUser',
  }
  const type = types[`${service} ${resource.split('/', 1)[0]}`] ?? 'Unknown'
  return { type, arn: principal, accountId: owner, ...(accessKeyId === undefined ? {} : { accessKeyId }) }
}

function sessionOf({ session }: KeptCaller, issuer: object | undefined): { readonly sessionContext?: object } {
  if (session === undefined) return {}
  const { issuedAt, mfaAt, sourceIdentity, federatedProvider } = session
  return {
    sessionContext: {
      ...(issuer === undefined ? {} : { sessionIssuer: issuer }),
      ...(federatedProvider === undefined ? {} : { webIdFederationData: { federatedProvider, attributes: {} } }),
      attributes: { creationDate: secondsText(issuedAt), mfaAuthenticated: String(mfaAt !== undefined) },
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    },
  }
}

function roleIssuer({ principal, account, name, userId }: KeptCaller): object | undefined {
  if (principal.type !== 'assumedRole') return undefined
  const principalId = principal.uniqueId ?? userId.split(':', 1)[0]
  return { type: 'Role', principalId, arn: principal.roleArn, accountId: account, userName: name }
}

function userIssuer({ principal, account }: KeptCaller): object | undefined {
  if (principal.type !== 'federatedUser') return undefined
  const { userArn: arn, uniqueId } = principal
  if (uniqueId === undefined) return { type: 'Root', principalId: account, arn, accountId: account }
  return {
    type: 'IAMUser',
    principalId: uniqueId,
    arn,
    accountId: account,
    userName: arn.slice(arn.lastIndexOf('/') + 1),
  }
}

function vouched(caller: KeptCaller): UserIdentity {
  const { kind, principal } = caller
  const provider = 'provider' in principal ? principal.provider : principal.arn
  const subject = subjectOf(caller)
  const audience = claimOf(caller, 'aud')
  const principalId = [provider, ...(audience === undefined ? [] : [audience]), subject].join(':')
  const type = kind === 'saml' ? 'SAMLUser' : 'WebIdentityUser'
  return { type, principalId, userName: subject, identityProvider: provider }
}

function subjectOf(caller: KeptCaller): string {
  return claimOf(caller, 'sub') ?? caller.name
}

/** A claim of an identity provider, whose condition keys end with the claim's name. */
function claimOf({ claims = {} }: KeptCaller, claim: string): string | undefined {
  const value = Object.entries(claims).find(([key]) => key.toLowerCase().endsWith(`:${claim}`))?.[1]
  return typeof value === 'string' ? value : value?.[0]
}

/** A moment without its parts of a second, as CloudTrail writes it. */
export function secondsText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
