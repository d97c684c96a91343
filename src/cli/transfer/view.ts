import { type PolicyType, parse, type Source } from '#engine'
import { awsManagedPolicy } from '#models'
import { keysOf } from '../asked-principal.ts'
import { exitCode, Stop } from '../stop.ts'
import {
  type AccountDetails,
  arnOf,
  defaultDocument,
  type HolderDetail,
  keyOf,
  type NamedDetail,
  type RoleDetail,
  type Tag,
  type UserDetail,
} from './detail.ts'

/** What accounts in files say about one request. */
export interface View {
  /** Inline, managed and group policies; `undefined`: the principal has none of these, as a root user or a service. */
  readonly identity: readonly Source[] | undefined
  readonly boundary: Source | undefined
  /** The trust policy of the role that is asked for. */
  readonly trust: Source | undefined
  /** What the principal is besides what was asked: its unique id, a session's role. */
  readonly principal: Readonly<Record<string, string>>
  /** Keys that principal and resource fill. */
  readonly context: Readonly<Record<string, string>>
}

export interface ViewAsked {
  /** As the question has it. */
  readonly principal: Readonly<Record<string, string>>
  readonly action: string
  readonly resource: string
}

/** A view of accounts by their ids. Errors: `Stop` for a principal or a policy that the files do not tell. */
export function viewOf(accounts: ReadonlyMap<string, AccountDetails>, asked: ViewAsked): View {
  const caller = callerOf(accounts, asked.principal)
  const resource = resourceOf(accounts, asked.resource)
  const context = {
    ...contextOf(asked.principal, caller),
    ...tagsAs(['aws:ResourceTag', 'iam:ResourceTag'], resource?.tags),
  }
  const role = resource?.role
  const isTrust = /^sts:(?:AssumeRole|TagSession|SetSourceIdentity)/i.test(asked.action)
  if (isTrust && role === undefined && accounts.has(roleAccount(asked.resource))) throw untold(asked.resource)
  return {
    identity: caller && identityOf(caller),
    boundary: caller && boundaryOf(caller),
    trust: isTrust && role !== undefined ? trustOf(role) : undefined,
    principal: principalOf(asked.principal, caller),
    context,
  }
}

/** A policy document as a part of a view. Errors: `Stop` when it cannot be parsed. */
export function sourceOf(document: string, type: PolicyType, named: Omit<Source, 'policy'>): Source {
  const { policy, problems } = parse(document, type)
  if (policy !== undefined) return { policy, ...named }
  const [problem] = problems
  const name = named.arn ?? named.id ?? 'A policy'
  throw new Stop(exitCode.usage, `${name}: MalformedPolicyDocument: ${problem?.message ?? 'it cannot be read'}`)
}

interface Caller {
  readonly account: AccountDetails
  readonly kind: 'user' | 'role'
  readonly detail: UserDetail | RoleDetail
}

function callerOf(
  accounts: ReadonlyMap<string, AccountDetails>,
  principal: ViewAsked['principal'],
): Caller | undefined {
  const { type, arn = '', account: id = '' } = principal
  if (type !== 'user' && type !== 'assumedRole' && type !== 'federatedUser') return undefined
  const account = accounts.get(id)
  if (account === undefined) throw untold(`account ${id}`)
  if (type === 'assumedRole') {
    const detail = account.roles.get(keyOf(arn.split('/')[1] ?? ''))
    if (detail === undefined) throw untold(`the role of ${arn}`)
    return { account, kind: 'role', detail }
  }
  const userArn = type === 'user' ? arn : (principal['userArn'] ?? '')
  const detail = account.users.get(keyOf(userArn.split('/').at(-1) ?? ''))
  if (detail === undefined || arnOf('user', id, detail) !== userArn) throw untold(userArn)
  return { account, kind: 'user', detail }
}

