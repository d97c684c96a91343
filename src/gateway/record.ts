import { keptCaller } from '#access'
import { type Fault, header } from '#protocol'
import type { AuditRecord } from '#store'
import type { Arrival } from './arrival.ts'
import type { GatewayHouse } from './house.ts'

/**
 * Counts, logs and records a request that went on, with what the upstream answered.
 * Gives: what to wait for before the next one, where more is recorded than can be written.
 */
export function recordPassed(arrival: Arrival, { house, settings }: GatewayHouse): Promise<void> | undefined {
  const { status = 0, waived } = arrival
  const code = status < 400 ? 'OK' : `Upstream${status}`
  count(arrival, code, house)
  const reported =
    waived === undefined ? {} : { waived: waived.by, code: waived.fault.code, message: waived.fault.message }
  const level = waived === undefined ? 'debug' : 'info'
  if (house.log.isLevelEnabled(level)) house.log[level]({ ...line(arrival), status, ...reported }, 'passed')
  const detail = waived === undefined ? {} : { errorDetail: bounded(`${waived.by}: ${waived.fault.message}`) }
  const failed = status < 400 ? {} : { errorCode: code, errorMessage: `The upstream answered with status ${status}.` }
  return house.store.recordData({ ...auditRecord(arrival, settings.account), ...failed, ...detail })
}

/** Counts, logs and records a request that was refused. What carries no valid signature fills no store. */
export function recordRefused(
  fault: Fault,
  arrival: Arrival,
  { house, settings }: GatewayHouse,
): Promise<void> | undefined {
  const { code, status, detail, cause } = fault
  const message = bounded(fault.message.split('\n', 1)[0] ?? '')
  count(arrival, code, house)
  const level = status >= 500 && status !== 501 ? 'error' : 'info'
  const why = { code, status, message, ...(detail === undefined ? {} : { detail }) }
  const unforeseen = level === 'error' && cause !== undefined ? { err: cause } : {}
  if (house.log.isLevelEnabled(level)) house.log[level]({ ...line(arrival), ...why, ...unforeseen }, 'refused')
  const { caller } = arrival
  if (caller === undefined || caller.kind === 'nobody') return undefined
  const told = {
    errorCode: code,
    errorMessage: message,
    ...(detail === undefined ? {} : { errorDetail: bounded(detail) }),
  }
  return house.store.recordData({ ...auditRecord(arrival, settings.account), ...told })
}

/** Takes: the account of the resources, whose record tells of callers that belong to none. */
function auditRecord(arrival: Arrival, owner: string): AuditRecord {
  const { requestId, at, head, caller, described, target, rulings } = arrival
  const userAgent = header(head, 'user-agent')
  const [first] = described?.needs ?? []
  const isNamed = caller !== undefined && caller.kind !== 'nobody'
  return {
    id: requestId,
    at,
    category: 'data',
    eventSource: described?.eventSource ?? `${target?.service ?? 'unknown'}.amazonaws.com`,
    eventName: described?.operation ?? target?.operation ?? 'unknown',
    sourceIp: head.remoteAddress,
    readOnly: described?.readOnly ?? false,
    account: isNamed ? caller.account : owner,
    ...(caller && { principal: caller.principal.arn }),
    ...(isNamed && { caller: keptCaller(caller) }),
    ...(isNamed && caller.accessKeyId !== undefined && { accessKeyId: caller.accessKeyId }),
    ...(caller === undefined ? {} : { region: caller.region }),
    ...(userAgent === undefined ? {} : { userAgent: bounded(userAgent) }),
    ...(first === undefined ? {} : { resource: first.resource.slice(0, 2048).toWellFormed() }),
    ...(rulings === undefined ? {} : { decisions: kept(rulings).map((ruling) => ruling.decided()) }),
  }
}

/** The most decisions of one request that are kept, the first ones and the last. */
const mostDecisions = 64

function kept<Ruling>(rulings: readonly Ruling[]): readonly Ruling[] {
  return rulings.length <= mostDecisions ? rulings : [...rulings.slice(0, mostDecisions - 1), ...rulings.slice(-1)]
}

function count({ target, described, began }: Arrival, code: string, { metrics }: GatewayHouse['house']): void {
  const call = { service: target?.service ?? 'none', operation: described?.operation ?? 'none' }
  metrics.answered(call, code, (performance.now() - began) / 1000)
}

function line({ requestId, target, described, caller, head, began }: Arrival): object {
  return {
    requestId,
    ...(target && { service: target.service }),
    ...(described && { operation: described.operation, resource: described.needs[0]?.resource }),
    ...(caller && { principal: caller.principal.arn, accessKeyId: caller.accessKeyId }),
    sourceIp: head.remoteAddress,
    milliseconds: Math.round((performance.now() - began) * 1000) / 1000,
  }
}

function bounded(text: string): string {
  return text.length <= 1000 ? text : `${text.slice(0, 1000).toWellFormed()}…`
}
