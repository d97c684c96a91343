import assert from 'node:assert/strict'
import { decision, law, same } from './law.ts'
import { type PolicyKind, type Statement, statementOf } from './policy.ts'
import type { Asked } from './question.ts'
import { doubled, type LayerName, mapDocuments, mapStatements, recased, reordered, without } from './rearrange.ts'
import type { Tape } from './tape.ts'

/** One statement more, in one of the policies there are. */
function added(asked: Asked, tape: Tape, effect: Statement['Effect']): Asked {
  const { principal, action, resource } = asked.request
  const scene = { principal, action, resource, trust: false }
  let wait = tape.below(6)
  return mapStatements(asked, (statements, kind) => {
    wait -= 1
    if (wait !== -1 || (kind === 'rcp' && effect === 'Allow')) return statements
    const { NotPrincipal, ...extra } = statementOf(tape, scene, kind)
    const principals = NotPrincipal === undefined ? {} : { Principal: NotPrincipal }
    const statement = { ...extra, ...principals, Effect: effect }
    return tape.once(2) ? [statement, ...statements] : [...statements, statement]
  })
}

const typesWithPrincipal: readonly PolicyKind[] = ['resource', 'trust', 'rcp', 'vpcEndpoint']

law('adding a Deny never allows, and never makes an explicit deny less', (asked, tape) => {
  const before = decision(asked)
  const after = decision(added(asked, tape, 'Deny'))
  assert.ok(after === before || after === 'explicitDeny', `${before} became ${after}`)
})

law('adding an Allow never denies, and never changes whether the denial is explicit', (asked, tape) => {
  const before = decision(asked)
  const after = decision(added(asked, tape, 'Allow'))
  assert.ok(after === before || (before === 'implicitDeny' && after === 'allowed'), `${before} became ${after}`)
})

law('the order of policies, statements, members, keys and values is nothing', (asked, tape) => {
  same(asked, reordered(asked, tape))
})

law('saying a thing twice is nothing', (asked, tape) => {
  same(asked, doubled(asked, tape))
})

law('NotAction of everything is nothing', (asked, tape) => {
  const everything = tape.pick([['*'], ['*:*'], ['iam:GetUser', '*']])
  const effect = tape.pick(['Deny', 'Allow'] as const)
  const after = mapStatements(asked, (statements, kind) => {
    if (kind === 'rcp') return statements
    const principal = typesWithPrincipal.includes(kind) ? { Principal: '*' as const } : {}
    const resource = kind === 'trust' ? {} : { Resource: ['*'] }
    return [...statements, { Effect: effect, ...principal, NotAction: everything, ...resource }]
  })
  same(asked, after)
})

law('NotResource of everything is nothing', (asked, tape) => {
  const effect = tape.pick(['Deny', 'Allow'] as const)
  const after = mapStatements(asked, (statements, kind) => {
    if (kind === 'trust' || (kind === 'rcp' && effect === 'Allow')) return statements
    const principal = typesWithPrincipal.includes(kind) ? { Principal: '*' as const } : {}
    return [{ Effect: effect, ...principal, Action: ['*'], NotResource: ['*'] }, ...statements]
  })
  same(asked, after)
})

law('the case of actions, of key names and of variables is nothing', (asked, tape) => {
  same(asked, recased(asked, tape))
})

/** A federated session has permissions only with a session policy, so that one does add to it. */
const limiting: readonly LayerName[] = ['permissionsBoundary', 'session', 'scp', 'rcp', 'vpcEndpoint']

law('a boundary, a session policy, an SCP, an RCP or an endpoint policy never adds', (asked) => {
  if (decision(asked) !== 'allowed') return
  for (const layer of limiting)
    if (layer !== 'session' || asked.request.principal.type !== 'federatedUser')
      assert.equal(decision(without(asked, layer)), 'allowed', layer)
})

law('a level more of SCPs or RCPs never adds', (asked) => {
  if (decision(asked) === 'allowed') return
  const { scp = [], rcp = [] } = asked.policies
  const open = { Effect: 'Allow', Action: ['*'], Resource: ['*'] } as const
  const more = {
    scp: [...scp, [{ Version: '2012-10-17', Statement: [open] }]],
    rcp: [[{ Version: '2012-10-17', Statement: [{ ...open, Principal: '*' }] }], ...rcp] as const,
  }
  same(asked, { ...asked, policies: { ...asked.policies, ...more } })
})

law('a key of the context that no policy names is nothing', (asked) => {
  const context = { ...asked.request.context, 'aws:RequestTag/unnamed': 'x', 'zz:list': ['a', 'b'] }
  same(asked, { ...asked, request: { ...asked.request, context } })
})

law('a policy for each statement is the same as one policy', (asked) => {
  const apart = mapDocuments(asked, (policies) =>
    policies.flatMap((policy) => policy.Statement.map((statement) => ({ ...policy, Statement: [statement] }))),
  )
  same(asked, apart)
})

law('a statement for each action and resource is the same as one statement', (asked) => {
  const apart = mapStatements(asked, (statements) =>
    statements.flatMap((statement) =>
      (statement.Action ?? [undefined]).flatMap((action) =>
        (statement.Resource ?? [undefined]).map((resource) => ({
          ...statement,
          ...(action === undefined ? {} : { Action: [action] }),
          ...(resource === undefined ? {} : { Resource: [resource] }),
        })),
      ),
    ),
  )
  same(asked, apart)
})

law('policies given as JSON text decide as policies given as objects', (asked) => {
  const { identity, scp } = asked.policies
  const policies = {
    ...asked.policies,
    ...(identity === undefined ? {} : { identity: identity.map((policy) => JSON.stringify(policy, undefined, 1)) }),
    ...(scp === undefined ? {} : { scp: scp.map((level) => level.map((policy) => JSON.stringify(policy))) }),
  }
  same(asked, { ...asked, policies } as Asked)
})
