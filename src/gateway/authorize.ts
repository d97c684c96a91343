import type { Target } from '#access'
import { Fault, type HttpRequest } from '#protocol'
import type { Tables } from '#store'
import type { Arrival } from './arrival.ts'
import { type Described, type Lookups, type Need, notCovered, settle } from './describe/index.ts'
import type { GatewayHouse } from './house.ts'
import { defaultKeyPolicy } from './kept/json.ts'
import { withoutReported } from './report-only.ts'

/** What a decision is made about. */
export interface Question {
  readonly arrival: Arrival
  readonly described: Described
  /** As it was settled, with its body where that was read. */
  readonly request: HttpRequest
  readonly lookups: Lookups
}

/**
 * Decides whether the caller may do all that the upstream would do. What must be asked of the upstream is asked when all else
 * is allowed.
 * Errors: `AccessDenied` in AWS's words for the first thing that it may not do, and where it cannot be decided.
 */
export async function authorize(question: Question, gateway: GatewayHouse): Promise<void> {
  const { described, arrival, lookups } = question
  const sure = described.needs.filter(({ late }) => late === undefined)
  await permitAll(sure, question, gateway)
  if (sure.length === described.needs.length) return
  const late = await settle({ ...described, needs: described.needs.filter((need) => need.late !== undefined) }, lookups)
  arrival.described = { ...described, needs: [...sure, ...late.needs] }
  await permitAll(late.needs, question, gateway)
}

async function permitAll(needs: readonly Need[], question: Question, gateway: GatewayHouse): Promise<void> {
  for (const need of needs) {
    const target = await targetOf(need, question.described, gateway)
    await gateway.house.store.read((tables) => permit({ need, target, tables }, question, gateway))
  }
}

interface Asking {
  readonly need: Need
  readonly target: Target
  readonly tables: Tables
}

async function permit({ need, target, tables }: Asking, question: Question, { house }: GatewayHouse): Promise<void> {
  const { arrival } = question
  const { caller, head, at } = arrival
  if (caller === undefined) throw new Error('nobody was asked who calls')
  const reading = { tables, open: false }
  const found = need.unknown === undefined ? {} : await lookedUp({ need, target, tables }, question, house.access)
  const asked = { caller, action: need.action, touched: [target], request: head, now: at, ...reading }
  const context = { ...need.context, ...found }
  const first = await house.access.authorize({ ...asked, context })
  const ruling =
    first.decision === 'explicitDeny' ? await withoutReported(first, { ...asked, context }, house.access) : first
  if (ruling !== first && ruling.refusal === undefined && first.refusal !== undefined)
    arrival.waived = { by: 'report-only', fault: first.refusal }
  arrival.rulings ??= []
  arrival.rulings.push(ruling)
  house.metrics.decided(ruling.decision)
  if (ruling.refusal !== undefined) throw ruling.refusal
}

/** The values of keys that the request does not tell, where a policy that bears looks at them. */
async function lookedUp(
  { need, target, tables }: Asking,
  { arrival, lookups, described }: Question,
  access: GatewayHouse['house']['access'],
): Promise<Need['context']> {
  const { caller } = arrival
  if (caller === undefined || need.unknown === undefined) return {}
  const policies = target.policy === undefined ? [] : [target.policy.text]
  const mentions = await access.mentions({ caller, reading: { tables, open: false }, policies })
  const found: Record<string, string | readonly string[]> = {}
  for (const { key, find } of need.unknown) {
    if (!mentions(key.toLowerCase())) continue
    const values = await find(lookups)
    if (values === undefined)
      throw notCovered(`${described.service}:${described.operation}`, `a policy names ${key}, which cannot be told`)
    Object.assign(found, values)
  }
  return found
}

/**
 * What is touched, with its owner, and what is kept of it here.
 * INVARIANT: the upstream knows one account only, so a name in another one would be decided by that account's policies and
 *   be done to this one's resources: it is refused.
 */
async function targetOf(need: Need, { service }: Described, { keeper, settings }: GatewayHouse): Promise<Target> {
  const [, , owner, , named = ''] = need.resource.split(':', 5)
  const isForeign = /^\d{12}$/.test(named) && named !== settings.account
  if (isForeign && owner === service)
    throw new Fault({
      code: 'AccessDenied',
      status: 403,
      message: `The gateway has no resources of the account ${named}.`,
      detail: `${need.action} on ${need.resource}, whose account is not ${settings.account}`,
    })
  const account = isForeign ? named : settings.account
  if (need.resource === '*') return { arn: '*', account }
  const found = keeper.of(need.resource)
  const kept = found instanceof Promise ? await found : found
  const policy = kept?.policy ?? (isKey.test(need.resource) ? defaultKeyPolicy(settings) : undefined)
  return {
    arn: need.resource,
    account,
    ...(kept === undefined || kept.tags.length === 0 ? {} : { tags: kept.tags }),
    ...(policy === undefined ? {} : { policy: { type: 'resource', text: policy } }),
  }
}

/** A key always has a policy: without it, no policy of an account counts. */
const isKey = /^arn:[a-z-]+:kms:[a-z0-9-]*:\d{12}:key\//
