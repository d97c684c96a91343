import { type Enforcer, newEnforcer, newModelFromString } from 'casbin'
import type { Prepared } from './peer.ts'
import type { Ask, Rule, Workload } from './workload.ts'

const model = `
[request_definition]
r = act, res, ctx
[policy_definition]
p = act, res, cond, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = wild(r.act, p.act) && wild(r.res, p.res) && holds(r.ctx, p.cond)
`

/** casbin: one enforcer for each layer; patterns and conditions by two functions of ours that remember what they worked out. */
export async function prepareCasbin({ identity, boundary, scp, asks }: Workload): Promise<Prepared> {
  const sets = [identity.flat(), boundary ?? [], ...(scp ?? [])].filter((rules) => rules.length > 0)
  const enforcers: Enforcer[] = []
  for (const rules of sets) enforcers.push(await enforcerOf(rules))
  const requests = asks.map(({ action, resource, context }: Ask) => [action, resource, context])
  const ask = (index: number) => enforcers.every((enforcer) => enforcer.enforceSync(...(requests[index] ?? [])))
  return { ask }
}

async function enforcerOf(rules: readonly Rule[]): Promise<Enforcer> {
  const enforcer = await newEnforcer(newModelFromString(model))
  const tests = new Map<string, Rule['conditions']>()
  await enforcer.addFunction('wild', wild)
  await enforcer.addFunction('holds', (context: Ask['context'], id: string) =>
    (tests.get(id) ?? []).every(({ operator, key, values }) => {
      const value = context[key] ?? ''
      const found = values.some((wanted) => (operator === 'StringLike' ? wild(value, wanted) : value === wanted))
      return found !== (operator === 'StringNotEquals')
    }),
  )
  const lines = rules.flatMap(({ effect, actions, resources, conditions }, index) => {
    tests.set(`c${index}`, conditions)
    const eft = effect === 'Allow' ? 'allow' : 'deny'
    return actions.flatMap((action) => resources.map((resource) => [action, resource, `c${index}`, eft]))
  })
  await enforcer.addPolicies(unique(lines))
  return enforcer
}

function unique(lines: readonly string[][]): string[][] {
  return [...new Map(lines.map((line) => [line.join('\n'), line])).values()]
}

const patterns = new Map<string, (text: string) => boolean>()

function wild(text: string, pattern: string): boolean {
  const known = patterns.get(pattern) ?? matcherOf(pattern)
  patterns.set(pattern, known)
  return known(text)
}

function matcherOf(pattern: string): (text: string) => boolean {
  const star = pattern.indexOf('*')
  if (star < 0) return (text) => text === pattern
  if (star === pattern.length - 1) {
    const start = pattern.slice(0, -1)
    return (text) => text.startsWith(start)
  }
  const source = pattern
    .split('*')
    .map((part) => RegExp.escape(part))
    .join('.*')
  const expression = new RegExp(`^${source}$`, 's')
  return (text) => expression.test(text)
}
