import { parse, principalsOf } from '#engine'
import { arnOf, keyOf, type RoleDetail } from './detail.ts'
import { sameDocument } from './document.ts'
import type { Move } from './plan.ts'

/** Whom trust policies may name. */
export interface Principals {
  /** By account. */
  readonly moves: ReadonlyMap<string, Move>
  /** Roles that are not brought over, as `account:name`. */
  readonly skipped: ReadonlySet<string>
}

/** A role of one of the accounts. */
export interface PlacedRole {
  readonly account: string
  readonly role: RoleDetail
}

/** Gives: the roles, as `account:name`, whose trust policies name principals that exist nowhere, with the first of these. */
export function rolesOfNobody(moves: ReadonlyMap<string, Move>): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  // A role that is left out may be the one that another role trusts.
  for (let before = -1; before < found.size; ) {
    before = found.size
    const principals = { moves, skipped: new Set(found.keys()) }
    for (const placed of rolesIn(moves)) {
      const key = placeOf(placed)
      if (found.has(key) || isUnchanged(placed, moves)) continue
      const nobody = namedBy(placed.role).find((value) => !exists(value, principals))
      if (nobody !== undefined) found.set(key, nobody)
    }
  }
  return found
}

/**
 * Puts roles in the order in which they can be made.
 * Gives: with each role whether it has to be made without its trust policy, because a role that comes later is in it.
 */
export function inOrderOfTrust(
  roles: readonly PlacedRole[],
  isThere: (arn: string) => boolean,
): readonly (PlacedRole & { readonly trustLater: boolean })[] {
  const waiting = new Map(roles.map((placed) => [arnOf('role', placed.account, placed.role), placed]))
  const ordered: (PlacedRole & { readonly trustLater: boolean })[] = []
  while (waiting.size > 0) {
    const before = waiting.size
    for (const [arn, placed] of waiting) {
      if (namedBy(placed.role).some((value) => waiting.has(value) && !isThere(value))) continue
      waiting.delete(arn)
      ordered.push({ ...placed, trustLater: false })
    }
    const [next] = waiting
    if (before > waiting.size || next === undefined) continue
    const [arn, placed] = next
    waiting.delete(arn)
    ordered.push({ ...placed, trustLater: true })
  }
  return ordered
}

/** The AWS principals that a role's trust policy names. */
export function namedBy(role: RoleDetail): readonly string[] {
  const before = known.get(role)
  if (before !== undefined) return before
  const { policy } = parse(role.trust, 'trust')
  const entries = policy === undefined ? [] : principalsOf(policy)
  const names = entries.flatMap(({ kind, value }) => (kind === 'AWS' ? [value] : []))
  known.set(role, names)
  return names
}

const known = new WeakMap<RoleDetail, readonly string[]>()

export function placeOf({ account, role }: PlacedRole): string {
  return `${account}:${keyOf(role.name)}`
}

export function* rolesIn(moves: ReadonlyMap<string, Move>): Generator<PlacedRole> {
  for (const [account, { wanted }] of moves) for (const role of wanted.roles.values()) yield { account, role }
}

function isUnchanged({ account, role }: PlacedRole, moves: ReadonlyMap<string, Move>): boolean {
  const present = moves.get(account)?.present.roles.get(keyOf(role.name))
  return present !== undefined && sameDocument(present.trust, role.trust)
}

function exists(value: string, { moves, skipped }: Principals): boolean {
  if (/^A(?:IDA|ROA)[A-Z0-9]{12,}$/.test(value))
    return [...moves.values()].some(({ present }) =>
      [...present.users.values(), ...present.roles.values()].some(({ id }) => id === value),
    )
  const [, account = '', kind, rest = ''] = /^arn:aws:iam::(\d{12}):(user|role)\/(.+)$/.exec(value) ?? []
  const move = moves.get(account)
  // What is in accounts that are not looked at is for the server to judge.
  if (move === undefined || kind === undefined) return true
  const key = keyOf(rest.split('/').at(-1) ?? '')
  const isIn = (table: 'users' | 'roles', at: 'wanted' | 'present') => {
    const found = move[at][table].get(key)
    return found !== undefined && value === arnOf(table === 'users' ? 'user' : 'role', account, found)
  }
  if (kind === 'user') return isIn('users', move.wanted.users.has(key) ? 'wanted' : 'present')
  if (isIn('roles', 'present')) return true
  return isIn('roles', 'wanted') && !skipped.has(`${account}:${key}`)
}
