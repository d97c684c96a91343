import { arnOf, keyOf, type RoleDetail } from './detail.ts'
import { sameDocument } from './document.ts'
import { type AccountPlans, add, type EntityPlan, type Move, newPlan, skip } from './plan.ts'
import { boundaryOf, guard } from './plan-guard.ts'
import { addPolicies, referenceTo } from './plan-holder.ts'
import { firstTags } from './plan-tag.ts'
import { inOrderOfTrust, type PlacedRole, placeOf, rolesIn, rolesOfNobody } from './plan-trust.ts'

/** Plans the roles of all accounts together, for they trust each other. */
export function planRoles(moves: ReadonlyMap<string, Move>, plans: ReadonlyMap<string, AccountPlans>): void {
  const nobody = rolesOfNobody(moves)
  const isThere = (arn: string) =>
    [...moves].some(([account, { present }]) => {
      const role = present.roles.get(keyOf(arn.split('/').at(-1) ?? ''))
      return role !== undefined && arnOf('role', account, role) === arn
    })
  for (const { trustLater, ...placed } of inOrderOfTrust([...rolesIn(moves)], isThere)) {
    const account = plans.get(placed.account)
    if (account === undefined) continue
    const plan = newPlan(placed.account, 'role', placed.role.name)
    account.roles.set(keyOf(placed.role.name), plan)
    const stranger = nobody.get(placeOf(placed))
    if (stranger !== undefined)
      skip(plan, `its trust policy names ${stranger}, which exists nowhere; --map ${stranger}=NEW names another`)
    else planRole(plan, { ...placed, trustLater }, account)
  }
}

type OrderedRole = PlacedRole & { readonly trustLater: boolean }

function planRole(plan: EntityPlan, { role: wanted, trustLater }: OrderedRole, account: AccountPlans): void {
  const { move, policies } = account
  const present = move.present.roles.get(keyOf(wanted.name))
  const RoleName = present?.name ?? wanted.name
  if (/^\/aws-(?:service-role|reserved)\//.test(wanted.path)) {
    planProtected(plan, wanted, present)
    return
  }
  if (present !== undefined && present.path !== wanted.path) {
    skip(plan, `a role of this name lies at ${present.path}, and a role cannot be moved`)
    return
  }
  const find = (arn: string) => referenceTo(arn, move, policies)
  const boundary = boundaryOf(plan, wanted, find)
  if (boundary === undefined) return
  if (present === undefined) create(plan, { wanted, trustLater, needs: boundary })
  else {
    if (!sameDocument(present.trust, wanted.trust)) addTrust(plan, RoleName, wanted.trust)
    addSettings(plan, { RoleName, wanted, present })
    guard(plan, { wanted, present, owner: { RoleName }, boundary, noun: 'Role' })
  }
  addPolicies(plan, { wanted, present, owner: { RoleName }, noun: 'Role', referenceTo: find })
}

interface NewRole {
  readonly wanted: RoleDetail
  readonly trustLater: boolean
  readonly needs: readonly EntityPlan[]
}

/** Stands where a trust policy is to come: nobody may assume the role. */
const trustsNobody = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
})

function create(plan: EntityPlan, { wanted, trustLater, needs }: NewRole): void {
  plan.state = 'create'
  const { name: RoleName, path: Path, description, maxSessionDuration: MaxSessionDuration, boundary } = wanted
  const AssumeRolePolicyDocument = trustLater ? trustsNobody : wanted.trust
  const Description = description === '' ? undefined : description
  const rest = { Description, MaxSessionDuration, PermissionsBoundary: boundary, ...firstTags(plan, wanted.tags) }
  const input = { RoleName, Path, AssumeRolePolicyDocument, ...rest }
  add(plan, { phase: 'role', operation: 'CreateRole', input, says: trustLater ? 'trusting nobody yet' : '', needs })
  if (trustLater) addTrust(plan, RoleName, wanted.trust)
}

function addTrust(plan: EntityPlan, RoleName: string, PolicyDocument: string): void {
  add(plan, { phase: 'trust', operation: 'UpdateAssumeRolePolicy', input: { RoleName, PolicyDocument }, says: '' })
}

function addSettings(
  plan: EntityPlan,
  { RoleName, wanted, present }: { RoleName: string; wanted: RoleDetail; present: RoleDetail },
): void {
  const { description: Description, maxSessionDuration: MaxSessionDuration } = wanted
  const described = Description === undefined || Description === (present.description ?? '')
  const timed = MaxSessionDuration === undefined || MaxSessionDuration === present.maxSessionDuration
  if (described && timed) return
  const input = { RoleName, ...(described ? {} : { Description }), ...(timed ? {} : { MaxSessionDuration }) }
  add(plan, { phase: 'restriction', operation: 'UpdateRole', input, says: 'description, session duration' })
}

/** Roles that only AWS makes. */
function planProtected(plan: EntityPlan, wanted: RoleDetail, present: RoleDetail | undefined): void {
  if (present !== undefined) return
  const [, service] = /^\/aws-service-role\/([\w.-]+)\/$/.exec(wanted.path) ?? []
  if (service === undefined) {
    skip(plan, `only AWS makes roles at ${wanted.path}`)
    return
  }
  plan.state = 'create'
  const [, suffix] = /^AWSServiceRole[^_]+_(.+)$/.exec(wanted.name) ?? []
  const input = { AWSServiceName: service, Description: wanted.description || undefined, CustomSuffix: suffix }
  add(plan, { phase: 'role', operation: 'CreateServiceLinkedRole', input, says: `for ${service}` })
  plan.notes.push('a service-linked role comes as the service makes it, with its own trust policy and attachment')
}
