import { type AccountCaller, idAt, requestContext } from '#access'
import type { Context, Explanation } from '#engine'
import { Fault } from '#protocol'
import { checkMembers, type Fields, fieldsIn, invalid, own, truthOf } from './input.ts'
import { type Item, itemIn, whoIn } from './item.ts'
import { type Bench, type Judged, judge } from './judge.ts'
import { wantedOf } from './match.ts'
import { type Asked, authorizerArn, type Staged, type StagedOperation } from './part.ts'
import { anyone } from './principal.ts'
import { type Forwarded, proved } from './proof.ts'
import { recordJudged } from './record.ts'
import type { Registered } from './registry.ts'

/** Decides one thing. */
export const Authorize: StagedOperation = {
  event: 'Authorize',
  readOnly: true,
  async stages(staged) {
    const { explain: wants, ...item } = fieldsIn(staged.entry.request.body)
    const explain = truthOf(wants, 'explain') ?? false
    const [answer] = await answers([itemIn(item, 'The body')], staged, explain)
    return answer ?? {}
  },
}

const batchMembers = new Set(['items', 'principal', 'request', 'explain'])

/** The most that one call may ask. */
export const mostItems = 1000

/** Decides many things, each by itself. */
export const BatchAuthorize: StagedOperation = {
  event: 'BatchAuthorize',
  readOnly: true,
  async stages(staged) {
    const fields = fieldsIn(staged.entry.request.body)
    checkMembers(fields, batchMembers, 'The body')
    const explain = truthOf(own(fields, 'explain'), 'explain') ?? false
    return { items: await answers(itemsIn(fields), staged, explain) }
  },
}

function itemsIn(fields: Fields): readonly Item[] {
  const list = own(fields, 'items')
  if (!Array.isArray(list) || list.length === 0 || list.length > mostItems)
    throw invalid(`items must be a list of 1–${mostItems}.`)
  const usual = whoIn({ principal: own(fields, 'principal'), request: own(fields, 'request') }, 'The body')
  return list.map((one, index) => itemIn(one, `items[${index}]`, usual))
}

async function permitted({ permit, caller }: Asked, explain: boolean): Promise<void> {
  const arn = authorizerArn(caller.account)
  await permit('cardea:Authorize', arn)
  if (explain) await permit('cardea:ExplainDecision', arn)
}

/** What is answered for one thing that was asked. */
export interface Answer {
  readonly allowed: boolean
  /** `refused`: it could not be decided, as what was asked cannot be believed or is not known. */
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny' | 'refused'
  readonly decisionId: string
  /** ARN of whom it was decided for. */
  readonly principal?: string
  /** Present where the routes of a service said it. */
  readonly action?: string
  readonly resource?: string
  /** Present where the body was not at hand: it must have this hash. */
  readonly bodySha256?: string
  /** What the service is to answer its client with. */
  readonly error?: { readonly code: string; readonly status: number; readonly message: string }
  readonly explanation?: Pick<Explanation, 'reason' | 'deciding' | 'because'>
}

async function answers(items: readonly Item[], staged: Staged, explain: boolean): Promise<readonly Answer[]> {
  const { ground, caller, entry, within } = staged
  const registered = await within(async (asked) => {
    await permitted(asked, explain)
    return ground.registry.of(caller.account, asked.tables)
  })
  const signed = await signers(items, registered, staged)
  const waits: Promise<void>[] = []
  const found = await within(async (asked) => {
    const bench = { ground, registered: await ground.registry.of(caller.account, asked.tables), now: entry.at }
    const speaking = new Speaking(asked, signed)
    const sitting = { asked, bench: { ...bench, tables: asked.tables }, speaking, explain, waits }
    const list: Answer[] = []
    for (const item of items) list.push(await answered(item, sitting))
    return list
  })
  // INVARIANT: outside of the unit of work, for the records are written by another one.
  if (waits.length > 0) await Promise.all(waits)
  entry.told = { items: items.length, refused: found.filter(({ allowed }) => !allowed).length }
  return found
}

/** Who signed each request that was handed on, or why it is not known. */
type Signed = ReadonlyMap<Forwarded, Who | Fault>

async function signers(items: readonly Item[], registered: Registered, { ground, entry }: Staged): Promise<Signed> {
  const found = new Map<Forwarded, Who | Fault>()
  for (const { request, action, service } of items) {
    if (request === undefined || found.has(request)) continue
    try {
      const vocabulary = action === undefined ? registered.services.get(service ?? '') : registered.action(action)
      if (vocabulary === undefined) throw invalid('The action or the service is not known.')
      found.set(request, {
        ...(await proved(request, { access: ground.access, now: entry.at, vocabulary })),
        signed: true,
      })
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      found.set(request, cause)
    }
  }
  return found
}

interface Sitting {
  readonly asked: Asked
  readonly bench: Bench
  readonly speaking: Speaking
  readonly explain: boolean
  /** What must be waited for before the answer. */
  readonly waits: Promise<void>[]
}

/** Whom a thing is asked about. */
interface Who {
  readonly caller: AccountCaller
  readonly bodySha256?: string
  readonly signed: boolean
  /** The keys of its requests, whatever they touch. */
  readonly base?: Context
}

