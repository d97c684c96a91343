import { readEntityArn } from '#access'
import { type PolicyType, type Problem, parse, type Source } from '#engine'
import type { OwnerKind } from '#store'
import type { World } from '../operation.ts'

type Refusing = World<'InvalidInput'>

/**
 * Reads policies that are given as text.
 * Takes: the member that they come in, by which results name them: `PolicyInputList.1`.
 * Errors: `InvalidInput` for one that AWS would refuse, but for its version: old documents can be simulated.
 */
export function policyInputs(
  member: string,
  texts: readonly string[] | undefined,
  reading: { readonly type: PolicyType; readonly world: Refusing },
): readonly Source[] {
  return (texts ?? []).map((text, index) => policyInput(`${member}.${index + 1}`, text, reading))
}

/** Reads one policy that is given as text. Errors: `InvalidInput`. */
export function policyInput(
  id: string,
  text: string,
  { type, world }: { readonly type: PolicyType; readonly world: Refusing },
): Source {
  const { policy, problems } = parse(text, type)
  const problem = problems.find((one) => !isOldVersion(one))
  if (policy !== undefined && problem === undefined) return { policy, id }
  const { message = 'Syntax errors in policy.', line = 1, column = 1 } = problem ?? problems[0] ?? {}
  throw world.fault('InvalidInput', `Invalid policy ${id}: ${message} (line ${line}, column ${column})`)
}

function isOldVersion({ severity, path }: Problem): boolean {
  return severity === 'saving' && path === 'Version'
}

/** Errors: `InvalidInput` for a name with wildcards, or without its service (rule SIM-1). */
export function refuseOtherActions(actions: readonly string[], world: Refusing): void {
  const wrong = actions.filter((action) => !/^[\w.-]+:[\w.-]+$/.test(action))
  if (wrong.length > 0) throw world.fault('InvalidInput', `Invalid Input Actions: [${wrong.join(',')}]`)
}

/** What is simulated to be touched. */
export interface SimulatedResource {
  /** A full ARN, or `*`. */
  readonly arn: string
  /** The owner. */
  readonly account: string
}

/**
 * The resources to simulate; `*` when none is given.
 * Takes: whom a resource belongs to whose ARN names no account.
 * Errors: `InvalidInput` for what is no ARN.
 */
export function simulatedResources(
  given: readonly string[] | undefined,
  owner: string,
  world: Refusing,
): readonly SimulatedResource[] {
  const arns = given === undefined || given.length === 0 ? ['*'] : given
  const wrong = arns.find((arn) => arn !== '*' && !/^arn:[^:]+:[^:]+:[^:]*:[^:]*:./s.test(arn))
  if (wrong !== undefined) throw world.fault('InvalidInput', `ResourceNames are not in a valid ARN format: ${wrong}.`)
  return arns.map((arn) => ({ arn, account: /^(?:[^:]*:){4}(\d{12}):/.exec(arn)?.[1] ?? owner }))
}

/** The account that a `ResourceOwner` names, plainly or by its ARN. Errors: `InvalidInput`. */
export function ownerNamed(owner: string, world: Refusing): string {
  const account = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(owner)?.[1]
  if (account !== undefined && [account, `arn:aws:iam::${account}:root`].includes(owner)) return account
  throw world.fault('InvalidInput', `'${owner}' is not a valid as a Resource Owner.`)
}

/** A user, group or role that an ARN names. */
export interface EntityNamed {
  readonly arn: string
  readonly kind: OwnerKind
  readonly account: string
  readonly name: string
}

/** Gives: `undefined` for the ARN of anything but a user, group or role. */
export function entityIn(arn: string): EntityNamed | undefined {
  const { kind, account, name } = readEntityArn(arn) ?? {}
  if (account === undefined || name === undefined) return undefined
  return kind === 'user' || kind === 'group' || kind === 'role' ? { arn, kind, account, name } : undefined
}

/** The user, group or role that an ARN names. Errors: `InvalidInput` for the ARN of anything else. */
export function entityNamed(arn: string, world: Refusing): EntityNamed {
  const named = entityIn(arn)
  if (named !== undefined) return named
  throw world.fault('InvalidInput', `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`)
}
