import { compile, decide, type Layers, type PolicyType, parse, type Request } from '#engine'
import { documentOf } from './document.ts'
import type { Prepared } from './peer.ts'
import { type Ask, account, caller, type Rule, type Workload } from './workload.ts'

export function prepareEngine(workload: Workload): Prepared {
  const layers = layersOf(workload)
  const requests = workload.asks.map(requestOf)
  const ask = (index: number): boolean => {
    const request = requests[index]
    return request !== undefined && decide(request, layers).decision === 'allowed'
  }
  return { ask }
}

export function layersOf({ identity, boundary, scp }: Workload): Layers {
  return {
    identity: compiled(identity, 'identity'),
    ...(boundary === undefined ? {} : { permissionsBoundary: compiled([boundary], 'permissionsBoundary') }),
    ...(scp === undefined ? {} : { scp: scp.map((level) => compiled([level], 'scp')) }),
  }
}

export function requestOf({ action, resource, context }: Ask): Request {
  const principal = { type: 'user', arn: caller, account, uniqueId: 'AIDAALICEEXAMPLE00001' } as const
  return { principal, action, resource, resourceAccount: account, context }
}

function compiled(policies: readonly (readonly Rule[])[], type: PolicyType) {
  return compile(policies.map((rules) => ({ policy: read(JSON.stringify(documentOf(rules)), type) })))
}

export function read(text: string, type: PolicyType) {
  const { policy, problems } = parse(text, type)
  if (policy === undefined) throw new Error(problems[0]?.message)
  return policy
}
