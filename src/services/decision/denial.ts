import { explainRecalled, recall } from '#access'
import type { Fix } from '#analysis'
import type { AuditPlace, KeptDecision, KeptRecord, Store } from '#store'
import { textsOf } from './find.ts'
import { fixesOf } from './fix.ts'

/** Refusals that are alike. */
export interface DenialGroup {
  /** ARN of whoever was refused. */
  readonly principal: string
  readonly action: string
  readonly resource: string
  /** Why, in plain words. */
  readonly cause: string
  readonly count: number
  /** ISO 8601. */
  readonly first: string
  readonly last: string
  readonly account?: string
  /** Of the last of them. */
  readonly requestId: string
  readonly decisionId?: string
  /** Whether it was only reported, and let through. */
  readonly reportOnly: boolean
  /** What the caller was told. */
  readonly message?: string
  /** The smallest changes that would have allowed the last of them; absent where no policy decided. */
  readonly fixes?: readonly Fix[]
}

/** Which refusals are gathered. */
export interface DenialQuery {
  readonly account?: string
  /** Milliseconds since 1970. */
  readonly from?: number
  readonly limit: number
}

const readAtOnce = 500
/** So many refusals are looked at, and so many records at a time, so many times. */
const mostRead = 50_000
const looked = 20_000
const mostLooks = 100

/** Lets others have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

interface Gathered {
  readonly newest: KeptRecord
  readonly decision?: KeptDecision
  oldest: number
  count: number
}

/**
 * Gathers recent refusals into groups by whom, what, on what and why; the group that was added to last comes first.
 * Gives: whether there may be more than were looked at.
 */
export async function denials(
  store: Store,
  query: DenialQuery,
): Promise<{ readonly groups: readonly DenialGroup[]; readonly more: boolean }> {
  await store.flush()
  const gathered = new Map<string, Gathered>()
  const more = await gather(store, query, gathered)
  const groups: DenialGroup[] = []
  for (const one of [...gathered.values()].slice(0, query.limit)) {
    groups.push(await groupOf(store, one))
    await turn()
  }
  return { groups, more: more || gathered.size > query.limit }
}

async function gather(store: Store, query: DenialQuery, gathered: Map<string, Gathered>): Promise<boolean> {
  const { account, from } = query
  let after: AuditPlace | undefined
  let read = 0
  for (let looks = 0; read < mostRead && looks < mostLooks; looks += 1) {
    const asked = {
      ...{ denied: true, limit: readAtOnce, scan: looked },
      ...(account === undefined ? {} : { account }),
      ...(from === undefined ? {} : { from }),
      ...(after === undefined ? {} : { after }),
    }
    const { records, next } = await store.read(({ audit }) => audit.find(asked))
    for (const record of records) add(record, gathered)
    if (next === undefined) return false
    after = next
    read += records.length
    await turn()
  }
  return true
}

function add(record: KeptRecord, gathered: Map<string, Gathered>): void {
  const decision = record.decisions?.find((one) => one.decision !== 'allowed')
  if (decision === undefined && !isDenial(record)) return
  const key = JSON.stringify([record.account, ...whatOf(record, decision), causeKey(record, decision)])
  const known = gathered.get(key)
  if (known === undefined)
    gathered.set(key, { newest: record, ...(decision && { decision }), oldest: record.at, count: 1 })
  else {
    known.count += 1
    known.oldest = Math.min(known.oldest, record.at)
  }
}

/** Whether a refusal is about what the caller may do, and not about what it asked. */
function isDenial({ errorCode = '' }: KeptRecord): boolean {
  return /^(?:AccessDenied|Unauthorized|NotAuthorized|Forbidden|AuthorizationError)/.test(errorCode)
}

function whatOf(record: KeptRecord, decision: KeptDecision | undefined) {
  const action = decision?.action ?? `${record.eventSource.split('.', 1)[0]}:${record.eventName}`
  const resource = decision?.on.at(-1)?.arn ?? record.resource ?? '*'
  return [record.principal ?? 'unknown', action, resource] as const
}

function causeKey(record: KeptRecord, decision: KeptDecision | undefined): string {
  if (decision === undefined) return `${record.errorCode} ${record.errorMessage}`
  return JSON.stringify([decision.decision, decision.deniedBy, decision.deciding, isReported(record, decision)])
}

/** Whether what was decided was not done: the call was let through, whatever came of it then. */
function isReported(record: KeptRecord, { reportOnly }: KeptDecision): boolean {
  return reportOnly === true || !isDenial(record)
}

async function groupOf(store: Store, { newest, decision, oldest, count }: Gathered): Promise<DenialGroup> {
  const [principal, action, resource] = whatOf(newest, decision)
  const { account, errorMessage, at } = newest
  const why = decision === undefined ? undefined : await whyOf(store, decision)
  return {
    ...{ principal, action, resource },
    cause: why?.cause ?? errorMessage ?? newest.errorCode ?? 'unknown',
    count,
    first: new Date(oldest).toISOString(),
    last: new Date(at).toISOString(),
    ...(account === undefined ? {} : { account }),
    requestId: newest.more?.requestId ?? newest.id,
    ...(decision === undefined ? {} : { decisionId: decision.id }),
    reportOnly: decision !== undefined && isReported(newest, decision),
    ...(errorMessage === undefined ? {} : { message: errorMessage }),
    ...(why?.fixes === undefined ? {} : { fixes: why.fixes }),
  }
}

async function whyOf(store: Store, decision: KeptDecision) {
  const texts = await store.read((tables) => textsOf([decision], tables))
  const { at, because } = explainRecalled(recall(decision, texts), decision)
  const denying = because.deciding.map(({ policyArn, policyId, statement, sid }) => {
    const named = sid === undefined || sid === '' ? `statement ${statement + 1}` : `statement "${sid}"`
    return `${policyArn ?? policyId ?? 'a policy'}, ${named}`
  })
  const cause = denying.length === 0 ? because.reason : `${because.reason} (${denying.join('; ')})`
  return { cause, fixes: fixesOf(at, 1) }
}
