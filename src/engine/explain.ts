import { exemption } from './applicability.ts'
import { allStatements, type CompiledPolicies } from './compile.ts'
import { type Doubt, type Scope, scopeOf } from './context.ts'
import { isBounded } from './decide.ts'
import { denial } from './denial.ts'
import { type Examined, examine, matchingOf } from './examine.ts'
import type {
  DecidingStatement,
  Explanation,
  Grounds,
  LayerExplanation,
  OutlookExplanation,
  StatementPlace,
  Strength,
} from './explanation.ts'
import { fold } from './fold.ts'
import type { Layers } from './layers.ts'
import { explicitOrder } from './open-question.ts'
import { lineTable, type Position } from './position.ts'
import { account, direct, limited, strongest } from './principal.ts'
import { reasonFor } from './reason.ts'
import type { Request } from './request.ts'
import type { Source } from './source.ts'
import { no, unknown, yes } from './truth.ts'
import type { DenyingLayer, Outlook, UnknownKeys, Verdict } from './verdict.ts'
import { type Findings, weigh } from './weigh.ts'

/**
 * Decides a request as `decide` does, and tells why.
 * Cost: linear in all statements of all layers.
 */
export function explain(request: Request, layers: Layers): Explanation {
  const study = studyOf(request, layers)
  const verdict = weigh(layers, study.scope, findingsOf(study, 'certain'))
  return { ...verdict, ...groundsOf(study, verdict) }
}

/** As `explain`, where some keys of the context are not known. */
export function explainUnknown(request: Request, layers: Layers, keys: UnknownKeys): OutlookExplanation {
  const study = studyOf(request, layers, keys)
  const verdict = outlookOf(study, layers)
  return { ...verdict, ...groundsOf(study, verdict) }
}

/** Decides a request where some keys of the context are not known; what they could change is unknown. */
export function outlook(request: Request, layers: Layers, keys: UnknownKeys): Outlook {
  return outlookOf(studyOf(request, layers, keys), layers)
}

/** Everything that all statements had to say. */
interface Study {
  readonly scope: Scope
  readonly parts: readonly Part[]
  readonly byPolicies: ReadonlyMap<CompiledPolicies, readonly Examined[]>
}

/** A layer, or a level of one. */
interface Part {
  readonly layer: DenyingLayer
  readonly level?: number
  readonly exempt: string | undefined
  readonly examined: readonly Examined[]
}

function studyOf(request: Request, layers: Layers, keys?: UnknownKeys): Study {
  const doubt: Doubt | undefined =
    keys === undefined ? undefined : { keys: keys === '*' ? keys : new Set(keys.map(fold)), asked: new Map() }
  const scope = scopeOf(request, isBounded(request, layers), doubt)
  const byPolicies = new Map<CompiledPolicies, readonly Examined[]>()
  const parts: Part[] = []
  for (const layer of explicitOrder) {
    const given = layers[layer]
    if (given === undefined) continue
    const exempt = exemption(layer, request)
    const levels = 'sources' in given ? [given] : given
    for (const [level, policies] of levels.entries()) {
      const examined = allStatements(policies).map((statement) => examine(statement, scope))
      byPolicies.set(policies, examined)
      parts.push({ layer, ...(levels === given ? { level } : {}), exempt, examined })
    }
  }
  return { scope, parts, byPolicies }
}

/** Takes: how statements that are unknown count: not at all, for the caller, or against the caller. */
function findingsOf({ byPolicies }: Study, doubt: 'certain' | 'favourable' | 'adverse'): Findings {
  return {
    denying: (policies) =>
      byPolicies
        .get(policies)
        ?.find(
          ({ statement, truth }) => statement.deny && (truth === yes || (truth === unknown && doubt === 'adverse')),
        )?.statement,
    granting(policies) {
      let strengths = 0
      for (const { statement, truth, strength } of byPolicies.get(policies) ?? [])
        if (!statement.deny && (truth === yes || (truth === unknown && doubt === 'favourable'))) strengths |= strength
      return strengths
    },
  }
}

