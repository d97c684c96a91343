import type { World } from '../operation.ts'
import { iam } from './iam.ts'
import { inlineSizes, limitOf, type Quota, versionsPerPolicy } from './quota.ts'
import { tokenVersion } from './token-preference.ts'

export const GetAccountSummary = iam('GetAccountSummary', {
  resource: () => '*',

  async run(_, world) {
    return { SummaryMap: { ...(await counted(world)), ...limitsIn(world), ...notThereYet } }
  },
})

function limitsIn(world: World) {
  const limit = (quota: Quota) => limitOf(quota, world)
  return {
    UsersQuota: limit('UsersPerAccount'),
    GroupsQuota: limit('GroupsPerAccount'),
    RolesQuota: limit('RolesPerAccount'),
    PoliciesQuota: limit('PoliciesPerAccount'),
    InstanceProfilesQuota: limit('InstanceProfilesPerAccount'),
    GroupsPerUserQuota: limit('GroupsPerUser'),
    AccessKeysPerUserQuota: limit('AccessKeysPerUser'),
    AttachedPoliciesPerUserQuota: limit('PoliciesPerUser'),
    AttachedPoliciesPerGroupQuota: limit('PoliciesPerGroup'),
    AttachedPoliciesPerRoleQuota: limit('PoliciesPerRole'),
    PolicySizeQuota: limit('PolicySize'),
    AssumeRolePolicySizeQuota: limit('ACLSizePerRole'),
    UserPolicySizeQuota: inlineSizes.user,
    GroupPolicySizeQuota: inlineSizes.group,
    RolePolicySizeQuota: inlineSizes.role,
    VersionsPerPolicyQuota: versionsPerPolicy,
    PolicyVersionsInUseQuota: 10000,
    SigningCertificatesPerUserQuota: limit('SigningCertificatesPerUser'),
    ServerCertificatesQuota: limit('ServerCertificatesPerAccount'),
  }
}

/** What an account cannot have, as long as nothing makes it. */
const notThereYet = {
  AccountPasswordPresent: 0,
} as const

async function counted(world: World) {
  const { account, tables } = world
  const rootKeys = await tables.accessKeys.ofUser(account, undefined)
  return {
    Users: await tables.users.count(account),
    Groups: await tables.groups.count(account),
    Roles: await tables.roles.count(account),
    Policies: await tables.policies.count(account),
    InstanceProfiles: await tables.instanceProfiles.count(account),
    Providers: (await tables.oidcProviders.count(account)) + (await tables.samlProviders.count(account)),
    AccountAccessKeysPresent: Number(rootKeys.some(({ active }) => active)),
    PolicyVersionsInUse: await versionsInUse(world),
    ServerCertificates: await tables.serverCertificates.count(account),
    AccountSigningCertificatesPresent: Number((await tables.signingCertificates.ofUser(account, undefined)).length > 0),
    ...(await countedDevices(world)),
    GlobalEndpointTokenVersion: await tokenVersion(world),
  }
}

async function countedDevices({ account, tables }: World) {
  const { all, enabled } = await tables.mfaDevices.count(account)
  const ofRoot = await tables.mfaDevices.ofUser(account, undefined)
  return { MFADevices: all, MFADevicesInUse: enabled, AccountMFAEnabled: Number(ofRoot.length > 0) }
}

async function versionsInUse({ account, tables }: World): Promise<number> {
  let count = 0
  let after: string | undefined
  for (let more = true; more; ) {
    const page = await tables.policies.list(account, { limit: 1000, ...(after === undefined ? {} : { after }) })
    for (const { id } of page.items) count += (await tables.policyVersions.list(id)).length
    after = page.items.at(-1)?.name
    more = page.more
  }
  return count
}
