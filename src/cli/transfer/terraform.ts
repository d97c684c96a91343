import {
  type AccountDetails,
  arnOf,
  defaultDocument,
  type HolderDetail,
  type InstanceProfileDetail,
  keyOf,
  type PolicyDetail,
  type RoleDetail,
  type Tag,
  type UserDetail,
} from './detail.ts'
import { block, Expression, type Hcl, jsonencode, quoted } from './hcl.ts'

/** Files of Terraform's language by their names. */
export type TerraformFiles = ReadonlyMap<string, string>

/**
 * An account as resources of Terraform's AWS provider, each with the block that imports it.
 * Takes: an account with what the form leaves out.
 */
export function terraformOf(details: AccountDetails): TerraformFiles {
  const names = labelsOf(details)
  const kinds = {
    'policies.tf': [...details.policies.values()].map((policy) => policyOf(policy, names)),
    'groups.tf': [...details.groups.values()].map((group) => groupOf(group, names)),
    'users.tf': [...details.users.values()].map((user) => userOf(user, names)),
    'roles.tf': [...details.roles.values()].map((role) => roleOf(role, names)),
    'instance-profiles.tf': [...details.instanceProfiles.values()].map((profile) => profileOf(profile, names)),
  }
  const files = Object.entries(kinds).filter(([, parts]) => parts.length > 0)
  return new Map([['terraform.tf', settings], ...files.map(([name, parts]) => [name, parts.join('\n')] as const)])
}

/** Import blocks came with Terraform 1.5. */
const settings = `terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
`

/** What entities are called in Terraform's language: `user` → lower-case name → label. */
interface Labels {
  readonly account: string
  readonly of: Readonly<Record<'policy' | 'group' | 'user' | 'role' | 'profile', ReadonlyMap<string, string>>>
  /** Takes: a label that is wanted. Gives: one that no other resource of the type has. */
  free(type: string, wanted: string): string
}

function labelsOf(details: AccountDetails): Labels {
  const taken = new Set<string>()
  const free = (type: string, wanted: string) => {
    const plain = wanted.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^(?![A-Za-z_])/, '_')
    let label = plain
    for (let number = 2; taken.has(`${type}.${label}`); number++) label = `${plain}_${number}`
    taken.add(`${type}.${label}`)
    return label
  }
  const of = (type: string, table: ReadonlyMap<string, { readonly name: string }>) =>
    new Map([...table].map(([key, { name }]) => [key, free(type, name)]))
  return {
    account: details.account,
    of: {
      policy: of('aws_iam_policy', details.policies),
      group: of('aws_iam_group', details.groups),
      user: of('aws_iam_user', details.users),
      role: of('aws_iam_role', details.roles),
      profile: of('aws_iam_instance_profile', details.instanceProfiles),
    },
    free,
  }
}

interface Resource {
  readonly type: string
  readonly label: string
  readonly id: string
  readonly attributes: Readonly<Record<string, Hcl | undefined>>
}

function resource({ type, label, id, attributes }: Resource): string {
  const imported = block('import', { to: new Expression(`${type}.${label}`), id })
  return `${imported}\n${block(`resource "${type}" ${quoted(label)}`, attributes)}`
}

function policyOf(policy: PolicyDetail, names: Labels): string {
  return resource({
    type: 'aws_iam_policy',
    label: labelIn(names, 'policy', policy.name),
    id: arnOf('policy', names.account, policy),
    attributes: {
      name: policy.name,
      path: policy.path,
      description: policy.description || undefined,
      policy: jsonencode(JSON.parse(defaultDocument(policy))),
      ...tagsOf(policy.tags),
    },
  })
}

function groupOf(group: HolderDetail, names: Labels): string {
  const label = labelIn(names, 'group', group.name)
  const attributes = { name: group.name, path: group.path }
  return [
    resource({ type: 'aws_iam_group', label, id: group.name, attributes }),
    ...heldBy(group, 'group', names),
  ].join('\n')
}

function userOf(user: UserDetail, names: Labels): string {
  const label = labelIn(names, 'user', user.name)
  const attributes = { name: user.name, path: user.path, ...guardsOf(user, names) }
  const parts = [resource({ type: 'aws_iam_user', label, id: user.name, attributes }), ...heldBy(user, 'user', names)]
  const groups = user.groups.map((name) => reference(names, 'group', name))
  if (groups.length > 0)
    parts.push(
      resource({
        type: 'aws_iam_user_group_membership',
        label,
        id: [user.name, ...user.groups].join('/'),
        attributes: { user: reference(names, 'user', user.name), groups },
      }),
    )
  return parts.join('\n')
}

