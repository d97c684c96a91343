import type { Generated, Selectable } from 'kysely'
import type { DelegationState, IssuedSession, MfaKind, OwnerKind, SamlProvider, Task } from './entity.ts'
import type { AuditSchema } from './schema-audit.ts'
import type { ResourceColumns } from './schema-gateway.ts'
import type { InstanceColumns } from './schema-instance.ts'
import type { RolesAnywhereSchema } from './schema-roles-anywhere.ts'
import type { ServiceColumns } from './schema-service.ts'

/** The tables as their SQL columns: times in milliseconds, truth as 0 or 1, JSON as text, absent as null. */
export interface Schema extends AuditSchema, RolesAnywhereSchema {
  readonly schemaVersion: SchemaVersionColumns
  readonly dataKey: DataKeyColumns
  readonly tokenKey: TokenKeyColumns
  readonly account: AccountColumns
  readonly tally: TallyColumns
  readonly owner: OwnerColumns
  readonly user: UserColumns
  readonly group: NamedColumns
  readonly membership: MembershipColumns
  readonly role: RoleColumns
  readonly instanceProfile: InstanceProfileColumns
  readonly policy: PolicyColumns
  readonly policyVersion: PolicyVersionColumns
  readonly inlinePolicy: InlinePolicyColumns
  readonly attachment: AttachmentColumns
  readonly accessKey: AccessKeyColumns
  readonly loginProfile: LoginProfileColumns
  readonly passwordPolicy: PasswordPolicyColumns
  readonly mfaDevice: MfaDeviceColumns
  readonly sshPublicKey: SshPublicKeyColumns
  readonly signingCertificate: SigningCertificateColumns
  readonly serverCertificate: ServerCertificateColumns
  readonly serviceCredential: ServiceCredentialColumns
  readonly oidcProvider: OidcProviderColumns
  readonly samlProvider: SamlProviderColumns
  readonly samlPrivateKey: SamlPrivateKeyColumns
  readonly setting: SettingColumns
  readonly issuerKey: IssuerKeyColumns
  readonly task: TaskColumns
  readonly access: AccessColumns
  readonly delegation: DelegationColumns
  readonly session: SessionColumns
  readonly endedSession: EndedSessionColumns
  readonly instance: InstanceColumns
  readonly service: ServiceColumns
  readonly resource: ResourceColumns
}

/** A row of a table as it is read. */
export type Row<Table extends keyof Schema> = Selectable<Schema[Table]>

export interface SchemaVersionColumns {
  readonly version: number
  readonly name: string
}

export interface DataKeyColumns {
  /** Rises with age; the highest is the one that seals. */
  readonly seq: Generated<number>
  readonly id: string
  /** Which master key wrapped it. */
  readonly masterKey: string
  readonly wrapped: Uint8Array
}

export interface TokenKeyColumns {
  readonly seq: Generated<number>
  readonly id: string
  readonly createdAt: number | null
  readonly dataKey: string
  readonly sealed: Uint8Array
}

export interface AccountColumns {
  readonly seq: Generated<number>
  readonly id: string
  readonly name: string
  readonly email: string
  readonly alias: string | null
  readonly createdAt: number
  readonly revision: Generated<number>
}

/** The tables of entities that have a name in an account. */
export type NamedKind =
  | 'user'
  | 'group'
  | 'role'
  | 'instanceProfile'
  | 'policy'
  | 'serverCertificate'
  | 'oidcProvider'
  | 'samlProvider'

/** How many of a kind an account has. INVARIANT: equal to the rows there are, kept by the named tables. */
export interface TallyColumns {
  readonly account: string
  readonly kind: NamedKind
  readonly total: number
}

/** Whoever can have policies. INVARIANT: one row for each user, group and role, kept by the named tables. */
export interface OwnerColumns {
  readonly id: string
  readonly kind: OwnerKind
}

export interface NamedColumns {
  readonly id: string
  readonly account: string
  readonly name: string
  /** The name in lower case: unique in account and table, and the order of listings. */
  readonly nameKey: string
  readonly path: string
  readonly createdAt: number
}

export interface UserColumns extends NamedColumns {
  readonly boundary: string | null
  readonly tags: string
  readonly passwordLastUsedAt: number | null
}

export interface MembershipColumns {
  readonly userId: string
  readonly groupId: string
  /** The user's `nameKey`: the order of a group's listing. INVARIANT: follows the user's name, kept by the user table. */
  readonly userKey: string
  readonly account: string
}

export interface RoleColumns extends NamedColumns {
  readonly description: string | null
  readonly maxSessionDuration: number
  readonly trustPolicy: string
  readonly trustPrincipals: string
  readonly boundary: string | null
  readonly tags: string
  readonly lastUsedAt: number | null
  readonly lastUsedRegion: string | null
}

export interface InstanceProfileColumns extends NamedColumns {
  readonly roleId: string | null
  readonly tags: string
}

export interface PolicyColumns extends NamedColumns {
  readonly description: string | null
  readonly updatedAt: number
  readonly defaultVersion: number
  readonly nextVersion: number
  readonly tags: string
}

