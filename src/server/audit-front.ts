import { type AccountCaller, idAt, keptCaller, type Ruling } from '#access'
import { Fault, type HttpRequest, type HttpResponse, header, missingAuthenticationToken } from '#protocol'
import { explainDecision, type MayRead } from '#services'
import type { Front, House } from './house.ts'

/** The path at which decisions are explained to those who sign their requests. */
export const explainPath = '/cardea/audit/v1/explain'

/** What the front needs of the house. */
export type AuditHouse = Pick<House, 'store' | 'access' | 'now' | 'log'>

interface Entry {
  readonly request: HttpRequest
  readonly requestId: string
  readonly at: number
  caller?: AccountCaller
  resource?: string
  readonly rulings: Ruling[]
}

/**
 * Explains decisions of an account to its own principals: `{"id":"…"}` by POST, signed for the service `cardea`.
 * It needs `cardea:ExplainDecision`, and tells nothing of policies that the caller may not read.
 */
export function auditFront(house: AuditHouse): Front {
  const isForIt = ({ path }: HttpRequest) => path === explainPath
  const front = (request: HttpRequest) => (isForIt(request) ? answer(request, house) : undefined)
  return Object.assign(front, { takes: isForIt })
}

async function answer(request: HttpRequest, house: AuditHouse): Promise<HttpResponse> {
  const at = house.now()
  const entry: Entry = { request, requestId: idAt(at), at, rulings: [] }
  try {
    const decisions = await perform(entry, house)
    record(entry, house)
    return json(200, { decisions }, entry)
  } catch (cause) {
    const fault = cause instanceof Fault ? cause : unforeseen(cause)
    if (fault.status >= 500) house.log.error({ requestId: entry.requestId, err: fault.cause }, 'refused')
    record(entry, house, fault)
    return json(fault.status, { code: fault.code, message: fault.message }, entry)
  }
}

async function perform(entry: Entry, house: AuditHouse): Promise<readonly object[]> {
  const { request, at } = entry
  if (request.method !== 'POST') throw new Fault({ code: 'MethodNotAllowed', status: 405, message: 'Use POST.' })
  const caller = await house.access.authenticate(request, { service: { signingName: 'cardea' } }, at)
  if (caller.kind === 'anonymous') throw missingAuthenticationToken()
  entry.caller = caller
  const id = idIn(request)
  entry.resource = `arn:aws:cardea:${caller.region}:${caller.account}:decision/${id}`
  await house.store.flush()
  return house.store.read(async (tables) => {
    const ask = async (action: string, resource: string) => {
      const touched = [{ arn: resource }]
      const asked = { caller, action, touched, context: {}, request, now: at, tables, open: false }
      return house.access.authorize(asked)
    }
    const ruling = await ask('cardea:ExplainDecision', entry.resource ?? '*')
    entry.rulings.push(ruling)
    if (ruling.refusal !== undefined) throw ruling.refusal
    const mayRead: MayRead = {
      asker: caller.principal.arn,
      permits: async ({ action, resource }) => (await ask(action, resource)).decision === 'allowed',
    }
    return explainDecision(id, tables, { account: caller.account, mayRead })
  })
}

/** Errors: `ValidationError`. */
function idIn({ body }: HttpRequest): string {
  const wrong = () => new Fault({ code: 'ValidationError', status: 400, message: 'The body must be {"id":"…"}.' })
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw wrong()
  }
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
  if (typeof id !== 'string' || !/^[\w.-]{1,64}$/.test(id)) throw wrong()
  return id
}

/** What carries no valid signature fills no store. */
function record({ request, requestId, at, caller, resource, rulings }: Entry, house: AuditHouse, fault?: Fault): void {
  if (caller === undefined) return
  const userAgent = header(request, 'user-agent')?.slice(0, 1000)
  house.store.record({
    ...{ id: requestId, at, eventSource: 'cardea', eventName: 'ExplainDecision', readOnly: true },
    ...{ account: caller.account, principal: caller.principal.arn, caller: keptCaller(caller), region: caller.region },
    sourceIp: request.remoteAddress,
    ...(caller.accessKeyId === undefined ? {} : { accessKeyId: caller.accessKeyId }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(resource === undefined ? {} : { resource }),
    decisions: rulings.map((ruling) => ruling.decided()),
    ...(fault === undefined ? {} : { errorCode: fault.code, errorMessage: fault.message.split('\n', 1)[0] ?? '' }),
  })
}

function unforeseen(cause: unknown): Fault {
  return new Fault({ code: 'InternalFailure', status: 500, message: 'An unknown error occurred.', cause })
}

function json(status: number, value: object, { requestId }: Entry): HttpResponse {
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': requestId }
  return { status, headers, body: JSON.stringify(value) }
}
