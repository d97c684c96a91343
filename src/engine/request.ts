/**
 * Who asks for what, on which resource, in which context.
 * Nothing is added to a request by the engine: what is not here is absent.
 */
export interface Request {
  readonly principal: Principal
  /** `service:Name`, in any case of letters. */
  readonly action: string
  /** A full ARN, or `*` for an action without resource-level permissions. */
  readonly resource: string
  /** The twelve-digit owner of the resource. */
  readonly resourceAccount: string
  readonly context: Context
  /** Present when the principal's or the resource's account is in an organization. */
  readonly organization?: { readonly managementAccount: string }
}

/** One string is a single-valued key, a list a multivalued one. Key names ignore case. Binary values are base64. */
export type Context = Readonly<Record<string, string | readonly string[]>>

/** The kinds of caller that decisions tell apart. Source: policy semantics, section 1. */
export type Principal =
  | UserPrincipal
  | AssumedRolePrincipal
  | FederatedUserPrincipal
  | RootPrincipal
  | { readonly type: 'service'; readonly service: string }
  | { readonly type: 'webIdentity' | 'saml'; readonly provider: string }
  | { readonly type: 'anonymous' }

export interface UserPrincipal {
  readonly type: 'user'
  /** `arn:aws:iam::A:user/path/name` */
  readonly arn: string
  readonly account: string
  /** `AIDA…` */
  readonly uniqueId?: string
}

export interface AssumedRolePrincipal {
  readonly type: 'assumedRole'
  /** `arn:aws:sts::A:assumed-role/RoleName/session` */
  readonly arn: string
  readonly account: string
  /** The role's ARN with its path; the session ARN does not carry it. */
  readonly roleArn: string
  /** `AROA…`, the role's. */
  readonly uniqueId?: string
}

export interface FederatedUserPrincipal {
  readonly type: 'federatedUser'
  /** `arn:aws:sts::A:federated-user/name` */
  readonly arn: string
  readonly account: string
  /** The user who asked for the session. */
  readonly userArn: string
  /** `AIDA…`, that user's. */
  readonly uniqueId?: string
}

export interface RootPrincipal {
  readonly type: 'root'
  /** `arn:aws:iam::A:root` */
  readonly arn: string
  readonly account: string
}
