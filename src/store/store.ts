import type {
  Accessed,
  AccessKey,
  Account,
  Attachment,
  AuditRecord,
  AuditTable,
  Delegation,
  EndedSession,
  Group,
  InlinePolicy,
  InstanceProfile,
  InstanceTable,
  IssuedSession,
  IssuerKey,
  LastUsed,
  LoginProfile,
  ManagedPolicy,
  MfaDevice,
  Named,
  OidcProvider,
  OwnerKind,
  Page,
  PageRequest,
  PasswordPolicy,
  PathPageRequest,
  PolicyVersion,
  Role,
  RolesAnywhereTables,
  SamlPrivateKey,
  SamlProvider,
  ServerCertificate,
  ServiceCredential,
  ServiceTable,
  SigningCertificate,
  SshPublicKey,
  SubjectSeen,
  Task,
  User,
} from './entity.ts'
import type { ResourceTable } from './table/resource.ts'
import type { Trail } from './trail.ts'

/** All that an installation remembers. */
export interface Store {
  /** Runs `work` on one consistent state. `work` must not write. */
  read<T>(work: (tables: Tables) => Promise<T>): Promise<T>
  /**
   * Runs `work` in one transaction that also raises the account's revision. Durable when the promise resolves.
   * Errors: what `work` throws, after everything it wrote is undone.
   */
  write<T>(account: string, work: (tables: Tables) => Promise<T>): Promise<T>
  /** Rises with every write to the account; what was derived from an older revision is stale. 0: no such account. */
  revision(account: string): number | Promise<number>
  /** Keeps a record of a call that wrote nothing. Written soon after, in batches, and at `close`. */
  record(record: AuditRecord): void
  /**
   * The same for events of which there are many. None is dropped: who records faster than they are written has to wait.
   * Gives: `undefined`, or what to wait for before the next one, which fails when writing does.
   * Errors: throws when they cannot be written at all.
   */
  recordData(record: AuditRecord): Promise<void> | undefined
  /**
   * Notes the last use of a key or a role, or of an action. Written soon after, in batches, and at `close`.
   * Takes: `AKIA…`, `ASIA…`, `AROA…`; `AIDA…/iam:CreateUser` and `AROA…/iam:CreateUser` for what a user or role called.
   */
  used(id: string, use: LastUsed): void
  /** Remembers a session whose credentials are given out. Written soon after, in batches, and at `close`. */
  issued(session: IssuedSession): void
  /** Remembers that a subject showed a certificate. Written soon after, in batches, and at `close`. */
  seen(subject: SubjectSeen): void
  /** Keys for session tokens, newest first: the first seals, all of them open. */
  readonly tokenKeys: readonly TokenKey[]
  /** Makes a new key, and forgets those that can have sealed nothing that is still good. Gives: how many it forgot. */
  rotateTokenKeys(rotation: Rotation): Promise<number>
  /** What proves the audit trail, and how long it is kept. */
  readonly trail: Trail
  /** Writes what is still waiting. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** A 256-bit AES-GCM key for session tokens, and the id that tokens carry. */
export interface TokenKey {
  /** 8 lower-case hexadecimal digits. */
  readonly id: string
  readonly key: Uint8Array
  /** Milliseconds since 1970. Absent: nobody noted it. */
  readonly createdAt?: number
}

/** When a key is made, and how long what the ones before it sealed may still be good, in milliseconds. */
export interface Rotation {
  readonly now: number
  readonly longest: number
}

export interface Tables extends RolesAnywhereTables {
  readonly accounts: AccountTable
  readonly users: NamedTable<User>
  readonly groups: NamedTable<Group>
  readonly memberships: MembershipTable
  readonly roles: NamedTable<Role>
  readonly instanceProfiles: NamedTable<InstanceProfile> & {
    ofRole(roleId: string, page: PageRequest): Promise<Page<InstanceProfile>>
  }
  readonly policies: NamedTable<ManagedPolicy>
  readonly policyVersions: PolicyVersionTable
  readonly inlinePolicies: InlinePolicyTable
  readonly attachments: AttachmentTable
  readonly accessKeys: AccessKeyTable
  readonly loginProfiles: LoginProfileTable
  readonly passwordPolicies: PasswordPolicyTable
  readonly mfaDevices: MfaDeviceTable
  readonly sshPublicKeys: SshPublicKeyTable
  readonly signingCertificates: SigningCertificateTable
  readonly serverCertificates: ServerCertificateTable
  readonly serviceCredentials: ServiceCredentialTable
  readonly oidcProviders: NamedTable<OidcProvider>
  readonly samlProviders: SamlProviderTable
  readonly settings: SettingTable
  readonly issuerKeys: IssuerKeyTable
  readonly tasks: TaskTable
  readonly delegations: DelegationTable
  readonly lastUses: LastUseTable
  readonly sessions: SessionTable
  readonly instances: InstanceTable
  readonly services: ServiceTable
  readonly resources: ResourceTable
  readonly audit: AuditTable
}

export interface AccountTable {
  /** `false`: the id, or the alias, is taken. */
  add(account: Account): Promise<boolean>
  byId(id: string): Promise<Account | undefined>
  byAlias(alias: string): Promise<Account | undefined>
  /** All of them, oldest first. */
  list(): Promise<readonly Account[]>
  /** `false`: another account has the alias. `undefined` takes the alias away. */
  setAlias(id: string, alias: string | undefined): Promise<boolean>
}

export interface NamedTable<E extends Named> {
  /** `false`: the name is taken, in any case of letters. */
  add(entity: E): Promise<boolean>
  /** Ignores the case of `name`. */
  byName(account: string, name: string): Promise<E | undefined>
  byId(id: string): Promise<E | undefined>
  list(account: string, page: PathPageRequest): Promise<Page<E>>
  count(account: string): Promise<number>
  /** Replaces the entity with the same id. `false`: its new name is taken. */
  update(entity: E): Promise<boolean>
  /** `false`: there was none. */
  remove(id: string): Promise<boolean>
}

export interface MembershipTable {
  /** Adding a member again changes nothing. */
  add(account: string, userId: string, groupId: string): Promise<void>
  /** `false`: was not a member. */
  remove(userId: string, groupId: string): Promise<boolean>
  groupsOf(userId: string, page: PageRequest): Promise<Page<Group>>
  usersOf(groupId: string, page: PageRequest): Promise<Page<User>>
  countGroups(userId: string): Promise<number>
  countUsers(groupId: string): Promise<number>
}

export interface PolicyVersionTable {
  add(version: PolicyVersion): Promise<void>
  get(policyId: string, version: number): Promise<PolicyVersion | undefined>
  /** Newest first. */
  list(policyId: string): Promise<readonly PolicyVersion[]>
  remove(policyId: string, version: number): Promise<boolean>
}

export interface InlinePolicyTable {
  /** Adds it, or replaces the document of the same name. */
  put(policy: InlinePolicy): Promise<void>
  get(ownerId: string, name: string): Promise<InlinePolicy | undefined>
  list(ownerId: string, page: PageRequest): Promise<Page<InlinePolicy>>
  /** All of an owner's, by name. */
  all(ownerId: string): Promise<readonly InlinePolicy[]>
  remove(ownerId: string, name: string): Promise<boolean>
}

export interface AttachmentTable {
  /** `false`: it was attached already. */
  add(attachment: Attachment): Promise<boolean>
  remove(ownerId: string, policyArn: string): Promise<boolean>
  /** All of an owner's, in the order of attaching. */
  ofOwner(ownerId: string): Promise<readonly Attachment[]>
  /** Who has the policy, by kind and then id. */
  ofPolicy(account: string, policyArn: string): Promise<readonly Attachment[]>
  /** How many users, groups and roles of the account have the policy. */
  countOf(account: string, policyArn: string): Promise<number>
  /** Users and roles whose permissions boundary it is. */
  boundariesOf(account: string, policyArn: string): Promise<readonly { ownerKind: OwnerKind; ownerId: string }[]>
  /** ARNs of AWS managed policies that are attached to anything in the account. */
  attachedArns(account: string): Promise<readonly string[]>
}

export interface AccessKeyTable {
  add(key: AccessKey): Promise<void>
  byId(id: string): Promise<AccessKey | undefined>
  /** A user's keys, or the root's, oldest first. */
  ofUser(account: string, userId: string | undefined): Promise<readonly AccessKey[]>
  setActive(id: string, active: boolean): Promise<boolean>
  remove(id: string): Promise<boolean>
}

export interface LoginProfileTable {
  /** `false`: the user has one. */
  add(profile: LoginProfile): Promise<boolean>
  ofUser(userId: string): Promise<LoginProfile | undefined>
  /** Replaces the user's. `false`: there was none. */
  update(profile: LoginProfile): Promise<boolean>
  remove(userId: string): Promise<boolean>
}

export interface PasswordPolicyTable {
  of(account: string): Promise<PasswordPolicy | undefined>
  put(policy: PasswordPolicy): Promise<void>
  remove(account: string): Promise<boolean>
}

export interface MfaDeviceTable {
  /** `false`: the serial number is taken, in any case of letters. Takes: the seed, where it is a virtual one. */
  add(device: MfaDevice, seed?: Uint8Array): Promise<boolean>
  bySerial(account: string, serial: string): Promise<MfaDevice | undefined>
  seed(account: string, serial: string): Promise<Uint8Array | undefined>
  /** All that a user, or the root, has enabled, by serial number. */
  ofUser(account: string, userId: string | undefined): Promise<readonly MfaDevice[]>
  /** All virtual ones, by serial number. Takes: whether somebody has them; absent: all. */
  list(account: string, enabled?: boolean): Promise<readonly MfaDevice[]>
  count(account: string): Promise<{ readonly all: number; readonly enabled: number }>
  /** Replaces the device with the same serial number; its seed stays. */
  update(device: MfaDevice): Promise<boolean>
  /** Notes that a code was accepted. `false`: one of this step or of a later one was accepted before. */
  accept(serial: string, code: { readonly step: number; readonly drift: number }): Promise<boolean>
  remove(serial: string): Promise<boolean>
}

export interface SshPublicKeyTable {
  /** `false`: the user has it. */
  add(key: SshPublicKey): Promise<boolean>
  /** A user's, oldest first. */
  ofUser(userId: string): Promise<readonly SshPublicKey[]>
  setActive(id: string, active: boolean): Promise<boolean>
  remove(id: string): Promise<boolean>
}

export interface SigningCertificateTable {
  /** `false`: somebody in the account has it. */
  add(certificate: SigningCertificate): Promise<boolean>
  /** A user's, or the root's, oldest first. */
  ofUser(account: string, userId: string | undefined): Promise<readonly SigningCertificate[]>
  setActive(id: string, active: boolean): Promise<boolean>
  remove(id: string): Promise<boolean>
}

export interface ServerCertificateTable extends Omit<NamedTable<ServerCertificate>, 'add'> {
  /** `false`: the name is taken, in any case of letters. */
  add(certificate: ServerCertificate, privateKey: string): Promise<boolean>
  /** For whoever serves with it; no operation answers with it. */
  privateKey(id: string): Promise<string | undefined>
}

export interface ServiceCredentialTable {
  /** `false`: the name to sign in with is taken in the service. */
  add(credential: ServiceCredential): Promise<boolean>
  byId(id: string): Promise<ServiceCredential | undefined>
  /** A user's, oldest first. */
  ofUser(userId: string): Promise<readonly ServiceCredential[]>
  /** All of an account's, oldest first. */
  list(account: string): Promise<readonly ServiceCredential[]>
  /** The names to sign in with that an account has in a service. */
  logins(account: string, service: string): Promise<readonly string[]>
  /** Replaces the one with the same id. */
  update(credential: ServiceCredential): Promise<boolean>
  remove(id: string): Promise<boolean>
}

export interface SamlProviderTable extends NamedTable<SamlProvider> {
  addKey(key: SamlPrivateKey, privateKey: string): Promise<void>
  /** Newest first. */
  keysOf(providerId: string): Promise<readonly SamlPrivateKey[]>
  /** For whoever opens assertions with them, newest first; no operation answers with them. */
  privateKeys(providerId: string): Promise<readonly string[]>
  removeKey(providerId: string, id: string): Promise<boolean>
}

/** Sessions that have not expired; those that wait to be written are not there yet. */
export interface SessionTable {
  byId(id: string): Promise<IssuedSession | undefined>
  /** Those that go on after a moment and were not ended, newest first. Takes: the account; absent: all. */
  live(after: number, page: { readonly account?: string; readonly limit: number }): Promise<readonly IssuedSession[]>
  /** Those that were asked for with a session. */
  askedWith(id: string): Promise<readonly IssuedSession[]>
  /** Ending a session again changes nothing. */
  end(session: EndedSession): Promise<void>
  /** Whether any of them was ended. */
  isEnded(ids: readonly string[]): Promise<boolean>
}

/** What an account has set, by name. */
export interface SettingTable {
  get(account: string, name: string): Promise<string | undefined>
  /** By name. */
  all(account: string): Promise<ReadonlyMap<string, string>>
  put(account: string, name: string, value: string): Promise<void>
  remove(account: string, name: string): Promise<boolean>
}

export interface IssuerKeyTable {
  add(key: IssuerKey, privateKey: string): Promise<void>
  /** Of one issuer, newest first. */
  ofIssuer(issuer: string): Promise<readonly IssuerKey[]>
  /** For whoever signs with it; no operation answers with it. */
  privateKey(id: string): Promise<string | undefined>
  remove(id: string): Promise<boolean>
}

export interface TaskTable {
  add(task: Task): Promise<void>
  byId(account: string, kind: Task['kind'], id: string): Promise<Task | undefined>
  newest(account: string, kind: Task['kind']): Promise<Task | undefined>
  /** Takes away those that were begun before a moment. */
  forget(account: string, kind: Task['kind'], than: { readonly before: number }): Promise<void>
}

export interface DelegationTable {
  /** `false`: its requestor has one of that name. */
  add(delegation: Delegation): Promise<boolean>
  byId(id: string): Promise<Delegation | undefined>
  /** Those that somebody in the account, or the one with that ARN, has taken up, by id. */
  list(ownerAccount: string, page: PageRequest & { readonly ownerArn?: string }): Promise<Page<Delegation>>
  /** Replaces the one with the same id. */
  update(delegation: Delegation): Promise<boolean>
}

export interface LastUseTable {
  /** Of an access key or a role; uses that wait to be written included. */
  get(id: string): Promise<LastUsed | undefined>
  /** Every action that a user or role called, by action; calls that wait to be written included. */
  actionsOf(ownerId: string): Promise<readonly Accessed[]>
}
