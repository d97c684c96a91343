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

/** The last call that a key or role made. */
export interface LastUsed {
  readonly at: number
  readonly region: string
  /** The service's endpoint prefix. Absent for roles. */
  readonly service?: string
}

/** One call as the audit trail keeps it: who, what, on what, from where, and what came of it. Never a secret. */
export interface AuditRecord {
  /** The request id. */
  readonly id: string
  readonly at: number
  /** The account that the record belongs to; absent when the caller is unknown. */
  readonly account?: string
  /** ARN of the caller. */
  readonly principal?: string
  readonly accessKeyId?: string
  /** `iam.amazonaws.com` */
  readonly eventSource: string
  /** The operation. */
  readonly eventName: string
  readonly region?: string
  readonly sourceIp: string
  readonly userAgent?: string
  readonly readOnly: boolean
  readonly resource?: string
  /** The parameters, secrets left out. */
  readonly request?: Readonly<Record<string, unknown>>
  /** Absent: the call succeeded. */
  readonly errorCode?: string
  readonly errorMessage?: string
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
