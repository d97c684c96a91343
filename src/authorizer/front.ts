import { idAt } from '#access'
import { Fault, type HttpRequest, type HttpResponse, missingAuthenticationToken, restJson } from '#protocol'
import { Authorize, BatchAuthorize } from './authorize.ts'
import { Changes } from './changes.ts'
import { openApi } from './openapi.ts'
import type { Asked, AuthorizerParts, Entry, Ground, Operation, StagedOperation } from './part.ts'
import { Principals } from './principal.ts'
import { auditRecord } from './record.ts'
import { Registry } from './registry.ts'
import { CheckPolicy, Complete, DeregisterService, GetService, ListServices, RegisterService } from './service.ts'
import { GetSession } from './session.ts'
import { GetSnapshot } from './snapshot.ts'

/** An interface at the server's address. Gives: `undefined` for a request that is not for it. */
export interface Front {
  (request: HttpRequest): Promise<HttpResponse> | undefined
  /** Whether a request is for it whatever its signature says. */
  takes(head: HttpRequest): boolean
}

/** What is asked for by which method and path. */
interface Place {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string | RegExp
  readonly operation: Operation | StagedOperation
}

const one = /^\/v1\/services\/(?<prefix>[^/]{1,64})$/
const places: readonly Place[] = [
  { method: 'POST', path: '/v1/authorize', operation: Authorize },
  { method: 'POST', path: '/v1/authorize/batch', operation: BatchAuthorize },
  { method: 'GET', path: '/v1/services', operation: ListServices },
  { method: 'PUT', path: one, operation: RegisterService },
  { method: 'GET', path: one, operation: GetService },
  { method: 'DELETE', path: one, operation: DeregisterService },
  { method: 'POST', path: '/v1/complete', operation: Complete },
  { method: 'POST', path: '/v1/check-policy', operation: CheckPolicy },
  { method: 'POST', path: '/v1/snapshot', operation: GetSnapshot },
  { method: 'POST', path: '/v1/session', operation: GetSession },
]

/** Makes what a house remembers for its authorizer. */
export function groundOf(parts: AuthorizerParts): Ground {
  const { store } = parts
  return {
    ...parts,
    registry: new Registry(store),
    principals: new Principals(store),
    changes: new Changes(store),
    recent: new Map(),
  }
}

/** Makes what answers services that ask whether somebody may do something. */
export function authorizeFront(ground: Ground, more: readonly Place[] = []): Front {
  const all = [...places, ...more]
  const description = JSON.stringify(openApi)
  const front = (request: HttpRequest) => {
    if (!request.path.startsWith('/v1/')) return undefined
    if (request.path === '/v1/openapi.json' && request.method === 'GET')
      return Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body: description })
    const here = all.filter(({ path }) => (typeof path === 'string' ? path === request.path : path.test(request.path)))
    if (here.length === 0) return undefined
    const place = here.find(({ method }) => method === request.method)
    return answer(request, { place, ground })
  }
  return Object.assign(front, { takes: ({ path }: HttpRequest) => path === '/v1/openapi.json' })
}

async function answer(
  request: HttpRequest,
  { place, ground }: { readonly place: Place | undefined; readonly ground: Ground },
): Promise<HttpResponse> {
  const at = ground.now()
  const entry: Entry = { request, requestId: idAt(at), at }
  try {
    if (place === undefined)
      throw new Fault({ code: 'MethodNotAllowed', status: 405, message: 'The path knows no such method.' })
    const value = await perform(entry, place, ground)
    return json(200, value, entry)
  } catch (cause) {
    const fault = cause instanceof Fault ? cause : unforeseen(cause)
    tell(fault, entry, ground)
    const refused = restJson.refuse(fault, undefined, entry.requestId)
    const code = refused.headers['x-amzn-errortype'] ?? fault.code
    return { ...refused, body: JSON.stringify({ __type: code, message: fault.message }) }
  }
}

async function perform(entry: Entry, { operation, path }: Place, ground: Ground): Promise<object> {
  const { request } = entry
  entry.event = operation.event
  entry.readOnly = operation.readOnly
  const caller = await ground.access.authenticate(request, { service: { signingName: 'cardea' } }, entry.at)
  if (caller.kind === 'anonymous') throw missingAuthenticationToken()
  entry.caller = caller
  const named = typeof path === 'string' ? {} : (path.exec(request.path)?.groups ?? {})
  const asked = (tables: Asked['tables'], open: boolean): Asked => ({
    ...{ entry, ground, caller, tables, open, named },
    permit: (action, resource, tags) => permit({ action, resource, tags }, { entry, ground, caller, tables, open }),
  })
  const { store } = ground
  if (!operation.readOnly && 'run' in operation)
    return store.write(caller.account, async (tables) => {
      const value = await operation.run(asked(tables, true))
      await tables.audit.append(auditRecord(entry))
      return value
    })
  const within = <T>(work: (given: Asked) => Promise<T>) => store.read((tables) => work(asked(tables, false)))
  const value = await ('stages' in operation
    ? operation.stages({ entry, ground, caller, named, within })
    : within((given) => operation.run(given)))
  store.record(auditRecord(entry))
  return value
}

async function permit(
  wanted: { readonly action: string; readonly resource: string; readonly tags: Parameters<Asked['permit']>[2] },
  { entry, ground, caller, tables, open }: Pick<Asked, 'entry' | 'ground' | 'caller' | 'tables' | 'open'>,
): Promise<void> {
  const { action, resource: arn, tags } = wanted
  entry.resource ??= arn
  const touched = [{ arn, ...(tags === undefined ? {} : { tags }) }]
  const { request, at: now } = entry
  const ruling = await ground.access.authorize({ caller, action, touched, context: {}, request, now, tables, open })
  entry.decisions ??= []
  if (entry.decisions.length < mostDecisions) entry.decisions.push(() => ruling.decided())
  if (ruling.refusal !== undefined) throw ruling.refusal
}

/** So many of its own decisions are kept of one call. */
const mostDecisions = 20

function tell(fault: Fault, entry: Entry, { log, store }: Ground): void {
  const { code, status, message, detail, cause } = fault
  const { requestId, event, caller, request } = entry
  const told = {
    requestId,
    ...(event === undefined ? {} : { service: 'cardea', operation: event }),
    ...(caller === undefined ? {} : { principal: caller.principal.arn }),
    sourceIp: request.remoteAddress,
    ...{ code, status, message: message.split('\n', 1)[0] },
    ...(detail === undefined ? {} : { detail }),
  }
  if (status >= 500) log?.error({ ...told, err: cause }, 'refused')
  else log?.info(told, 'refused')
  if (caller !== undefined) store.record(auditRecord(entry, fault))
}

function unforeseen(cause: unknown): Fault {
  const message = 'The request failed for an unknown reason.'
  return new Fault({ code: 'InternalFailure', status: 500, message, cause })
}

function json(status: number, value: object, { requestId }: Entry): HttpResponse {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-amzn-requestid': requestId }
  return { status, headers, body: JSON.stringify(value) }
}

export type { Place }