function outlookOf(study: Study, layers: Layers): Outlook {
  const best = weigh(layers, study.scope, findingsOf(study, 'favourable'))
  const worst = weigh(layers, study.scope, findingsOf(study, 'adverse'))
  if (worst.decision === 'allowed' || best.decision !== 'allowed') return { ...best, needs: [] }
  const needs = new Map<string, string>()
  for (const { exempt, examined } of study.parts)
    if (exempt === undefined)
      for (const one of examined) for (const key of one.needs) if (!needs.has(fold(key))) needs.set(fold(key), key)
  return { decision: 'unknown', needs: [...needs.values()] }
}

function groundsOf(study: Study, verdict: Verdict | Outlook): Grounds {
  const placeOf = places()
  const deciding = decidingOf(study, verdict, placeOf)
  const { request } = study.scope
  const { decision } = verdict
  const because = study.parts.map((part) => layerOf(part, placeOf))
  const reason = reasonFor(verdict, deciding, request)
  if (decision === 'allowed' || decision === 'unknown') return { because, deciding, reason }
  return { because, deciding, reason, sentence: denial(request, { ...verdict, decision }) }
}

type PlaceOf = (examined: Examined) => StatementPlace

function places(): PlaceOf {
  const tables = new Map<Source, (offset: number) => Position>()
  return ({ statement: { source, policy, index, statement } }) => {
    const table = tables.get(source) ?? lineTable(source.policy.text)
    tables.set(source, table)
    return {
      policy,
      ...(source.id === undefined ? {} : { policyId: source.id }),
      ...(source.arn === undefined ? {} : { policyArn: source.arn }),
      statement: index,
      ...(statement.sid === undefined ? {} : { sid: statement.sid }),
      ...table(statement.start),
    }
  }
}

function decidingOf(study: Study, { decision }: Verdict | Outlook, placeOf: PlaceOf): readonly DecidingStatement[] {
  if (decision === 'implicitDeny' || decision === 'unknown') return []
  const denied = decision === 'explicitDeny'
  return study.parts
    .filter(({ layer, exempt }) => exempt === undefined && (denied || layer === 'identity' || layer === 'resource'))
    .flatMap(({ layer, level, examined }) =>
      examined
        .filter(({ statement, truth }) => truth === yes && statement.deny === denied)
        .map((one) => ({
          layer,
          ...(level === undefined ? {} : { level }),
          effect: one.statement.statement.effect,
          ...placeOf(one),
        })),
    )
}

function layerOf({ layer, level, exempt, examined }: Part, placeOf: PlaceOf): LayerExplanation {
  const allowing = examined.filter(({ statement, truth }) => !statement.deny && truth === yes)
  const hasStrengths = layer === 'resource' || layer === 'vpcEndpoint' || layer === 'rcp'
  return {
    layer,
    ...(level === undefined ? {} : { level }),
    applies: exempt === undefined,
    ...(exempt === undefined ? {} : { because: exempt }),
    result: resultOf(examined),
    ...(hasStrengths ? { strengths: strengthsOf(allowing) } : {}),
    statements: examined.map((one) => {
      const strength = hasStrengths ? strongest(one.strength) : undefined
      return {
        ...placeOf(one),
        effect: one.statement.statement.effect,
        matches: matchingOf(one.truth),
        ...(strength === undefined ? {} : { strength }),
        ...(one.failed === undefined ? {} : { failed: one.failed }),
        conditions: one.conditions,
      }
    }),
  }
}

function resultOf(examined: readonly Examined[]): LayerExplanation['result'] {
  if (examined.some(({ statement, truth }) => statement.deny && truth === yes)) return 'deny'
  const open = examined.filter(({ truth }) => truth !== no)
  if (open.some(({ statement }) => statement.deny)) return 'unknown'
  if (open.some(({ truth }) => truth === yes)) return 'allow'
  return open.length > 0 ? 'unknown' : 'none'
}

function strengthsOf(allowing: readonly Examined[]): readonly Strength[] {
  let bits = 0
  for (const { strength } of allowing) bits |= strength
  const all: readonly (readonly [number, Strength])[] = [
    [direct, 'direct'],
    [limited, 'limited'],
    [account, 'account'],
  ]
  return all.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name)
}
