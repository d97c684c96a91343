import type {
  EvaluationResult,
  PolicyEvaluationDecisionType,
  PolicySourceType,
  ResourceSpecificResult,
  Statement,
} from '@aws-sdk/client-iam'
import { lineTable, type Policy, type Position, type Source } from '#engine'
import type { Look, Matched } from './simulation-look.ts'
import { templateFor } from './simulation-resource.ts'

/** What is told about one action (rules SIM-5 to SIM-13). Takes: what came of it on each resource, at least one. */
export function resultOf(action: string, looks: readonly Look[]): EvaluationResult {
  const onAll = looks.every(({ arn }) => arn === '*') && looks.length === 1
  const decision = mostRestrictive(looks.map((one) => one.decision))
  const boundaries = looks.flatMap(({ byBoundary }) => byBoundary ?? [])
  const organizations = looks.flatMap(({ byOrganizations }) => byOrganizations ?? [])
  const hasDetails = !onAll && looks.some(({ byOrganizations }) => byOrganizations !== false)
  return {
    EvalActionName: action,
    EvalResourceName: templateFor(action, looks[0]?.arn ?? '*'),
    EvalDecision: decision,
    MatchedStatements: unionOf(looks.filter((one) => one.decision === decision)),
    MissingContextValues: [...new Set(looks.flatMap(({ missing }) => missing))],
    ...(organizations.length === 0
      ? {}
      : { OrganizationsDecisionDetail: { AllowedByOrganizations: organizations.every(Boolean) } }),
    ...(boundaries.length === 0
      ? {}
      : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: boundaries.every(Boolean) } }),
    ...(hasDetails ? { EvalDecisionDetails: detailsOf(looks) } : {}),
    ...(onAll ? {} : { ResourceSpecificResults: looks.map(specific) }),
  }
}

function specific({ arn, decision, matched, missing, byBoundary, details }: Look): ResourceSpecificResult {
  return {
    EvalResourceName: arn,
    EvalResourceDecision: decision,
    MatchedStatements: matched.map(shown),
    MissingContextValues: [...missing],
    ...(details === undefined ? {} : { EvalDecisionDetails: { ...details } }),
    ...(byBoundary === undefined
      ? {}
      : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: byBoundary } }),
  }
}

const byRestriction: readonly PolicyEvaluationDecisionType[] = ['explicitDeny', 'implicitDeny', 'allowed']

function mostRestrictive(decisions: readonly PolicyEvaluationDecisionType[]): PolicyEvaluationDecisionType {
  return byRestriction.find((decision) => decisions.includes(decision)) ?? 'implicitDeny'
}

/** By type of policy, the most restrictive decision of all resources. */
function detailsOf(looks: readonly Look[]): Record<string, PolicyEvaluationDecisionType> {
  const types = new Set(looks.flatMap(({ details = {} }) => Object.keys(details)))
  return Object.fromEntries(
    [...types].map((type) => [type, mostRestrictive(looks.flatMap(({ details }) => details?.[type] ?? []))]),
  )
}

/** The same text in two policies is two statements. */
function unionOf(looks: readonly Look[]): Statement[] {
  const seen = new Map<Source, Set<unknown>>()
  const isNew = ({ source, statement }: Matched) => {
    const statements = seen.get(source) ?? new Set()
    seen.set(source, statements)
    return statements.size < statements.add(statement).size
  }
  return looks
    .flatMap(({ matched }) => matched)
    .filter(isNew)
    .map(shown)
}

const tables = new WeakMap<Policy, (offset: number) => Position>()

/** Rules SIM-7 and SIM-8. */
function shown({ source: { policy, id = '' }, statement: { start, end } }: Matched): Statement {
  const positionAt = tables.get(policy) ?? lineTable(policy.text)
  tables.set(policy, positionAt)
  return {
    SourcePolicyId: id,
    // QUIRK: AWS answers with these words, which its model does not list.
    SourcePolicyType: sourceType(policy.type === 'identity' ? 'IAM Policy' : 'Resource Policy'),
    StartPosition: shownPosition(positionAt(start)),
    EndPosition: shownPosition(positionAt(end)),
  }
}

function sourceType(words: string): PolicySourceType {
  return words as PolicySourceType
}

function shownPosition({ line, column }: Position) {
  return { Line: line, Column: column }
}
