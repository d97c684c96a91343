import type { AwsManagedPolicy, AwsManagedPolicySummary } from '#models'
import type { ManagedPolicy, PolicyVersion } from '#store'
import type { World } from '../operation.ts'
import { dateOf } from './date.ts'
import { encoded } from './document.ts'
import { iam } from './iam.ts'
import { openListing, portion } from './marker.ts'
import { checkManaged } from './policy.ts'
import { changeablePolicy, readPolicy, touchedPolicy } from './policy-arn.ts'
import { versionsPerPolicy } from './quota.ts'

export const CreatePolicyVersion = iam('CreatePolicyVersion', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),

  async run({ PolicyArn, PolicyDocument, SetAsDefault }, world) {
    const { tables, now } = world
    const policy = await changeablePolicy(PolicyArn, { action: 'iam:CreatePolicyVersion', world })
    checkManaged(PolicyDocument, world)
    if ((await tables.policyVersions.list(policy.id)).length >= versionsPerPolicy)
      throw world.fault(
        'LimitExceeded',
        `A managed policy can have up to ${versionsPerPolicy} versions. ` +
          'Before you create a new version, you must delete an existing version.',
      )
    const version = { policyId: policy.id, version: policy.nextVersion, document: PolicyDocument, createdAt: now }
    await tables.policyVersions.add(version)
    const defaultVersion = SetAsDefault === true ? version.version : policy.defaultVersion
    const updated = { ...policy, defaultVersion, nextVersion: policy.nextVersion + 1, updatedAt: now }
    await tables.policies.update(updated)
    return { PolicyVersion: shownVersion(version, updated) }
  },
})

export const GetPolicyVersion = iam('GetPolicyVersion', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),

  async run({ PolicyArn, VersionId }, world) {
    const policy = await readPolicy(PolicyArn, world)
    if ('aws' in policy) {
      if (VersionId !== policy.aws.defaultVersion) throw noVersion(PolicyArn, { id: VersionId, world })
      const shown = shownAwsVersion(policy.aws, VersionId)
      return { PolicyVersion: { Document: encoded(policy.aws.document), ...shown } }
    }
    const version = await versionOf(policy.own, { arn: PolicyArn, id: VersionId, world })
    return { PolicyVersion: { Document: encoded(version.document), ...shownVersion(version, policy.own) } }
  },
})

export const ListPolicyVersions = iam('ListPolicyVersions', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),

  async run({ PolicyArn, ...page }, world) {
    const policy = await readPolicy(PolicyArn, world)
    const listing = openListing('ListPolicyVersions', page, world)
    const shown = 'aws' in policy ? awsVersions(policy.aws) : await ownVersions(policy.own, world)
    const found = portion(shown, newestFirst, listing.page)
    return { Versions: [...found.items], ...listing.end(found, newestFirst) }
  },
})

export const SetDefaultPolicyVersion = iam('SetDefaultPolicyVersion', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),

  async run({ PolicyArn, VersionId }, world) {
    const policy = await changeablePolicy(PolicyArn, { action: 'iam:SetDefaultPolicyVersion', world })
    const { version } = await versionOf(policy, { arn: PolicyArn, id: VersionId, world })
    await world.tables.policies.update({ ...policy, defaultVersion: version, updatedAt: world.now })
    return {}
  },
})

export const DeletePolicyVersion = iam('DeletePolicyVersion', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),

  async run({ PolicyArn, VersionId }, world) {
    const policy = await changeablePolicy(PolicyArn, { action: 'iam:DeletePolicyVersion', world })
    const { version } = await versionOf(policy, { arn: PolicyArn, id: VersionId, world })
    if (version === policy.defaultVersion)
      throw world.fault('DeleteConflict', 'Cannot delete the default version of a policy.')
    await world.tables.policyVersions.remove(policy.id, version)
    await world.tables.policies.update({ ...policy, updatedAt: world.now })
    return {}
  },
})

/** The versions of a customer managed policy as listings show them, without documents. */
async function ownVersions(policy: ManagedPolicy, { tables }: World) {
  return (await tables.policyVersions.list(policy.id)).map((version) => shownVersion(version, policy))
}

/** The versions of an AWS managed policy as listings show them. */
function awsVersions(policy: AwsManagedPolicy) {
  return policy.versions.map((id) => shownAwsVersion(policy, id))
}

/** A version of a customer managed policy, without its document. */
export function shownVersion({ version, createdAt }: PolicyVersion, policy: ManagedPolicy) {
  return {
    VersionId: `v${version}`,
    IsDefaultVersion: version === policy.defaultVersion,
    CreateDate: dateOf(createdAt),
  }
}

/** A version of an AWS managed policy, without its document. */
export function shownAwsVersion(policy: AwsManagedPolicySummary, id: string) {
  const createdAt = policy.versionsCreatedAt[policy.versions.indexOf(id)] ?? policy.createdAt
  return { VersionId: id, IsDefaultVersion: id === policy.defaultVersion, CreateDate: dateOf(createdAt) }
}

interface Sought {
  readonly arn: string
  readonly id: string
  readonly world: World<'NoSuchEntity'>
}

async function versionOf(policy: ManagedPolicy, { arn, id, world }: Sought): Promise<PolicyVersion> {
  const number = /^v(\d{1,9})$/.exec(id)?.[1]
  const version = number === undefined ? undefined : await world.tables.policyVersions.get(policy.id, Number(number))
  if (version === undefined) throw noVersion(arn, { id, world })
  return version
}

function noVersion(arn: string, { id, world }: { id: string; world: World<'NoSuchEntity'> }) {
  return world.fault('NoSuchEntity', `Policy ${arn} version ${id} does not exist or is not attachable.`)
}

/** Sorts versions from the newest to the oldest. */
function newestFirst({ VersionId }: { readonly VersionId: string }): string {
  return String(1e9 - Number(VersionId.slice(1).split('.')[0])).padStart(10, '0')
}
