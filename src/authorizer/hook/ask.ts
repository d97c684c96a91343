import { hash, timingSafeEqual } from 'node:crypto'
import { type AccountCaller, idAt } from '#access'
import type { Context } from '#engine'
import { Fault, type HttpRequest } from '#protocol'
import { invalid } from '../input.ts'
import { type Bench, judge } from '../judge.ts'
import { wantedOf } from '../match.ts'
import type { Ground } from '../part.ts'
import { anyone } from '../principal.ts'
import { proved } from '../proof.ts'
import { recordJudged } from '../record.ts'
import type { DescribedQuestion, Hook, HookAnswer, HookQuestion, NamedQuestion, SentQuestion, Want } from './adapter.ts'

/** What a request to S3 needs, as the gateway describes it. */
export type DescribeS3 = (request: HttpRequest, where: { readonly account: string; readonly region: string }) => S3Needs

export interface S3Needs {
  readonly needs: readonly { readonly action: string; readonly resource: string; readonly context: Context }[]
  /** Condition keys, in small letters, whose values the request does not tell. */
  readonly unknown: readonly string[]
}

/** Where hooks are answered. */
export interface HookGround extends Ground {
  /** Absent: nothing that only a request to S3 says is answered. */
  readonly describeS3?: DescribeS3
}

/** Answers what is asked at a hook, and records it. Never throws what its server may cause. */
export async function askHook(question: HookQuestion, hook: Hook, ground: HookGround): Promise<HookAnswer> {
  const now = ground.now()
  try {
    const answer = question.kind === 'sent' ? sent(question, hook, ground) : named(question, hook, ground)
    return await answer
  } catch (cause) {
    return refusedHook(cause, hook, { ground, now })
  }
}

/** The answer to what cannot be decided: a refusal, and a word to the operator. */
export function refusedHook(
  cause: unknown,
  hook: Pick<Hook, 'name' | 'kind'>,
  { ground, now }: { readonly ground: Pick<HookGround, 'log'>; readonly now: number },
): HookAnswer {
  const decisionId = idAt(now)
  const told = { hook: hook.name, kind: hook.kind, decision: decisionId }
  if (cause instanceof Fault) {
    const { code, detail } = cause
    const message = cause.message.split('\n', 1)[0]
    ground.log?.info({ ...told, code, message, ...(detail === undefined ? {} : { detail }) }, 'a hook refused')
    return { refusal: cause, decisionId }
  }
  ground.log?.error({ ...told, err: cause }, 'a hook failed')
  const message = 'The request failed for an unknown reason.'
  return { refusal: new Fault({ code: 'InternalFailure', status: 500, message, cause }), decisionId }
}

/** Whether whoever asks at a hook may. Takes: its address, and the token that it shows. */
export function mayAsk(hook: Hook, address: string, token: string | undefined): boolean {
  if (hook.loopback && !/^(?:127\.\d+\.\d+\.\d+|::1)$/.test(address)) return false
  if (hook.tokenHash === undefined) return hook.loopback || hook.mutualTls
  return token !== undefined && timingSafeEqual(hook.tokenHash, Buffer.from(hash('sha256', token), 'hex'))
}

async function sent({ forwarded }: SentQuestion, hook: Hook, ground: HookGround): Promise<HookAnswer> {
  const { store, registry, access } = ground
  const { account, region } = hook
  const now = ground.now()
  const { services } = await store.read(async (tables) => registry.of(account, tables))
  const definition = services.get(hook.service ?? '')
  if (definition === undefined) throw invalid(`The service ${hook.service} is not registered.`)
  const { caller, bodySha256 } = await proved(forwarded, { access, now, vocabulary: definition })
  const wanted = wantedOf(forwarded.request, definition, { region, account })
  const wants = [{ ...wanted, context: wanted.context }]
  const answer = await decided(wants, { caller, signed: true, request: forwarded.request }, { hook, ground, now })
  return bodySha256 === undefined ? answer : { ...answer, bodySha256 }
}

