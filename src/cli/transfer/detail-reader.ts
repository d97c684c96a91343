import {
  type AccountDetails,
  arnOf,
  type EntityKind,
  type GroupDetail,
  type HolderDetail,
  type InstanceProfileDetail,
  keyOf,
  type NamedDetail,
  type PolicyDetail,
  type PolicyVersionDetail,
  type RoleDetail,
  type Tag,
  type UserDetail,
} from './detail.ts'
import { documentText } from './document.ts'
import { items, member, type Node, optionalNumber, optionalText, text, wrong } from './json.ts'

/**
 * Reads the pages of one account; documents are objects already.
 * Errors: `Stop` that names the first member that is not as it should be, or that is told twice and differently.
 */
export function readDetails(account: string, pages: readonly Node[]): AccountDetails {
  const all = (list: string) => pages.flatMap((page) => items(member(page, list)))
  const nodes = (list: string, kind: EntityKind) => all(list).map((node) => ({ node, kind, account }))
  const [own, aws] = split(all('Policies'))
  const roleNodes = nodes('RoleDetailList', 'role')
  const profileNodes = [
    ...roleNodes.flatMap(({ node }) => items(member(node, 'InstanceProfileList'))),
    ...all('InstanceProfileList'),
  ].map((node) => ({ node, kind: 'instance-profile' as const, account }))
  return {
    account,
    policies: tableOf(
      own.map((node) => ({ node, kind: 'policy' as const, account })),
      readPolicy,
    ),
    groups: tableOf(nodes('GroupDetailList', 'group'), readGroup),
    users: tableOf(nodes('UserDetailList', 'user'), readUser),
    roles: tableOf(roleNodes, readRole),
    instanceProfiles: tableOf(profileNodes, readInstanceProfile),
    awsPolicies: new Map(aws.map((node) => [text(member(node, 'Arn')), awsDocument(node)])),
  }
}

/** An entity in a file: which kind, and of which account it has to be. */
interface Found {
  readonly node: Node
  readonly kind: EntityKind
  readonly account: string
}

function split(policies: readonly Node[]): readonly [own: readonly Node[], aws: readonly Node[]] {
  const isAws = (node: Node) => text(member(node, 'Arn')).startsWith('arn:aws:iam::aws:')
  return [policies.filter((node) => !isAws(node)), policies.filter(isAws)]
}

function tableOf<Detail extends NamedDetail>(
  found: readonly Found[],
  read: (found: Found) => Detail,
): ReadonlyMap<string, Detail> {
  const table = new Map<string, { readonly detail: Detail; readonly shown: string }>()
  for (const one of found) {
    const detail = read(one)
    const key = keyOf(detail.name)
    const shown = JSON.stringify(one.node.value)
    const before = table.get(key)
    if (before !== undefined && before.shown !== shown)
      throw wrong(one.node, `tells ${detail.name} a second time, and differently.`)
    table.set(key, { detail, shown })
  }
  return new Map([...table].map(([key, { detail }]) => [key, detail]))
}

const wireNames = {
  policy: ['PolicyName', 'PolicyId'],
  group: ['GroupName', 'GroupId'],
  user: ['UserName', 'UserId'],
  role: ['RoleName', 'RoleId'],
  'instance-profile': ['InstanceProfileName', 'InstanceProfileId'],
} as const satisfies Readonly<Record<EntityKind, readonly [string, string]>>

function readNamed({ node, kind, account }: Found): NamedDetail {
  const [nameMember, idMember] = wireNames[kind]
  const name = text(member(node, nameMember))
  const path = optionalText(member(node, 'Path')) ?? '/'
  const arn = member(node, 'Arn')
  const wanted = arnOf(kind, account, { path, name })
  if (text(arn) !== wanted) throw wrong(arn, `should be ${wanted}, by its path and name.`)
  return { name, path, id: optionalText(member(node, idMember)) }
}

function readHolder(found: Found, list: string): HolderDetail {
  const { node } = found
  const inline = items(member(node, list)).map(
    (policy) => [text(member(policy, 'PolicyName')), readDocument(member(policy, 'PolicyDocument'))] as const,
  )
  const attached = items(member(node, 'AttachedManagedPolicies')).map((policy) => text(member(policy, 'PolicyArn')))
  return { ...readNamed(found), inline: new Map(inline), attached: [...new Set(attached)] }
}

function readGroup(found: Found): GroupDetail {
  return readHolder(found, 'GroupPolicyList')
}

function readUser(found: Found): UserDetail {
  const groups = items(member(found.node, 'GroupList')).map(text)
  return { ...readHolder(found, 'UserPolicyList'), groups, ...readGuarded(found.node) }
}

function readRole(found: Found): RoleDetail {
  const { node } = found
  return {
    ...readHolder(found, 'RolePolicyList'),
    trust: readDocument(member(node, 'AssumeRolePolicyDocument')),
    ...readGuarded(node),
    description: optionalText(member(node, 'Description')),
    maxSessionDuration: optionalNumber(member(node, 'MaxSessionDuration')),
  }
}

function readGuarded(node: Node): Pick<UserDetail, 'boundary' | 'tags'> {
  const boundary = member(node, 'PermissionsBoundary')
  const arn = boundary.value === undefined ? undefined : text(member(boundary, 'PermissionsBoundaryArn'))
  return { boundary: arn, tags: readTags(member(node, 'Tags')) }
}

function readInstanceProfile(found: Found): InstanceProfileDetail {
  const { node } = found
  const tags = member(node, 'Tags')
  return {
    ...readNamed(found),
    roles: items(member(node, 'Roles')).map((role) => text(member(role, 'RoleName'))),
    tags: tags.value === undefined ? undefined : readTags(tags),
  }
}

function readPolicy(found: Found): PolicyDetail {
  const { node } = found
  const list = member(node, 'PolicyVersionList')
  const versions = items(list)
    .map(readVersion)
    .sort((one, other) => numberOf(one) - numberOf(other))
  if (versions.filter(({ isDefault }) => isDefault).length !== 1) throw wrong(list, 'has not one default version.')
  const tags = member(node, 'Tags')
  return {
    ...readNamed(found),
    description: optionalText(member(node, 'Description')),
    versions,
    tags: tags.value === undefined ? undefined : readTags(tags),
  }
}

function readVersion(node: Node): PolicyVersionDetail {
  const id = member(node, 'VersionId')
  if (!/^v\d{1,9}$/.test(text(id))) throw wrong(id, 'is not the id of a version.')
  const isDefault = member(node, 'IsDefaultVersion').value === true
  return { id: text(id), document: readDocument(member(node, 'Document')), isDefault }
}

function numberOf({ id }: PolicyVersionDetail): number {
  return Number(id.slice(1))
}

function awsDocument(node: Node): string {
  const versions = items(member(node, 'PolicyVersionList'))
  const held = versions.find((version) => member(version, 'IsDefaultVersion').value === true)
  if (held === undefined) throw wrong(node, 'has no default version.')
  return readDocument(member(held, 'Document'))
}

function readDocument(node: Node): string {
  const { value } = node
  if (value === undefined) throw wrong(node, 'is missing.')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(node, 'is no policy document: neither an object nor the text of one.')
  return documentText(value)
}

function readTags(node: Node): readonly Tag[] {
  return items(node).map((tag) => ({ key: text(member(tag, 'Key')), value: text(member(tag, 'Value')) }))
}
