/** What an account holds, as `GetAccountAuthorizationDetails` tells it, read and checked. Maps go by lower-case names. */
export interface AccountDetails {
  /** Twelve digits. */
  readonly account: string
  readonly policies: ReadonlyMap<string, PolicyDetail>
  readonly groups: ReadonlyMap<string, GroupDetail>
  readonly users: ReadonlyMap<string, UserDetail>
  readonly roles: ReadonlyMap<string, RoleDetail>
  readonly instanceProfiles: ReadonlyMap<string, InstanceProfileDetail>
  /** Default versions of AWS managed policies, by ARN. */
  readonly awsPolicies: ReadonlyMap<string, string>
}

export type EntityKind = 'policy' | 'group' | 'user' | 'role' | 'instance-profile'

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface NamedDetail {
  readonly name: string
  readonly path: string
  /** The unique id: `AIDA…`. Another account gives another one. */
  readonly id: string | undefined
}

/** Who can hold policies. Documents are JSON on one line. */
export interface HolderDetail extends NamedDetail {
  /** Documents by name. */
  readonly inline: ReadonlyMap<string, string>
  /** ARNs. */
  readonly attached: readonly string[]
}

export interface GroupDetail extends HolderDetail {}

export interface UserDetail extends HolderDetail {
  readonly groups: readonly string[]
  /** ARN of a managed policy. */
  readonly boundary: string | undefined
  readonly tags: readonly Tag[]
}

export interface RoleDetail extends HolderDetail {
  readonly trust: string
  readonly boundary: string | undefined
  readonly tags: readonly Tag[]
  /** `undefined`: not told. */
  readonly description: string | undefined
  /** Seconds; `undefined`: not told. */
  readonly maxSessionDuration: number | undefined
}

export interface InstanceProfileDetail extends NamedDetail {
  /** Names. */
  readonly roles: readonly string[]
  /** `undefined`: not told. */
  readonly tags: readonly Tag[] | undefined
}

export interface PolicyDetail extends NamedDetail {
  readonly description: string | undefined
  /** Oldest first; one of them is the default. */
  readonly versions: readonly PolicyVersionDetail[]
  /** `undefined`: not told. */
  readonly tags: readonly Tag[] | undefined
}

export interface PolicyVersionDetail {
  readonly id: string
  readonly document: string
  readonly isDefault: boolean
}

/** The key under which maps hold a name: names are the same in any case of letters. */
export function keyOf(name: string): string {
  return name.toLowerCase()
}

export function arnOf(kind: EntityKind, account: string, { path, name }: { path: string; name: string }): string {
  return `arn:aws:iam::${account}:${kind}${path}${name}`
}

/** The document that holds where a policy is attached. */
export function defaultDocument({ versions }: PolicyDetail): string {
  return versions.find(({ isDefault }) => isDefault)?.document ?? ''
}

/** What `cardea account create` puts into an account. */
export function newAccountDetails(account: string): AccountDetails {
  const administrators = { name: 'Administrators', path: '/', id: undefined, inline: new Map<string, string>() }
  const administrator = { ...administrators, name: 'administrator', attached: [], boundary: undefined, tags: [] }
  return {
    account,
    policies: new Map(),
    groups: new Map([
      ['administrators', { ...administrators, attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
    ]),
    users: new Map([['administrator', { ...administrator, groups: ['Administrators'] }]]),
    roles: new Map(),
    instanceProfiles: new Map(),
    awsPolicies: new Map(),
  }
}
