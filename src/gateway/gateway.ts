import { type AccountCaller, idAt } from '#access'
import { Fault, type HttpRequest, type SigningKeys } from '#protocol'
import type { Arrival } from './arrival.ts'
import { type Authentic, authenticate } from './authenticate.ts'
import { authorize } from './authorize.ts'
import { passesThrough } from './covered.ts'
import { describe, identifyTarget, isNotCovered, nameTarget, type Target } from './describe/index.ts'
import { Cut, forward } from './forward.ts'
import type { GatewayHouse } from './house.ts'
import { isKept, type Keeping, keep } from './kept/keep.ts'
import { mirror, mirrorOf } from './kept/mirror.ts'
import { lookupsOf } from './lookup.ts'
import { scopeOf } from './own.ts'
import { recordPassed, recordRefused } from './record.ts'
import { refuse } from './refuse.ts'
import { headersFor } from './resign.ts'
import { settle } from './settle.ts'

/** A request of which the head has arrived. */
export type Asked = Pick<Arrival, 'incoming' | 'outgoing' | 'head' | 'read'>

/** Brings a request to the service that it is for, if its caller may do what the service would do. Never throws. */
export async function pass(asked: Asked, gateway: GatewayHouse, signingKeys: SigningKeys): Promise<void> {
  const arrival = arrivalOf(asked, gateway)
  try {
    await gateway.backlog.wait
    arrival.status = await walk(arrival, gateway, signingKeys)
    waitFor(recordPassed(arrival, gateway), gateway)
  } catch (cause) {
    await refuseArrival(cause, arrival, gateway)
  }
}

/** Refuses a request that cannot be brought anywhere. Never throws. */
export function refuseAsked(cause: unknown, asked: Asked, gateway: GatewayHouse): Promise<void> {
  return refuseArrival(cause, arrivalOf(asked, gateway), gateway)
}

function arrivalOf(asked: Asked, { house }: GatewayHouse): Arrival {
  const at = house.now()
  return { ...asked, requestId: idAt(at), at, began: performance.now() }
}

/** No record is dropped: who comes next waits until there is room. */
function waitFor(written: Promise<void> | undefined, { backlog, house }: GatewayHouse): void {
  if (written === undefined) return
  const wait = written.then(
    () => {
      if (backlog.wait === wait) backlog.wait = undefined
    },
    (err: unknown) => house.log.error({ err }, 'requests to other services were not recorded'),
  )
  backlog.wait = wait
}

/** The path of a request. Each line takes what the ones before it found; the arrival keeps it for the record. */
async function walk(arrival: Arrival, gateway: GatewayHouse, signingKeys: SigningKeys): Promise<number> {
  const settled = settle(arrival.head, gateway.settings)
  const target = identify(settled, arrival, gateway)
  arrival.target = target
  const authentic = await authenticate(arrival, target, gateway)
  arrival.caller = authentic.caller
  const request = await withBody(settled, { target, authentic, gateway })
  await decide(request, { arrival, target, gateway, signingKeys })
  const keeping = keepingOf(request, { arrival, target, gateway })
  if (keeping !== undefined && isKept(keeping.described)) return answerKept(keeping, arrival, gateway)
  return send(request, { arrival, target, authentic, gateway, signingKeys })
}

/** Errors: `AccessDenied` for what no known operation fits. */
function identify(settled: HttpRequest, { head }: Arrival, { upstreams }: GatewayHouse): Target {
  const scope = scopeOf(head)
  return identifyTarget(settled, {
    services: upstreams.services,
    bucketDomains: [],
    ...(scope === undefined ? {} : { scope }),
  })
}

interface Walking {
  readonly arrival: Arrival
  readonly target: Target
  readonly gateway: GatewayHouse
  readonly signingKeys: SigningKeys
}

async function withBody(
  settled: HttpRequest,
  { target, authentic, gateway }: Pick<Walking, 'target' | 'gateway'> & { readonly authentic: Authentic },
): Promise<HttpRequest> {
  // The policy of a bucket is answered here, so it is read.
  const isRead =
    target.needsBody ||
    target.signing !== 's3' ||
    isKept({ service: target.service, operation: target.operation ?? '' })
  return isRead ? { ...settled, body: await authentic.body.whole(gateway.settings.maxBody) } : settled
}

/** Errors: `AccessDenied`, unless it is only reported. */
async function decide(request: HttpRequest, { arrival, target, gateway, signingKeys }: Walking): Promise<void> {
  const { settings, house } = gateway
  const { caller, at } = arrival
  const region = caller?.region ?? ''
  try {
    const { account } = settings
    const { head } = arrival
    const known = named(caller)
    const calls = { ...tlsOf(head), ...(known && { callerAccount: known.account }) }
    const described = describe(target, { request, head, account, region, partition: 'aws', at, ...calls })
    arrival.described = described
    if (known !== undefined) house.uses.note(known, { service: target.signing, operation: described.operation }, at)
    const lookups = lookupsOf(gateway, region, signingKeys)
    await authorize({ arrival, described, request, lookups }, gateway)
  } catch (cause) {
    arrival.waived = waivedOf(cause, request, { arrival, target, gateway, signingKeys })
  }
}

/** Gives: `undefined` for whoever asks without a signature. */
function named(caller: AccountCaller | undefined): AccountCaller | undefined {
  return caller?.kind === 'nobody' ? undefined : caller
}

/** `TLSv1.3` is `1.3` in conditions. */
function tlsOf({ tls }: HttpRequest): { readonly tlsVersion?: string } {
  return tls === undefined ? {} : { tlsVersion: tls.version.replace(/^TLSv/, '') }
}

