import type { Role } from '#store'
import type { World } from '../operation.ts'

/** Where the roles lie that services have made for themselves. INVARIANT: `CreateRole` makes none there. */
const linkedPath = '/aws-service-role/'

/** Whether a path is one of those that only AWS puts roles on. */
export function isProtectedPath(path: string): boolean {
  return path.startsWith(linkedPath) || path.startsWith('/aws-reserved/')
}

/** Whether a role is a service-linked one. */
export function isServiceLinked({ path }: Role): boolean {
  return path.startsWith(linkedPath)
}

/** Refuses to change a role that only AWS changes. Errors: `UnmodifiableEntity`. */
export async function refuseProtected(name: string, world: World<'UnmodifiableEntity'>): Promise<void> {
  const role = await world.tables.roles.byName(world.account, name)
  if (role === undefined || !isProtectedPath(role.path)) return
  throw world.fault(
    'UnmodifiableEntity',
    `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
  )
}
