import type { Policy, PolicyKind, Statement } from './policy.ts'
import type { Asked, AskedPolicies } from './question.ts'
import type { Tape } from './tape.ts'

export type LayerName = keyof AskedPolicies
type Documents = (policies: readonly Policy[], kind: PolicyKind) => readonly Policy[]

/** The question with every list of policies, and every policy that stands alone as a list of one, put through `change`. */
export function mapDocuments(asked: Asked, change: Documents): Asked {
  const { policies, request } = asked
  const trust = /^sts:/i.test(request.action)
  const one = (policy: Policy, kind: PolicyKind) => merged(change([policy], kind))
  const { identity, resource, permissionsBoundary, session, scp, rcp, vpcEndpoint } = policies
  return {
    request,
    policies: {
      ...(identity === undefined ? {} : { identity: change(identity, 'identity') }),
      ...(resource === undefined ? {} : { resource: one(resource, trust ? 'trust' : 'resource') }),
      ...(permissionsBoundary === undefined
        ? {}
        : { permissionsBoundary: one(permissionsBoundary, 'permissionsBoundary') }),
      ...(session === undefined ? {} : { session: change(session, 'session') }),
      ...(scp === undefined ? {} : { scp: scp.map((level) => change(level, 'scp')) }),
      ...(rcp === undefined ? {} : { rcp: rcp.map((level) => change(level, 'rcp')) }),
      ...(vpcEndpoint === undefined ? {} : { vpcEndpoint: one(vpcEndpoint, 'vpcEndpoint') }),
    },
  }
}

/** Where only one document may stand, two of the same version are written as one. */
function merged(policies: readonly Policy[]): Policy {
  const [first, ...rest] = policies
  if (first === undefined) throw new Error('a law took a policy away')
  return { ...first, Statement: [first, ...rest].flatMap((policy) => policy.Statement) }
}

export function mapStatements(
  asked: Asked,
  change: (statements: readonly Statement[], kind: PolicyKind) => readonly Statement[],
): Asked {
  return mapDocuments(asked, (policies, kind) =>
    policies.map((policy) => ({ ...policy, Statement: change(policy.Statement, kind) })),
  )
}

export function without(asked: Asked, layer: LayerName): Asked {
  const { [layer]: _, ...policies } = asked.policies
  return { ...asked, policies }
}

/** Every list and every object of the policies and of the context in another order. */
export function reordered(asked: Asked, tape: Tape): Asked {
  const mixed = mapDocuments(asked, (policies) =>
    tape.shuffle(policies).map((policy) => shuffled(policy, tape) as Policy),
  )
  return {
    ...mixed,
    request: { ...mixed.request, context: shuffledMembers(mixed.request.context, tape) as Asked['request']['context'] },
  }
}

function shuffled(value: unknown, tape: Tape): unknown {
  if (Array.isArray(value)) return tape.shuffle(value).map((item) => shuffled(item, tape))
  if (typeof value !== 'object' || value === null) return value
  return shuffledMembers(value, tape)
}

function shuffledMembers(value: object, tape: Tape): object {
  return Object.fromEntries(tape.shuffle(Object.entries(value)).map(([key, member]) => [key, shuffled(member, tape)]))
}

/** Policies, statements and entries of lists, some of them twice. */
export function doubled(asked: Asked, tape: Tape): Asked {
  const twice = <Item>(items: readonly Item[]) => items.flatMap((item) => (tape.once(2) ? [item, item] : [item]))
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) return twice(value.map(inside))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inside(member)]))
  }
  const { policies, request } = mapDocuments(asked, (list) => twice(list.map((policy) => inside(policy) as Policy)))
  const { scp, rcp } = policies
  return {
    request,
    policies: {
      ...policies,
      ...(scp === undefined ? {} : { scp: twice(scp) }),
      ...(rcp === undefined ? {} : { rcp: twice(rcp) }),
    },
  }
}

/** Actions, key names and the names of variables in another case. */
export function recased(asked: Asked, tape: Tape): Asked {
  const change = (text: string) => text.replace(/[a-z]/gi, (letter) => otherCase(letter, tape))
  const { policies, request } = mapDocuments(asked, (documents) =>
    documents.map((policy) => {
      const modern = policy.Version === '2012-10-17'
      return { ...policy, Statement: policy.Statement.map((statement) => recasedStatement(statement, change, modern)) }
    }),
  )
  return {
    policies,
    request: { ...request, action: change(request.action), context: recasedKeys(request.context, change) },
  }
}

type Change = (text: string) => string

function recasedStatement(statement: Statement, change: Change, modern: boolean): Statement {
  const inValue = (text: string) => (modern ? recasedVariables(text, change) : text)
  const { Action, NotAction, Resource, NotResource, Condition } = statement
  return {
    ...statement,
    ...(Action === undefined ? {} : { Action: Action.map(change) }),
    ...(NotAction === undefined ? {} : { NotAction: NotAction.map(change) }),
    ...(Resource === undefined ? {} : { Resource: Resource.map(inValue) }),
    ...(NotResource === undefined ? {} : { NotResource: NotResource.map(inValue) }),
    ...(Condition === undefined ? {} : { Condition: recasedCondition(Condition, change, inValue) }),
  }
}

function recasedCondition(condition: NonNullable<Statement['Condition']>, change: Change, inValue: Change) {
  return Object.fromEntries(
    Object.entries(condition).map(([operator, lines]) => {
      const entries = Object.entries(lines).map(([key, list]) => [key, list.map(inValue)] as const)
      return [operator, recasedKeys(Object.fromEntries(entries), change)]
    }),
  )
}

function recasedKeys<Value>(object: Readonly<Record<string, Value>>, change: Change): Record<string, Value> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [change(key), value]))
}

/** A variable without its end is text, whose case counts. */
function recasedVariables(text: string, change: Change): string {
  return text.replace(/\$\{[^}',]+(?=[},])/g, change)
}

function otherCase(letter: string, tape: Tape): string {
  return tape.once(2) ? letter.toUpperCase() : letter.toLowerCase()
}
