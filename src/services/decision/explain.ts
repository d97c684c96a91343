import { explainRecalled, type RecalledPolicy, recall, type Texts } from '#access'
import type { Fix } from '#analysis'
import type { Context, Explanation, Principal } from '#engine'
import { Fault } from '#protocol'
import type { KeptDecision, Tables } from '#store'
import { findDecisions, textsOf } from './find.ts'
import { fixesOf } from './fix.ts'
import { hide, type MayRead } from './hide.ts'

/** A decision that was recorded, and why it came out so, by the policies as they were. */
export interface ExplainedDecision {
  readonly decisionId: string
  /** The id of the call in which it was made, as the caller was told it. */
  readonly requestId: string
  /** ISO 8601. */
  readonly at: string
  readonly principal: Principal
  readonly action: string
  readonly resource: string
  readonly context: Context
  /** As it was recorded. */
  readonly decision: KeptDecision['decision']
  /** Whether the same comes out again, which it does unless a rule of the engine has changed since. */
  readonly agrees: boolean
  readonly reportOnly?: boolean
  readonly explanation: Explanation
  readonly policies: readonly ShownPolicy[]
  /** Of a refusal: the smallest changes that would have allowed it; absent where something is hidden. */
  readonly fixes?: readonly Fix[]
}

/** A policy that bore on a decision. */
export type ShownPolicy = Omit<RecalledPolicy, 'text'> & {
  /** Absent: whoever asks may not read it. */
  readonly text?: string
}

/** Who asks to be told. */
export interface Asking {
  /** Only decisions about calls of this account are told. Absent: all. */
  readonly account?: string
  /** Absent: everything may be read. */
  readonly mayRead?: MayRead
}

const mostFixes = 3

/**
 * Explains a decision, or all of a call.
 * Takes: the id of a decision or of a request.
 * Errors: `NoSuchDecision` (404), also for one that whoever asks may not know of.
 */
export async function explainDecision(
  id: string,
  tables: Pick<Tables, 'audit'>,
  { account, mayRead }: Asking = {},
): Promise<readonly ExplainedDecision[]> {
  const found = id.length > 64 ? undefined : await findDecisions(id, tables)
  if (found === undefined || (account !== undefined && found.record.account !== account))
    throw new Fault({
      code: 'NoSuchDecision',
      status: 404,
      message: `There is no decision ${JSON.stringify(id.slice(0, 64).toWellFormed())} in the audit trail.`,
    })
  const { record, decisions } = found
  const texts = await textsOf(decisions, tables)
  const requestId = record.more?.requestId ?? record.id
  const explained: ExplainedDecision[] = []
  for (const decision of decisions) {
    const whole = explainOne(decision, requestId, texts)
    explained.push(mayRead === undefined ? whole : await hide(whole, mayRead))
  }
  return explained
}

/** Explains one decision again, by what it stood on. */
export function explainOne(kept: KeptDecision, requestId: string, texts: Texts): ExplainedDecision {
  const { at, because } = explainRecalled(recall(kept, texts), kept)
  const { request, policies } = at
  const fixes = because.decision === 'allowed' ? undefined : fixesOf(at, mostFixes)
  return {
    decisionId: kept.id,
    requestId,
    at: new Date(kept.at).toISOString(),
    principal: request.principal,
    action: kept.action,
    resource: request.resource,
    context: request.context,
    decision: kept.decision,
    agrees: because.decision === kept.decision,
    ...(kept.reportOnly === undefined ? {} : { reportOnly: kept.reportOnly }),
    explanation: because,
    policies,
    ...(fixes === undefined ? {} : { fixes }),
  }
}
