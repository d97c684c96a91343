import type { Explanation, LayerExplanation } from '#engine'
import type { ExplainedDecision, ShownPolicy } from './explain.ts'

/** A permission to read something. */
export interface ReadNeed {
  readonly action: string
  readonly resource: string
}

/** Whether whoever asks may read what needs these permissions, and who that is. */
export interface MayRead {
  /** ARN of whoever asks. */
  readonly asker: string
  permits(need: ReadNeed): Promise<boolean>
}

/** An explanation without what whoever asks may not read: such policies are named, and nothing of what they say is told. */
export async function hide(explained: ExplainedDecision, mayRead: MayRead): Promise<ExplainedDecision> {
  const hidden = new Set<string>()
  for (const policy of explained.policies)
    if (!(await mayReadOne(policy, explained, mayRead))) hidden.add(keyOf(policy))
  if (hidden.size === 0) return explained
  const { fixes: _, ...rest } = explained
  return {
    ...rest,
    explanation: without(explained.explanation, hidden),
    policies: explained.policies.map(({ text, ...policy }) =>
      hidden.has(keyOf(policy)) ? policy : { ...policy, ...(text === undefined ? {} : { text }) },
    ),
  }
}

async function mayReadOne(policy: ShownPolicy, explained: ExplainedDecision, mayRead: MayRead): Promise<boolean> {
  const needs = needsOf(policy, explained)
  if (needs === 'principal') return arnIn(explained) === mayRead.asker
  for (const need of needs) if (!(await mayRead.permits(need))) return false
  return true
}

/** What one needs to read a policy. Gives: `principal` for what only that one knows for whom it was decided. */
function needsOf(policy: ShownPolicy, { resource, principal }: ExplainedDecision): readonly ReadNeed[] | 'principal' {
  const { layer, type, arn, id } = policy
  if (arn !== undefined)
    return arn.startsWith('arn:aws:iam::aws:policy/') ? [] : [{ action: 'iam:GetPolicyVersion', resource: arn }]
  if (layer === 'scp' || layer === 'rcp') return [{ action: 'organizations:DescribePolicy', resource: '*' }]
  if (layer === 'resource') return [resourceNeed(type, resource)]
  if (type === 'session') return 'principal'
  if (id === undefined) return []
  if (principal.type === 'assumedRole') return [{ action: 'iam:GetRolePolicy', resource: principal.roleArn }]
  if (principal.type !== 'user' && principal.type !== 'federatedUser') return 'principal'
  const user = principal.type === 'user' ? principal.arn : principal.userArn
  // It is not known which of a user's inline policies a group holds.
  return [
    { action: 'iam:GetUserPolicy', resource: user },
    { action: 'iam:GetGroupPolicy', resource: `arn:aws:iam::${principal.account}:group/*` },
  ]
}

function resourceNeed(type: ShownPolicy['type'], resource: string): ReadNeed {
  if (type === 'trust') return { action: 'iam:GetRole', resource }
  const [, bucket] = /^(arn:aws:s3:::[^/]+)/.exec(resource) ?? []
  if (bucket !== undefined) return { action: 's3:GetBucketPolicy', resource: bucket }
  return { action: 'cardea:GetResourcePolicy', resource }
}

function arnIn({ principal }: ExplainedDecision): string | undefined {
  return 'arn' in principal ? principal.arn : undefined
}

interface Place {
  readonly layer: string
  readonly level?: number
}

function keyOf({ layer, level, index }: Place & { readonly index: number }): string {
  return `${layer} ${level ?? ''} ${index}`
}

function without(explanation: Explanation, hidden: ReadonlySet<string>): Explanation {
  const isHidden = (place: Place, index: number) => hidden.has(keyOf({ ...place, index }))
  return {
    ...explanation,
    because: explanation.because.map((layer) => ({ ...layer, statements: statementsOf(layer, isHidden) })),
    deciding: explanation.deciding.map((one) => (isHidden(one, one.policy) ? bare(one) : one)),
  }
}

function statementsOf(
  layer: LayerExplanation,
  isHidden: (place: Place, index: number) => boolean,
): LayerExplanation['statements'] {
  return layer.statements.map((statement) => {
    if (!isHidden(layer, statement.policy)) return statement
    const { failed: _failed, ...rest } = bare(statement)
    return { ...rest, conditions: [] }
  })
}

/** A statement without its name and without where it stands in the text. */
function bare<Statement extends { readonly sid?: string }>(
  statement: Statement,
): Omit<Statement, 'sid'> & { line: 0; column: 0 } {
  const { sid: _, ...rest } = statement
  return { ...rest, line: 0, column: 0 }
}
