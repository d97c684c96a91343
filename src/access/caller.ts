import type { Principal, UserPrincipal } from '#engine'
import type { Tag } from '#store'

/** Who calls, after the signature was verified. */
export type Caller = AccountCaller | AnonymousCaller

export interface AccountCaller {
  readonly kind: 'user' | 'root' | 'assumedRole' | 'federatedUser'
  readonly account: string
  readonly principal: Exclude<Principal, { type: 'service' | 'webIdentity' | 'saml' | 'anonymous' }>
  /** What `GetCallerIdentity` and `aws:userid` show: `AIDA…`, `AROA…:session`, the account id, `A:name`. */
  readonly userId: string
  /** The user's or role's name, where there is one. */
  readonly name: string
  /** Unique id of the user or role whose policies bear; absent for the root. */
  readonly entityId?: string
  readonly accessKeyId: string
  /** Tags of the user or role, session tags over them. */
  readonly tags: readonly Tag[]
  /** Present for temporary credentials. */
  readonly session?: Session
  /** The region of the credential scope. */
  readonly region: string
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
  readonly tags: readonly Tag[]
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity?: string
  /** ARN or host of the identity provider that vouched for whoever assumed the role. */
  readonly federatedProvider?: string
  /** Milliseconds since 1970 when a second factor was given. */
  readonly mfaAt?: number
  /** Whether the role was assumed with another role's session. */
  readonly chained: boolean
}

export type SessionSubject =
  | { readonly type: 'assumedRole'; readonly roleId: string; readonly roleArn: string; readonly sessionName: string }
  | { readonly type: 'user'; readonly userId: string }
  | { readonly type: 'root' }
  | { readonly type: 'federatedUser'; readonly name: string; readonly creator: UserPrincipal }
