import type { Context, Principal, RootPrincipal, UserPrincipal } from '#engine'
import type { Tag } from '#store'

/** Who calls, after the signature, or the word of an identity provider, was verified. */
export type Caller = AccountCaller | AnonymousCaller

export interface AccountCaller {
  readonly kind: 'user' | 'root' | 'assumedRole' | 'federatedUser' | 'webIdentity' | 'saml' | 'certificate' | 'nobody'
  readonly account: string
  readonly principal:
    | Exclude<Principal, { type: 'service' | 'webIdentity' | 'saml' | 'anonymous' }>
    | VouchedPrincipal
    | ServiceCaller
    | Nobody
  /** What `GetCallerIdentity` and `aws:userid` show: `AIDA…`, `AROA…:session`, the account id, `A:name`. */
  readonly userId: string
  /** The user's or role's name, where there is one. */
  readonly name: string
  /** Unique id of the user or role whose policies bear; absent for the root. */
  readonly entityId?: string
  /** Absent for those whom an identity provider vouches for: they have no credentials of ours. */
  readonly accessKeyId?: string
  /** Tags of the user or role, session tags over them. */
  readonly tags: readonly Tag[]
  /** Present for temporary credentials. */
  readonly session?: Session
  /** The region of the credential scope. */
  readonly region: string
  /** What an identity provider says of whom it vouches for, as condition keys. */
  readonly claims?: Context
}

/** A service that acts for somebody of the account whom it has verified itself. */
export interface ServiceCaller {
  readonly type: 'service'
  /** `rolesanywhere.amazonaws.com` */
  readonly service: string
  /** The same. */
  readonly arn: string
}

/** Whom an identity provider of the account vouches for, while it assumes a role and is nobody yet. */
export interface VouchedPrincipal {
  readonly type: 'webIdentity' | 'saml'
  /** The provider's ARN, or the host of one that every account knows. */
  readonly provider: string
  /** The same. */
  readonly arn: string
}

/** Whoever asks without a signature: what the policy of a resource lets everybody do is all that it may do. */
export interface Nobody {
  readonly type: 'anonymous'
  readonly arn: 'anonymous'
}

export interface AnonymousCaller {
  readonly kind: 'anonymous'
  readonly region: string
}

/** What a session token says about its session. */
export interface Session {
  readonly accessKeyId: string
  readonly secret: string
  readonly account: string
  readonly subject: SessionSubject
  /** Milliseconds since 1970. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** Inline session policies, as text. */
  readonly policies?: readonly string[]
  /** ARNs of managed session policies. */
  readonly policyArns?: readonly string[]
  /** Policies that each have to allow what the session does, as text. */
  readonly scopes?: readonly string[]
  /** The delegation request whose token was traded in for it. */
  readonly delegation?: string
  readonly tags: readonly Tag[]
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity?: string
  /** ARN or host of the identity provider that vouched for whoever assumed the role. */
  readonly federatedProvider?: string
  /** Milliseconds since 1970 when a second factor was given. */
  readonly mfaAt?: number
  /** Whether the role was assumed with another role's session. */
  readonly chained: boolean
  /** The access key id of the session with which it was asked for: it ends with that one. */
  readonly parent?: string
  /** Condition keys of how its credentials were handed over: `ec2:RoleDelivery`. */
  readonly keys?: Readonly<Record<string, string>>
  /** Makes the token as long as it was asked to be, and says nothing. */
  readonly filler?: string
}

export type SessionSubject =
  | { readonly type: 'assumedRole'; readonly roleId: string; readonly roleArn: string; readonly sessionName: string }
  | { readonly type: 'user'; readonly userId: string }
  | { readonly type: 'root' }
  | { readonly type: 'federatedUser'; readonly name: string; readonly creator: UserPrincipal | RootPrincipal }