async function named(question: NamedQuestion | DescribedQuestion, hook: Hook, ground: HookGround): Promise<HookAnswer> {
  const now = ground.now()
  const caller = await callerNamed(question.user, hook, ground)
  const wants = question.kind === 'named' ? question.wants : await described(question, caller, { hook, ground })
  return decided(wants, { caller, signed: false, request: question.request }, { hook, ground, now })
}

/** Errors: `AccessDenied` for a user that is not there. */
async function callerNamed(user: string, { account, region }: Hook, ground: HookGround): Promise<AccountCaller> {
  if (user === '') return { ...anyone, region }
  const found = await ground.store.read(async (tables) => {
    const key = /^AKIA[A-Z0-9]{12,124}$/.test(user) ? await tables.accessKeys.byId(user) : undefined
    if (key !== undefined && (!key.active || key.account !== account || key.userId === undefined)) return undefined
    const entity =
      key?.userId === undefined ? await tables.users.byName(account, user) : await tables.users.byId(key.userId)
    if (entity === undefined || (key === undefined && entity.name !== user)) return undefined
    return ground.principals.at(`arn:aws:iam::${account}:user${entity.path}${entity.name}`, account, tables)
  })
  if (found !== undefined) return { ...found.caller, region }
  const message = 'The server that asks names somebody who is no user of the account.'
  throw new Fault({ code: 'AccessDenied', status: 403, message })
}

/** Errors: `AccessDenied` for what the gateway would not describe, or not decide by the request alone. */
async function described(
  { request, bucket, object }: DescribedQuestion,
  caller: AccountCaller,
  { hook, ground }: { readonly hook: Hook; readonly ground: HookGround },
): Promise<readonly Want[]> {
  const { account, region } = hook
  if (ground.describeS3 === undefined) throw notDescribed('requests to S3 are not described here')
  const { needs, unknown } = ground.describeS3(request, { account, region })
  const [first] = needs
  const arn = bucket === '' ? '*' : `arn:aws:s3:::${bucket}${object === '' ? '' : `/${object}`}`
  // INVARIANT: what is decided is what the server will do, as far as it tells.
  if (first === undefined || (first.resource !== arn && !(first.resource === '*' && bucket === '')))
    throw notDescribed(`the request is about ${first?.resource ?? 'nothing'}, the server says ${arn}`)
  const mentions = await ground.store.read(async (tables) => {
    const { resource } = await ground.registry.of(account, tables)
    const { policy } = (await resource(`arn:aws:s3:::${bucket}`, tables)) ?? {}
    const policies = policy === undefined ? [] : [policy]
    return ground.access.mentions({ caller, reading: { tables, open: false }, policies })
  })
  const asked = unknown.find((key) => mentions(key))
  if (asked !== undefined) throw notDescribed(`a policy looks at ${asked}, which the server does not tell`)
  return needs
}

function notDescribed(detail: string): Fault {
  return new Fault({ code: 'AccessDenied', status: 403, message: 'The request is not covered.', detail })
}

interface Who {
  readonly caller: AccountCaller
  readonly signed: boolean
  readonly request: HttpRequest
}

/** All that is wanted must be allowed; the first refusal is the answer. */
async function decided(
  wants: readonly Want[],
  { caller, signed, request }: Who,
  { hook, ground, now }: { readonly hook: Hook; readonly ground: HookGround; readonly now: number },
): Promise<HookAnswer> {
  const { account } = hook
  const waits: (Promise<void> | undefined)[] = []
  const answer = await ground.store.read(async (tables) => {
    const bench: Bench = { ground, registered: await ground.registry.of(account, tables), tables, now }
    let last: HookAnswer | undefined
    for (const { action, resource, context } of wants) {
      const judged = await judge({ caller, account, action, resources: [resource], context, signed, request }, bench)
      waits.push(recordJudged(judged, { requestId: judged.ruling.id }, ground))
      const { refusal, id: decisionId } = judged.ruling
      const principal = caller.principal.arn
      last = { decisionId, principal, action: judged.weighed.action, resource, ...(refusal && { refusal }) }
      if (refusal !== undefined) return last
    }
    if (last === undefined) throw invalid('Nothing is wanted.')
    return last
  })
  // INVARIANT: outside of the unit of work, for the records are written by another one.
  await Promise.all(waits)
  return answer
}
