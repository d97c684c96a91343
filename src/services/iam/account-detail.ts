import { groupArn, policyArn, roleArn, userArn } from '#access'
import { type AwsManagedPolicy, awsManagedPolicy } from '#models'
import type { Group, ManagedPolicy, Named, Page, PageRequest, Role, Tables, User } from '#store'
import type { World } from '../operation.ts'
import { shownAttachment } from './attachment.ts'
import { shownBoundary } from './boundary.ts'
import { dateOf } from './date.ts'
import { encoded } from './document.ts'
import { iam } from './iam.ts'
import { shownInline } from './inline-policy.ts'
import { shownProfiles } from './instance-profile.ts'
import { openListing, portion } from './marker.ts'
import { shownAwsPolicy, shownPolicy, usageOf } from './policy.ts'
import { shownAwsVersion, shownVersion } from './policy-version.ts'
import { lastUse } from './role.ts'
import { shownTags } from './tag.ts'
import { readBack } from './trust.ts'

export const GetAccountAuthorizationDetails = iam('GetAccountAuthorizationDetails', {
  resource: () => '*',

  async run({ Filter, ...page }, world) {
    const wanted = new Set<string>(Filter === undefined || Filter.length === 0 ? sections.map(({ of }) => of) : Filter)
    const listing = openListing('GetAccountAuthorizationDetails', page, world)
    const found = await gather(wanted, listing.page, world)
    const shown: Shown = { UserDetailList: [], GroupDetailList: [], RoleDetailList: [], Policies: [] }
    for (const { add } of found.items) await add(shown)
    return { ...shown, ...listing.end(found, ({ sortKey }) => sortKey) }
  },
})

interface Shown {
  readonly UserDetailList: Awaited<ReturnType<typeof userDetail>>[]
  readonly GroupDetailList: Awaited<ReturnType<typeof groupDetail>>[]
  readonly RoleDetailList: Awaited<ReturnType<typeof roleDetail>>[]
  readonly Policies: Awaited<ReturnType<typeof policyDetail>>[]
}

/** One entity of the account: where it stands, and how it enters the answer. */
interface Entry {
  readonly sortKey: string
  add(shown: Shown): Promise<unknown>
}

/** A kind of entity. The answer goes through the kinds in this order. */
interface Section {
  /** As `Filter` names it. */
  readonly of: string
  /** The first letter of its sort keys. */
  readonly letter: string
  page(page: PageRequest, world: World): Promise<Page<Entry>>
}

const sections: readonly Section[] = [
  {
    of: 'User',
    letter: 'a',
    page: async (page, { account, tables }) =>
      entries('a', await tables.users.list(account, page), async (user, shown) =>
        shown.UserDetailList.push(await userDetail(user, tables)),
      ),
  },
  {
    of: 'Group',
    letter: 'b',
    page: async (page, { account, tables }) =>
      entries('b', await tables.groups.list(account, page), async (group, shown) =>
        shown.GroupDetailList.push(await groupDetail(group, tables)),
      ),
  },
  {
    of: 'Role',
    letter: 'c',
    page: async (page, { account, tables }) =>
      entries('c', await tables.roles.list(account, page), async (role, shown) =>
        shown.RoleDetailList.push(await roleDetail(role, tables)),
      ),
  },
  {
    of: 'LocalManagedPolicy',
    letter: 'd',
    page: async (page, { account, tables }) =>
      entries('d', await tables.policies.list(account, page), async (policy, shown) =>
        shown.Policies.push(await policyDetail(policy, tables)),
      ),
  },
  {
    of: 'AWSManagedPolicy',
    letter: 'e',
    page: async (page, { account, tables }) => {
      const arns = await tables.attachments.attachedArns(account)
      const policies = arns.flatMap((arn) => awsManagedPolicy(arn) ?? [])
      return entries(
        'e',
        portion(policies, ({ name }) => name, page),
        async (policy, shown) => shown.Policies.push(await awsPolicyDetail(policy, { account, tables })),
      )
    },
  },
]