function identityOf(caller: Caller): readonly Source[] {
  const { account, kind, detail } = caller
  const groups = 'groups' in detail ? detail.groups : []
  const holders: readonly (readonly [string, HolderDetail])[] = [
    [`${kind} ${detail.name}`, detail],
    ...groups.map((name) => {
      const group = account.groups.get(keyOf(name))
      if (group === undefined) throw untold(`the group ${name} of ${detail.name}`)
      return [`group ${name}`, group] as const
    }),
  ]
  const inline = holders.flatMap(([holder, { inline: held }]) =>
    [...held].map(([name, document]) =>
      sourceOf(readable(document), 'identity', { id: `inline policy ${name} of ${holder}` }),
    ),
  )
  const attached = new Set(holders.flatMap(([, holder]) => holder.attached))
  return [...inline, ...[...attached].map((arn) => managed(account, arn, 'identity'))]
}

function boundaryOf({ account, detail: { boundary } }: Caller): Source | undefined {
  return boundary === undefined ? undefined : managed(account, boundary, 'permissionsBoundary')
}

function managed(account: AccountDetails, arn: string, type: PolicyType): Source {
  const own = account.policies.get(keyOf(arn.split('/').at(-1) ?? ''))
  const isOwn = own !== undefined && arnOf('policy', account.account, own) === arn
  // The file is as old as the rest of the account; the catalogue may be newer.
  const document = isOwn ? defaultDocument(own) : (account.awsPolicies.get(arn) ?? awsManagedPolicy(arn)?.document)
  if (document === undefined) throw untold(`the policy ${arn}`)
  return sourceOf(readable(document), type, { arn })
}

/** One member a line, so that a place in it means something. */
function readable(document: string): string {
  return JSON.stringify(JSON.parse(document), undefined, 2)
}

function trustOf({ name, trust }: RoleDetail): Source {
  return sourceOf(readable(trust), 'trust', { id: `trust policy of ${name}` })
}

function roleAccount(arn: string): string {
  return /^arn:aws:iam::(\d{12}):role\//.exec(arn)?.[1] ?? ''
}

function principalOf(principal: ViewAsked['principal'], caller: Caller | undefined): View['principal'] {
  if (caller === undefined) return {}
  const { account, kind, detail } = caller
  return {
    ...(detail.id === undefined ? {} : { uniqueId: detail.id }),
    ...(kind === 'role' && principal['type'] === 'assumedRole'
      ? { roleArn: arnOf('role', account.account, detail) }
      : {}),
  }
}

function contextOf(principal: ViewAsked['principal'], caller: Caller | undefined): View['context'] {
  const { type = '', arn = '', account } = principal
  if (account === undefined) return {}
  const detail = caller?.detail
  const session = arn.split('/').at(-1) ?? ''
  const userId = type === 'user' ? detail?.id : detail?.id && `${detail.id}:${session}`
  return {
    ...keysOf({ ...principal, ...principalOf(principal, caller) }),
    // A federated user's id begins with the account's.
    ...(userId === undefined || type === 'federatedUser' ? {} : { 'aws:userid': userId }),
    ...tagsAs(['aws:PrincipalTag'], type === 'federatedUser' ? [] : detail?.tags),
  }
}

function tagsAs(keys: readonly string[], tags: readonly Tag[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(keys.flatMap((key) => tags.map((tag) => [`${key}/${tag.key}`, tag.value] as const)))
}

interface ResourceView {
  readonly role?: RoleDetail
  readonly tags: readonly Tag[]
}

function resourceOf(accounts: ReadonlyMap<string, AccountDetails>, arn: string): ResourceView | undefined {
  const [, id = '', kind = '', rest = ''] =
    /^arn:aws:iam::(\d{12}):(user|role|policy|instance-profile)\/(.+)$/.exec(arn) ?? []
  const account = accounts.get(id)
  if (account === undefined) return undefined
  const key = keyOf(rest.split('/').at(-1) ?? '')
  const is = (detail: NamedDetail | undefined) =>
    detail !== undefined && arn.endsWith(`:${kind}${detail.path}${detail.name}`)
  const role = account.roles.get(key)
  if (kind === 'role') return role !== undefined && is(role) ? { role, tags: role.tags } : undefined
  const tables = { user: account.users, policy: account.policies, 'instance-profile': account.instanceProfiles }
  const detail = kind === 'user' || kind === 'policy' || kind === 'instance-profile' ? tables[kind].get(key) : undefined
  return is(detail) ? { tags: detail?.tags ?? [] } : undefined
}

function untold(what: string): Stop {
  return new Stop(exitCode.usage, `The file does not tell ${what}.`)
}
