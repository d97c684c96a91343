import { conditionsHold } from './condition.ts'
import { type Document, type DocumentType, Malformed, readDocument, type Statement } from './document.ts'
import { type Strength, strengthsOf } from './principal.ts'
import type { Question } from './question.ts'
import { actionMatches, resourceMatches } from './target.ts'

export type Layer = 'identity' | 'resource' | 'permissionsBoundary' | 'session' | 'scp' | 'rcp' | 'vpcEndpoint'

export interface Outcome {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  /** The layers that may be named as the denying one: one where the semantics say which, several where they do not. */
  readonly deniedBy: readonly Layer[]
}

/**
 * Decides a question by the rules of the policy semantics, one after the other, with no thought for speed.
 * Gives nothing but an error for a question whose policies cannot be read.
 */
export function evaluate(question: Question): Outcome | { readonly error: string } {
  try {
    return decide(question.request, collect(question))
  } catch (error) {
    if (error instanceof Malformed) return { error: error.message }
    throw error
  }
}

type Request = Question['request']

/** What the documents of one type say together (E-2): a deny, an allow, and how closely its allows name the caller. */
interface Finding {
  readonly denies: boolean
  readonly allows: boolean
  readonly strengths: ReadonlySet<Strength>
}

/** The findings of the layers that apply to the caller; an absent one does not apply. */
interface Findings {
  readonly identity: Finding
  readonly resource: Finding
  readonly permissionsBoundary?: Finding
  readonly session?: Finding
  readonly scp?: readonly Finding[]
  readonly rcp?: readonly Finding[]
  readonly vpcEndpoint?: Finding
}

function collect({ request, policies }: Question): Findings {
  const { type } = request.principal
  const hasPolicies = type === 'user' || type === 'assumedRole' || type === 'federatedUser' // S-2, P-10
  const hasSession = type === 'assumedRole' || type === 'federatedUser'
  const bounded = hasPolicies && policies.permissionsBoundary !== undefined
  const find = (given: readonly unknown[], as: DocumentType): Finding => {
    const documents = given.map((document) => readDocument(document, as))
    return findingOf(documents, request, bounded)
  }
  const kind = isTrust(request) ? 'trust' : 'resource'
  const identity = find(policies.identity ?? [], 'identity')
  const boundary =
    policies.permissionsBoundary === undefined ? undefined : find([policies.permissionsBoundary], 'permissionsBoundary')
  const session = policies.session === undefined ? undefined : find(policies.session, 'session')
  const scp = policies.scp?.map((level) => find(level, 'scp'))
  const rcp = policies.rcp?.map((level) => find(level, 'rcp'))
  const endpoint = policies.vpcEndpoint === undefined ? undefined : find([policies.vpcEndpoint], 'vpcEndpoint')
  return {
    identity: hasPolicies ? identity : nothing,
    resource: policies.resource === undefined ? nothing : find([policies.resource], kind),
    ...(bounded && boundary !== undefined ? { permissionsBoundary: boundary } : {}),
    ...(hasSession && session !== undefined ? { session } : {}),
    ...(scp !== undefined && scpApplies(request) ? { scp } : {}),
    ...(rcp !== undefined && rcpApplies(request) ? { rcp } : {}),
    ...(endpoint === undefined ? {} : { vpcEndpoint: endpoint }),
  }
}

const nothing: Finding = { denies: false, allows: false, strengths: new Set() }

function findingOf(documents: readonly Document[], request: Request, bounded: boolean): Finding {
  const matched = documents.flatMap((document) =>
    document.statements.flatMap((statement) => {
      const strengths = matchOf(statement, document, request, bounded)
      return strengths === undefined ? [] : [{ effect: statement.effect, strengths }]
    }),
  )
  const allows = matched.filter((one) => one.effect === 'Allow')
  return {
    denies: matched.some((one) => one.effect === 'Deny'), // E-3
    allows: allows.length > 0,
    strengths: new Set(allows.flatMap((one) => [...one.strengths])),
  }
}

/** E-4: every element must match. Gives the strengths of the principal's match, or nothing. */
function matchOf(statement: Statement, document: Document, request: Request, bounded: boolean) {
  const setting = { context: request.context, modern: document.modern }
  const { action, notAction, resource, notResource } = statement
  const acts = (entry: string) => actionMatches(entry, request.action)
  const covers = (entry: string) => resourceMatches(entry, request.resource, document.type, setting)
  if (action !== undefined && !action.some(acts)) return undefined
  if (notAction?.some(acts)) return undefined
  if (resource !== undefined && !resource.some(covers)) return undefined
  if (notResource?.some(covers)) return undefined
  if (!conditionsHold(statement.conditions, setting)) return undefined
  return principalMatch(statement, document.type, request, bounded)
}

const typesWithPrincipal: readonly DocumentType[] = ['resource', 'trust', 'rcp', 'vpcEndpoint']

function principalMatch(statement: Statement, type: DocumentType, request: Request, bounded: boolean) {
  if (!typesWithPrincipal.includes(type)) return new Set<Strength>()
  if (statement.notPrincipal !== undefined) {
    if (statement.effect === 'Deny' && bounded) return new Set<Strength>(['direct']) // P-13
    const listed = strengthsOf(statement.notPrincipal, request.principal)
    return listed.size > 0 ? undefined : new Set<Strength>(['direct']) // P-12
  }
  const strengths = strengthsOf(statement.principal ?? [], request.principal) // P-11
  return strengths.size > 0 ? strengths : undefined
}

