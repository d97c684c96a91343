import { type AccountCaller, idAt, type Ruling } from '#access'
import { Fault, type HttpRequest, type HttpResponse, missingAuthenticationToken } from '#protocol'
import type { Front, House } from '#server'
import type { AuditRecord, Tables } from '#store'
import { inputIn } from './input.ts'
import { type ResourceOperation, resourceOperations } from './operation.ts'

/** The path below which policies and tags of any resource are kept. */
export const resourcePath = '/cardea/resource/v1/'

export type ResourceParts = Pick<House, 'store' | 'access' | 'log' | 'now'>

/** What is known of a request so far. */
interface Entry {
  readonly request: HttpRequest
  readonly requestId: string
  readonly at: number
  operation?: ResourceOperation
  caller?: AccountCaller
  arn?: string
  ruling?: Ruling
}

/** Makes what keeps policies and tags of resources that live elsewhere: JSON over POST, signed for `cardea`. */
export function resourceFront(parts: ResourceParts): Front {
  return (request) => (request.path.startsWith(resourcePath) ? answerResource(request, parts) : undefined)
}

/** Answers a request below the path. */
export async function answerResource(request: HttpRequest, parts: ResourceParts): Promise<HttpResponse> {
  const at = parts.now()
  const entry: Entry = { request, requestId: idAt(at), at }
  try {
    const value = await perform(entry, parts)
    parts.log.info(lineOf(entry), 'answered')
    return json(200, value, entry)
  } catch (cause) {
    const fault = cause instanceof Fault ? cause : unforeseen(cause)
    const { code, status, message, detail } = fault
    const told = { ...lineOf(entry), code, status, message, ...(detail === undefined ? {} : { detail }) }
    parts.log[status >= 500 ? 'error' : 'info'](status >= 500 ? { ...told, err: fault.cause } : told, 'refused')
    if (entry.caller !== undefined) parts.store.record({ ...recordOf(entry), errorCode: code, errorMessage: message })
    return json(status, { code, message }, entry)
  }
}

async function perform(entry: Entry, parts: ResourceParts): Promise<object> {
  const { request, at } = entry
  const name = request.path.slice(resourcePath.length)
  const operation = Object.hasOwn(resourceOperations, name) ? resourceOperations[name] : undefined
  if (operation === undefined) throw wrong('NotFound', 404, 'There is nothing at this path.')
  if (request.method !== 'POST') throw wrong('MethodNotAllowed', 405, 'Use POST.')
  entry.operation = operation
  const caller = await parts.access.authenticate(request, { service: { signingName: 'cardea' } }, at)
  if (caller.kind === 'anonymous') throw missingAuthenticationToken()
  entry.caller = caller
  const input = inputIn(request.body, operation.members)
  const arn = operation.arn(input)
  entry.arn = arn
  const work = (open: boolean) => async (tables: Tables) => {
    await permit(entry, { parts, tables, open, arn, caller })
    const value = await operation.run(input, { tables, account: caller.account, now: at, arn })
    if (!operation.readOnly) await tables.audit.append(recordOf(entry))
    return value
  }
  if (!operation.readOnly) return parts.store.write(caller.account, work(true))
  const value = await parts.store.read(work(false))
  parts.store.record(recordOf(entry))
  return value
}

interface Permitting {
  readonly parts: ResourceParts
  readonly tables: Tables
  readonly open: boolean
  readonly arn: string
  readonly caller: AccountCaller
}

/** Errors: `AccessDenied`. */
async function permit(entry: Entry, { parts, tables, open, arn, caller }: Permitting): Promise<void> {
  const { request, at: now, operation } = entry
  const action = `cardea:${operation?.action}`
  const touched = [{ arn, account: caller.account }]
  const ruling = await parts.access.authorize({ caller, action, touched, context: {}, request, now, tables, open })
  entry.ruling = ruling
  if (ruling.refusal !== undefined) throw ruling.refusal
}

function recordOf({ requestId, at, request, operation, caller, arn, ruling }: Entry): AuditRecord {
  return {
    id: requestId,
    at,
    eventSource: 'cardea.amazonaws.com',
    eventName: operation?.action ?? 'unknown',
    sourceIp: request.remoteAddress,
    readOnly: operation?.readOnly ?? false,
    ...(caller && { account: caller.account, principal: caller.principal.arn, region: caller.region }),
    ...(caller?.accessKeyId !== undefined && { accessKeyId: caller.accessKeyId }),
    ...(arn === undefined ? {} : { resource: arn, request: { resourceArn: arn } }),
    ...(ruling === undefined ? {} : { decisions: [ruling.decided()] }),
  }
}

function lineOf({ requestId, request, operation, caller, arn }: Entry): object {
  return {
    requestId,
    ...(operation && { service: 'cardea', operation: operation.action }),
    ...(caller && { principal: caller.principal.arn }),
    ...(arn !== undefined && { resource: arn }),
    sourceIp: request.remoteAddress,
  }
}

function unforeseen(cause: unknown): Fault {
  const message = 'The request failed for an unknown reason.'
  return new Fault({ code: 'InternalFailure', status: 500, message, cause })
}

function wrong(code: string, status: number, message: string): Fault {
  return new Fault({ code, status, message })
}

function json(status: number, value: object, { requestId }: Entry): HttpResponse {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-amzn-requestid': requestId }
  return { status, headers, body: JSON.stringify(value) }
}
