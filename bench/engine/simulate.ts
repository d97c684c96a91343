import { loadPeer, type Simulation } from '../../tools/iam-simulate.ts'
import { documentOf } from './document.ts'
import type { Peer } from './peer.ts'
import { type Ask, account, caller, type Rule, type Workload } from './workload.ts'

/** Takes: whether it may be installed when it is not there. Gives: the reason when it is not there. */
export async function simulatePeer(install: boolean): Promise<Peer | { readonly skipped: string }> {
  const loaded = await loadPeer(install)
  if ('skipped' in loaded) return loaded
  const { run } = loaded
  const prepare = (workload: Workload) => {
    const simulations = workload.asks.map((ask) => simulationOf(workload, ask))
    const ask = async (index: number) => {
      const simulation = simulations[index]
      const answer = simulation === undefined ? 'no request' : await run(simulation)
      if (answer !== 'Allowed' && answer !== 'ExplicitlyDenied' && answer !== 'ImplicitlyDenied')
        throw new Error(answer)
      return answer === 'Allowed'
    }
    return { ask }
  }
  return { name: 'iam-simulate', prepare }
}

const shared = new WeakMap<Workload, Omit<Simulation, 'request'>>()

function simulationOf(workload: Workload, { action, resource, context }: Ask): Simulation {
  const policies = shared.get(workload) ?? policiesOf(workload)
  shared.set(workload, policies)
  const request = { action, principal: caller, resource: { accountId: account, resource }, contextVariables: context }
  return { request, ...policies }
}

function policiesOf({ identity, boundary, scp }: Workload): Omit<Simulation, 'request'> {
  const named = (rules: readonly Rule[], index: number) => ({ name: `p${index}`, policy: documentOf(rules) })
  return {
    identityPolicies: identity.map(named),
    ...(boundary === undefined ? {} : { permissionBoundaryPolicies: [named(boundary, 0)] }),
    serviceControlPolicies: (scp ?? []).map((rules, level) => ({
      orgIdentifier: `ou-${level}`,
      policies: [named(rules, level)],
    })),
    resourceControlPolicies: [],
  }
}
