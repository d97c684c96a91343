export type * from './entity-audit.ts'
export type * from './entity-federation.ts'
export type * from './entity-gateway.ts'
export type * from './entity-instance.ts'
export type * from './entity-roles-anywhere.ts'
export type * from './entity-service.ts'

/** A tag as its owner wrote it. Keys are unique ignoring case. */
export interface Tag {
  readonly key: string
  readonly value: string
}

/** What users, groups, roles, instance profiles and managed policies have in common. */
export interface Named {
  /** Twelve digits. */
  readonly account: string
  /** The unique id: `AIDA…`, `AGPA…`, `AROA…`, `AIPA…`, `ANPA…`. */
  readonly id: string
  /** Unique in its account and kind, ignoring case. */
  readonly name: string
  /** Begins and ends with `/`. */
  readonly path: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface Account {
  readonly id: string
  readonly name: string
  readonly email: string
  /** Unique in the installation. */
  readonly alias?: string
  readonly createdAt: number
}

export interface User extends Named {
  /** ARN of the permissions boundary. */
  readonly boundary?: string
  readonly tags: readonly Tag[]
  readonly passwordLastUsedAt?: number
}

export type Group = Named

export interface Role extends Named {
  readonly description?: string
  /** Seconds. */
  readonly maxSessionDuration: number
  /** The document as it was given. */
  readonly trustPolicy: string
  /** Principal ARNs of the document and the unique ids that they meant when it was saved (rule U-1). */
  readonly trustPrincipals: Readonly<Record<string, string>>
  readonly boundary?: string
  readonly tags: readonly Tag[]
  readonly lastUsedAt?: number
  readonly lastUsedRegion?: string
}

export interface InstanceProfile extends Named {
  /** `AROA…` */
  readonly roleId?: string
  readonly tags: readonly Tag[]
}

export interface ManagedPolicy extends Named {
  readonly description?: string
  readonly updatedAt: number
  /** `1` is `v1`. */
  readonly defaultVersion: number
  /** The number that the next version gets; numbers are never used again. */
  readonly nextVersion: number
  readonly tags: readonly Tag[]
}

export interface PolicyVersion {
  readonly policyId: string
  readonly version: number
  /** The document as it was given. */
  readonly document: string
  readonly createdAt: number
}

export interface InlinePolicy {
  readonly account: string
  /** Unique id of the user, group or role. */
  readonly ownerId: string
  /** Unique in its owner, case-sensitive. */
  readonly name: string
  readonly document: string
}

export type OwnerKind = 'user' | 'group' | 'role'

/** A managed policy on a user, group or role. */
export interface Attachment {
  readonly account: string
  readonly ownerKind: OwnerKind
  readonly ownerId: string
  readonly policyArn: string
  readonly attachedAt: number
}

export interface AccessKey {
  /** `AKIA…` */
  readonly id: string
  readonly account: string
  /** `AIDA…`; absent for the account's root. */
  readonly userId?: string
  readonly secret: string
  readonly active: boolean
  readonly createdAt: number
}

/** A user's password for signing in. */
export interface LoginProfile {
  readonly account: string
  readonly userId: string
  /** The password's argon2id hash, with its salt and parameters. */
  readonly hash: string
  /** Hashes of the passwords before it, newest first. */
  readonly earlier: readonly string[]
  /** Whether a new password must be set at the next sign-in. */
  readonly resetRequired: boolean
  readonly createdAt: number
  /** When the password was set. */
  readonly changedAt: number
}

/** What an account asks of its users' passwords. */
export interface PasswordPolicy {
  readonly account: string
  readonly minimumLength: number
  readonly requireSymbols: boolean
  readonly requireNumbers: boolean
  readonly requireUppercase: boolean
  readonly requireLowercase: boolean
  /** Whether every user may change its own password without a policy that says so. */
  readonly usersMayChange: boolean
  /** Days after which a password expires. Absent: never. */
  readonly maxAge?: number
  /** How many passwords, the present one included, a new one must differ from. Absent: none. */
  readonly reusePrevention?: number
  /** Whether only an administrator may set a new password after the old one expired. */
  readonly hardExpiry?: boolean
}

export type MfaKind = 'virtual' | 'fido'

/** A second factor. Its seed is kept apart. */
export interface MfaDevice {
  readonly account: string
  /** Its ARN, unique in any case of letters. */
  readonly serial: string
  readonly kind: MfaKind
  /** `AIDA…`; absent while it is not enabled, and for the account's root. */
  readonly userId?: string
  /** Present: somebody has it, the root where there is no user. */
  readonly enabledAt?: number
  /** The step of time of the newest code that was accepted: no code is accepted twice. */
  readonly lastStep?: number
  /** How many steps its clock is ahead of ours. */
  readonly drift: number
  /** Of FIDO devices: what they are certified for. */
  readonly certifications?: Readonly<Record<string, string>>
  readonly tags: readonly Tag[]
  readonly createdAt: number
}

export interface SshPublicKey {
  /** `APKA…` */
  readonly id: string
  readonly account: string
  readonly userId: string
  /** Unique in its user. */
  readonly fingerprint: string
  /** As OpenSSH writes it. */
  readonly body: string
  readonly active: boolean
  readonly createdAt: number
}

/** An X.509 certificate with which a user signs requests. */
export interface SigningCertificate {
  /** 32 letters and digits. */
  readonly id: string
  readonly account: string
  /** `AIDA…`; absent for the account's root. */
  readonly userId?: string
  /** Unique in its account. */
  readonly fingerprint: string
  /** As it was given. */
  readonly body: string
  readonly active: boolean
  readonly createdAt: number
}

/** A server's X.509 certificate, `ASCA…`. Its private key is kept apart. */
export interface ServerCertificate extends Named {
  /** As it was given. */
  readonly body: string
  readonly chain?: string
  readonly expiresAt: number
  readonly tags: readonly Tag[]
}

/** A user's name and secret for one AWS service. */
export interface ServiceCredential {
  /** `ACCA…` */
  readonly id: string
  readonly account: string
  readonly userId: string
  /** `codecommit.amazonaws.com` */
  readonly service: string
  /** The name to sign in with, unique in its service. */
  readonly login: string
  /** SHA-256 of the secret, which is long and random. */
  readonly secretHash: string
  readonly active: boolean
  readonly createdAt: number
  readonly expiresAt?: number
}

/** Something that was begun for an account and is asked after later. */
export interface Task {
  readonly id: string
  readonly account: string
  readonly kind: 'credentialReport' | 'serviceLastAccessed' | 'organizationsAccess' | 'serviceLinkedRoleDeletion'
  /** What came of it, as whoever began it wrote it. */
  readonly result: string
  readonly createdAt: number
}

/** The last call of an action that a user or role made. */
export interface Accessed {
  /** `iam:CreateUser` */
  readonly action: string
  readonly at: number
  readonly region: string
}

export type DelegationState =
  | 'UNASSIGNED'
  | 'ASSIGNED'
  | 'PENDING_APPROVAL'
  | 'ACCEPTED'
  | 'FINALIZED'
  | 'REJECTED'
  | 'EXPIRED'

/** A request of one account to act for another for a while. */
export interface Delegation {
  readonly id: string
  /** The account that asks. */
  readonly requestor: string
  /** Its own name for the request, unique in it. */
  readonly workflow: string
  readonly ownerAccount?: string
  /** ARN of whoever took it up. */
  readonly ownerArn?: string
  readonly state: DelegationState
  readonly detail: DelegationDetail
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number
}

/** What stands for a placeholder of a template. */
export interface DelegationParameter {
  readonly name: string
  readonly values: readonly string[]
  readonly type: 'string' | 'stringList'
}

/** What a request says, and what was said to it. */
export interface DelegationDetail {
  readonly description: string
  readonly message?: string
  /** ARN of the policy that the permissions were made of. */
  readonly template: string
  readonly parameters: readonly DelegationParameter[]
  /** The permissions: the template with its parameters, as it was when it was asked. */
  readonly policy: string
  readonly notificationChannel: string
  /** Seconds. */
  readonly sessionDuration: number
  readonly redirectUrl?: string
  readonly onlySendByOwner: boolean
  readonly notes?: string
  readonly rejectionReason?: string
  /** ARN of whoever accepted it. */
  readonly approverArn?: string
  /** As whom, and within which limits, the credentials act that it is traded in for. Absent: nobody noted it. */
  readonly approver?: DelegationApprover
}

/** Whoever accepted a request, by what never changes. */
export interface DelegationApprover {
  readonly subject:
    | { readonly type: 'root' }
    | { readonly type: 'user'; readonly userId: string }
    | {
        readonly type: 'assumedRole'
        readonly roleId: string
        readonly roleArn: string
        readonly sessionName: string
      }
  /** Of the approver's own session. */
  readonly policies?: readonly string[]
  readonly policyArns?: readonly string[]
  readonly scopes?: readonly string[]
  readonly tags: readonly Tag[]
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity?: string
  readonly federatedProvider?: string
}

/** The last call that a key or role made. */
export interface LastUsed {
  readonly at: number
  readonly region: string
  /** The service's endpoint prefix. Absent for roles. */
  readonly service?: string
}

/** A session whose credentials were given out, as it is remembered. Neither its secret nor its token is. */
export interface IssuedSession {
  /** The id of its access key, `ASIA…`. */
  readonly id: string
  readonly account: string
  readonly kind: 'assumedRole' | 'user' | 'root' | 'federatedUser'
  /** ARN of whom it stands for. */
  readonly principal: string
  /** ARN of whoever asked for it. */
  readonly caller: string
  /** The id of the session with which it was asked for. */
  readonly parent?: string
  readonly sourceIdentity?: string
  /** Its session policies: ARNs and documents. */
  readonly narrowedTo: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly lastCallAt?: number
}

/** A session that was ended before its time. */
export interface EndedSession {
  readonly id: string
  readonly account: string
  readonly endedAt: number
  /** When the session ends of itself, and this can be forgotten. */
  readonly expiresAt: number
}

/** A part of a listing, ordered by name without case. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Whether items follow. */
  readonly more: boolean
}

export interface PageRequest {
  /** The name after which to begin. Absent: from the start. */
  readonly after?: string
  /** At most this many items, at least 1. */
  readonly limit: number
}

export interface PathPageRequest extends PageRequest {
  /** Only what lies below this path, case-sensitive. Absent: everything. */
  readonly pathPrefix?: string
}
