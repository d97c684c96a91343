import { requestContext } from '#access'
import type { Context } from '#engine'
import { Fault, type HttpRequest } from '#protocol'
import { invalid } from '../input.ts'
import { type Judged, judge } from '../judge.ts'
import { wantedOf } from '../match.ts'
import { proved } from '../proof.ts'
import { requestOf } from './client-request.ts'
import { type Feed, FeedError, feedOf } from './feed.ts'
import { Prover } from './prover.ts'
import { type Known, type Replica, replicaOf } from './replica.ts'
import type {
  AuthorizerOptions,
  ClientRequest,
  LocalAnswer,
  LocalAuthorizer,
  LocalCaller,
  LocalQuestion,
} from './type.ts'

/**
 * Replicates an account, and decides by itself for as long as it is fresh.
 * Errors: throws when Cardea does not give a first snapshot.
 */
export async function createAuthorizer(options: AuthorizerOptions): Promise<LocalAuthorizer> {
  const { staleSeconds = 60 } = options
  if (!(staleSeconds > 0 && staleSeconds <= 3600)) throw new Error('staleSeconds must be more than 0, and at most 3600')
  const feed = feedOf(options)
  const { snapshot, askedAt } = await feed.next(undefined, 0)
  if (snapshot === undefined) throw new FeedError(502, 'BadAnswer', 'the first answer has no snapshot')
  const state: State = { replica: replicaOf(snapshot), confirmedAt: askedAt, stopped: false, waiting: new Set() }
  void follow(state, feed, options)
  return authorizerOn(state, feed, staleSeconds * 1000)
}

interface State {
  replica: Replica
  /** When the newest answer was asked for: what it says was so then, or later. */
  confirmedAt: number
  stopped: boolean
  readonly waiting: Set<() => void>
}

const pause = { first: 100, most: 1000 }

/** Keeps the replica fresh: asks again as soon as it was answered. */
async function follow(state: State, feed: Feed, { staleSeconds = 60, log }: AuthorizerOptions): Promise<void> {
  const wait = Math.min(10, staleSeconds / 3)
  for (let failures = 0; !state.stopped; ) {
    try {
      const { snapshot, askedAt } = await feed.next(state.replica.version, wait)
      if (snapshot !== undefined) state.replica = replicaOf(snapshot)
      state.confirmedAt = askedAt
      failures = 0
      if (snapshot !== undefined) for (const go of [...state.waiting]) go()
    } catch (cause) {
      if (state.stopped) return
      if (failures === 0) log?.('Cardea does not confirm the snapshot', cause)
      await sleep(Math.min(pause.first * 2 ** failures, pause.most))
      failures += 1
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}

/** What is known of a caller that was given to the service. */
interface Given {
  /** Gives: `undefined` when it is not known any more, and must be authenticated again. */
  known(): Known | undefined
  readonly region: string
  readonly request: HttpRequest
}

function authorizerOn(state: State, feed: Feed, staleAfter: number): LocalAuthorizer {
  const prover = new Prover(() => state.replica, feed)
  const callers = new WeakMap<LocalCaller, Given>()
  const isStale = () => state.stopped || performance.now() - state.confirmedAt > staleAfter
  const refuseStale = () => {
    if (isStale()) throw stale()
  }
  const authenticate: LocalAuthorizer['authenticate'] = async (asked, service) => {
    refuseStale()
    const forwarded = requestOf(asked)
    const definition = definitionOf(service, state.replica)
    const { caller, bodySha256 } = await proved(forwarded, {
      access: prover,
      now: Date.now(),
      vocabulary: definition,
    })
    const { principal, account, region } = caller
    const local = Object.freeze({ arn: principal.arn, account, ...(bodySha256 === undefined ? {} : { bodySha256 }) })
    const unsigned = { caller, bearing: {}, key: () => undefined }
    const known = caller.kind === 'nobody' ? () => unsigned : prover.source(caller)
    callers.set(local, { known, region, request: forwarded.request })
    return local
  }
  return {
    get version() {
      return state.replica.version
    },
    get stale() {
      return isStale()
    },
    authenticate,
    check: (asked, service) => checked(asked, service, { state, authenticate, callers, refuseStale }),
    decide(question) {
      try {
        refuseStale()
        return decided(question, state.replica, callers)
      } catch (cause) {
        return refused(cause)
      }
    },
    changed: (version) => changed(version, state),
    stop() {
      state.stopped = true
      feed.stop()
    },
  }
}

function changed(version: string, state: State): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      if (state.replica.version === version) return
      state.waiting.delete(go)
      resolve()
    }
    state.waiting.add(go)
    go()
  })
}

