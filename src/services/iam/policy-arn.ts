import { policyArn } from '#access'
import { type AwsManagedPolicy, awsManagedPolicy } from '#models'
import type { ManagedPolicy } from '#store'
import type { Scope, Touched, World } from '../operation.ts'

const form = /^arn:aws:iam::(aws|\d{12}):policy(\/(?:[!-~]+\/)?)([\w+=,.@-]{1,128})$/

/** Whether text has the form of a managed policy's ARN. */
export function isPolicyArn(arn: string): boolean {
  return form.test(arn)
}

/** The path and the name in a managed policy's ARN. */
export function partsOf(arn: string): { account: string; path: string; name: string } {
  const [, account = '', path = '/', name = arn] = form.exec(arn) ?? []
  return { account, path, name }
}

/** What is touched when a policy is named by its ARN. */
export async function touchedPolicy(arn: string, scope: Scope): Promise<Touched> {
  const policy = await ownPolicy(arn, scope)
  if (policy !== undefined) return { arn, tags: policy.tags }
  const { account } = partsOf(arn)
  return /^\d/.test(account) && account !== scope.account ? { arn, account } : { arn }
}

/** The customer managed policy of the caller's account; `undefined` when it is not there, or not the account's. */
export async function ownPolicy(arn: string, { account, tables }: Scope): Promise<ManagedPolicy | undefined> {
  const { name, account: owner } = partsOf(arn)
  if (owner !== account) return undefined
  const policy = await tables.policies.byName(account, name)
  return policy !== undefined && policyArn(account, policy.path, policy.name) === arn ? policy : undefined
}

/** Whether there is such a policy for the account: its own, or one of AWS. */
export async function policyExists(arn: string, scope: Scope): Promise<boolean> {
  return awsManagedPolicy(arn) !== undefined || (await ownPolicy(arn, scope)) !== undefined
}

/** A policy that an operation reads: the account's own, or one of AWS. */
export type ReadPolicy = { readonly own: ManagedPolicy } | { readonly aws: AwsManagedPolicy }

/** The policy. Errors: `InvalidInput` for what is no ARN; `NoSuchEntity`. */
export async function readPolicy(arn: string, world: World<'InvalidInput' | 'NoSuchEntity'>): Promise<ReadPolicy> {
  refuseOtherText(arn, world)
  const aws = awsManagedPolicy(arn)
  if (aws !== undefined) return { aws }
  const own = await ownPolicy(arn, world)
  if (own === undefined) throw world.fault('NoSuchEntity', `Policy ${arn} was not found.`)
  return { own }
}

/**
 * The policy that is to be changed.
 * Errors: `InvalidInput` for what is no ARN; `AccessDenied` for a policy of AWS; `NoSuchEntity`.
 */
export async function changeablePolicy(
  arn: string,
  { action, world }: { action: string; world: World<'InvalidInput' | 'NoSuchEntity'> },
): Promise<ManagedPolicy> {
  const policy = await readPolicy(arn, world)
  if ('own' in policy) return policy.own
  const who = world.caller.principal.arn
  throw world.fault('AccessDenied', `User: ${who} is not authorized to perform: ${action} on resource: policy ${arn}`)
}

/** Errors: `InvalidInput` for what does not have the form of a policy's ARN. */
export function refuseOtherText(arn: string, world: World<'InvalidInput'>): void {
  if (!isPolicyArn(arn)) throw world.fault('InvalidInput', `ARN ${arn} is not valid.`)
}
