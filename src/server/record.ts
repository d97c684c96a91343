import { idAt, keptCaller } from '#access'
import { type Call, type Fault, header } from '#protocol'
import type { AuditRecord, Decided, MoreOfRecord, TouchedResource } from '#store'
import type { Entry } from './entry.ts'
import type { House } from './house.ts'
import { answerWithoutSecrets, withoutSecrets } from './redact.ts'

/** Counts, logs and, unless its transaction did, records a call that was answered. */
export function recordAnswer(entry: Entry, house: House): void {
  const writes = entry.operation?.writes === true
  count(entry, 'OK', house)
  if (!writes) recordRead(entry, house)
  const level = writes ? 'info' : 'debug'
  if (house.log.isLevelEnabled(level)) house.log[level](line(entry), 'answered')
}

/** A call that reached into another account is told to that account as well, as CloudTrail does. */
function recordRead(entry: Entry, { store }: House): void {
  const record = auditRecord(entry, { readOnly: true })
  const owner = entry.touched?.find(({ account }) => account !== undefined && account !== record.account)?.account
  if (owner === undefined) {
    store.record(record)
    return
  }
  const sharedEventId = idAt(entry.at)
  store.record({ ...record, more: { ...record.more, sharedEventId } })
  const more = { ...record.more, sharedEventId, requestId: record.id }
  store.record({ ...record, id: idAt(entry.at), account: owner, more })
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
  const decision = entry.rulings?.findLast(({ refusal }) => refusal === fault)?.id
  const why = { code, status, message, ...(detail === undefined ? {} : { detail }), ...(decision && { decision }) }
  const unforeseen = level === 'error' && cause !== undefined ? { err: cause } : {}
  if (house.log.isLevelEnabled(level)) house.log[level]({ ...line(entry), ...why, ...unforeseen }, 'refused')
  if (entry.caller === undefined) return
  const readOnly = entry.operation?.writes !== true
  const told = { errorCode: code, errorMessage: message, ...(detail === undefined ? {} : { errorDetail: detail }) }
  house.store.record({ ...auditRecord(entry, { readOnly, refused: true }), ...told })
}

/** What the audit trail keeps of a call. */
export function auditRecord(
  entry: Entry,
  { readOnly, refused = false }: { readonly readOnly: boolean; readonly refused?: boolean },
): AuditRecord {
  const { request, requestId, at, call, caller, input, resource } = entry
  const userAgent = header(request, 'user-agent')
  const decisions = decisionsOf(entry)
  const more = moreOf(entry, refused || (readOnly && !givesCredentials(entry)))
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
      caller: keptCaller(caller),
      ...(caller.accessKeyId !== undefined && { accessKeyId: caller.accessKeyId }),
      region: caller.region,
    }),
    ...(userAgent !== undefined && { userAgent: bounded(userAgent) }),
    ...(resource !== undefined && { resource: bounded(resource, longestArn) }),
    ...(call !== undefined && input !== undefined && { request: parametersOf(request.body.length, input, call) }),
    ...(decisions !== undefined && { decisions }),
    ...(more !== undefined && { more }),
  }
}

/** The most bytes of a body whose parameters are kept. Source: CloudTrail leaves out larger ones in this form. */
const largestKept = 102_400
const longestArn = 2048
/** The most decisions of one call that are kept, the first ones and the last. */
const mostDecisions = 64

function parametersOf(bytes: number, input: object, call: Call): Readonly<Record<string, unknown>> {
  if (bytes > largestKept) return { omitted: true, originalSize: bytes, reason: 'requestParameters too large' }
  return withoutSecrets(input, call)
}

function decisionsOf({ rulings }: Entry): readonly Decided[] | undefined {
  if (rulings === undefined) return undefined
  const kept =
    rulings.length <= mostDecisions ? rulings : [...rulings.slice(0, mostDecisions - 1), ...rulings.slice(-1)]
  return kept.map((ruling) => ruling.decided())
}

/** Calls that change nothing and still give out something that can be used. */
function givesCredentials({ output }: Entry): boolean {
  return output !== undefined && 'Credentials' in output
}

/** Gives: `undefined` when there is no more to tell. */
function moreOf({ request, call, output, touched = [] }: Entry, withoutAnswer: boolean): MoreOfRecord | undefined {
  const response = withoutAnswer || call === undefined || output === undefined ? undefined : responseOf(output, call)
  const referer = header(request, 'referer')
  const several = touched.length > 1 || touched[0]?.account !== undefined
  if (response === undefined && !several && request.tls === undefined && referer === undefined) return undefined
  const host = header(request, 'host')
  return {
    ...(response === undefined ? {} : { response }),
    ...(several ? { resources: touched.slice(0, mostDecisions).map(resourceOf) } : {}),
    ...(request.tls === undefined ? {} : { tls: { ...request.tls, ...(host && { host: bounded(host) }) } }),
    ...(referer === undefined ? {} : { referer: bounded(referer) }),
  }
}

function resourceOf({ arn, account }: TouchedResource): TouchedResource {
  return { arn: bounded(arn, longestArn), ...(account === undefined ? {} : { account }) }
}

function responseOf(output: object, call: Call): Readonly<Record<string, unknown>> | undefined {
  const response = answerWithoutSecrets(output, call)
  for (const name in response) if (response[name] !== undefined) return response
  return undefined
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

function bounded(text: string, most = 1000): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`
}