async function answered(item: Item, sitting: Sitting): Promise<Answer> {
  let who: Who | undefined
  try {
    const wanted = wantedIn(item, sitting)
    const found = sitting.speaking.who(item)
    who = found instanceof Promise ? await found : found
    const { caller, signed, base } = who
    const { account } = sitting.asked.caller
    const request = item.request?.request ?? sitting.speaking.unsent
    const judging = judge({ ...wanted, caller, account, signed, request, ...(base && { base }) }, sitting.bench)
    const judged = judging instanceof Promise ? await judging : judging
    const recording = recordJudged(judged, sitting.asked.entry, sitting.asked.ground)
    if (recording !== undefined) sitting.waits.push(recording)
    return answerOf(judged, { item, who, sitting })
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return refusedAs(cause, who, sitting.asked)
  }
}

function wantedIn(item: Item, { bench, asked }: Sitting) {
  if (item.action !== undefined)
    return { action: item.action, resources: item.resources ?? ['*'], context: item.context }
  const definition = bench.registered.services.get(item.service ?? '')
  if (definition === undefined || item.request === undefined) throw invalid('The service is not registered.')
  const { region, account } = asked.caller
  const { action, resource, context } = wantedOf(item.request.request, definition, { region, account })
  return { action, resources: [resource], context: { ...item.context, ...context } }
}

async function answerOf(
  { weighed, ruling }: Judged,
  { item, who, sitting }: { readonly item: Item; readonly who: Who; readonly sitting: Sitting },
): Promise<Answer> {
  const { decision, refusal, id } = ruling
  const { asked, explain } = sitting
  const routed = item.action === undefined
  const explanation = explain
    ? (await asked.ground.access.explain({ ...weighed, tables: asked.tables, open: asked.open })).find(
        (one, index, all) => one.decision !== 'allowed' || index === all.length - 1,
      )
    : undefined
  return {
    allowed: refusal === undefined,
    decision,
    decisionId: id,
    principal: weighed.caller.principal.arn,
    ...(routed ? { action: weighed.action, resource: weighed.touched[0]?.arn ?? '*' } : {}),
    ...(who.bodySha256 === undefined ? {} : { bodySha256: who.bodySha256 }),
    ...(refusal === undefined ? {} : { error: errorOf(refusal) }),
    ...(explanation === undefined
      ? {}
      : {
          explanation: {
            reason: explanation.reason,
            deciding: explanation.deciding,
            because: explanation.because,
          },
        }),
  }
}

function errorOf({ code, status, message }: Fault): NonNullable<Answer['error']> {
  return { code, status, message }
}

function refusedAs(fault: Fault, who: Who | undefined, { entry, ground }: Asked): Answer {
  const { code, status, message, detail } = fault
  const decisionId = idAt(entry.at)
  ground.log?.info(
    { requestId: entry.requestId, decision: decisionId, code, message, ...(detail === undefined ? {} : { detail }) },
    'a question was refused',
  )
  return {
    allowed: false,
    decision: 'refused',
    decisionId,
    ...(who === undefined ? {} : { principal: who.caller.principal.arn }),
    error: { code, status, message },
  }
}

/** Whom one call speaks for: each is looked for and permitted once. */
class Speaking {
  readonly #asked: Asked
  readonly #signed: Signed
  readonly #found = new Map<string, Who | Promise<Who>>()
  /** What stands for a request that nobody sent. */
  readonly unsent: Asked['entry']['request']

  constructor(asked: Asked, signed: Signed) {
    this.#asked = asked
    this.#signed = signed
    this.unsent = { ...asked.entry.request, headers: noHeaders, remoteAddress: '', secure: false }
  }

  /** Errors: those of a signature, and `AccessDenied` for a principal that the caller may not speak for. */
  who({ principal, request }: Item): Who | Promise<Who> {
    if (principal === undefined) return this.#signer(request)
    const known = this.#found.get(principal)
    if (known !== undefined) return known
    const looking = this.#spoken(principal)
    this.#found.set(principal, looking)
    looking.then(
      (who) => this.#found.set(principal, who),
      () => undefined,
    )
    return looking
  }

  #signer(request: Item['request']): Who {
    const found = request && this.#signed.get(request)
    if (found === undefined) throw new Error('nobody looked for who signed a request')
    if (found instanceof Fault) throw found
    return found
  }

  async #spoken(arn: string): Promise<Who> {
    const { ground, caller, tables, permit, entry } = this.#asked
    if (arn === 'anonymous') return { caller: { ...anyone, region: caller.region }, signed: false }
    const spoken = await ground.principals.at(arn, caller.account, tables)
    if (spoken === undefined) throw notThere()
    await permit('cardea:AuthorizeAs', spoken.entity, spoken.tags)
    const { session } = spoken.caller
    // Nobody knows when the session that is spoken for began; it is taken as new.
    const now = session === undefined ? {} : { session: { ...session, issuedAt: entry.at } }
    const who = { ...spoken.caller, region: caller.region, ...now }
    return { caller: who, signed: false, base: requestContext(who, this.unsent, entry.at) }
  }
}

const noHeaders: Asked['entry']['request']['headers'] = Object.freeze(Object.create(null))

/** One answer, whether it is of another account or nobody. */
function notThere(): Fault {
  const message = 'The principal is no user, role or session of the account.'
  return new Fault({ code: 'NoSuchEntity', status: 404, message })
}
