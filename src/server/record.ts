import { type Call, type Fault, header } from '#protocol'
import type { AuditRecord } from '#store'
import type { Entry } from './entry.ts'
import type { House } from './house.ts'
import { withoutSecrets } from './redact.ts'

/** Counts, logs and, unless its transaction did, records a call that was answered. */
export function recordAnswer(entry: Entry, house: House): void {
  const writes = entry.operation?.writes === true
  count(entry, 'OK', house)
  if (!writes) house.store.record(auditRecord(entry, { readOnly: true }))
  const level = writes ? 'info' : 'debug'
  if (house.log.isLevelEnabled(level)) house.log[level](line(entry), 'answered')
}

/**
 * Counts, logs and records a call that was refused.
 * What carries no valid signature is counted and logged, but fills no store.
 */
export function recordRefusal(fault: Fault, entry: Entry, house: House): void {
  const { code, status, detail, cause } = fault
  const message = firstLine(fault)
  count(entry, code, house)
  const level = status >= 500 && status !== 501 ? 'error' : 'info'
  const why = { code, status, message, ...(detail === undefined ? {} : { detail }) }
  const unforeseen = level === 'error' && cause !== undefined ? { err: cause } : {}
  if (house.log.isLevelEnabled(level)) house.log[level]({ ...line(entry), ...why, ...unforeseen }, 'refused')
  if (entry.caller === undefined) return
  const readOnly = entry.operation?.writes !== true
  const told = { errorCode: code, errorMessage: message, ...(detail === undefined ? {} : { errorDetail: detail }) }
  house.store.record({ ...auditRecord(entry, { readOnly }), ...told })
}

/** What the audit trail keeps of a call. */
export function auditRecord(entry: Entry, { readOnly }: { readonly readOnly: boolean }): AuditRecord {
  const { request, requestId, at, call, caller, input, resource } = entry
  const userAgent = header(request, 'user-agent')
  return {
    id: requestId,
    at,
    eventSource: `${call?.service.name ?? 'unknown'}.amazonaws.com`,
    eventName: call?.operation.name ?? 'unknown',
    sourceIp: request.remoteAddress,
    readOnly,
    ...(caller && {
      account: caller.account,
      principal: caller.principal.arn,
      ...(caller.accessKeyId !== undefined && { accessKeyId: caller.accessKeyId }),
      region: caller.region,
    }),
    ...(userAgent !== undefined && { userAgent: bounded(userAgent) }),
    ...(resource !== undefined && { resource }),
    ...(call !== undefined && input !== undefined && { request: parametersOf(request.body.length, input, call) }),
  }
}

/** The most bytes of a body whose parameters are kept. Source: CloudTrail leaves out larger ones in this form. */
const largestKept = 102_400

function parametersOf(bytes: number, input: object, call: Call): Readonly<Record<string, unknown>> {
  if (bytes > largestKept) return { omitted: true, originalSize: bytes, reason: 'requestParameters too large' }
  return withoutSecrets(input, call)
}

function count({ operation, began }: Entry, code: string, { metrics }: House): void {
  const named = { service: operation?.service ?? 'none', operation: operation?.name ?? 'none' }
  metrics.answered(named, code, (performance.now() - began) / 1000)
}

function line({ request, requestId, began, call, caller, resource }: Entry): object {
  return {
    requestId,
    ...(call && { service: call.service.name, operation: call.operation.name }),
    ...(caller && { principal: caller.principal.arn, accessKeyId: caller.accessKeyId }),
    ...(resource !== undefined && { resource }),
    sourceIp: request.remoteAddress,
    milliseconds: Math.round((performance.now() - began) * 1000) / 1000,
  }
}

/**
 * The first line of what the caller is told.
 * INVARIANT: the lines after it show headers, the session token among them, and go to the caller only.
 */
function firstLine({ message }: Fault): string {
  const end = message.indexOf('\n')
  return bounded(end < 0 ? message : message.slice(0, end))
}

function bounded(text: string): string {
  return text.length <= 1000 ? text : `${text.slice(0, 1000).toWellFormed()}…`
}
