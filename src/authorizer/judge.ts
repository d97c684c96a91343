import { type Access, type AccountCaller, type Bearing, type Ruling, ruleBy, type Target, type Weighed } from '#access'
import type { Context } from '#engine'
import { Fault, type HttpRequest } from '#protocol'
import type { Tables } from '#store'
import { type Fields, invalid, shown } from './input.ts'
import { contextValue } from './key-type.ts'
import type { Registered } from './registry.ts'
import { belongsTo, givenKeyType, type Vocabulary } from './vocabulary.ts'

/** Whether somebody may do something, as a service asks it. */
export interface Question {
  readonly caller: AccountCaller
  /** Whose resources they are. */
  readonly account: string
  /** `acme:GetPhoto`, in any case of letters. */
  readonly action: string
  /** Full ARNs, or `*`. */
  readonly resources: readonly string[]
  /** Keys that the service gives. Absent: none. */
  readonly context: Fields | undefined
  /** Whether the caller's signature was verified. */
  readonly signed: boolean
  /** What the client sent, or as little of it as is known. */
  readonly request: HttpRequest
  /** The keys of the request, where they were worked out before. */
  readonly base?: Context
  /** The id of the decision. Absent: a new one. */
  readonly id?: string
}

/** Where questions are answered. */
export interface Bench {
  readonly ground: { readonly access: Pick<Access, 'bearing'> }
  readonly registered: Registered
  readonly tables: Tables
  readonly now: number
}

/** A question with all that it is decided by. */
export interface Judged {
  readonly weighed: Weighed
  readonly ruling: Ruling
}

/**
 * Decides a question.
 * Gives: at once when all that bears on it is known.
 * Errors: `ValidationError` for an action that no service has, a resource that it does not touch or that belongs to another
 *   account, and a condition key that is not known or not of its type.
 */
export function judge(question: Question, bench: Bench): Judged | Promise<Judged> {
  const vocabulary = knownAction(question.action, bench.registered)
  for (const resource of question.resources) checkResource(resource, question.account, vocabulary)
  const context = question.context === undefined ? noContext : contextIn(question.context, question, vocabulary)
  const touched = targets(question, bench)
  const bearing = bench.ground.access.bearing(question.caller, { tables: bench.tables, open: false })
  if (touched instanceof Promise || bearing instanceof Promise)
    return Promise.all([touched, bearing]).then(([targets, found]) =>
      ruled({ question, vocabulary, context, touched: targets, bearing: found, now: bench.now }),
    )
  return ruled({ question, vocabulary, context, touched, bearing, now: bench.now })
}

const noContext: Context = Object.freeze({})

interface Ready {
  readonly question: Question
  readonly vocabulary: Vocabulary
  readonly context: Context
  readonly touched: readonly Target[]
  readonly bearing: Bearing
  readonly now: number
}

function ruled({ question, vocabulary, context, touched, bearing, now }: Ready): Judged {
  const { caller, request, base, id } = question
  const weighed = {
    caller,
    action: vocabulary.action,
    touched,
    context,
    request,
    now,
    ...(base && { base }),
    ...(id === undefined ? {} : { id }),
  }
  const ruling = ruleBy(weighed, bearing)
  return { weighed, ruling: caller.kind === 'nobody' && ruling.refusal !== undefined ? unsigned(ruling) : ruling }
}

/** Whoever did not sign, and is let in by no resource, is told to sign. */
function unsigned(ruling: Ruling): Ruling {
  const { detail } = ruling.refusal ?? {}
  const refusal = new Fault({
    code: 'MissingAuthenticationToken',
    status: 403,
    message: 'Request is missing Authentication Token',
    ...(detail === undefined ? {} : { detail }),
  })
  return { ...ruling, refusal }
}

/** Errors: `ValidationError` for an action that no service has: what is not known is not decided. */
export function knownAction(action: string, registered: Pick<Registered, 'action'>): Vocabulary {
  const vocabulary = registered.action(action)
  if (vocabulary !== undefined) return vocabulary
  throw invalid(`${shown(action)} is no action of AWS or of a registered service.`)
}

/** Errors: `ValidationError`. */
export function checkResource(resource: string, account: string, vocabulary: Vocabulary): void {
  if (resource.length > 2048 || hasControl(resource))
    throw invalid('A resource must be an ARN of at most 2048 characters.')
  if (!belongsTo(resource, account)) throw invalid(`The resource ${shown(resource)} belongs to another account.`)
  if (!vocabulary.touches(resource)) throw invalid(`${vocabulary.action} does not touch ${shown(resource)}.`)
}

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) < 0x20) return true
  return false
}

const mostKeys = 200

/** Errors: `ValidationError` for a key that may not be given, for one that is there twice, and for a value of another type. */
function contextIn(fields: Fields, { signed }: Question, vocabulary: Vocabulary): Context {
  // INVARIANT: no key gets in that has no type, so none that every object has.
  const context: Record<string, string | readonly string[]> = {}
  const folded = new Set<string>()
  for (const key of Object.keys(fields)) {
    const type = vocabulary.keyType(key) ?? givenKeyType(key, { signed })
    if (type === undefined) throw invalid(`The context key ${shown(key)} is not one that may be given here.`)
    folded.add(key.toLowerCase())
    context[key] = contextValue(fields[key], key, type)
    if (folded.size < Object.keys(context).length) throw invalid(`The context key ${shown(key)} is there twice.`)
    if (folded.size > mostKeys) throw invalid(`The context has more than ${mostKeys} keys.`)
  }
  return context
}

function targets(
  { resources, account }: Question,
  { registered, tables }: Bench,
): readonly Target[] | Promise<Target[]> {
  const [only] = resources
  if (only !== undefined && resources.length === 1) {
    const target = targetAt(only, account, { registered, tables })
    return target instanceof Promise ? target.then((one) => [one]) : [target]
  }
  return Promise.all(resources.map((arn) => targetAt(arn, account, { registered, tables })))
}

function targetAt(
  arn: string,
  account: string,
  { registered, tables }: Pick<Bench, 'registered' | 'tables'>,
): Target | Promise<Target> {
  if (arn === '*') return { arn, account }
  const kept = registered.resource(policyHolder(arn), tables)
  return kept instanceof Promise ? kept.then((one) => targetOf(arn, account, one)) : targetOf(arn, account, kept)
}

/** The ARN at which the policy of a resource is kept: that of an object in S3 is its bucket's. */
function policyHolder(arn: string): string {
  const [, bucket] = /^(arn:aws:s3:::[^/]+)\//.exec(arn) ?? []
  return bucket ?? arn
}

type Kept = Awaited<ReturnType<Registered['resource']>>
type Carried = NonNullable<Target['policy']>

/** INVARIANT: the same object for the same resource, so that its policy is compiled once. */
const carried = new WeakMap<NonNullable<Kept>, Carried>()

function targetOf(arn: string, account: string, kept: Kept): Target {
  if (kept === null) return { arn, account }
  const { policy, tags } = kept
  if (policy === undefined) return { arn, account, tags }
  const known = carried.get(kept) ?? ({ type: 'resource', text: policy } as const)
  carried.set(kept, known)
  return { arn, account, tags, policy: known }
}
