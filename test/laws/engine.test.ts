import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide, explain, type Question, readQuestion } from '#engine'
import { evaluate } from '../reference/evaluate.ts'
import { type PolicyKind, type Statement, statementOf } from './policy.ts'
import { type Asked, questionOf } from './question.ts'
import { doubled, type LayerName, mapDocuments, mapStatements, recased, reordered, without } from './rearrange.ts'
import { Tape } from './tape.ts'

/** Enough for a question and for what a law does with it. */
const bytes = fc.uint8Array({ minLength: 512, maxLength: 512 })

/** States a law about any question. The rest of the tape is for the law. */
function law(title: string, holds: (asked: Asked, tape: Tape) => void, runs = 10_000): void {
  test(title, () => {
    fc.assert(
      fc.property(bytes, (chosen) => {
        const tape = new Tape(chosen)
        const asked = questionOf(tape)
        holds(asked, tape)
      }),
      { seed: 20_260_101, numRuns: runs },
    )
  })
}

function read(asked: Asked): Question {
  const question = readQuestion(JSON.stringify(asked))
  if ('error' in question) assert.fail(`${question.error.message}: ${JSON.stringify(asked)}`)
  return question
}

/** The decision and the layer that is named. */
function verdict(asked: Asked): string {
  const { request, layers } = read(asked)
  const { decision, deniedBy } = decide(request, layers)
  return deniedBy === undefined ? decision : `${decision} by ${deniedBy}`
}

function decision(asked: Asked): string {
  return verdict(asked).split(' ', 1)[0] ?? ''
}

function same(before: Asked, after: Asked): void {
  assert.equal(verdict(after), verdict(before), `${JSON.stringify(before)}\n${JSON.stringify(after)}`)
}

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

law('an explanation has the verdict of the decision', (asked) => {
  const { request, layers } = read(asked)
  const { decision: decided, deniedBy, policyArn } = decide(request, layers)
  const explained = explain(request, layers)
  assert.deepEqual([explained.decision, explained.deniedBy, explained.policyArn], [decided, deniedBy, policyArn])
})

law(
  'the compiled engine decides as the naive reference',
  (asked) => {
    const { request, layers } = read(asked)
    const given = decide(request, layers)
    const wanted = evaluate(asked)
    if ('error' in wanted) assert.fail(wanted.error)
    assert.equal(given.decision, wanted.decision, JSON.stringify(asked))
    if (given.deniedBy !== undefined && wanted.deniedBy.length > 0)
      assert.ok(
        wanted.deniedBy.includes(given.deniedBy),
        `${given.deniedBy}, not ${wanted.deniedBy}: ${JSON.stringify(asked)}`,
      )
  },
  40_000,
)

test('the questions that the laws are tried on are varied', () => {
  const seen = new Map<string, number>()
  const count = (name: string) => seen.set(name, (seen.get(name) ?? 0) + 1)
  fc.assert(
    fc.property(bytes, (chosen) => {
      const wanted = evaluate(questionOf(new Tape(chosen)))
      if ('error' in wanted) assert.fail(wanted.error)
      count(wanted.decision)
      if (wanted.deniedBy.length === 1) count(`${wanted.decision} ${wanted.deniedBy}`)
    }),
    { seed: 20_260_101, numRuns: 10_000 },
  )
  for (const name of ['allowed', 'implicitDeny', 'explicitDeny']) assert.ok((seen.get(name) ?? 0) > 1_500, name)
  for (const layer of ['identity', 'resource', 'permissionsBoundary', 'session', 'scp', 'rcp', 'vpcEndpoint'])
    for (const kind of ['implicitDeny', 'explicitDeny'])
      assert.ok((seen.get(`${kind} ${layer}`) ?? 0) > 20, `${kind} ${layer}`)
})

law('a line with a mistake in it is answered, and never thrown at', (asked, tape) => {
  const line = JSON.stringify(asked)
  const at = tape.below(256) * 8 + tape.below(8)
  const put = tape.pick([
    '',
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\',
    '\u0000',
    'null',
    '0',
    '"Statement":[],',
    '\ud800',
  ])
  const question = readQuestion(line.slice(0, at) + put + line.slice(at + tape.below(4)))
  if ('error' in question) assert.ok(question.error.code !== '' && question.error.message !== '')
  else assert.match(decide(question.request, question.layers).decision, /^(?:allowed|explicitDeny|implicitDeny)$/)
})