function roleOf(role: RoleDetail, names: Labels): string {
  const label = labelIn(names, 'role', role.name)
  const [, service] = /^\/aws-service-role\/([\w.-]+)\/$/.exec(role.path) ?? []
  if (service !== undefined) return serviceLinked(role, { label, service, account: names.account })
  const main = resource({
    type: 'aws_iam_role',
    label,
    id: role.name,
    attributes: {
      name: role.name,
      path: role.path,
      description: role.description || undefined,
      max_session_duration: role.maxSessionDuration,
      assume_role_policy: jsonencode(JSON.parse(role.trust)),
      ...guardsOf(role, names),
    },
  })
  return [main, ...heldBy(role, 'role', names)].join('\n')
}

/** The service brings trust policy and attachments. */
function serviceLinked(role: RoleDetail, at: { label: string; service: string; account: string }): string {
  const [, suffix] = /^AWSServiceRole[^_]+_(.+)$/.exec(role.name) ?? []
  return resource({
    type: 'aws_iam_service_linked_role',
    label: at.label,
    id: arnOf('role', at.account, role),
    attributes: {
      aws_service_name: at.service,
      custom_suffix: suffix,
      description: role.description || undefined,
      ...tagsOf(role.tags),
    },
  })
}

function profileOf(profile: InstanceProfileDetail, names: Labels): string {
  const [role] = profile.roles
  return resource({
    type: 'aws_iam_instance_profile',
    label: labelIn(names, 'profile', profile.name),
    id: profile.name,
    attributes: {
      name: profile.name,
      path: profile.path,
      role: role === undefined ? undefined : reference(names, 'role', role),
      ...tagsOf(profile.tags),
    },
  })
}

/** The inline policies and the attachments of a user, group or role. */
function heldBy(holder: HolderDetail, kind: 'user' | 'group' | 'role', names: Labels): readonly string[] {
  const label = labelIn(names, kind, holder.name)
  const owner = { [kind]: reference(names, kind, holder.name) }
  const inline = [...holder.inline].map(([name, document]) =>
    resource({
      type: `aws_iam_${kind}_policy`,
      label: names.free(`aws_iam_${kind}_policy`, `${label}_${name}`),
      id: `${holder.name}:${name}`,
      attributes: { name, ...owner, policy: jsonencode(JSON.parse(document)) },
    }),
  )
  const attached = holder.attached.map((arn) =>
    resource({
      type: `aws_iam_${kind}_policy_attachment`,
      label: names.free(`aws_iam_${kind}_policy_attachment`, `${label}_${arn.split('/').at(-1)}`),
      id: `${holder.name}/${arn}`,
      attributes: { ...owner, policy_arn: policyReference(names, arn) },
    }),
  )
  return [...inline, ...attached]
}

function guardsOf(
  { boundary, tags }: UserDetail | RoleDetail,
  names: Labels,
): Readonly<Record<string, Hcl | undefined>> {
  return {
    permissions_boundary: boundary === undefined ? undefined : policyReference(names, boundary),
    ...tagsOf(tags),
  }
}

function tagsOf(tags: readonly Tag[] = []): { readonly tags?: Hcl } {
  return tags.length === 0 ? {} : { tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) }
}

type Labelled = keyof Labels['of']

function labelIn({ of }: Labels, kind: Labelled, name: string): string {
  const label = of[kind].get(keyOf(name))
  if (label === undefined) throw new Error(`there is no ${kind} ${name} in the account`)
  return label
}

function reference(names: Labels, kind: 'user' | 'group' | 'role', name: string): Expression {
  return new Expression(`aws_iam_${kind}.${labelIn(names, kind, name)}.name`)
}

function policyReference(names: Labels, arn: string): Hcl {
  const label = names.of.policy.get(keyOf(arn.split('/').at(-1) ?? ''))
  return arn.startsWith('arn:aws:iam::aws:') || label === undefined
    ? arn
    : new Expression(`aws_iam_policy.${label}.arn`)
}
