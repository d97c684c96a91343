import { roleArn, trustForDecision } from '#access'
import { type CompiledPolicies, compile, denyAll, type Policy, parse } from '#engine'
import type { Role } from '#store'
import type { Scope } from '../operation.ts'
import { entityIn, type SimulatedResource } from './simulation-input.ts'

/** The trust policies of those simulated resources that are roles of the account, by ARN. */
export async function trustsOf(
  resources: readonly SimulatedResource[],
  { account, tables }: Scope,
): Promise<ReadonlyMap<string, CompiledPolicies>> {
  const trusts = new Map<string, CompiledPolicies>()
  for (const { arn } of resources) {
    const named = entityIn(arn)
    if (named?.kind !== 'role' || named.account !== account || trusts.has(arn)) continue
    const role = await tables.roles.byName(account, named.name)
    if (role === undefined || roleArn(account, role.path, role.name) !== arn) continue
    trusts.set(arn, compile([{ policy: trustOf(role), id: 'ResourcePolicy' }]))
  }
  return trusts
}

/** The trust policy as enforcement reads it, with the positions of the document as it is stored. */
function trustOf(role: Role): Policy {
  const { policy, problems } = parse(trustForDecision(role), 'trust')
  if (policy === undefined || problems.length > 0) return denyAll('trust')
  const stored = parse(role.trustPolicy, 'trust').policy?.statements ?? []
  const statements = policy.statements.map((statement, index) => {
    const { start, end } = stored[index] ?? statement
    return { ...statement, start, end }
  })
  return { ...policy, statements, text: role.trustPolicy }
}

/** What stands for a resource's policy that is not known: it leaves the decision to an account. */
export function delegationTo(account: string): CompiledPolicies {
  const statement = { Effect: 'Allow', Principal: { AWS: account }, Action: '*', Resource: '*' }
  const { policy } = parse(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'resource')
  if (policy === undefined) throw new Error('The policy that leaves all to an account must parse.')
  return compile([{ policy }])
}
