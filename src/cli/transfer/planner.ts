import { type AccountDetails, keyOf, type NamedDetail, type UserDetail } from './detail.ts'
import { type AccountPlans, add, type EntityPlan, type Move, newPlan, skip } from './plan.ts'
import { boundaryOf, guard } from './plan-guard.ts'
import { addPolicies, referenceTo } from './plan-holder.ts'
import { planPolicy } from './plan-policy.ts'
import { planRoles } from './plan-role.ts'
import { addTags, firstTags } from './plan-tag.ts'

/** Compares accounts with what they are to become. Gives: the plans of all entities, account by account. */
export function planMoves(moves: ReadonlyMap<string, Move>): readonly EntityPlan[] {
  const plans = new Map([...moves].map(([account, move]) => [account, plansOf(move)]))
  planRoles(moves, plans)
  for (const account of plans.values()) planInstanceProfiles(account)
  const all = [...plans.values()].flatMap(({ policies, groups, users, roles, instanceProfiles }) =>
    [policies, groups, users, roles, instanceProfiles].flatMap((table) => [...table.values()]),
  )
  tellUniqueIds(all)
  return all
}

function plansOf(move: Move): AccountPlans {
  const plans: AccountPlans = {
    move,
    policies: new Map(),
    groups: new Map(),
    users: new Map(),
    roles: new Map(),
    instanceProfiles: new Map(),
  }
  const { wanted, present } = move
  for (const [key, policy] of wanted.policies)
    plans.policies.set(key, planPolicy(wanted.account, policy, present.policies.get(key)))
  for (const key of wanted.groups.keys()) planGroup(key, plans)
  for (const key of wanted.users.keys()) planUser(key, plans)
  return plans
}

function planGroup(key: string, { move, policies, groups }: AccountPlans): void {
  const { wanted, present } = detailsOf('groups', key, move)
  if (wanted === undefined) return
  const plan = newPlan(move.wanted.account, 'group', wanted.name)
  groups.set(key, plan)
  const owner = { GroupName: present?.name ?? wanted.name }
  if (present === undefined) {
    plan.state = 'create'
    const input = { ...owner, Path: wanted.path }
    add(plan, { phase: 'group', operation: 'CreateGroup', input, says: '' })
  } else if (present.path !== wanted.path)
    add(plan, {
      phase: 'group',
      operation: 'UpdateGroup',
      input: { ...owner, NewPath: wanted.path },
      says: `to ${wanted.path}`,
    })
  addPolicies(plan, { wanted, present, owner, noun: 'Group', referenceTo: (arn) => referenceTo(arn, move, policies) })
}

function planUser(key: string, plans: AccountPlans): void {
  const { move, policies, users } = plans
  const { wanted, present } = detailsOf('users', key, move)
  if (wanted === undefined) return
  const plan = newPlan(move.wanted.account, 'user', wanted.name)
  users.set(key, plan)
  const UserName = present?.name ?? wanted.name
  const find = (arn: string) => referenceTo(arn, move, policies)
  const boundary = boundaryOf(plan, wanted, find)
  if (boundary === undefined) return
  if (present === undefined) {
    plan.state = 'create'
    const guards = { PermissionsBoundary: wanted.boundary, ...firstTags(plan, wanted.tags) }
    const input = { UserName, Path: wanted.path, ...guards }
    add(plan, { phase: 'user', operation: 'CreateUser', input, says: '', needs: boundary })
  } else {
    if (present.path !== wanted.path)
      add(plan, {
        phase: 'user',
        operation: 'UpdateUser',
        input: { UserName, NewPath: wanted.path },
        says: `to ${wanted.path}`,
      })
    guard(plan, { wanted, present, owner: { UserName }, boundary, noun: 'User' })
  }
  addPolicies(plan, { wanted, present, owner: { UserName }, noun: 'User', referenceTo: find })
  addMemberships(plan, { UserName, wanted, present }, plans)
}

interface Member {
  readonly UserName: string
  readonly wanted: UserDetail
  readonly present: UserDetail | undefined
}

function addMemberships(plan: EntityPlan, { UserName, wanted, present }: Member, { move, groups }: AccountPlans): void {
  const before = new Set(present?.groups.map(keyOf))
  for (const GroupName of wanted.groups) {
    const key = keyOf(GroupName)
    if (before.has(key)) continue
    const group = groups.get(key)
    if (group === undefined && !move.present.groups.has(key))
      plan.lost.push(`its membership in ${GroupName}: neither the file nor the account has this group`)
    else
      add(plan, {
        phase: 'membership',
        operation: 'AddUserToGroup',
        input: { GroupName, UserName },
        says: GroupName,
        needs: group === undefined ? [] : [group],
      })
  }
  const after = new Set(wanted.groups.map(keyOf))
  for (const name of present?.groups ?? [])
    if (!after.has(keyOf(name))) plan.notes.push(`stays a member of ${name}, which the file does not say`)
}

function planInstanceProfiles({ move, roles, instanceProfiles }: AccountPlans): void {
  for (const [key, wanted] of move.wanted.instanceProfiles) {
    const present = move.present.instanceProfiles.get(key)
    const plan = newPlan(move.wanted.account, 'instance-profile', wanted.name)
    instanceProfiles.set(key, plan)
    const InstanceProfileName = present?.name ?? wanted.name
    if (present !== undefined && present.path !== wanted.path) {
      skip(plan, `an instance profile of this name lies at ${present.path}, and it cannot be moved`)
      continue
    }
    const phase = 'instance-profile'
    if (present === undefined) {
      plan.state = 'create'
      const input = { InstanceProfileName, Path: wanted.path, ...firstTags(plan, wanted.tags) }
      add(plan, { phase, operation: 'CreateInstanceProfile', input, says: '' })
    } else addTags(plan, { wanted: wanted.tags ?? [], present: present.tags ?? [], owner: { InstanceProfileName } })
    for (const RoleName of wanted.roles) {
      if (present?.roles.some((name) => keyOf(name) === keyOf(RoleName)) === true) continue
      const role = roles.get(keyOf(RoleName))
      const input = { InstanceProfileName, RoleName }
      if (role?.state === 'skip') plan.lost.push(`its role ${RoleName}: the role is skipped`)
      else
        add(plan, {
          phase,
          operation: 'AddRoleToInstanceProfile',
          input,
          says: RoleName,
          needs: role === undefined ? [] : [role],
        })
    }
  }
}

function detailsOf<Table extends 'groups' | 'users'>(table: Table, key: string, { wanted, present }: Move) {
  // The values of one table have one type.
  type Detail = AccountDetails[Table] extends ReadonlyMap<string, infer Found extends NamedDetail> ? Found : never
  const of = (details: AccountDetails) => details[table].get(key) as Detail | undefined
  return { wanted: of(wanted), present: of(present) }
}

/** Entities get other unique ids, so policies that name one mean nobody any more. */
function tellUniqueIds(plans: readonly EntityPlan[]): void {
  for (const plan of plans)
    for (const { input } of plan.steps) {
      const document = 'PolicyDocument' in input ? String(input.PolicyDocument) : ''
      const [id] = /\b(?:AIDA|AROA|AGPA|ANPA)[A-Z0-9]{13,}\b/.exec(document) ?? []
      if (id !== undefined) plan.notes.push(`its policy names the unique id ${id}, and unique ids become others`)
    }
}