export interface PolicyVersionColumns {
  readonly policyId: string
  readonly version: number
  readonly document: string
  readonly createdAt: number
}

export interface InlinePolicyColumns {
  readonly ownerId: string
  readonly name: string
  readonly nameKey: string
  readonly account: string
  readonly document: string
}

export interface AttachmentColumns {
  /** The order of attaching. */
  readonly seq: Generated<number>
  readonly account: string
  readonly ownerKind: OwnerKind
  readonly ownerId: string
  readonly policyArn: string
  readonly attachedAt: number
}

export interface AccessKeyColumns {
  readonly seq: Generated<number>
  readonly id: string
  readonly account: string
  /** Null: the account's root. */
  readonly userId: string | null
  readonly dataKey: string
  readonly sealed: Uint8Array
  readonly active: number
  readonly createdAt: number
  readonly lastUsedAt: number | null
  readonly lastUsedRegion: string | null
  readonly lastUsedService: string | null
}

export interface LoginProfileColumns {
  readonly userId: string
  readonly account: string
  readonly hash: string
  readonly earlier: string
  readonly resetRequired: number
  readonly createdAt: number
  readonly changedAt: number
}

export interface PasswordPolicyColumns {
  readonly account: string
  readonly minimumLength: number
  readonly requireSymbols: number
  readonly requireNumbers: number
  readonly requireUppercase: number
  readonly requireLowercase: number
  readonly usersMayChange: number
  readonly maxAge: number | null
  readonly reusePrevention: number | null
  readonly hardExpiry: number | null
}

export interface MfaDeviceColumns {
  readonly serial: string
  /** The serial number in lower case: unique, and the order of listings. */
  readonly serialKey: string
  readonly account: string
  readonly kind: MfaKind
  /** Null while nobody has it, or the account's root. */
  readonly userId: string | null
  readonly enabledAt: number | null
  readonly dataKey: string | null
  readonly sealed: Uint8Array | null
  readonly lastStep: number | null
  readonly drift: number
  readonly certifications: string | null
  readonly tags: string
  readonly createdAt: number
}

export interface SshPublicKeyColumns {
  readonly seq: Generated<number>
  readonly id: string
  readonly account: string
  readonly userId: string
  readonly fingerprint: string
  readonly body: string
  readonly active: number
  readonly createdAt: number
}

export interface SigningCertificateColumns {
  readonly seq: Generated<number>
  readonly id: string
  readonly account: string
  /** Null: the account's root. */
  readonly userId: string | null
  readonly fingerprint: string
  readonly body: string
  readonly active: number
  readonly createdAt: number
}

export interface ServerCertificateColumns extends NamedColumns {
  readonly body: string
  readonly chain: string | null
  readonly expiresAt: number
  readonly dataKey: string
  readonly sealed: Uint8Array
  readonly tags: string
}

export interface ServiceCredentialColumns {
  readonly seq: Generated<number>
  readonly id: string
  readonly account: string
  readonly userId: string
  readonly service: string
  readonly login: string
  readonly secretHash: string
  readonly active: number
  readonly createdAt: number
  readonly expiresAt: number | null
}

export interface OidcProviderColumns extends NamedColumns {
  readonly clientIds: string
  readonly thumbprints: string
  readonly tags: string
}

export interface SamlProviderColumns extends NamedColumns {
  readonly metadata: string
  readonly entityId: string
  readonly validUntil: number | null
  readonly encryption: Exclude<SamlProvider['encryption'], undefined> | null
  readonly tags: string
}

export interface SamlPrivateKeyColumns {
  readonly seq: Generated<number>
  readonly id: string
  readonly providerId: string
  readonly dataKey: string
  readonly sealed: Uint8Array
  readonly createdAt: number
}

export interface SettingColumns {
  readonly account: string
  readonly name: string
  readonly value: string
}

export interface IssuerKeyColumns {
  readonly seq: Generated<number>
  readonly id: string
  readonly account: string
  readonly issuer: string
  readonly algorithm: string
  readonly publicKey: string
  readonly createdAt: number
  readonly dataKey: string
  readonly sealed: Uint8Array
}

export interface TaskColumns {
  readonly seq: Generated<number>
  readonly id: string
  readonly account: string
  readonly kind: Task['kind']
  readonly result: string
  readonly createdAt: number
}

export interface AccessColumns {
  readonly ownerId: string
  readonly action: string
  readonly at: number
  readonly region: string
}

export interface DelegationColumns {
  readonly id: string
  readonly requestor: string
  readonly workflow: string
  readonly ownerAccount: string | null
  readonly ownerArn: string | null
  readonly state: DelegationState
  readonly detail: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number
}

export interface SessionColumns {
  readonly id: string
  readonly account: string
  readonly kind: IssuedSession['kind']
  readonly principal: string
  readonly caller: string
  readonly parent: string | null
  readonly sourceIdentity: string | null
  readonly narrowedTo: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly lastCallAt: number | null
}

export interface EndedSessionColumns {
  readonly id: string
  readonly account: string
  readonly endedAt: number
  readonly expiresAt: number
}
