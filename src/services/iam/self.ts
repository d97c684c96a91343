import type { AccountCaller } from '#access'
import { rootArn } from '#access'
import type { Scope, Touched, World } from '../operation.ts'
import { touchedUser } from './entity.ts'

/**
 * The name of the user that an operation means when it is given none: the caller.
 * Gives: `undefined` for the root.
 * Errors: `ValidationError` when the caller is neither a user nor the root.
 */
export function callersName(world: World): string | undefined {
  const { kind, name } = world.caller
  if (kind === 'user') return name
  if (kind === 'root') return undefined
  throw world.fault('ValidationError', 'Must specify userName when calling with non-User credentials')
}

/** What is touched when a user is named, or else means the caller. */
export async function touchedSelf(name: string | undefined, scope: Scope): Promise<Touched> {
  return name === undefined ? self(scope.caller, scope) : touchedUser(name, scope)
}

async function self(caller: AccountCaller, scope: Scope): Promise<Touched> {
  if (caller.kind === 'user') return touchedUser(caller.name, scope)
  return { arn: caller.kind === 'root' ? rootArn(scope.account) : '*' }
}
