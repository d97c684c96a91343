import { policyArn } from '#access'
import { type AwsManagedPolicySummary, awsManagedPolicies } from '#models'
import type { ManagedPolicy, Page, PageRequest, Tables } from '#store'
import type { World } from '../operation.ts'
import { dateOf } from './date.ts'
import { checked, sizeOf } from './document.ts'
import { iam } from './iam.ts'
import { openListing } from './marker.ts'
import { changeablePolicy, readPolicy, touchedPolicy } from './policy-arn.ts'
import { limitOf, makeRoom, overQuota } from './quota.ts'
import { firstTags, requestTags, shownTags } from './tag.ts'

export const CreatePolicy = iam('CreatePolicy', {
  resource: ({ Path = '/', PolicyName }, { account }) => policyArn(account, Path, PolicyName),
  context: ({ Tags }) => requestTags(Tags),

  async run({ PolicyName, Path = '/', PolicyDocument, Description, Tags }, world) {
    const { account, tables, mint, now } = world
    checkManaged(PolicyDocument, world)
    const policy: ManagedPolicy = {
      account,
      id: mint('ANPA'),
      name: PolicyName,
      path: Path,
      ...(Description === undefined || Description === '' ? {} : { description: Description }),
      tags: firstTags(Tags, world),
      createdAt: now,
      updatedAt: now,
      defaultVersion: 1,
      nextVersion: 2,
    }
    makeRoom('PoliciesPerAccount', await tables.policies.count(account), world)
    if (!(await tables.policies.add(policy)))
      throw world.fault(
        'EntityAlreadyExists',
        `A policy called ${PolicyName} already exists. Duplicate names are not allowed.`,
      )
    await tables.policyVersions.add({ policyId: policy.id, version: 1, document: PolicyDocument, createdAt: now })
    return { Policy: { ...shownPolicy(policy, unused), Tags: shownTags(policy.tags) } }
  },
})

export const GetPolicy = iam('GetPolicy', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),

  async run({ PolicyArn }, world) {
    const policy = await readPolicy(PolicyArn, world)
    const usage = await usageOf(PolicyArn, world)
    if ('aws' in policy)
      return { Policy: { ...shownAwsPolicy(policy.aws, usage), Description: policy.aws.description } }
    const { own } = policy
    return { Policy: { ...shownPolicy(own, usage), Description: own.description, Tags: shownTags(own.tags) ?? [] } }
  },
})

export const ListPolicies = iam('ListPolicies', {
  resource: () => '*',

  async run({ Scope = 'All', OnlyAttached, PathPrefix, PolicyUsageFilter, ...page }, world) {
    const listing = openListing('ListPolicies', page, world)
    const asked = { OnlyAttached, PolicyUsageFilter, pathPrefix: PathPrefix ?? '/' }
    const sources = [...(Scope === 'AWS' ? [] : [ownPolicies]), ...(Scope === 'Local' ? [] : [awsPolicies])]
    const found = await gather(sources, { page: listing.page, asked, world })
    return { Policies: found.items.map(({ shown }) => shown), ...listing.end(found, ({ sortKey }) => sortKey) }
  },
})

export const DeletePolicy = iam('DeletePolicy', {
  resource: ({ PolicyArn }, scope) => touchedPolicy(PolicyArn, scope),

  async run({ PolicyArn }, world) {
    const policy = await changeablePolicy(PolicyArn, { action: 'iam:DeletePolicy', world })
    const { attached, boundaries } = await usageOf(PolicyArn, world)
    if (attached + boundaries > 0) throw world.fault('DeleteConflict', 'Cannot delete a policy attached to entities.')
    const versions = await world.tables.policyVersions.list(policy.id)
    if (versions.length > 1)
      throw world.fault(
        'DeleteConflict',
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
          'The default version is deleted with the policy.',
      )
    for (const { version } of versions) await world.tables.policyVersions.remove(policy.id, version)
    await world.tables.policies.remove(policy.id)
    return {}
  },
})

/** How often a policy is used in the account: attached, and as a boundary. */
export interface Usage {
  readonly attached: number
  readonly boundaries: number
}

export async function usageOf(arn: string, { account, tables }: { account: string; tables: Tables }): Promise<Usage> {
  const attached = await tables.attachments.countOf(account, arn)
  return { attached, boundaries: (await tables.attachments.boundariesOf(account, arn)).length }
}

/**
 * Refuses a document that a managed policy cannot have.
 * Errors: `MalformedPolicyDocument`; `LimitExceeded` for too many characters.
 */
