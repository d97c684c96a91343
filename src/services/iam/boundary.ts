import { Fault } from '#protocol'
import type { World } from '../operation.ts'
import { asRole, asUser, boundaryContext, roleNamed, touchedRole, touchedUser, userNamed } from './entity.ts'
import { iam } from './iam.ts'
import { isPolicyArn, policyExists } from './policy-arn.ts'
import { refuseProtected } from './protected-role.ts'

export const PutUserPermissionsBoundary = iam('PutUserPermissionsBoundary', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  context: ({ PermissionsBoundary }) => ({ 'iam:PermissionsBoundary': PermissionsBoundary }),

  async run({ UserName, PermissionsBoundary }, world) {
    const user = await userNamed(UserName, world)
    await world.tables.users.update({ ...user, ...(await attachableBoundary(PermissionsBoundary, world)) })
    return {}
  },
})

export const DeleteUserPermissionsBoundary = iam('DeleteUserPermissionsBoundary', {
  resource: ({ UserName }, scope) => touchedUser(UserName, scope),
  context: ({ UserName }, scope) => boundaryContext(asUser(UserName), scope),

  async run({ UserName }, world) {
    const { boundary: _, ...free } = await userNamed(UserName, world)
    await world.tables.users.update(free)
    return {}
  },
})

export const PutRolePermissionsBoundary = iam('PutRolePermissionsBoundary', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ PermissionsBoundary }) => ({ 'iam:PermissionsBoundary': PermissionsBoundary }),

  async run({ RoleName, PermissionsBoundary }, world) {
    await refuseProtected(RoleName, world)
    const role = await roleNamed(RoleName, world)
    await world.tables.roles.update({ ...role, ...(await attachableBoundary(PermissionsBoundary, world)) })
    return {}
  },
})

export const DeleteRolePermissionsBoundary = iam('DeleteRolePermissionsBoundary', {
  resource: ({ RoleName }, scope) => touchedRole(RoleName, scope),
  context: ({ RoleName }, scope) => boundaryContext(asRole(RoleName), scope),

  async run({ RoleName }, world) {
    await refuseProtected(RoleName, world)
    const { boundary: _, ...free } = await roleNamed(RoleName, world)
    await world.tables.roles.update(free)
    return {}
  },
})

/**
 * The boundary that a user or role is to have.
 * Errors: `InvalidInput` for what is no policy's ARN; `NoSuchEntity` for a policy that is not there.
 */
export async function attachableBoundary(
  arn: string | undefined,
  world: World<'InvalidInput'>,
): Promise<{ boundary?: string }> {
  if (arn === undefined) return {}
  if (!isPolicyArn(arn)) throw world.fault('InvalidInput', `ARN ${arn} is not valid.`)
  if (!(await policyExists(arn, world))) throw noSuchScope(arn)
  return { boundary: arn }
}

/** A boundary as answers show it. */
export function shownBoundary(arn: string | undefined) {
  if (arn === undefined) return {}
  // QUIRK: the model calls the only type `PermissionsBoundaryPolicy`; AWS answers `Policy`.
  const type = 'Policy' as 'PermissionsBoundaryPolicy'
  return { PermissionsBoundary: { PermissionsBoundaryType: type, PermissionsBoundaryArn: arn } }
}

function noSuchScope(arn: string): Fault {
  // QUIRK: CreateRole answers with this too, though the model does not list it there.
  const message = `Scope ARN: ${arn} does not exist or is not attachable.`
  return new Fault({ code: 'NoSuchEntity', status: 404, message })
}
