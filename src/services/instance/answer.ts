import { type Access, idAt } from '#access'
import { Fault, type HttpRequest, type HttpResponse } from '#protocol'
import type { Store } from '#store'
import { DeliverCredentials, TellInstance } from './deliver.ts'
import { identityKeys } from './identity.ts'
import { inputIn } from './input.ts'
import { JoinInstance } from './join.ts'
import type { Asked, Entry, InstanceOperation } from './operation.ts'
import { auditRecord } from './record.ts'
import { DeregisterInstance, ListInstances, RegisterInstance, RejoinInstance } from './register.ts'
import { signedBy } from './signed.ts'

/** The path below which instances are registered, and their agents ask. */
export const instancePath = '/cardea/instance/v1/'

/** What answering about instances needs. */
export interface InstanceParts {
  readonly store: Store
  readonly access: Access
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log?: InstanceLog
  /** Counts an answer, by operation and code, with the seconds that it took. */
  count?(operation: string, code: string, seconds: number): void
}

/** Where answers and refusals are told to the operator. */
export interface InstanceLog {
  info(line: object, message: string): void
  error(line: object, message: string): void
}

const operations: Readonly<Record<string, InstanceOperation>> = {
  register: signedBy(RegisterInstance),
  list: signedBy(ListInstances),
  deregister: signedBy(DeregisterInstance),
  rejoin: signedBy(RejoinInstance),
  join: JoinInstance,
  credentials: DeliverCredentials,
  status: TellInstance,
}

/** The most bytes of a body. */
const largest = 65_536

/**
 * Makes what registers instances and gives credentials to their agents: JSON over POST.
 * Gives: `undefined` for a request that is not for it.
 */
export function instanceFront(parts: InstanceParts): (request: HttpRequest) => Promise<HttpResponse> | undefined {
  return (request) => (request.path.startsWith(instancePath) ? answer(request, parts) : undefined)
}

async function answer(request: HttpRequest, parts: InstanceParts): Promise<HttpResponse> {
  const [at, began] = [parts.now(), performance.now()]
  const entry: Entry = { request, requestId: idAt(at), at, rulings: [] }
  try {
    const value = await perform(entry, parts)
    if (entry.operation?.quiet !== true) parts.log?.info(lineOf(entry), 'answered')
    parts.count?.(entry.operation?.event ?? 'none', 'OK', secondsSince(began))
    return json(200, { ...value, now: new Date(entry.at).toISOString() }, entry)
  } catch (cause) {
    const fault = cause instanceof Fault ? cause : unforeseen(cause)
    record(fault, entry, parts)
    parts.count?.(entry.operation?.event ?? 'none', fault.code, secondsSince(began))
    const { code, message, status } = fault
    const { requestId } = entry
    return json(status, { code, message, requestId, now: new Date(at).toISOString() }, entry)
  }
}

async function perform(entry: Entry, parts: InstanceParts): Promise<object> {
  const { request } = entry
  const name = request.path.slice(instancePath.length)
  const [, account] = /^identity-keys\/(\d{12})$/.exec(name) ?? []
  if (account !== undefined && request.method === 'GET')
    return parts.store.read((tables) => identityKeys(account, tables))
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
  if (operation === undefined) throw wrong('NotFound', 404, 'There is nothing at this path.')
  if (request.method !== 'POST') throw wrong('MethodNotAllowed', 405, 'Use POST.')
  if (request.body.length > largest) throw wrong('ValidationError', 413, `The body has more than ${largest} bytes.`)
  entry.operation = operation
  const asked: Asked = { entry, input: inputIn(request.body), ...parts }
  return operation.run(asked)
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000
}

/** Logs a refusal, and keeps it in the audit trail when it is known who was refused. */
function record(fault: Fault, entry: Entry, { log, store }: InstanceParts): void {
  const { code, status, message, detail, cause } = fault
  const decision = entry.rulings.findLast(({ refusal }) => refusal === fault)?.id
  const why = { ...(detail === undefined ? {} : { detail }), ...(decision && { decision }) }
  const told = { ...lineOf(entry), code, status, message, ...why }
  if (status >= 500) log?.error({ ...told, err: cause }, 'refused')
  else log?.info(told, 'refused')
  if (entry.account === undefined || entry.operation?.quiet === true) return
  const error = { errorCode: code, errorMessage: message, ...(detail === undefined ? {} : { errorDetail: detail }) }
  store.record({ ...auditRecord(entry), ...error })
}

function lineOf({ requestId, request, operation, principal, resource }: Entry): object {
  return {
    requestId,
    ...(operation && { service: 'cardea', operation: operation.event }),
    ...(principal !== undefined && { principal }),
    ...(resource !== undefined && { resource }),
    sourceIp: request.remoteAddress,
  }
}

function unforeseen(cause: unknown): Fault {
  return new Fault({
    code: 'InternalFailure',
    status: 500,
    message: 'The request failed for an unknown reason.',
    cause,
  })
}

function wrong(code: string, status: number, message: string): Fault {
  return new Fault({ code, status, message })
}

function json(status: number, value: object, { requestId }: Entry): HttpResponse {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-amzn-requestid': requestId }
  return { status, headers, body: JSON.stringify(value) }
}