interface Checking {
  readonly state: State
  readonly authenticate: LocalAuthorizer['authenticate']
  readonly callers: WeakMap<LocalCaller, Given>
  refuseStale(): void
}

async function checked(asked: ClientRequest, service: string, checking: Checking): Promise<LocalAnswer> {
  const { state, authenticate, callers, refuseStale } = checking
  let local: LocalCaller | undefined
  try {
    local = await authenticate(asked, service)
    refuseStale()
    const given = givenOf(local, callers)
    const { account } = state.replica
    const definition = definitionOf(service, state.replica)
    const { action, resource, context } = wantedOf(given.request, definition, { region: given.region, account })
    const answer = decided({ principal: local, action, resource, context }, state.replica, callers)
    const { bodySha256 } = local
    return { ...answer, action, resource, ...(bodySha256 === undefined ? {} : { bodySha256 }) }
  } catch (cause) {
    return { ...refused(cause), ...(local === undefined ? {} : { principal: local.arn }) }
  }
}

function decided(question: LocalQuestion, replica: Replica, callers: WeakMap<LocalCaller, Given>): LocalAnswer {
  const { principal, action, resource, context } = question
  const now = Date.now()
  const given = typeof principal === 'string' ? undefined : givenOf(principal, callers)
  const known = given === undefined ? replica.byArn(String(principal)) : given.known()
  if (known === undefined) throw given === undefined ? nobody() : again()
  const caller =
    given === undefined || given.region === known.caller.region
      ? known.caller
      : { ...known.caller, region: given.region }
  const judged = judge(
    {
      ...{ caller, action, context, account: replica.account, resources: [resource] },
      signed: given !== undefined,
      request: given?.request ?? unsent,
      // Nothing is recorded here by which a decision would be found again.
      id: '',
      ...(given === undefined ? { base: baseOf(known, now) } : {}),
    },
    { ground: { access: { bearing: () => known.bearing } }, registered: replica.registered, tables: noTables, now },
  )
  if (judged instanceof Promise) throw new Error('what is replicated is at hand')
  return answerOf(judged)
}

function answerOf({ ruling, weighed }: Judged): LocalAnswer {
  const { decision, refusal } = ruling
  const principal = weighed.caller.principal.arn
  if (refusal === undefined) return { allowed: true, decision, principal }
  const { code, status, message } = refusal
  return { allowed: false, decision, principal, error: { code, status, message } }
}

interface Base {
  readonly second: number
  readonly context: Context
}

const bases = new WeakMap<Known, Base>()

/** The keys of a request that nobody sent: they change with the second. */
function baseOf(known: Known, now: number): Context {
  const second = Math.floor(now / 1000)
  const there = bases.get(known)
  if (there?.second === second) return there.context
  const context = requestContext(known.caller, unsent, now)
  bases.set(known, { second, context })
  return context
}

const unsent: HttpRequest = {
  ...{ method: '', path: '', query: '', body: new Uint8Array(), remoteAddress: '', secure: false },
  headers: Object.freeze(Object.create(null)),
}

// Nothing that is replicated is looked for in tables.
const noTables = Object.freeze({}) as Parameters<typeof judge>[1]['tables']

function givenOf(local: LocalCaller, callers: WeakMap<LocalCaller, Given>): Given {
  const given = callers.get(local)
  if (given === undefined) throw invalid('The principal is neither an ARN nor what authenticate gave.')
  return given
}

function definitionOf(service: string, { registered }: Replica) {
  const definition = registered.services.get(service)
  if (definition === undefined) throw invalid(`${service} is not among the replicated services.`)
  return definition
}

function refused(cause: unknown): LocalAnswer {
  const { code, status, message } = faultOf(cause)
  return { allowed: false, decision: 'refused', error: { code, status, message } }
}

/** INVARIANT: whatever goes wrong, nobody is let in for it. */
function faultOf(cause: unknown): Fault {
  if (cause instanceof Fault) return cause
  const message = 'The request could not be decided.'
  return new Fault({ code: 'ServiceUnavailable', status: 503, message, cause })
}

function stale(): Fault {
  const message = 'The policies that are known here are too old to decide by.'
  return new Fault({ code: 'ServiceUnavailable', status: 503, message })
}

function nobody(): Fault {
  const message = 'The principal is no user of the account.'
  return new Fault({ code: 'NoSuchEntity', status: 404, message })
}

function again(): Fault {
  const message = 'The caller is not known any more: authenticate its request again.'
  return new Fault({ code: 'ExpiredToken', status: 403, message })
}