export function checkManaged(document: string, world: World<'MalformedPolicyDocument' | 'LimitExceeded'>): void {
  checked(document, 'identity', world)
  if (sizeOf(document) > limitOf('PolicySize', world)) throw overQuota('PolicySize', world)
}

/** A customer managed policy as listings show it: without description and tags. */
export function shownPolicy(policy: ManagedPolicy, usage: Usage) {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policyArn(policy.account, policy.path, policy.name),
    Path: policy.path,
    DefaultVersionId: `v${policy.defaultVersion}`,
    ...shownUsage(usage),
    CreateDate: dateOf(policy.createdAt),
    UpdateDate: dateOf(policy.updatedAt),
  }
}

/** An AWS managed policy as listings show it. */
export function shownAwsPolicy(policy: AwsManagedPolicySummary, usage: Usage) {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    ...shownUsage(usage),
    CreateDate: dateOf(policy.createdAt),
    UpdateDate: dateOf(policy.updatedAt),
  }
}

const unused: Usage = { attached: 0, boundaries: 0 }

function shownUsage({ attached, boundaries }: Usage) {
  return { AttachmentCount: attached, PermissionsBoundaryUsageCount: boundaries, IsAttachable: true }
}

interface Asked {
  readonly OnlyAttached: boolean | undefined
  readonly PolicyUsageFilter: 'PermissionsPolicy' | 'PermissionsBoundary' | undefined
  readonly pathPrefix: string
}

interface Listed {
  readonly sortKey: string
  readonly shown: ReturnType<typeof shownPolicy>
}

interface Gathering {
  readonly page: PageRequest
  readonly asked: Asked
  readonly world: World
}

/** Where listed policies come from, one after the other; the first letter of their sort keys tells which. */
type Source = (gathering: Gathering) => AsyncGenerator<Listed>

/** Takes from the sources until the page is full. */
async function gather(sources: readonly Source[], gathering: Gathering): Promise<Page<Listed>> {
  const items: Listed[] = []
  for (const source of sources)
    for await (const listed of source(gathering)) {
      if (items.length === gathering.page.limit) return { items, more: true }
      items.push(listed)
    }
  return { items, more: false }
}

async function* ownPolicies({ page, asked, world }: Gathering): AsyncGenerator<Listed> {
  if (page.after?.startsWith('b') === true) return
  const { account, tables } = world
  let after = page.after?.slice(1)
  for (let more = true; more; ) {
    const from = { ...(after === undefined ? {} : { after }), limit: page.limit + 1, pathPrefix: asked.pathPrefix }
    const found = await tables.policies.list(account, from)
    for (const policy of found.items) {
      after = policy.name
      const usage = await usageOf(policyArn(account, policy.path, policy.name), world)
      if (wanted(usage, asked)) yield { sortKey: `a${policy.name}`, shown: shownPolicy(policy, usage) }
    }
    more = found.more
  }
}

async function* awsPolicies({ page, asked, world }: Gathering): AsyncGenerator<Listed> {
  const attached = new Set(await world.tables.attachments.attachedArns(world.account))
  const filtered = asked.OnlyAttached === true || asked.PolicyUsageFilter !== undefined
  for (const policy of awsInOrder()) {
    const sortKey = awsSortKey(policy)
    if (page.after !== undefined && sortKey <= page.after) continue
    if (!policy.path.startsWith(asked.pathPrefix)) continue
    if (filtered && !attached.has(policy.arn) && !(await isBoundary(policy.arn, world))) continue
    const usage = await usageOf(policy.arn, world)
    if (wanted(usage, asked)) yield { sortKey, shown: shownAwsPolicy(policy, usage) }
  }
}

let inOrder: readonly AwsManagedPolicySummary[] | undefined

/** By the order of the sort keys, whatever that of the catalogue is. */
function awsInOrder(): readonly AwsManagedPolicySummary[] {
  inOrder ??= [...awsManagedPolicies()].sort((one, other) => (awsSortKey(one) < awsSortKey(other) ? -1 : 1))
  return inOrder
}

function awsSortKey({ name, path }: AwsManagedPolicySummary): string {
  return `b${name}\n${path}`
}

async function isBoundary(arn: string, { account, tables }: World): Promise<boolean> {
  return (await tables.attachments.boundariesOf(account, arn)).length > 0
}

function wanted({ attached, boundaries }: Usage, { OnlyAttached, PolicyUsageFilter }: Asked): boolean {
  if (PolicyUsageFilter === 'PermissionsPolicy' && attached === 0) return false
  if (PolicyUsageFilter === 'PermissionsBoundary' && boundaries === 0) return false
  return OnlyAttached !== true || attached + boundaries > 0
}
