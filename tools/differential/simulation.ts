import type { Vector } from '../../test/vectors/vector.ts'
import type { LoadedPeer, Simulation } from '../iam-simulate.ts'

type Question = Vector['question']
type Principal = Question['request']['principal']

/** A question in the peer's form. Gives: why it cannot be said in it. */
export function simulationOf(question: Question, peer: LoadedPeer): Simulation | { readonly unsaid: string } {
  try {
    return translated(question, peer)
  } catch (error) {
    if (error instanceof Unsaid) return { unsaid: error.message }
    throw error
  }
}

class Unsaid extends Error {}

function translated(question: Question, peer: LoadedPeer): Simulation {
  if (question.policies.session !== undefined) throw new Unsaid('a session policy')
  const { request, policies } = withKnownKeys(question)
  const { principal, action, resource, resourceAccount, context, organization } = request
  const managed = [principal.account, resourceAccount].includes(organization?.managementAccount)
  if (managed && (policies.scp ?? policies.rcp) !== undefined)
    throw new Unsaid('the management account of an organization')
  if (principal.type === 'assumedRole' && /:role\/aws-service-role\//.test(principal.roleArn ?? ''))
    throw new Unsaid('a service-linked role')
  const one = (document: unknown) => [{ name: 'policy', policy: documentOf(document) }]
  const many = (list: readonly unknown[]) =>
    list.map((document, index) => ({ name: `policy${index}`, policy: documentOf(document) }))
  const levels = (list: readonly (readonly unknown[])[] = []) =>
    list.map((level, index) => ({ orgIdentifier: `ou-${index}`, policies: many(level) }))
  return {
    request: {
      action,
      principal: principalOf(principal, peer),
      resource: { accountId: resourceAccount, resource },
      contextVariables: context,
    },
    identityPolicies: many(policies.identity ?? []),
    serviceControlPolicies: levels(policies.scp),
    resourceControlPolicies: levels(policies.rcp),
    ...(policies.resource === undefined ? {} : { resourcePolicy: documentOf(policies.resource) }),
    ...(policies.permissionsBoundary === undefined
      ? {}
      : { permissionBoundaryPolicies: one(policies.permissionsBoundary) }),
    ...(policies.vpcEndpoint === undefined ? {} : { vpcEndpointPolicies: one(policies.vpcEndpoint) }),
  }
}

/** The peer drops keys that AWS does not have; where a vector says `aws:k`, it is asked about a key of the same kind. */
const known: readonly (readonly [RegExp, string])[] = [
  [/"(?:\w+:)?(?:Not)?IpAddress(?:IfExists)?":/, 'aws:SourceIp'],
  [/"(?:\w+:)?Date\w+":/, 'aws:CurrentTime'],
  [/"(?:\w+:)?Numeric\w+":/, 'aws:MultiFactorAuthAge'],
  [/"(?:\w+:)?Bool(?:IfExists)?":/, 'aws:SecureTransport'],
  [/"(?:\w+:)?Arn\w+":/, 'aws:SourceArn'],
]

function withKnownKeys(question: Question): Question {
  const line = JSON.stringify(question)
  if (/"(?:\w+:)?Binary\w+":/.test(line)) throw new Unsaid('a binary key')
  const kinds = known.filter(([operators]) => operators.test(line)).map(([, key]) => key)
  const lists = Array.isArray(question.request.context['aws:k'])
  const [kind = lists ? 'aws:TagKeys' : 'aws:SourceIdentity', ...others] = kinds
  if (others.length > 0 && /"aws:[kabnmu]"/i.test(line))
    throw new Unsaid('a made-up key under several kinds of operator')
  if (lists && kind !== 'aws:TagKeys') throw new Unsaid('a list of other than texts')
  const names: Readonly<Record<string, string>> = {
    'aws:k': kind,
    'aws:a': kinds[0] ?? 'aws:PrincipalTag/a',
    'aws:b': kinds[0] ?? 'aws:PrincipalTag/b',
    'aws:n': kinds[0] ?? 'aws:PrincipalTag/n',
    'aws:m': kinds[0] ?? 'aws:PrincipalTag/m',
    'aws:u': 'aws:PrincipalTag/u',
    'aws:absent': 'aws:PrincipalTag/absent',
  }
  return JSON.parse(
    line.replace(/(?<=["{])aws:(?:[kabnmu]|absent)(?=[",}])/gi, (name) => names[name.toLowerCase()] ?? name),
  )
}

function principalOf(principal: Principal, peer: LoadedPeer): unknown {
  if (principal.type === 'anonymous') return peer.anonymous
  if (principal.type === 'service') return principal.service
  if (principal.arn === undefined) throw new Unsaid(`a caller of the type ${principal.type}`)
  return principal.arn
}

function documentOf(given: unknown): unknown {
  if (typeof given !== 'string') return given
  try {
    return JSON.parse(given)
  } catch {
    throw new Unsaid('a policy that is not JSON')
  }
}
