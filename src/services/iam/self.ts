import type { AccountCaller } from '#access'
import { rootArn } from '#access'
import type { User } from '#store'
import type { Scope, Touched, World } from '../operation.ts'
import { touchedUser, userNamed } from './entity.ts'

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

/** Whose credentials are meant. The root has neither a name nor a user id. */
export interface Holder {
  readonly name: string | undefined
  readonly userId: string | undefined
}

/**
 * Whose credentials an operation means: those of the user that is named, or else the caller's.
 * Errors: `NoSuchEntity`; `ValidationError` when nobody is named and the caller is neither a user nor the root.
 */
export async function holderMeant(given: string | undefined, world: World<'NoSuchEntity'>): Promise<Holder> {
  const name = given ?? callersName(world)
  if (name === undefined) return { name, userId: undefined }
  const user = await userNamed(name, world)
  return { name: user.name, userId: user.id }
}

/**
 * The user that an operation means: the one that is named, or else the caller.
 * Errors: `NoSuchEntity`; `ValidationError` when nobody is named and the caller is no user.
 */
export async function userMeant(given: string | undefined, world: World<'NoSuchEntity'>): Promise<User> {
  const name = given ?? callersName(world)
  if (name === undefined)
    throw world.fault('ValidationError', 'Must specify userName when calling with non-User credentials')
  return userNamed(name, world)
}
