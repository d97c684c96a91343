import cedar from '@cedar-policy/cedar-wasm/nodejs'
import type { Prepared } from './peer.ts'
import type { Ask, Rule, Test, Workload } from './workload.ts'

/**
 * Cedar, pre-parsed: one policy set for each layer, as Cedar itself knows no layers; all must allow.
 * What Cedar has an own form for is said in it: an action by its name, an equal text by `==`.
 */
export function prepareCedar(workload: Workload): Prepared {
  const sets = [workload.identity.flat(), workload.boundary ?? [], ...(workload.scp ?? [])].filter(
    (rules) => rules.length > 0,
  )
  const ids = sets.map((rules, layer) => {
    const id = `${workload.name} ${layer}`
    const answer = cedar.preparsePolicySet(id, { staticPolicies: rules.map(policyOf).join('\n') })
    if (answer.type === 'failure') throw new Error(answer.errors[0]?.message)
    return id
  })
  const calls = workload.asks.map((ask) =>
    ids.map((preparsedPolicySetId) => ({ ...callOf(ask), preparsedPolicySetId })),
  )
  const ask = (index: number) => {
    for (const call of calls[index] ?? []) {
      const answer = cedar.statefulIsAuthorized(call)
      if (answer.type === 'failure') throw new Error(answer.errors[0]?.message)
      if (answer.response.decision !== 'allow') return false
    }
    return true
  }
  return { ask }
}

function callOf({ action, resource, context }: Ask) {
  const values: Record<string, string> = { action, resource }
  for (const [key, value] of Object.entries(context)) values[attribute(key)] = value
  return {
    principal: { type: 'User', id: 'alice' },
    action: { type: 'Action', id: action },
    resource: { type: 'Resource', id: resource },
    context: values,
    entities: [],
  }
}

function policyOf({ effect, actions, resources, conditions }: Rule): string {
  const plain = actions.filter((action) => !action.includes('*'))
  const wild = plain.length < actions.length
  const clauses = [
    ...(wild && !actions.includes('*') ? [anyOf('action', 'StringLike', actions)] : []),
    ...conditions.map(testOf),
    ...(resources.includes('*') ? [] : [anyOf('resource', 'StringLike', resources)]),
  ]
  const when = clauses.length === 0 ? '' : ` when { ${clauses.join(' && ')} }`
  return `${effect === 'Allow' ? 'permit' : 'forbid'}(principal, ${wild ? 'action' : scopeOf(plain)}, resource)${when};`
}

function scopeOf(actions: readonly string[]): string {
  const entities = actions.map((action) => `Action::${JSON.stringify(action)}`)
  return entities.length === 1 ? `action == ${entities[0]}` : `action in [${entities.join(', ')}]`
}

function testOf({ operator, key, values }: Test): string {
  return operator === 'StringNotEquals'
    ? `!${anyOf(attribute(key), 'StringEquals', values)}`
    : anyOf(attribute(key), operator, values)
}

function anyOf(name: string, operator: 'StringEquals' | 'StringLike', values: readonly string[]): string {
  const sign = operator === 'StringLike' ? 'like' : '=='
  return `(${values.map((value) => `context.${name} ${sign} ${JSON.stringify(value)}`).join(' || ')})`
}

function attribute(key: string): string {
  return key.replace(/[:/]/g, '_')
}
