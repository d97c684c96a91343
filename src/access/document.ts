import { type CompiledPolicies, compile, denyAll, type Policy, type PolicyType, parse, type Source } from '#engine'
import { awsManagedPolicy } from '#models'
import type { Tables } from '#store'
import { readEntityArn } from './arn.ts'
import { Lru } from './lru.ts'

const policies = new Lru<Policy>(4096)
const trusts = new Lru<CompiledPolicies>(4096)

/** Reads a stored policy, each text once. Gives: for one that cannot be read, a policy that denies everything. */
export function storedPolicy(text: string | undefined, type: PolicyType): Policy {
  if (text === undefined) return denyAll(type)
  const key = `${type} ${text}`
  const known = policies.get(key)
  if (known !== undefined) return known
  const { policy, problems } = parse(text, type)
  const read = policy === undefined || problems.length > 0 ? denyAll(type) : policy
  policies.set(key, read)
  return read
}

/** The compiled form of the policy that a resource carries, each text once. */
export function resourcePolicy(text: string, type: 'resource' | 'trust'): CompiledPolicies {
  const key = `${type} ${text}`
  const known = trusts.get(key)
  if (known !== undefined) return known
  const compiled = compile([{ policy: storedPolicy(text, type) }])
  trusts.set(key, compiled)
  return compiled
}

/** The policy that a resource carries. */
export interface CarriedPolicy {
  readonly type: 'resource' | 'trust'
  readonly text: string
}

const carried = new WeakMap<CarriedPolicy, CompiledPolicies>()

/** The same, without a look at the text when the same object was asked for before. */
export function carriedPolicy(policy: CarriedPolicy): CompiledPolicies {
  const known = carried.get(policy)
  if (known !== undefined) return known
  const compiled = resourcePolicy(policy.text, policy.type)
  carried.set(policy, compiled)
  return compiled
}

/** What a managed policy adds to a layer. Gives: for one that is not there, a policy that denies everything. */
export async function managedSource(
  arn: string,
  { account, type, tables }: { account: string; type: PolicyType; tables: Tables },
): Promise<Source> {
  return { policy: storedPolicy(await managedDocument(arn, account, tables), type), arn }
}

/** Gives: the default version's text; `undefined` when neither the account nor AWS has such a policy. */
export async function managedDocument(arn: string, account: string, tables: Tables): Promise<string | undefined> {
  const { kind, account: owner, path, name = '' } = readEntityArn(arn) ?? {}
  if (owner === undefined) return awsManagedPolicy(arn)?.document
  if (kind !== 'policy' || owner !== account) return undefined
  const policy = await tables.policies.byName(account, name)
  if (policy === undefined || policy.name !== name || policy.path !== path) return undefined
  return (await tables.policyVersions.get(policy.id, policy.defaultVersion))?.document
}