function scpApplies({ principal, organization }: Request): boolean {
  if (principal.account === undefined) return false // O-7
  return principal.account !== organization?.managementAccount && !isServiceLinked(principal.roleArn) // O-9, O-10
}

function rcpApplies({ principal, action, resourceAccount, organization }: Request): boolean {
  if (resourceAccount === organization?.managementAccount) return false // O-24
  return !isServiceLinked(principal.roleArn) && action.toLowerCase() !== 'kms:retiregrant' // O-25
}

function isServiceLinked(roleArn: string | undefined): boolean {
  return roleArn !== undefined && /^arn:[^:]*:iam::[0-9]{12}:role\/aws-service-role\//.test(roleArn)
}

function isTrust({ action, resource }: Request): boolean {
  return /^sts:/i.test(action) && /^arn:[^:]*:iam::[0-9]*:role\//.test(resource)
}

function isKey({ action, resource }: Request): boolean {
  return /^kms:/i.test(action) && /^arn:[^:]*:kms:[^:]*:[^:]*:key\//.test(resource)
}

/** Section 7.2, step by step. */
function decide(request: Request, found: Findings): Outcome {
  if (needsNoPermission(request)) return allowed
  const denier = explicitDenier(found)
  if (denier !== undefined) return { decision: 'explicitDeny', deniedBy: [denier] }
  if (found.rcp?.some((level) => !level.allows)) return implicit('rcp') // O-21
  if (found.scp?.some((level) => !level.allows)) return implicit('scp') // O-2
  if (found.vpcEndpoint?.allows === false) return implicit('vpcEndpoint') // O-30
  return grants(request, found)
}

const allowed: Outcome = { decision: 'allowed', deniedBy: [] }

function implicit(...deniedBy: readonly Layer[]): Outcome {
  return { decision: 'implicitDeny', deniedBy }
}

function needsNoPermission({ action, principal }: Request): boolean {
  if (['anonymous', 'webIdentity', 'saml'].includes(principal.type)) return false // they do not sign
  return ['sts:getcalleridentity', 'sts:getsessiontoken'].includes(action.toLowerCase()) // S-30, S-31
}

/** The first of the layers with a matching Deny, in the order that 7.2 names. */
function explicitDenier(found: Findings): Layer | undefined {
  if (found.scp?.some((level) => level.denies)) return 'scp' // O-4
  if (found.rcp?.some((level) => level.denies)) return 'rcp'
  if (found.vpcEndpoint?.denies) return 'vpcEndpoint'
  if (found.resource.denies) return 'resource'
  if (found.identity.denies) return 'identity'
  if (found.permissionsBoundary?.denies) return 'permissionsBoundary'
  return found.session?.denies ? 'session' : undefined
}

/** Sections 7.3 and 7.4. */
function grants(request: Request, found: Findings): Outcome {
  const { principal } = request
  const strengths = found.resource.strengths
  if (principal.account === undefined) return strengths.size > 0 ? allowed : implicit('resource') // E-23, P-10
  if (principal.type === 'root' && /^sts:assumero(?:le|ot)$/i.test(request.action)) return implicit() // S-4
  const owner = request.resource === '*' ? principal.account : request.resourceAccount // section 1
  if (owner !== principal.account) return crossAccount(request, found)
  const consent = isKey(request) || isTrust(request) // S-10, S-20
  if (principal.type === 'root') return strengths.has('direct') || !consent ? allowed : implicit('resource') // S-1, S-11
  if (strengths.has('direct')) return allowed // E-12, E-15, E-16
  const limits = limitsOf(request, found)
  if (strengths.has('limited') && limits.length === 0) return allowed // E-14, E-17
  if (consent && !strengths.has('account')) return implicit(...(strengths.size > 0 ? limits : (['resource'] as const)))
  if (found.identity.allows && limits.length === 0) return allowed // E-11, E-13
  if (found.identity.allows || strengths.has('limited')) return implicit(...withIdentity(found, limits))
  return implicit('identity', ...limits)
}

function withIdentity(found: Findings, limits: readonly Layer[]): readonly Layer[] {
  return found.identity.allows ? limits : ['identity', ...limits]
}

/** Which of the boundary and the session policy do not let the request pass. */
function limitsOf({ principal }: Request, found: Findings): readonly Layer[] {
  const limits: Layer[] = []
  if (found.permissionsBoundary?.allows === false) limits.push('permissionsBoundary')
  if (found.session?.allows === false) limits.push('session')
  if (found.session === undefined && principal.type === 'federatedUser') limits.push('session') // E-17
  return limits
}

function crossAccount(request: Request, found: Findings): Outcome {
  const lacking: Layer[] = []
  if (found.resource.strengths.size === 0) lacking.push('resource') // E-20
  if (request.principal.type !== 'root') {
    if (!found.identity.allows) lacking.push('identity')
    lacking.push(...limitsOf(request, found)) // E-21
  }
  return lacking.length === 0 ? allowed : implicit(...lacking)
}
