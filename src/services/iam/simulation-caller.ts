import { assumedRoleArn, userArn } from '#access'
import type { AssumedRolePrincipal, UserPrincipal } from '#engine'
import type { OwnerKind } from '#store'
import type { World } from '../operation.ts'
import { entityNamed } from './simulation-input.ts'

/** Who is simulated to call. */
export interface SimulatedCaller {
  /** What it was named as; absent: it was not named. */
  readonly kind?: OwnerKind
  readonly principal: UserPrincipal | AssumedRolePrincipal
}

/**
 * Who is simulated to call; somebody of the account when nobody is named.
 * Gives: for a role a session of it, for a group one of its users. They need not be there.
 * Errors: `InvalidInput` for what is no user, group or role.
 */
export async function simulatedCaller(arn: string | undefined, world: World<'InvalidInput'>): Promise<SimulatedCaller> {
  if (arn === undefined) return { principal: somebody(world.account) }
  const { kind, account, name } = entityNamed(arn, world)
  if (kind === 'group') return { kind, principal: somebody(account) }
  const { users, roles } = world.tables
  const entity = await (kind === 'user' ? users : roles).byName(account, name)
  // A name that was given again, at another path, is somebody else.
  const known = entity !== undefined && arn.endsWith(`:${kind}${entity.path}${entity.name}`)
  const id = known ? { uniqueId: entity.id } : {}
  if (kind === 'user') return { kind, principal: { type: 'user', arn, account, ...id } }
  const session = assumedRoleArn(account, name, 'simulated')
  return { kind, principal: { type: 'assumedRole', arn: session, account, roleArn: arn, ...id } }
}

/** A user whom no policy can name but by the account: names have no star (rule P-8). */
function somebody(account: string): UserPrincipal {
  return { type: 'user', arn: userArn(account, '/', '*'), account }
}