function entries<E extends { readonly name: string }>(
  letter: string,
  { items, more }: Page<E>,
  add: (entity: E, shown: Shown) => Promise<unknown>,
): Page<Entry> {
  const made = items.map((entity) => ({
    sortKey: `${letter}${entity.name}`,
    add: (shown: Shown) => add(entity, shown),
  }))
  return { items: made, more }
}

/** Takes from the sections, one after the other, until the page is full. */
async function gather(wanted: ReadonlySet<string>, page: PageRequest, world: World): Promise<Page<Entry>> {
  const { after, limit } = page
  const items: Entry[] = []
  for (const section of sections) {
    if (!wanted.has(section.of) || (after !== undefined && after.charAt(0) > section.letter)) continue
    const from = after?.startsWith(section.letter) === true ? { after: after.slice(1) } : {}
    const found = await section.page({ ...from, limit: Math.max(1, limit - items.length) }, world)
    if (items.length === limit && found.items.length > 0) return { items, more: true }
    items.push(...found.items)
    if (found.more) return { items, more: true }
  }
  return { items, more: false }
}

async function userDetail(user: User, tables: Tables) {
  const groups = await tables.memberships.groupsOf(user.id, { limit: 1000 })
  return {
    ...common(user),
    UserName: user.name,
    UserId: user.id,
    Arn: userArn(user.account, user.path, user.name),
    UserPolicyList: await inlineOf(user, tables),
    GroupList: groups.items.map(({ name }) => name),
    AttachedManagedPolicies: await attachedTo(user, tables),
    ...shownBoundary(user.boundary),
    Tags: shownTags(user.tags) ?? [],
  }
}

async function groupDetail(group: Group, tables: Tables) {
  return {
    ...common(group),
    GroupName: group.name,
    GroupId: group.id,
    Arn: groupArn(group.account, group.path, group.name),
    GroupPolicyList: await inlineOf(group, tables),
    AttachedManagedPolicies: await attachedTo(group, tables),
  }
}

async function roleDetail(role: Role, tables: Tables) {
  const profiles = await tables.instanceProfiles.ofRole(role.id, { limit: 1000 })
  return {
    ...common(role),
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(role.account, role.path, role.name),
    AssumeRolePolicyDocument: encoded(await readBack(role, tables)),
    InstanceProfileList: await shownProfiles(profiles.items, tables),
    RolePolicyList: await inlineOf(role, tables),
    AttachedManagedPolicies: await attachedTo(role, tables),
    ...shownBoundary(role.boundary),
    Tags: shownTags(role.tags) ?? [],
    RoleLastUsed: await lastUse(role, tables),
  }
}

async function policyDetail(policy: ManagedPolicy, tables: Tables) {
  const usage = await usageOf(policyArn(policy.account, policy.path, policy.name), { account: policy.account, tables })
  const versions = await tables.policyVersions.list(policy.id)
  const PolicyVersionList = versions.map((version) => ({
    Document: encoded(version.document),
    ...shownVersion(version, policy),
  }))
  return { ...shownPolicy(policy, usage), Description: policy.description, PolicyVersionList }
}

/** An AWS managed policy with its default version, the only one whose document is at hand. */
async function awsPolicyDetail(policy: AwsManagedPolicy, at: { account: string; tables: Tables }) {
  const version = { Document: encoded(policy.document), ...shownAwsVersion(policy, policy.defaultVersion) }
  const shown = shownAwsPolicy(policy, await usageOf(policy.arn, at))
  return { ...shown, Description: policy.description, PolicyVersionList: [version] }
}

function common({ path, createdAt }: Named) {
  return { Path: path, CreateDate: dateOf(createdAt) }
}

async function inlineOf({ id }: Named, tables: Tables) {
  return (await tables.inlinePolicies.all(id)).map(shownInline)
}

async function attachedTo({ id }: Named, tables: Tables) {
  return (await tables.attachments.ofOwner(id)).map(shownAttachment)
}
