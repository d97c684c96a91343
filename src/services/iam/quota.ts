import type { World } from '../operation.ts'

/**
 * How much an account may hold, by the names that AWS uses for it in its answers.
 * Source: policy semantics, section 2.3.
 */
export const quotas = {
  UsersPerAccount: 5000,
  GroupsPerAccount: 300,
  RolesPerAccount: 1000,
  PoliciesPerAccount: 1500,
  InstanceProfilesPerAccount: 1000,
  GroupsPerUser: 10,
  AccessKeysPerUser: 2,
  MFADevicesPerUser: 8,
  /** As many as users. */
  VirtualMFADevicesPerAccount: 5000,
  SSHPublicKeysPerUser: 5,
  SigningCertificatesPerUser: 2,
  ServerCertificatesPerAccount: 20,
  /** For each service. */
  ServiceSpecificCredentialsPerUser: 2,
  PoliciesPerUser: 10,
  PoliciesPerGroup: 10,
  PoliciesPerRole: 10,
  InstanceSessionsPerInstanceProfile: 1,
  OpenIdConnectProvidersPerAccount: 100,
  ClientIdsPerOpenIdConnectProvider: 100,
  SAMLProvidersPerAccount: 100,
  PrivateKeysPerSAMLProvider: 2,
  /** Characters of a managed policy. */
  PolicySize: 6144,
  /** Characters of a role trust policy. */
  ACLSizePerRole: 2048,
} as const

export type Quota = keyof typeof quotas

/** The names by which an operator sets quotas. */
export const quotaNames: readonly string[] = Object.keys(quotas)

/** Characters that the inline policies of one user, group or role may have together. */
export const inlineSizes = { user: 2048, group: 5120, role: 10240 } as const

/** Versions of a managed policy. */
export const versionsPerPolicy = 5

/** Tags of one entity. */
export const tagsPerEntity = 50

/** Refuses one more when there are `present` already. Errors: `LimitExceeded`. */
export function makeRoom(quota: Quota, present: number, world: World<'LimitExceeded'>): void {
  if (present >= limitOf(quota, world)) throw overQuota(quota, world)
}

/** The operator's limit, or AWS's own. */
export function limitOf(quota: Quota, { quotas: set }: Pick<World, 'quotas'>): number {
  return set[quota] ?? quotas[quota]
}

/** The fault of something that is larger or more than the quota lets it be. */
export function overQuota(quota: Quota, world: World<'LimitExceeded'>) {
  return world.fault('LimitExceeded', `Cannot exceed quota for ${quota}: ${limitOf(quota, world)}`)
}