/** Errors: the refusal itself, where nothing waives it. */
function waivedOf(
  cause: unknown,
  request: HttpRequest,
  { arrival, target, gateway }: Walking,
): Arrival['waived'] & object {
  const { reportOnly, passThrough } = gateway.settings
  if (!(cause instanceof Fault) || cause.code !== 'AccessDenied') throw cause
  // INVARIANT: what decisions are made by is changed by nobody who may not, also while they are only reported.
  if (arrival.described !== undefined && isKept(arrival.described)) throw cause
  if (isNotCovered(cause) && named(arrival.caller) !== undefined && passThrough.size > 0) {
    const { service, operation } = nameTarget(target, request)
    if (passesThrough(passThrough, `${service}:${operation}`)) return { by: 'pass-through', fault: cause }
  }
  if (reportOnly) return { by: 'report-only', fault: cause }
  throw cause
}

/** Gives: `undefined` for what was not described. */
function keepingOf(
  request: HttpRequest,
  { arrival, target, gateway }: Pick<Walking, 'arrival' | 'target' | 'gateway'>,
): Keeping | undefined {
  const { requestId, at: now, caller, described } = arrival
  if (described === undefined) return undefined
  const { account } = gateway.settings
  return { target, described, request, requestId, account, region: caller?.region ?? '', now }
}

/** Answers what the upstream has no room for. */
async function answerKept(keeping: Keeping, { outgoing }: Arrival, { house }: GatewayHouse): Promise<number> {
  const { status, headers, body } = await keep(keeping, house.store)
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }
  outgoing.writeHead(status, { ...headers, ...length })
  outgoing.end(status === 204 ? undefined : body)
  return status
}

/** Bytes of a body that is proved whole before anything of it goes on. */
const small = 1_048_576

async function send(request: HttpRequest, walking: Walking & { readonly authentic: Authentic }): Promise<number> {
  const { arrival, target, authentic, gateway, signingKeys } = walking
  const { body, bodyHash } = authentic
  const { credentials } = gateway.settings
  const upstream = gateway.upstreams.of(target.service)
  const isWhole =
    request.body.length > 0 || target.signing !== 's3' || (body.length !== undefined && body.length <= small)
  if (!isWhole && body.length === undefined) throw lengthless()
  const bytes = isWhole ? await body.whole(Math.max(small, gateway.settings.maxBody)) : undefined
  const headers = headersFor(
    {
      target,
      request: bytes === undefined ? request : { ...request, body: bytes },
      length: bytes?.length ?? body.length ?? 0,
      ...(bodyHash === undefined ? {} : { bodyHash }),
      ...(arrival.described && { operation: arrival.described.operation }),
    },
    {
      host: upstream.host,
      region: arrival.caller?.region ?? 'us-east-1',
      signingKeys,
      now: gateway.house.now(),
      ...(credentials === undefined ? {} : { credentials }),
    },
  )
  const path = request.query === '' ? request.path : `${request.path}?${request.query}`
  const sent = bytes === undefined ? body.stream() : bytes.length === 0 ? undefined : bytes
  const keeping = keepingOf(request, walking)
  const change = keeping && mirrorOf(keeping, arrival.waived !== undefined)
  const sending = { method: request.method, path, headers, body: sent, added: addedTo(arrival) }
  const done = keeping && change && { done: () => mirror(change, keeping, gateway.house.store) }
  return forward({ ...sending, ...done }, upstream, arrival)
}

function addedTo({ waived }: Arrival): Readonly<Record<string, string>> {
  return waived === undefined ? {} : { 'x-cardea-waived': waived.by }
}

function lengthless(): Fault {
  const message = 'You must provide the Content-Length HTTP header.'
  return new Fault({ code: 'MissingContentLength', status: 411, message })
}

/** The only place where errors are caught. */
async function refuseArrival(cause: unknown, arrival: Arrival, gateway: GatewayHouse): Promise<void> {
  const fault = cause instanceof Fault ? cause : unforeseen(cause)
  try {
    const { outgoing, incoming } = arrival
    if (!outgoing.headersSent && !outgoing.destroyed) answer(fault, arrival)
    else if (!outgoing.writableEnded) outgoing.destroy()
    if (!incoming.complete) linger(arrival)
    waitFor(recordRefused(fault, arrival, gateway), gateway)
  } catch (unrecorded) {
    gateway.house.log.error({ requestId: arrival.requestId, err: unrecorded }, 'a refusal was not recorded')
  }
}

function unforeseen(cause: unknown): Fault {
  if (cause instanceof Cut)
    return new Fault({ code: 'BadGateway', status: 502, message: 'The answer of the upstream broke off.', cause })
  const message = 'The request processing has failed because of an unknown error, exception or failure.'
  return new Fault({ code: 'InternalFailure', status: 500, message, cause })
}

function answer(fault: Fault, { head, target, requestId, outgoing, incoming }: Arrival): void {
  const { status, headers, body } = refuse(fault, { head, target, requestId })
  const close = incoming.complete ? {} : { connection: 'close' }
  const length = head.method === 'HEAD' ? {} : { 'content-length': Buffer.byteLength(body) }
  outgoing.writeHead(status, { ...headers, ...length, ...close })
  outgoing.end(head.method === 'HEAD' ? undefined : body)
}

/** Milliseconds that a client has to read why the rest of its body is not wanted. */
const patience = 2000

/** A connection that ends while something arrives on it may take the answer with it, so the rest is read for a while. */
function linger({ incoming, outgoing }: Arrival): void {
  incoming.removeAllListeners('data')
  incoming.unpipe()
  incoming.resume()
  const end = setTimeout(() => incoming.destroy(), patience)
  outgoing.once('close', () => clearTimeout(end))
}
