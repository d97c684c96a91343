import { firstIdAt, momentOfId, policyRefsIn, refsIn, type Texts } from '#access'
import type { KeptDecision, KeptRecord, Tables } from '#store'

/** A call of which something is known, and those of its decisions that were asked for. */
export interface FoundDecisions {
  readonly record: KeptRecord
  readonly decisions: readonly KeptDecision[]
}

/** Milliseconds by which a decision and the record of its call may differ. */
const skews = [0, 60_000] as const

/**
 * Finds decisions.
 * Takes: the id of one, or the id of the request in which they were made.
 * Gives: `undefined` when there is none, or no longer.
 */
export async function findDecisions(id: string, { audit }: Pick<Tables, 'audit'>): Promise<FoundDecisions | undefined> {
  const called = (await audit.byId(id)).find(({ decisions }) => decisions !== undefined)
  if (called?.decisions !== undefined) return { record: called, decisions: called.decisions }
  const moment = momentOfId(id)
  if (moment === undefined) return undefined
  for (const skew of skews) {
    const range = { text: id, first: firstIdAt(moment - skew), last: firstIdAt(moment + skew + 1) }
    for (const record of await audit.holding(range)) {
      const decision = record.decisions?.find((one) => one.id === id)
      if (decision !== undefined) return { record, decisions: [decision] }
    }
  }
  return undefined
}

/** All that decisions refer to, policies and lists of them. */
export async function textsOf(decisions: readonly KeptDecision[], { audit }: Pick<Tables, 'audit'>): Promise<Texts> {
  const lists = await audit.texts([...new Set(decisions.flatMap(refsIn))])
  const refs = new Set(decisions.flatMap((decision) => policyRefsIn(decision, lists)))
  return new Map([...lists, ...(await audit.texts([...refs]))])
}
