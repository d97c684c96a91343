import type { Outcome } from './carry-out.ts'
import type { EntityPlan } from './plan.ts'

/** What an import does, or did. */
export interface Report {
  readonly dryRun: boolean
  readonly accounts: readonly ReportedAccount[]
  /** How many entities are in each state; `failed` counts in place of what was planned. */
  readonly counts: Readonly<Record<ReportedState, number>>
}

type ReportedState = EntityPlan['state'] | 'failed'

export interface ReportedAccount {
  readonly account: string
  /** The account's id in the files. */
  readonly from: string
  readonly created: boolean
  readonly entities: readonly ReportedEntity[]
}

export interface ReportedEntity {
  readonly kind: EntityPlan['kind']
  readonly name: string
  readonly state: ReportedState
  /** The calls in their order; of a failed entity those that were made. */
  readonly calls: readonly { readonly operation: string; readonly says?: string }[]
  readonly reason?: string
  readonly lost?: readonly string[]
  readonly notes?: readonly string[]
}

interface Reported {
  readonly plans: readonly EntityPlan[]
  /** `undefined`: nothing is to be changed. */
  readonly outcomes: ReadonlyMap<EntityPlan, Outcome> | undefined
  readonly accounts: readonly Omit<ReportedAccount, 'entities'>[]
}

export function reportOf({ plans, outcomes, accounts }: Reported): Report {
  const counts = { create: 0, update: 0, same: 0, skip: 0, failed: 0 }
  const reported = accounts.map((told) => {
    const entities = plans
      .filter(({ account }) => account === told.account)
      .map((plan) => entityOf(plan, outcomes?.get(plan)))
    for (const { state } of entities) counts[state]++
    return { ...told, entities }
  })
  return { dryRun: outcomes === undefined, accounts: reported, counts }
}

/** Whether everything in the files is in the accounts, or would be. */
export function isWhole({ accounts, counts }: Report): boolean {
  return counts.failed + counts.skip === 0 && accounts.every(({ entities }) => entities.every(({ lost }) => !lost))
}

function entityOf(plan: EntityPlan, outcome: Outcome | undefined): ReportedEntity {
  const { kind, name, steps, lost, notes } = plan
  const failed = outcome?.failed
  const made = outcome === undefined ? steps : steps.slice(0, outcome.done)
  const reason = failed === undefined ? plan.reason : `${failed.operation}: ${failed.code}: ${failed.message}`
  return {
    kind,
    name,
    state: failed === undefined ? plan.state : 'failed',
    calls: made.map(({ operation, says }) => (says === '' ? { operation } : { operation, says })),
    ...(reason === undefined ? {} : { reason }),
    ...(lost.length === 0 ? {} : { lost }),
    ...(notes.length === 0 ? {} : { notes }),
  }
}

/** The report for people. What is the same is told only when nothing is to be changed. */
export function shownReport(report: Report): string {
  const lines: string[] = []
  for (const { account, from, created, entities } of report.accounts) {
    const source = from === account ? '' : ` (from ${from})`
    const fresh = !created ? '' : report.dryRun ? ', to be made' : ', made'
    lines.push(`Account ${account}${source}${fresh}`)
    for (const entity of entities) if (report.dryRun || isTold(entity)) lines.push(...entityLines(entity))
  }
  const { create, update, same, skip, failed } = report.counts
  const parts = report.dryRun
    ? [`${create} to create`, `${update} to update`, `${same} the same`]
    : [`${create} created`, `${update} updated`, `${same} the same`]
  if (skip > 0) parts.push(`${skip} skipped`)
  if (failed > 0) parts.push(`${failed} failed`)
  return [...lines, parts.join(', ')].join('\n')
}

function isTold({ state, lost }: ReportedEntity): boolean {
  return state !== 'same' || lost !== undefined
}

function entityLines({ kind, name, state, calls, reason, lost = [], notes = [] }: ReportedEntity): readonly string[] {
  const verb = { create: 'create', update: 'update', same: 'same', skip: 'SKIP', failed: 'FAILED' }[state]
  const lines = [`  ${verb.padEnd(7)} ${kind} ${name}`]
  if (reason !== undefined) lines.push(`            ${reason}`)
  if (state === 'failed') lines.push(`            ${calls.length === 0 ? 'nothing of it was done' : 'done before:'}`)
  if (state === 'update' || state === 'failed')
    for (const { operation, says } of calls)
      lines.push(`            ${operation}${says === undefined ? '' : ` ${says}`}`)
  for (const what of lost) lines.push(`            not brought over: ${what}`)
  for (const note of notes) lines.push(`            ${note}`)
  return lines
}
